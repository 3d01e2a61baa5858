//! Random patterns: grown from the grammar of `re`, or made by damaging known ones.

use super::Case;

/// Patterns that hold much of the syntax, and what people write, to be damaged.
const SEEDS: &[&str] = &[
    "",
    "a",
    "abc|def|",
    r"^\s*#.*$",
    r"\d+\.\d*|\.\d+",
    r"(?P<name>[A-Za-z_]\w*)=(?P=name)",
    r"(?i)^[a-z]+$",
    r"(?im)^(?:foo|bar)$",
    r"(?x) a b c # comment",
    r"[]abc]",
    r"[^]abc]",
    r"[a\]-]",
    r"[\w.-]+@[\w-]+\.[\w.]+",
    r"(<)?(\w+@\w+(?:\.\w+)+)(?(1)>|$)",
    r#"(?P<quote>["'])?.*?(?(quote)(?P=quote)|)"#,
    r"(a)(b)(c)\1\2\3",
    r"(?<=abc)def",
    r"(?<!a|b)c",
    r"(?<=[ab]{3})c",
    r"(?<=a{2}b?)c",
    r"(?=.*\d)(?!.*x)",
    r"(?i:a)b",
    r"(?-i:a)b",
    r"(?s-im:.)b",
    r"(?x: a b )c",
    r"a{1,2}?b{3}c{,4}d{5,}e{,}f{}g{x}h{1",
    r"(?#comment \) more)a",
    r"\x41\u00e9\U0001F600\101\07\0",
    r"[\x41-\x5a\u0100-\u01ff\b\n\0\101]",
    r"[\d\s\w-]",
    r"(?:a*)*",
    r"(?:a+)+",
    r"(a|b)*?c",
    r"(?:(?:(?:a)))",
    r"(?:^a|b$)",
    r"(?:^)*",
    r"(?:)*",
    r"()*",
    r"(|a)+",
    r"[[a]",
    r"[^[a]",
    r"[a--b]",
    r"[a&&b]",
    r"[a||b]",
    r"[~~]",
    r"a*+b",
    r"(?>a)",
    r"\N{DIGIT ONE}",
    r"\z\Z\A\b\B",
    r"%(?:\((?P<key>.*?)\))?(?P<modifiers>[-#0-9 +*.hlL]*?)[eEfFgGdiouxXcrs%]",
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:T(?P<h>\d\d))?",
    r"^(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$",
    r"(\()?[^()]+(?(1)\))",
    r"(a)?(?(1)b)",
    r"(a)?(?(1)[bc])",
    r"(a)?(?(1)b|c|d)",
    r"(?a)\w",
    r"(?u)\w",
    r"(?L)\w",
    r"(?ix)  a  # (\n b ) [",
    "  a  # one ( \\\n two\n [ #]+ \\# \\ b",
    "(?x)a *  # spaces before\n ?",
    "é[à-ü]ß{2}",
    "[\u{4e00}-\u{9fff}]+",
    "[\u{10000}-\u{10ffff}]",
    "\\",
    "(?",
    "(?P",
    "(?P<",
    "(?P<a",
    "(?P<a>",
    "[",
    "[^",
    "[a",
    "[a-",
    ")",
    "*",
    "{2}",
    "a**",
    "a??+",
    "(?i)*",
    "a(?i)b",
    "(?P<a>b)(?P<a>c)",
    "(?<=(a))b",
    r"(a)(?<=\1)b",
    r"(a\1)",
    r"\8",
    r"[\8]",
    r"\400",
    r"[\400]",
    r"\400|(a)",
    "a{65534}",
    "a{65535}",
    "a{4294967295}",
    "a{2,1}",
    "(?=a)*",
    "^*",
    r"\b+",
    "$?",
];

