//! Reads the bytes of a Python file as text, and writes edited text back as bytes.
//!
//! Decides as Python does which encoding a file has, and refuses what Python refuses. Bytes outside the
//! edits are copied, never encoded anew. Which codecs there are is `codecs`' business, what
//! is Python in the text is not looked at.

use memchr::{memchr, memchr_iter};
use thiserror::Error;

use super::codecs::{self, Codec};
use super::{Range, cookie};

/// A file's text together with what it takes to get back to its bytes.
#[derive(Debug)]
pub struct Decoded {
    content: Content,
    encoding: Encoding,
}

/// How a file's text is coded.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    codec: &'static Codec,
    has_bom: bool,
}

/// Why a file cannot be read as text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The declared encoding is none of Python's, or none that pyfix has a reviewed codec for.
    #[error(
        "declares the encoding `{0}`, which pyfix cannot read; correct the coding comment or convert the file to UTF-8"
    )]
    UnknownEncoding(String),
    /// Some bytes mean nothing in the file's encoding.
    #[error(
        "byte {offset} (line {line}) is not valid {encoding}; correct it, or the coding comment in the first two lines"
    )]
    Undecodable {
        /// Python's name of the encoding.
        encoding: &'static str,
        /// Offset of the first such byte in the file.
        offset: u32,
        /// The line it stands in, 1-based.
        line: u32,
    },
    /// The file starts with the byte order mark of UTF-8 and declares another encoding, as Python sees it.
    #[error(
        "starts with a UTF-8 byte order mark but declares the encoding `{0}`, which Python refuses; remove one of them"
    )]
    BomCookieConflict(String),
    /// The file holds a NUL byte, which Python refuses in source.
    #[error("byte {offset} is NUL, so this is no Python source; exclude the file")]
    Binary {
        /// Offset of the first NUL in the file.
        offset: u32,
    },
    /// The file or its text takes 4 GiB or more.
    #[error("is larger than 4 GiB; exclude the file")]
    TooLarge,
}

/// Why edited text cannot be written in the file's encoding.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// What was inserted cannot be written in the encoding, or would be read back as something else.
    #[error("the new text cannot be written in {encoding}; convert the file to UTF-8 first")]
    Unrepresentable {
        /// Python's name of the encoding.
        encoding: &'static str,
    },
    /// The edits add, remove or move the declaration of the encoding.
    #[error(
        "the edits would change how Python reads the file, which is {encoding} now; keep its coding comment"
    )]
    EncodingChanged {
        /// Python's name of the encoding before the edits.
        encoding: &'static str,
    },
    /// An edit starts before the end of the one before it, ends outside the text or splits a character.
    #[error("the edit of {}..{} overlaps another or is no range of the text; this is a bug in pyfix", .0.start, .0.end)]
    InvalidEdit(Range),
    /// The result would take 4 GiB or more.
    #[error("the edited file would be larger than 4 GiB; exclude the file")]
    TooLarge,
}

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Reads `bytes`, the whole of a Python file, as text.
///
/// The encoding is UTF-8 if the file starts with a byte order mark, else what a comment in the first two
/// lines declares ([PEP 263](https://peps.python.org/pep-0263/)), else UTF-8.
///
/// # Errors
///
/// Where Python refuses the file for its encoding or for a NUL byte, and where the table of codecs lacks the
/// encoding or does not agree with Python on the bytes at hand.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, DecodeError> {
    u32::try_from(bytes.len()).map_err(|_| DecodeError::TooLarge)?;
    if let Some(offset) = memchr(0, &bytes) {
        return Err(DecodeError::Binary { offset: offset as u32 });
    }
    let encoding = find_encoding(&bytes)?;
    let content = Content::decode(bytes, encoding.codec)?;
    Ok(Decoded { content, encoding })
}

impl Decoded {
    /// The text as UTF-8, without byte order mark.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Utf8(file) => file.strip_prefix('\u{feff}').unwrap_or(file),
            Content::Recoded { text, .. } => text,
        }
    }

    /// The bytes of the file, as they were handed to [`decode`].
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Utf8(file) => file.as_bytes(),
            Content::Recoded { file, .. } => file,
        }
    }

    /// The bytes of the file, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.content {
            Content::Utf8(file) => file.into_bytes(),
            Content::Recoded { file, .. } => file,
        }
    }

    /// How the file is coded.
    pub fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// The offset in the file of the character at `text_offset` in the text; past the end of the text, the
    /// length of the file.
    pub fn to_file_offset(&self, text_offset: u32) -> u32 {
        let text_offset = text_offset.min(self.text().len() as u32);
        match &self.content {
            Content::Utf8(_) if self.encoding.has_bom => text_offset + BOM.len() as u32,
            Content::Utf8(_) => text_offset,
            Content::Recoded { offsets, .. } => offsets.to_file(text_offset),
        }
    }

    /// The bytes of the file after `edits`: pairs of a range of the text and what takes its place, sorted and
    /// disjoint. Everything outside them, the byte order mark included, is copied from the file.
    ///
    /// # Errors
    ///
    /// If the edits are no such ranges, if the codec cannot write a replacement, or if the result, read again,
    /// is not the edited text in the same encoding.
    pub fn encode_edited(&self, edits: &[(Range, String)]) -> Result<Vec<u8>, EncodeError> {
        let encoding = self.encoding.name();
        let (text, file) = (self.text(), self.bytes());
        let mut edited = String::with_capacity(text.len());
        let mut output = Vec::with_capacity(file.len());
        let (mut copied, mut file_copied) = (0, 0);
        for (range, replacement) in edits {
            let invalid = || EncodeError::InvalidEdit(*range);
            let kept = text.get(copied..range.start as usize).ok_or_else(invalid)?;
            text.get(range.as_usize()).ok_or_else(invalid)?;
            let kept_bytes = file.get(file_copied..self.to_file_offset(range.start) as usize);
            output.extend_from_slice(kept_bytes.ok_or_else(invalid)?);
            self.encoding
                .codec
                .encode(replacement, &mut output)
                .ok_or(EncodeError::Unrepresentable { encoding })?;
            edited.push_str(kept);
            edited.push_str(replacement);
            copied = range.end as usize;
            file_copied = self.to_file_offset(range.end) as usize;
        }
        edited.push_str(text.get(copied..).unwrap_or_default());
        output.extend_from_slice(file.get(file_copied..).unwrap_or_default());
        self.read_back(output, &edited)
    }

    fn read_back(&self, output: Vec<u8>, edited: &str) -> Result<Vec<u8>, EncodeError> {
        let encoding = self.encoding.name();
        let again = decode(output).map_err(|error| match error {
            DecodeError::UnknownEncoding(_) | DecodeError::BomCookieConflict(_) => {
                EncodeError::EncodingChanged { encoding }
            }
            DecodeError::Undecodable { .. } | DecodeError::Binary { .. } => {
                EncodeError::Unrepresentable { encoding }
            }
            DecodeError::TooLarge => EncodeError::TooLarge,
        })?;
        if again.encoding.name() != encoding {
            return Err(EncodeError::EncodingChanged { encoding });
        }
        if again.encoding.has_bom != self.encoding.has_bom || again.text() != edited {
            return Err(EncodeError::Unrepresentable { encoding });
        }
        Ok(again.into_bytes())
    }
}

