//! A look at the bytes of a text for tokens that only one of Python 2 and Python 3 has.
//!
//! It may take for a token what is none, but skips no token of Python 2 outside strings and comments. It
//! proves nothing: `dialect` parses what it points at.

/// What was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Something that could be Python 2's own.
    pub python2: bool,
    /// Something that could be Python 3's own.
    pub python3: bool,
}

/// Looks at every token of `text`.
pub(super) fn hints(text: &str) -> Hints {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
        previous: b'\n',
        before: b'\n',
        watch: Watch::Nothing,
        print_call: false,
        hints: Hints::default(),
    };
    while let Some(byte) = scan.byte(0) {
        scan.step(byte);
    }
    scan.hints
}

/// A construct in which a comma or a bracket would tell something, and the bracket depth that it is at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    Nothing,
    /// `raise` or `except`, where a comma tells.
    Comma(u32),
    /// `def` or `lambda`, where an opening bracket after a bracket or comma tells.
    Parameters(u32),
    /// A comprehension's `in`, where a comma tells.
    Iterable(u32),
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
    /// The last byte that was neither blank nor comment; a line feed at the beginning of a statement.
    previous: u8,
    /// The one before it.
    before: u8,
    watch: Watch,
    /// Whether the statement begins with a call of `print`.
    print_call: bool,
    hints: Hints,
}