/// Short pieces that a damaged pattern receives.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "*",
    "+",
    "?",
    "|",
    "^",
    "$",
    ".",
    "-",
    "\\",
    "#",
    " ",
    "\n",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?P<",
    "(?P=",
    "(?(1)",
    "(?i)",
    "(?i:",
    "(?-x:",
    "(?x:",
    "(?#",
    ">",
    "a",
    "b",
    "1",
    "7",
    "9",
    "0",
    ",",
    "&",
    "~",
    "&&",
    "--",
    "{2}",
    "{0,3}",
    "{,}",
    "\\1",
    "\\2",
    "\\12",
    "\\123",
    "\\x",
    "\\x4",
    "\\u00",
    "\\d",
    "\\W",
    "\\b",
    "\\Z",
    "\\A",
    "\\B",
    "\\t",
    "\\q",
    "\\-",
    "\\]",
    "\\ ",
    "\x12",
    "\x0f",
    "é",
    "\u{17f}",
    "\u{130}",
    "\u{1F600}",
    "??",
    "*?",
    "[^",
    "[]",
    "x",
    "i",
    ":",
    "=",
    "!",
    "<",
    "(?P<n>",
    "(?(n)",
    "(?P=n)",
    "\t",
    "\x0b",
    "_",
];

const FLAGS: &[u16] = &[0, 0, 0, 2, 8, 16, 32, 64, 64, 2 | 64, 256, 2 | 32, 2 | 256, 2 | 8 | 16 | 64];

/// An endless supply of patterns, the same for the same seed.
pub struct Generator {
    state: u64,
    known: Vec<Case>,
    groups: usize,
    named: usize,
}

impl Generator {
    /// Patterns that also damage those `known`.
    pub fn new(seed: u64, mut known: Vec<Case>) -> Self {
        known.extend(SEEDS.iter().map(|seed| Case { pattern: (*seed).to_owned(), bytes: false, flags: 0 }));
        Self { state: seed, known, groups: 0, named: 0 }
    }