impl Encoding {
    /// The name that `codecs.lookup` gives the codec in Python: `utf-8`, `iso8859-1`, `cp1252`, `shift_jis`.
    pub fn name(&self) -> &'static str {
        self.codec.name
    }

    /// Whether the file starts with a byte order mark; only UTF-8 has one.
    pub fn has_bom(&self) -> bool {
        self.has_bom
    }
}

fn find_encoding(bytes: &[u8]) -> Result<Encoding, DecodeError> {
    let marked = bytes.strip_prefix(BOM);
    let has_bom = marked.is_some();
    let codec = match cookie::declared_name(marked.unwrap_or(bytes)) {
        None => &codecs::UTF_8,
        Some(name) if has_bom && !cookie::is_plain_utf8(name) => {
            return Err(DecodeError::BomCookieConflict(name.to_owned()));
        }
        Some(name) => codecs::lookup(name).ok_or_else(|| DecodeError::UnknownEncoding(name.to_owned()))?,
    };
    Ok(Encoding { codec, has_bom })
}

#[derive(Debug)]
enum Content {
    /// The file is its own UTF-8, byte order mark included: in UTF-8, or in ASCII characters only.
    Utf8(String),
    Recoded {
        text: String,
        file: Vec<u8>,
        offsets: OffsetMap,
    },
}

impl Content {
    fn decode(file: Vec<u8>, codec: &'static Codec) -> Result<Self, DecodeError> {
        if codec.is_utf8() || file.is_ascii() {
            return String::from_utf8(file)
                .map(Self::Utf8)
                .map_err(|error| undecodable(codec, error.as_bytes(), error.utf8_error().valid_up_to()));
        }
        let mut text = String::with_capacity(file.len() + file.len() / 2);
        let mut offsets = OffsetMap::default();
        let mut at = 0;
        while let Some(rest) = file.get(at..).filter(|rest| !rest.is_empty()) {
            let (c, len) = codec.decode_first(rest).ok_or_else(|| undecodable(codec, &file, at))?;
            offsets.push(text.len(), at, Step { text: c.len_utf8() as u8, file: len as u8 });
            text.push(c);
            at += len;
        }
        u32::try_from(text.len()).map_err(|_| DecodeError::TooLarge)?;
        Ok(Self::Recoded { text, file, offsets })
    }
}

fn undecodable(codec: &'static Codec, file: &[u8], at: usize) -> DecodeError {
    let before = file.get(..at).unwrap_or(file);
    DecodeError::Undecodable {
        encoding: codec.name,
        offset: at as u32,
        line: 1 + memchr_iter(b'\n', before).count() as u32,
    }
}

/// Offsets in a file for offsets in its text. Characters in a row that take the same number of bytes in the
/// text and the same in the file make one run:
///
/// ```text
/// text (UTF-8)    x = " E6 97 A5  E6 9C AC "
/// file (EUC-JP)   x = " C6 FC     CB DC    "
/// bytes each      1:1   3:2       3:2      1:1     three runs
/// ```
#[derive(Debug, Default)]
struct OffsetMap {
    runs: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    text: u32,
    file: u32,
    step: Step,
}

/// Bytes that each character of a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    text: u8,
    file: u8,
}

impl OffsetMap {
    fn push(&mut self, text: usize, file: usize, step: Step) {
        if self.runs.last().is_none_or(|run| run.step != step) {
            self.runs.push(Run { text: text as u32, file: file as u32, step });
        }
    }

    fn to_file(&self, text: u32) -> u32 {
        let after = self.runs.partition_point(|run| run.text <= text);
        after.checked_sub(1).and_then(|at| self.runs.get(at)).map_or(text, |run| {
            let chars = (text - run.text) / u32::from(run.step.text);
            run.file + chars * u32::from(run.step.file)
        })
    }
}

#[cfg(test)]
mod tests;
