//! The codecs that pyfix reads and writes, under the names that Python knows them by.
//!
//! A codec stands in the table only where a comparison with Python found that every byte sequence which both
//! decode gives the same text; the tests repeat that comparison. `encoding_rs` implements the web's encodings,
//! which differ from Python's in places, so an entry says which sequences mean something else to Python and
//! which ones Python refuses. Codecs that are not supersets of ASCII, that carry state from one character to
//! the next (`iso-2022-jp`, `utf-7`, `hz`) or that write one text in several ways are left out on purpose.

mod table;

use std::ops::RangeInclusive;

use encoding_rs::Encoding;

use super::cookie::{is_plain_latin1, is_plain_utf8};
pub(super) use table::UTF_8;
use table::{ASCII, LATIN_1, LEGACY};

/// One character encoding: a superset of ASCII in which every character is coded by itself.
#[derive(Debug)]
pub(super) struct Codec {
    /// As `codecs.lookup(...).name` gives it in Python.
    pub(super) name: &'static str,
    /// Python's other names for it, normalised.
    aliases: &'static [&'static str],
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Utf8,
    Ascii,
    Latin1,
    /// One byte a character: the characters of the bytes from 0x80 to 0xFF.
    Upper(&'static str),
    Web(Web),
}

/// An encoding of the web, with what sets Python's codec apart from it. A byte sequence is written as the
/// big-endian number of its bytes.
#[derive(Debug)]
struct Web {
    encoding: &'static Encoding,
    /// The smallest last byte of a sequence of several bytes.
    trail_from: u8,
    /// Sequences that Python gives another character.
    patched: &'static [(u32, char)],
    /// Sequences that Python refuses, or decodes to what the web does not and nobody writes on purpose.
    refused: &'static [RangeInclusive<u32>],
}

/// The most bytes that a character takes in any codec of the table.
const LONGEST_SEQUENCE: usize = 4;

/// The codec that Python uses for a file that declares the encoding `name`, as far as it is in the table.
pub(super) fn lookup(name: &str) -> Option<&'static Codec> {
    if is_plain_utf8(name) {
        return Some(&UTF_8);
    }
    if is_plain_latin1(name) {
        return Some(&LATIN_1);
    }
    let name = normalised(name);
    [&UTF_8, &ASCII, &LATIN_1].into_iter().chain(&LEGACY).find(|codec| codec.is_called(&name))
}

/// A name as the search function of Python's `encodings` package sees it: lower case, every run of other
/// characters than letters, digits and dots one underscore, none at the ends.
fn normalised(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for part in name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('_');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}

impl Codec {
    /// Whether `name`, normalised, is this codec's module in Python or one of its aliases. Only an alias may
    /// have dots in the place of underscores.
    fn is_called(&self, name: &str) -> bool {
        let undotted = name.replace('.', "_");
        self.module() == name || self.aliases.iter().any(|&alias| alias == name || alias == undotted)
    }

    /// The module of Python's `encodings` package that holds the codec.
    fn module(&self) -> String {
        match self.kind {
            Kind::Latin1 => "latin_1".to_owned(),
            _ => self.name.replace('-', "_"),
        }
    }

