//! Which files of a project hold a word: an index over the words of all files.
//!
//! Words are kept as hashes: a file may be named that does not hold the word, none that does is left out.

/// The number of a word; different words may share one.
pub(super) type WordHash = u32;

/// The files of each word, as sorted pairs of a hash and the number of a file.
#[derive(Debug, Default)]
pub(super) struct WordIndex {
    entries: Box<[u64]>,
}

impl WordIndex {
    /// The index of files whose words are `lists`, the first file being number 0.
    pub fn new<'w>(lists: impl Iterator<Item = &'w [WordHash]>) -> Self {
        let mut entries: Vec<u64> = Vec::new();
        for (file, words) in lists.enumerate() {
            entries.extend(words.iter().map(|word| (u64::from(*word) << 32) | file as u64));
        }
        entries.sort_unstable();
        Self { entries: entries.into_boxed_slice() }
    }

    /// The numbers of the files that may hold `word`, in order.
    pub fn files_with(&self, word: &[u8]) -> impl Iterator<Item = usize> + '_ {
        self.files_with_hash(hash(word))
    }

    /// The numbers of the files that hold a word with this hash, in order.
    pub fn files_with_hash(&self, hash: WordHash) -> impl Iterator<Item = usize> + '_ {
        let hash = u64::from(hash);
        let from = self.entries.partition_point(|entry| entry >> 32 < hash);
        let rest = self.entries.get(from..).unwrap_or_default();
        let own = rest.iter().take_while(move |entry| *entry >> 32 == hash);
        own.map(|entry| (entry & u64::from(u32::MAX)) as usize)
    }
}

/// The hash of a word: FNV-1a.
pub(super) fn hash(word: &[u8]) -> WordHash {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Whether the byte may belong to a word.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A word of a text, with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    /// The word.
    pub text: &'t [u8],
    /// Where it begins, in bytes.
    pub start: usize,
}

/// The words of `text`, in order: as long as they go, and again without what may be the letter of an escape
/// sequence (`"import mod\nmod.name"`), or without what Python puts before a private name (`_Class__name`).
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = Word<'_>> {
    runs(text).flat_map(|run| {
        let escaped = run.start.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'\\');
        let letter = matches!(run.text.first(), Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v'));
        let without = run.text.get(1..).filter(|rest| escaped && letter && !rest.is_empty());
        let private = run.text.strip_prefix(b"_").and_then(|rest| {
            let at = memchr::memmem::find(rest, b"__").filter(|at| *at > 0)?;
            let text = rest.get(at..).filter(|tail| tail.len() > 2)?;
            Some(Word { text, start: run.start + 1 + at })
        });
        let without = without.map(|text| Word { text, start: run.start + 1 });
        [Some(run), without, private].into_iter().flatten()
    })
}

fn runs(text: &[u8]) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(|byte| is_name_byte(*byte))?;
        let rest = text.get(start..)?;
        let length = rest.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len());
        at = start + length;
        Some(Word { text: rest.get(..length)?, start })
    })
}

/// The hashes of the words of `text`, sorted, each once.
pub(super) fn hashes(text: &[u8]) -> Vec<WordHash> {
    let mut hashes: Vec<WordHash> = words(text).map(|word| hash(word.text)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.shrink_to_fit();
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &[u8]) -> Vec<&str> {
        words(text).map(|word| std::str::from_utf8(word.text).unwrap()).collect()
    }

    #[test]
    fn words_are_as_python_reads_them() {
        assert_eq!(texts(b"a.b_1 = 2x; \xc3\xa4"), ["a", "b_1", "2x", "ä"]);
        assert_eq!(texts(b"'x\\nname\\zed'"), ["x", "nname", "name", "zed"]);
        assert_eq!(texts(b"_Class__name __dunder__"), ["_Class__name", "__name", "__dunder__"]);
        assert_eq!(texts(b" (;) "), [""; 0]);
    }

    #[test]
    fn files_are_found_by_word() {
        let files: Vec<Vec<WordHash>> = [&b"one two"[..], b"two", b"three two one"].map(hashes).into();
        let index = WordIndex::new(files.iter().map(Vec::as_slice));
        let with = |word: &str| index.files_with(word.as_bytes()).collect::<Vec<_>>();
        assert_eq!(with("one"), [0, 2]);
        assert_eq!(with("two"), [0, 1, 2]);
        assert_eq!(with("three"), [2]);
        assert_eq!(with("four"), [0; 0]);
    }
}
