//! Reads the part of Python's `marshal` format that profiles are written in, as any Python from 2.7 on writes it.
//!
//! Knows nothing of profiles. Code objects, sets and complex numbers are not read.

use std::rc::Rc;

/// Deeper values are no profile.
const MAX_DEPTH: u32 = 32;

/// Set in the type of a value that later ones may refer to.
const FLAG_REFERENCED: u8 = 0x80;

/// The digits of a long integer have so many bits.
const DIGIT_BITS: i32 = 15;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`, `True`, `False` and the like.
    Singleton,
    /// A number; integers beyond 2^53 are rounded.
    Number(f64),
    /// A string, or bytes; what is no UTF-8 is replaced.
    Text(Rc<str>),
    /// A tuple or a list.
    Sequence(Rc<[Value]>),
    /// A dictionary, in its order.
    Dictionary(Rc<[(Value, Value)]>),
}

/// Why bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarshalError {
    /// They end in the middle of a value.
    #[error("it ends in the middle")]
    Truncated,
    /// A type that is not read.
    #[error("it holds a value of type {0:#04x} at byte {1}, which no profile has")]
    UnknownType(u8, usize),
    /// A reference to nothing.
    #[error("it refers to a value that is not there, at byte {0}")]
    BadReference(usize),
    /// Too deep.
    #[error("it is nested more deeply than a profile")]
    TooDeep,
}

/// The value that `bytes` begin with.
///
/// # Errors
///
/// When they are no such value.
pub fn read(bytes: &[u8]) -> Result<Value, MarshalError> {
    Reader { bytes, at: 0, references: Vec::new(), interned: Vec::new() }
        .value(MAX_DEPTH)?
        .ok_or(MarshalError::UnknownType(b'0', 0))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The values that may be referred to; `None` for one that is not complete.
    references: Vec<Option<Value>>,
    /// The interned strings of Python 2.
    interned: Vec<Value>,
}

impl Reader<'_> {
    /// The next value; `None` for the mark that ends a dictionary.
    fn value(&mut self, depth: u32) -> Result<Option<Value>, MarshalError> {
        let depth = depth.checked_sub(1).ok_or(MarshalError::TooDeep)?;
        let start = self.at;
        let [byte] = self.take()?;
        let place = (byte & FLAG_REFERENCED != 0).then(|| {
            self.references.push(None);
            self.references.len() - 1
        });
        let value = match byte & !FLAG_REFERENCED {
            b'0' => return Ok(None),
            b'N' | b'T' | b'F' | b'.' => Value::Singleton,
            b'i' => Value::Number(f64::from(i32::from_le_bytes(self.take()?))),
            b'I' => {
                let low = u32::from_le_bytes(self.take()?);
                let high = i32::from_le_bytes(self.take()?);
                Value::Number(f64::from(high) * 32.0_f64.exp2() + f64::from(low))
            }
            b'l' => self.long()?,
            b'g' => Value::Number(f64::from_le_bytes(self.take()?)),
            b'f' => {
                let length = self.short_length()?;
                let digits = std::str::from_utf8(self.slice(length)?).ok().and_then(|text| text.parse().ok());
                Value::Number(digits.ok_or(MarshalError::UnknownType(byte, start))?)
            }
            b'z' | b'Z' => {
                let length = self.short_length()?;
                self.text(length)?
            }
            b't' => {
                let length = self.length()?;
                let text = self.text(length)?;
                self.interned.push(text.clone());
                text
            }
            b's' | b'u' | b'a' | b'A' => {
                let length = self.length()?;
                self.text(length)?
            }
            b'R' => {
                let index = self.length()?;
                self.interned.get(index).cloned().ok_or(MarshalError::BadReference(start))?
            }
            b'r' => {
                let index = self.length()?;
                self.references.get(index).cloned().flatten().ok_or(MarshalError::BadReference(start))?
            }
            b')' => {
                let length = self.short_length()?;
                self.sequence(length, depth)?
            }
            b'(' | b'[' => {
                let length = self.length()?;
                self.sequence(length, depth)?
            }
            b'{' => self.dictionary(depth)?,
            unknown => return Err(MarshalError::UnknownType(unknown, start)),
        };
        if let Some(reference) = place.and_then(|place| self.references.get_mut(place)) {
            *reference = Some(value.clone());
        }
        Ok(Some(value))
    }

    fn sequence(&mut self, length: usize, depth: u32) -> Result<Value, MarshalError> {
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.value(depth)?.ok_or(MarshalError::UnknownType(b'0', self.at))?);
        }
        Ok(Value::Sequence(items.into()))
    }

    fn dictionary(&mut self, depth: u32) -> Result<Value, MarshalError> {
        let mut items = Vec::new();
        while let Some(key) = self.value(depth)? {
            let value = self.value(depth)?.ok_or(MarshalError::UnknownType(b'0', self.at))?;
            items.push((key, value));
        }
        Ok(Value::Dictionary(items.into()))
    }

    fn long(&mut self) -> Result<Value, MarshalError> {
        let count = i32::from_le_bytes(self.take()?);
        let mut number = 0.0;
        for index in 0..count.unsigned_abs() {
            let digit = f64::from(u16::from_le_bytes(self.take()?));
            let power = i32::try_from(index).unwrap_or(i32::MAX).saturating_mul(DIGIT_BITS);
            number += digit * f64::from(power).exp2();
        }
        Ok(Value::Number(number.copysign(f64::from(count.signum()))))
    }

    fn text(&mut self, length: usize) -> Result<Value, MarshalError> {
        Ok(Value::Text(String::from_utf8_lossy(self.slice(length)?).into()))
    }

    fn length(&mut self) -> Result<usize, MarshalError> {
        usize::try_from(i32::from_le_bytes(self.take()?)).map_err(|_| MarshalError::Truncated)
    }

    fn short_length(&mut self) -> Result<usize, MarshalError> {
        let [length] = self.take()?;
        Ok(usize::from(length))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], MarshalError> {
        self.slice(N)?.try_into().map_err(|_| MarshalError::Truncated)
    }

    fn slice(&mut self, length: usize) -> Result<&[u8], MarshalError> {
        let end = self.at.checked_add(length).ok_or(MarshalError::Truncated)?;
        let found = self.bytes.get(self.at..end).ok_or(MarshalError::Truncated)?;
        self.at = end;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{('é', 2 ** 40, 'é'): [1.5, None]}`, as Python 3.13 writes it.
    const NEW: &[u8] = b"{\xa9\x03\xf4\x02\x00\x00\x00\xc3\xa9\xec\x03\x00\x00\x00\x00\x00\x00\x00\x00\x04r\x01\x00\x00\x00[\x02\x00\x00\x00\xe7\x00\x00\x00\x00\x00\x00\xf8?N0";
    /// `{('a', 7, 'a'): 1.5}`, as Python 2.7 writes it.
    const OLD: &[u8] = b"{(\x03\x00\x00\x00t\x01\x00\x00\x00ai\x07\x00\x00\x00R\x00\x00\x00\x00g\x00\x00\x00\x00\x00\x00\xf8?0";

    fn dictionary(key: [Value; 3], value: Value) -> Value {
        Value::Dictionary([(Value::Sequence(key.into()), value)].into())
    }

    #[test]
    fn values_are_read() {
        let word = |word: &str| Value::Text(word.into());
        let numbers = Value::Sequence([Value::Number(1.5), Value::Singleton].into());
        let new =
            dictionary([word("é"), Value::Number(1024.0 * 1024.0 * 1024.0 * 1024.0), word("é")], numbers);
        assert_eq!(read(NEW), Ok(new));
        assert_eq!(read(OLD), Ok(dictionary([word("a"), Value::Number(7.0), word("a")], Value::Number(1.5))));
    }

    #[test]
    fn nothing_that_is_broken_breaks_the_reader() {
        for whole in [NEW, OLD] {
            for end in 0..whole.len() {
                assert!(read(&whole[..end]).is_err());
                for flip in 1..=u8::MAX {
                    let mut bytes = whole.to_vec();
                    bytes[end] ^= flip;
                    let _ = read(&bytes);
                }
            }
        }
        assert_eq!(read(&b"[\x01\x00\x00\x00".repeat(100_000)), Err(MarshalError::TooDeep));
        assert_eq!(read(b"(\xff\xff\xff\x7f"), Err(MarshalError::Truncated));
    }
}