    /// Whether the codec's bytes are the text's own UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        matches!(self.kind, Kind::Utf8)
    }

    /// The first character of `bytes` and how many bytes it takes. `None` if `bytes` is empty or does not
    /// start with a character.
    pub(super) fn decode_first(&self, bytes: &[u8]) -> Option<(char, usize)> {
        let &first = bytes.first()?;
        if first.is_ascii() {
            return Some((char::from(first), 1));
        }
        match &self.kind {
            Kind::Ascii => None,
            Kind::Latin1 => Some((char::from(first), 1)),
            Kind::Upper(upper) => upper.chars().nth(usize::from(first & 0x7f)).map(|c| (c, 1)),
            Kind::Utf8 => {
                let chunk = bytes.get(..LONGEST_SEQUENCE).unwrap_or(bytes).utf8_chunks().next()?;
                chunk.valid().chars().next().map(|c| (c, c.len_utf8()))
            }
            Kind::Web(web) => web.decode_first(bytes),
        }
    }

    /// Appends the bytes of `text` to `bytes`. `None` if the codec lacks a character; what stands in `bytes`
    /// then is of no use.
    pub(super) fn encode(&self, text: &str, bytes: &mut Vec<u8>) -> Option<()> {
        if self.is_utf8() {
            bytes.extend_from_slice(text.as_bytes());
            return Some(());
        }
        text.chars().try_for_each(|c| self.encode_char(c, bytes))
    }

    fn encode_char(&self, c: char, bytes: &mut Vec<u8>) -> Option<()> {
        if c.is_ascii() {
            bytes.push(c as u8);
            return Some(());
        }
        match &self.kind {
            Kind::Ascii => return None,
            Kind::Latin1 => bytes.push(u8::try_from(c).ok()?),
            Kind::Upper(upper) => bytes.push(0x80 | u8::try_from(upper.chars().position(|u| u == c)?).ok()?),
            Kind::Utf8 => bytes.extend_from_slice(c.encode_utf8(&mut [0; LONGEST_SEQUENCE]).as_bytes()),
            Kind::Web(web) => web.encode_char(c, bytes)?,
        }
        Some(())
    }
}

impl Web {
    /// No codec of the table has a character that starts with the bytes of another, so the shortest sequence
    /// that decodes is the first character.
    fn decode_first(&self, bytes: &[u8]) -> Option<(char, usize)> {
        let mut number = 0_u32;
        for (at, &byte) in bytes.iter().take(LONGEST_SEQUENCE).enumerate() {
            number = number << 8 | u32::from(byte);
            if let Some(&(_, c)) = self.patched.iter().find(|(patched, _)| *patched == number) {
                return Some((c, at + 1));
            }
            let Some(text) =
                self.encoding.decode_without_bom_handling_and_without_replacement(bytes.get(..=at)?)
            else {
                continue;
            };
            let mut chars = text.chars();
            let (Some(c), None) = (chars.next(), chars.next()) else { return None };
            let refused =
                at > 0 && byte < self.trail_from || self.refused.iter().any(|r| r.contains(&number));
            return (!refused).then_some((c, at + 1));
        }
        None
    }

    fn encode_char(&self, c: char, bytes: &mut Vec<u8>) -> Option<()> {
        if let Some((number, _)) = self.patched.iter().find(|(_, patched)| *patched == c) {
            bytes.extend(number.to_be_bytes().into_iter().skip_while(|&byte| byte == 0));
            return Some(());
        }
        let mut buffer = [0; LONGEST_SEQUENCE];
        let (encoded, _, _) = self.encoding.encode(c.encode_utf8(&mut buffer));
        // A character that the web lacks became a numeric reference; one that the web reads where Python reads
        // another, or nothing, does not come back.
        let comes_back = self.decode_first(&encoded) == Some((c, encoded.len()));
        bytes.extend_from_slice(&encoded);
        comes_back.then_some(())
    }
}

const fn by_hand(name: &'static str, aliases: &'static [&'static str], kind: Kind) -> Codec {
    Codec { name, aliases, kind }
}

const fn web(name: &'static str, aliases: &'static [&'static str], encoding: &'static Encoding) -> Codec {
    by_hand(name, aliases, Kind::Web(Web { encoding, trail_from: 0, patched: &[], refused: &[] }))
}

impl Codec {
    const fn with_trail_from(mut self, trail_from: u8) -> Self {
        if let Kind::Web(web) = &mut self.kind {
            web.trail_from = trail_from;
        }
        self
    }

    const fn refusing(mut self, refused: &'static [RangeInclusive<u32>]) -> Self {
        if let Kind::Web(web) = &mut self.kind {
            web.refused = refused;
        }
        self
    }

    const fn patched(mut self, patched: &'static [(u32, char)]) -> Self {
        if let Kind::Web(web) = &mut self.kind {
            web.patched = patched;
        }
        self
    }
}

#[cfg(test)]
mod tests;