    /// A number below `bound`, by the `SplitMix64` recurrence.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn damaged(&mut self) -> Case {
        let number = self.below(self.known.len());
        let mut case = self.known[number].clone();
        let mut characters: Vec<char> = case.pattern.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(characters.len() + 1);
            match self.below(5) {
                0 if at < characters.len() => drop(characters.remove(at)),
                1 if at < characters.len() => {
                    let end = (at + 1 + self.below(6)).min(characters.len());
                    let copied: Vec<char> = characters[at..end].to_vec();
                    let to = self.below(characters.len() + 1);
                    characters.splice(to..to, copied);
                }
                2 => {
                    let other = self.below(self.known.len());
                    let other: Vec<char> = self.known[other].pattern.chars().collect();
                    let from = self.below(other.len() + 1);
                    let end = (from + self.below(12)).min(other.len());
                    characters.splice(at..at, other[from..end].iter().copied());
                }
                _ => {
                    let piece = self.pick(PIECES);
                    characters.splice(at..at, piece.chars());
                }
            }
        }
        if self.one_in(3) {
            case.flags = self.pick(FLAGS);
        }
        case.pattern = characters.into_iter().collect();
        case
    }

    fn grown(&mut self) -> Case {
        (self.groups, self.named) = (0, 0);
        let mut pattern = String::new();
        if self.one_in(8) {
            pattern.push_str(self.pick(&["(?i)", "(?x)", "(?ms)", "(?u)", "(?a)", "(?ix)", "(?m)(?i)"]));
        }
        self.alternatives(3, &mut pattern);
        Case { pattern, bytes: false, flags: self.pick(FLAGS) }
    }

    fn alternatives(&mut self, depth: usize, out: &mut String) {
        for number in 0..=self.pick(&[0, 0, 0, 1, 2]) {
            if number > 0 {
                out.push('|');
            }
            for _ in 0..self.pick(&[0, 1, 1, 2, 2, 3, 4]) {
                self.item(depth, out);
                if self.one_in(3) {
                    out.push_str(self.pick(&[
                        "*", "+", "?", "*?", "+?", "??", "{2}", "{,3}", "{1,}", "{0,2}?", "{18}", "{0}",
                        "{15,18}", "{3", "{x}", "{}", "*+", "{2}{3}", " *", "(?#)?",
                    ]));
                }
            }
        }
    }

    fn item(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 9 } else { 16 }) {
            0..=2 => out.push(self.pick(&[
                'a',
                'b',
                'I',
                's',
                'k',
                '1',
                '-',
                ' ',
                '#',
                '\n',
                '}',
                ']',
                '"',
                '\x12',
                '\x0f',
                '\x10',
                'é',
                'ſ',
                'İ',
                'ı',
                'µ',
                'K',
                '\u{10400}',
                '\u{345}',
                '<',
                '&',
                ':',
                ',',
                '=',
                '!',
                '{',
                '/',
                '\t',
                '\x00',
                'ÿ',
            ])),
            3 | 4 => out.push_str(self.pick(&[
                "\\d",
                "\\D",
                "\\s",
                "\\S",
                "\\w",
                "\\W",
                "\\b",
                "\\B",
                "\\A",
                "\\Z",
                "\\n",
                "\\\\",
                "\\.",
                "\\0",
                "\\07",
                "\\012",
                "\\101",
                "\\377",
                "\\400",
                "\\x41",
                "\\xff",
                "\\u0130",
                "\\u017f",
                "\\U0001F600",
                "\\ ",
                "\\#",
                "\\-",
                "\\(",
                "\\é",
                "\\a",
                "\\v",
                "\\f",
                "\\r",
                "\\t",
                "\\_",
                "\\q",
                "\\z",
                "\\x4",
            ])),
            5 => out.push_str(self.pick(&["^", "$", ".", ".", "."])),
            6 | 7 => self.set(out),
            8 => {
                let number = self.below(self.groups + 2).max(1);
                let name = self.below(self.named + 1);
                match self.below(3) {
                    0 => out.push_str(&format!("(?P=n{name})")),
                    _ => out.push_str(&format!("\\{number}")),
                }
            }
            9 | 10 => self.wrapped("(", depth, out),
            11 => {
                let opener = self.pick(&["(?:", "(?:", "(?i:", "(?x:", "(?-i:", "(?s-x:", "(?a:", "(?>"]);
                self.wrapped(opener, depth, out);
            }
            12 => {
                let opener = format!("(?P<n{}>", self.named);
                self.named += 1;
                self.wrapped(&opener, depth, out);
            }
            13 => {
                let opener = self.pick(&["(?=", "(?!"]);
                self.wrapped(opener, depth, out);
            }
            14 => {
                let opener = self.pick(&["(?<=", "(?<!"]);
                self.wrapped(opener, depth - 1, out);
            }
            _ => {
                let target = match self.below(3) {
                    0 => format!("n{}", self.below(self.named + 1)),
                    _ => self.below(self.groups + 2).to_string(),
                };
                self.wrapped(&format!("(?({target})"), depth, out);
            }
        }
    }

    fn wrapped(&mut self, opener: &str, depth: usize, out: &mut String) {
        if opener == "(" || opener.starts_with("(?P") {
            self.groups += 1;
        }
        out.push_str(opener);
        self.alternatives(depth.saturating_sub(1), out);
        if !self.one_in(60) {
            out.push(')');
        }
    }

    fn set(&mut self, out: &mut String) {
        out.push('[');
        if self.one_in(3) {
            out.push('^');
        }
        for _ in 0..self.pick(&[1, 1, 2, 3, 4]) {
            out.push_str(self.pick(&[
                "a",
                "z",
                "]",
                "^",
                "-",
                "[",
                "a-z",
                "A-Z",
                "0-9",
                "\\d",
                "\\W",
                "\\s",
                "\\]",
                "\\-",
                "\\b",
                "\\n",
                "\\0",
                "\\101",
                "\\x12",
                "\\xe1\\xe4",
                "\\u0100-\\u0200",
                "é",
                "à-ü",
                "&",
                "|",
                "~",
                "+--",
                "!-/",
                " ",
                "#",
                "\\t-\\x12",
                "ſ",
                "K",
                "İ",
                "(",
                ".",
                "\u{10400}-\u{10450}",
                "\\1",
                "\\8",
                "\\400",
                "z-a",
                "\\d-z",
                "\u{0}-\u{12}",
                "\u{370}-\u{3ff}",
                "\u{12}",
                "\u{0f}",
            ]));
        }
        out.push(']');
    }
}

impl Iterator for Generator {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let mut case = if self.one_in(3) { self.damaged() } else { self.grown() };
        let fits_bytes = case.pattern.chars().all(|c| u32::from(c) < 0x100);
        case.bytes = fits_bytes && self.one_in(4);
        Some(case)
    }
}
