//! Random patterns: grown from the grammar of `re`, or made by damaging known ones.

use super::Case;
use super::vocabulary::{ESCAPES, FLAGS, LITERALS, MEMBERS, PIECES, QUANTIFIERS, SEEDS};

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
                    out.push_str(self.pick(QUANTIFIERS));
                }
            }
        }
    }

    fn item(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 9 } else { 16 }) {
            0..=2 => out.push(self.pick(LITERALS)),
            3 | 4 => out.push_str(self.pick(ESCAPES)),
            5 => out.push_str(self.pick(&["^", "$", ".", ".", "."])),
            6 | 7 => self.set(out),
            8 => {
                let reference = if self.one_in(3) {
                    format!("(?P=n{})", self.below(self.named + 1))
                } else {
                    format!("\\{}", self.below(self.groups + 2).max(1))
                };
                out.push_str(&reference);
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
                if self.groups == 0 {
                    self.groups += 1;
                    out.push_str("(a)?");
                }
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
            out.push_str(self.pick(MEMBERS));
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
