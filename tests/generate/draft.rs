//! A program while it is written: lines, the names in reach, and the hazards that it may meet.

use std::collections::BTreeSet;

use super::random::Random;

/// The language of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3 alone.
    Three,
    /// Both.
    Both,
    /// Python 2 alone.
    Two,
}

/// The body that statements are written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// That of the file.
    Module,
    /// A function's.
    Function,
    /// A function's within a function.
    Nested,
    /// A method's, whose first parameter is `self`.
    Method,
    /// A class's.
    Class,
    /// That of a function which yields.
    Generator,
    /// That of a coroutine.
    Async,
}

/// A program in the making.
pub struct Draft {
    /// Where choices come from.
    pub random: Random,
    /// Its language.
    pub language: Language,
    /// The body being written.
    pub frame: Frame,
    /// Names that hold a value where the next line stands.
    pub values: Vec<String>,
    /// Collections that are being filled there.
    pub receivers: Vec<String>,
    /// The hazards that it has met.
    pub hazards: BTreeSet<&'static str>,
    /// The hazard that it is written for.
    pub sought: Option<&'static str>,
    /// The hazards that it may meet.
    allowed: BTreeSet<&'static str>,
    lines: Vec<String>,
    depth: usize,
}

impl Draft {
    /// An empty program, which may meet some of `hazards`; next to one that is `sought`, fewer of the others.
    pub fn new(
        mut random: Random,
        language: Language,
        hazards: &[&'static str],
        sought: Option<&'static str>,
    ) -> Self {
        let budgets: &[usize] =
            if sought.is_some() { &[0, 0, 0, 1, 1, 2, 3] } else { &[0, 1, 2, 2, 3, 4, 5, 7] };
        let budget = random.pick(budgets);
        let allowed = (0..budget).map(|_| random.pick(hazards)).chain(sought).collect();
        Self {
            random,
            language,
            frame: Frame::Module,
            values: Vec::new(),
            receivers: Vec::new(),
            hazards: BTreeSet::new(),
            sought,
            allowed,
            lines: Vec::new(),
            depth: 0,
        }
    }

    /// The text so far.
    pub fn text(&self) -> String {
        self.lines.concat()
    }

    /// Lets `write` add something that meets no hazard.
    pub fn plainly(&mut self, write: impl FnOnce(&mut Self)) {
        let allowed = std::mem::take(&mut self.allowed);
        write(self);
        self.allowed = allowed;
    }

    /// Whether to meet `hazard` here; it is counted then.
    pub fn risk(&mut self, hazard: &'static str) -> bool {
        let meets = self.allowed.contains(hazard) && self.random.chance(80);
        if meets {
            self.hazards.insert(hazard);
        }
        meets
    }

    /// Whether it may meet one of `hazards`, which is not counted.
    pub fn may_meet(&self, hazards: &[&str]) -> bool {
        hazards.iter().any(|hazard| self.allowed.contains(hazard))
    }

    /// Whether the text is only for Python 3.
    pub fn is_three(&self) -> bool {
        self.language == Language::Three
    }

    /// Adds a line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("{}{}\n", "    ".repeat(self.depth), text.as_ref()));
    }

    /// Adds a compound statement; what its body binds is known in the body only.
    pub fn block(&mut self, header: impl AsRef<str>, body: impl FnOnce(&mut Self)) {
        self.line(header);
        self.depth += 1;
        let (known, lines) = (self.values.clone(), self.lines.len());
        body(self);
        if self.lines.len() == lines {
            self.line("pass");
        }
        self.values = known;
        self.depth -= 1;
    }

    /// Adds a function or class with a body of the kind `frame`, in which only `values` are known besides what
    /// is known around it.
    pub fn body(
        &mut self,
        header: impl AsRef<str>,
        frame: Frame,
        values: &[&str],
        body: impl FnOnce(&mut Self),
    ) {
        let around = (self.frame, self.receivers.clone());
        self.frame = frame;
        self.block(header, |draft| {
            draft.receivers.clear();
            draft.values.extend(values.iter().map(|&value| value.to_owned()));
            body(draft);
        });
        (self.frame, self.receivers) = around;
    }

    /// Adds a line that shows values.
    pub fn show(&mut self, values: &str) {
        let own = self.chance(65);
        match self.language {
            _ if own => self.line(format!("show({values})")),
            Language::Two => self.line(format!("print shown([{values}])")),
            Language::Both | Language::Three => self.line(format!("print(shown([{values}]))")),
        }
    }

    /// One of the names that hold a value, the newest more often; a number where there is none.
    pub fn name(&mut self) -> String {
        match self.values.len() {
            0 => self.random.pick(&["1", "2"]).to_owned(),
            count if self.random.chance(60) => self.values[count - 1].clone(),
            count => self.values[self.random.below(count)].clone(),
        }
    }

    /// One of `choices`.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        self.random.pick(choices)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    /// `except` with a name for the exception.
    pub fn except(&mut self, kinds: &str) -> String {
        let old = self.chance(60) && self.language == Language::Two;
        if old { format!("except {kinds}, error:") } else { format!("except {kinds} as error:") }
    }
}
