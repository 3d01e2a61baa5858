//! Compares every codec of the table, sequence by sequence, and every name with the Python that is installed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::text::testing::ask_python;

/// Prints, for every codec named on standard input, each sequence that decodes to one character, as
/// `number:codepoint`: all of one, two and three bytes, and, where there are such, every 13th of four.
const DECODE_ALL: &str = r"
import sys
short = [bytes([a]) for a in range(256)]
short += [bytes([a, b]) for a in range(128, 256) for b in range(256)]
short += [bytes([a, b, c]) for a in (0x8E, 0x8F) for b in range(0xA1, 256) for c in range(128, 256)]
long = []
for n in range(0, 126 * 10 * 126 * 10, 13):
    n, d = divmod(n, 10)
    n, c = divmod(n, 126)
    a, b = divmod(n, 10)
    long.append(bytes([a + 0x81, b + 0x30, c + 0x81, d + 0x30]))
for name in sys.stdin.read().split():
    found = []
    for each in short + (long if name.startswith('gb') else []):
        try:
            text = each.decode(name)
        except UnicodeDecodeError:
            continue
        if len(text) == 1:
            found.append('%d:%d' % (int.from_bytes(each, 'big'), ord(text)))
    print(name, ' '.join(found))
";

/// The sequences that the script above tries, as numbers.
fn probed(name: &str) -> impl Iterator<Item = u32> {
    let long = if name.starts_with("gb") { 126 * 10 * 126 * 10 } else { 0 };
    let three = [0x8e, 0x8f].into_iter().flat_map(|a: u32| {
        (0xa1..256).flat_map(move |b: u32| (128..256).map(move |c: u32| a << 16 | b << 8 | c))
    });
    (0..256).chain(0x8000..0x1_0000).chain(three).chain((0..long).step_by(13).map(|n| {
        let [first, second, third, fourth] = [n / 12_600, n / 1_260 % 10, n / 10 % 126, n % 10];
        (first + 0x81) << 24 | (second + 0x30) << 16 | (third + 0x81) << 8 | (fourth + 0x30)
    }))
}

/// The character that `codec` reads in exactly the bytes of `number`.
fn decode_number(codec: &Codec, number: u32) -> Option<char> {
    let bytes = number.to_be_bytes();
    let skipped = bytes.iter().take(3).take_while(|&&byte| byte == 0).count();
    let sequence = &bytes[skipped..];
    codec.decode_first(sequence).filter(|&(_, len)| len == sequence.len()).map(|(c, _)| c)
}