impl Scan<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn at_statement(&self) -> bool {
        matches!(self.previous, b'\n' | b';' | b':')
    }

    fn consume(&mut self, byte: u8) {
        self.at += 1;
        self.before = std::mem::replace(&mut self.previous, byte);
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\x0c' => self.at += 1,
            b'\\' => self.at += if self.byte(1) == Some(b'\r') { 3 } else { 2 },
            b'#' => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b'\n' => {
                self.at += 1;
                if self.depth == 0 {
                    self.previous = b'\n';
                    self.watch = Watch::Nothing;
                    self.print_call = false;
                }
            }
            b'\'' | b'"' => self.string(),
            b'0'..=b'9' => self.number(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.word(),
            _ => self.operator(byte),
        }
    }

    fn string(&mut self) {
        let Some(quote) = self.byte(0) else { return };
        let triple = self.byte(1) == Some(quote) && self.byte(2) == Some(quote);
        let width = if triple { 3 } else { 1 };
        self.at += width;
        while let Some(byte) = self.byte(0) {
            if byte == b'\\' {
                self.at += 2;
                continue;
            }
            if byte == quote && (!triple || (self.byte(1) == Some(quote) && self.byte(2) == Some(quote))) {
                self.at += width;
                break;
            }
            if byte == b'\n' && !triple {
                break;
            }
            self.at += 1;
        }
        self.before = std::mem::replace(&mut self.previous, quote);
    }

    fn number(&mut self) {
        let start = self.at;
        while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        let zero = text.first() == Some(&b'0') && text.get(1).is_some_and(u8::is_ascii_digit);
        self.hints.python2 |= zero || matches!(text.last(), Some(b'l' | b'L'));
        self.hints.python3 |= text.contains(&b'_');
        self.before = std::mem::replace(&mut self.previous, b'0');
    }

    fn word(&mut self) {
        let start = self.at;
        while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80) {
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        let opens_statement = self.at_statement();
        if matches!(self.byte(0), Some(b'\'' | b'"')) && word.len() <= 2 {
            let lower = word.to_ascii_lowercase();
            self.hints.python2 |= lower == b"ur";
            self.hints.python3 |= lower == b"rb" || lower.contains(&b'f') || lower.contains(&b't');
        }
        match word {
            b"print" if opens_statement => {
                let next = self.next_significant();
                self.print_call = next == Some(b'(');
                let nothing = b"(=.,:;)]}-+*/%&|^@!<\n#";
                self.hints.python2 |= next.is_some_and(|next| !nothing.contains(&next));
            }
            b"exec" if opens_statement => {
                let next = self.next_significant();
                self.hints.python2 |= next.is_some_and(|next| !b"=.,:;)\n#".contains(&next));
            }
            b"raise" | b"except" => self.watch = Watch::Comma(self.depth),
            b"def" | b"lambda" => self.watch = Watch::Parameters(self.depth),
            b"in" if self.depth > 0 => self.watch = Watch::Iterable(self.depth),
            b"nonlocal" | b"async" => self.hints.python3 = true,
            b"match" | b"type" if opens_statement => {
                let next = self.next_significant();
                self.hints.python3 |= next.is_some_and(|next| !b"=.,:;)\n#".contains(&next));
            }
            b"from" if !opens_statement => self.hints.python3 = true,
            _ => {}
        }
        self.before = self.previous;
        // `lambda` opens its parameters as a bracket does.
        self.previous = if word == b"lambda" { b'(' } else { b'a' };
    }

    /// The next byte that is no blank; a line that is continued counts as one with the next.
    fn next_significant(&self) -> Option<u8> {
        let mut ahead = 0;
        loop {
            match self.byte(ahead) {
                Some(b' ' | b'\t' | b'\x0c' | b'\r') => ahead += 1,
                Some(b'\\') => ahead += if self.byte(ahead + 1) == Some(b'\r') { 3 } else { 2 },
                other => return other,
            }
        }
    }

    fn operator(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => {
                if let Watch::Parameters(depth) = self.watch {
                    let inside = self.depth <= depth + 1;
                    self.hints.python2 |= byte == b'(' && inside && matches!(self.previous, b'(' | b',');
                }
                self.depth += 1;
            }
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b',' => {
                self.hints.python2 |= match self.watch {
                    Watch::Comma(depth) | Watch::Iterable(depth) => depth == self.depth,
                    Watch::Nothing | Watch::Parameters(_) => false,
                };
            }
            b':' if self.byte(1) == Some(b'=') => self.hints.python3 = true,
            b':' => {
                // An annotation, or at the end of what is watched.
                if let Watch::Parameters(depth) = self.watch
                    && self.depth > depth
                {
                    self.hints.python3 = true;
                } else if self.depth == 0 && !self.at_line_end() {
                    self.hints.python3 |= self.watch == Watch::Nothing && self.is_annotation();
                }
                if matches!(self.watch, Watch::Comma(depth) if depth == self.depth) {
                    self.watch = Watch::Nothing;
                }
            }
            b'*' => {
                self.hints.python3 |= matches!(self.previous, b'(' | b',' | b'[' | b'{' | b'=' | b'\n');
            }
            b'/' => self.hints.python3 |= matches!(self.previous, b',' | b'('),
            b'=' if self.depth > 0 => self.hints.python3 |= self.watch == Watch::Nothing && self.in_class(),
            b'>' if self.previous == b'-' => self.hints.python3 = true,
            b'>' if self.previous == b'<' => self.hints.python2 = true,
            b'`' => self.hints.python2 = true,
            b'%' if self.print_call && self.previous == b')' => self.hints.python2 = true,
            b'@' if !self.at_statement() => self.hints.python3 = true,
            b'.' if self.previous == b'.' && self.before == b'.' => self.hints.python3 = true,
            0x80.. => self.hints.python3 = true,
            _ => {}
        }
        self.consume(byte);
    }

    fn at_line_end(&self) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        matches!(next, None | Some(b'\n' | b'#'))
    }

    /// Whether the line so far is a name, an attribute or a subscript: what an annotation can follow.
    fn is_annotation(&self) -> bool {
        let line = self.line_so_far();
        line.first().is_some_and(|byte| !byte.is_ascii_digit())
            && !line.is_empty()
            && !line.iter().any(|byte| matches!(byte, b' ' | b'(' | b'{'))
            && !matches!(line, b"else" | b"try" | b"finally" | b"lambda")
    }

    fn in_class(&self) -> bool {
        self.line_so_far().starts_with(b"class ")
    }

    fn line_so_far(&self) -> &[u8] {
        let before = self.bytes.get(..self.at).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        before.get(start..).unwrap_or_default().trim_ascii()
    }
}