#[test]
fn every_sequence_decodes_as_in_python() {
    let names: Vec<_> = codecs().filter(|codec| !codec.is_utf8()).map(|codec| codec.name).collect();
    let Some(answer) = ask_python(DECODE_ALL, &names.join("\n")) else { return };
    let mut wrong = String::new();
    let mut unread = Vec::new();
    for (line, name) in answer.lines().zip(&names) {
        let codec = lookup(name).unwrap();
        let python: BTreeMap<u32, char> = line
            .split_whitespace()
            .filter_map(|pair| pair.split_once(':'))
            .map(|(number, c)| (number.parse().unwrap(), char::from_u32(c.parse().unwrap()).unwrap()))
            .collect();
        assert!(python.len() >= 128, "{name}: Python answered {line:?}");
        for number in probed(name) {
            let Some(ours) = decode_number(codec, number) else { continue };
            let theirs = python.get(&number);
            if theirs != Some(&ours) {
                writeln!(wrong, "{name} {number:#x}: {ours:?}, but {theirs:?} in Python").unwrap();
            }
        }
        let missing = python.keys().filter(|&&number| decode_number(codec, number).is_none()).count();
        if missing > 0 {
            unread.push(format!("{name} {missing}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // What only Python reads is refused, never misread; a growing number is still worth a look.
    assert_eq!(unread, UNREAD);
}

/// How many of the sequences that Python decodes each codec refuses.
const UNREAD: &[&str] = &[
    "big5 249",
    "cp932 4",
    "cp950 250",
    "euc_jp 1",
    "gb18030 20",
    "iso8859-9 25",
    "iso8859-11 9",
    "tis-620 9",
];

/// Prints for each line `name hex` the code points of the text, or `refused`.
const DECODE_STRINGS: &str = r"
import sys
for line in sys.stdin:
    name, source = line.split()
    try:
        print('.'.join('%x' % ord(c) for c in bytes.fromhex(source).decode(name)))
    except UnicodeDecodeError:
        print('refused')
";

/// A codec that reads every character by itself could still differ from one that looks further: the eight
/// bytes of a composed syllable in Python's `euc_kr` are four characters elsewhere.
#[test]
fn strings_decode_as_in_python() {
    let mut strings = vec![(lookup("euc_kr").unwrap(), b"\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xd4".to_vec())];
    let mut random = 0x2545_f491_u32;
    let mut next = move |below: u32| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random % below
    };
    for codec in codecs() {
        // Leads and trails of a few rows only, so that many strings are valid.
        for _ in 0..400 {
            let (lead, spread) = (0x80 + next(0x70), 1 + next(16));
            let string = (0..8).map(|_| [lead + next(spread), 0x20 + next(0xd0)][next(2) as usize] as u8);
            strings.push((codec, string.collect()));
        }
    }
    let mut input = String::new();
    for (codec, string) in &strings {
        write!(input, "{} ", codec.name).unwrap();
        for byte in string {
            write!(input, "{byte:02x}").unwrap();
        }
        input.push('\n');
    }
    let Some(answer) = ask_python(DECODE_STRINGS, &input) else { return };
    assert_eq!(answer.lines().count(), strings.len());
    let mut read = 0;
    for ((codec, string), python) in strings.iter().zip(answer.lines()) {
        let mut ours = Vec::new();
        let mut rest = string.as_slice();
        while let Some((c, len)) = codec.decode_first(rest) {
            ours.push(format!("{:x}", c as u32));
            rest = &rest[len..];
        }
        if rest.is_empty() {
            assert_eq!(ours.join("."), python, "{} {string:x?}", codec.name);
            read += 1;
        }
    }
    assert!(read > strings.len() / 4, "{read} of {}", strings.len());
}

/// Prints `alias name` for each alias of Python's own table, `module name` for each codec module, with the
/// name that `codecs.lookup` gives. On a Python newer than the table, only `past` and what it knows of the
/// table.
const LIST_NAMES: &str = r"
import codecs, encodings, encodings.aliases, pkgutil, sys
known = sys.stdin.read().split()
found = set(encodings.aliases.aliases) | {m.name for m in pkgutil.iter_modules(encodings.__path__)}
if sys.version_info > (3, 14):
    found = set(known)
for name in sorted(found | set(known)):
    try:
        print(name, codecs.lookup(name).name)
    except LookupError:
        pass
";

#[test]
fn every_name_means_what_it_means_in_python() {
    let known: Vec<_> =
        codecs().flat_map(|codec| codec.aliases.iter().copied().chain([codec.name])).collect();
    let Some(answer) = ask_python(LIST_NAMES, &known.join("\n")) else { return };
    assert!(answer.lines().count() > 200, "{answer}");
    for line in answer.lines() {
        let (alias, python) = line.split_once(' ').unwrap();
        let ours = lookup(alias).map(|codec| codec.name);
        let in_table = codecs().any(|codec| codec.name == python);
        if alias == "utf_8_sig" {
            assert_eq!(ours, Some("utf-8"), "without a byte order mark it reads what utf-8 reads");
        } else {
            assert_eq!(ours, in_table.then_some(python), "{alias}");
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> =
        codecs().flat_map(|codec| codec.aliases.iter().copied().chain([codec.name])).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn names_are_normalised_as_in_python() {
    let name_of = |name| lookup(name).map(|codec| codec.name);
    assert_eq!(name_of("Windows-1252"), Some("cp1252"));
    assert_eq!(name_of("-latin--1-"), Some("iso8859-1"));
    assert_eq!(name_of("ISO_8859-1-unix"), Some("iso8859-1"));
    assert_eq!(name_of("iso-8859-15"), Some("iso8859-15"));
    assert_eq!(name_of("utf-8-whatever"), Some("utf-8"));
    assert_eq!(name_of("utf8-whatever"), None);
    assert_eq!(name_of("iso.8859.2"), Some("iso8859-2"));
    assert_eq!(name_of("latin.1"), None);
    assert_eq!(name_of("utf-16"), None);
    assert_eq!(name_of("iso-2022-jp"), None);
}

#[test]
fn every_character_is_written_as_bytes_that_read_as_it() {
    let mut written = 0;
    for codec in codecs() {
        for c in ('\u{80}'..='\u{ffff}').step_by(7) {
            let mut bytes = Vec::new();
            if codec.encode(c.encode_utf8(&mut [0; 4]), &mut bytes).is_some() {
                assert_eq!(codec.decode_first(&bytes), Some((c, bytes.len())), "{} {c:?}", codec.name);
                written += 1;
            }
        }
    }
    assert!(written > 30_000, "{written}");
}

fn codecs() -> impl Iterator<Item = &'static Codec> {
    [&UTF_8, &ASCII, &LATIN_1].into_iter().chain(&LEGACY)
}
