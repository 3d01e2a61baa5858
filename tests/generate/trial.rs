//! One generated program, how it is to be rewritten, and what is wrong with the result.

use pyfix::engine::{Outcome, Registry, fix_source};
use pyfix::semantic::{LoneFile, UnknownWorld, World};
use pyfix::text::{Dialect, PythonVersion, Source, Target};

use super::draft::Language;
use super::random::Random;
use super::scenes::{Program, program};
use super::shrink::shrink;
use crate::behaviour::worker::End;
use crate::behaviour::{Comparison, Pair, Shown, compare_quickly};
use crate::support::check::{Setup, try_fix};

/// How long a program may run.
pub const SECONDS: u64 = 3;

/// How much is shown of what a whole program did, in characters.
const LONGEST_REPORT: usize = 6000;

/// A program and how it is rewritten.
pub struct Trial {
    /// What the program comes from.
    pub seed: u64,
    /// The program.
    pub program: Program,
    /// How it is rewritten.
    pub setup: Setup,
    /// Whether fixes are applied that rest on assumptions, so that the behaviour may differ.
    pub assumes: bool,
}

/// A program with which something is wrong.
pub struct Failure {
    seed: u64,
    text: String,
    setup: Setup,
    fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The result breaks what must hold for every result.
    Check(String),
    /// It behaves differently on this Python.
    Behaviour(PythonVersion, String),
}

impl Trial {
    /// The trial of a seed.
    pub fn new(registry: &Registry, seed: u64) -> Self {
        let program = program(seed);
        let mut random = Random::new(!seed);
        let newest = PythonVersion::NEWEST;
        let (dialect, oldest, newest) = match program.language {
            Language::Two => (Dialect::Python2, PythonVersion::PY27, PythonVersion::PY27),
            Language::Both => (Dialect::Python3, PythonVersion::PY27, newest),
            Language::Three => (
                Dialect::Python3,
                PythonVersion::new(3, random.pick(&[6, 7, 8, 8, 8, 10, 11, 12, 13])),
                newest,
            ),
        };
        let world: &'static dyn World = if random.chance(90) { &LoneFile } else { &UnknownWorld };
        let target = Target { oldest, newest };
        let mut setup = Setup { registry: *registry, dialect, target, world, ..Setup::default() };
        // What does not pay by default is looked at all the same.
        let unpaid = ["loop-any-all", "loop-global-lookup", "loop-min-max", "loop-sum", "singleton-new"];
        let often = program.transforms.iter().any(|id| unpaid.contains(id));
        if random.chance(if often { 90 } else { 10 }) {
            let ids = registry.transforms().map(|transform| transform.meta().id.to_owned());
            setup.config.selection.only = Some(ids.collect());
        }
        let assumes = random.chance(10);
        if assumes {
            setup = setup.with_unsafe_fixes();
        }
        Self { seed, program, setup, assumes }
    }

    /// What becomes of the program.
    ///
    /// # Errors
    ///
    /// When the result breaks what must hold for every result.
    pub fn rewrite(&self) -> Result<Outcome, Box<Failure>> {
        try_fix(&self.program.text, &self.setup).map_err(|fault| Box::new(self.failure(Fault::Check(fault))))
    }

    /// What is to be compared.
    pub fn pair(&self, after: &str) -> Pair {
        Pair { before: self.program.text.clone(), after: after.to_owned(), target: self.setup.target }
    }

    /// The failure that the comparison of its pair shows.
    pub fn judge(&self, comparison: &Comparison, pair: &Pair) -> Option<Failure> {
        let shown = telling(comparison)?;
        let report = shown.report(pair);
        Some(self.failure(Fault::Behaviour(shown.version, report)))
    }

    fn failure(&self, fault: Fault) -> Failure {
        Failure { seed: self.seed, text: self.program.text.clone(), setup: self.setup.clone(), fault }
    }
}

impl Failure {
    /// The smallest program found with which the same is wrong.
    pub fn shrunk(&self, registry: &Registry) -> String {
        shrink(&self.text, self.setup.dialect, |text| self.still_fails(text, registry))
    }

    /// Whether the same is wrong with `text`.
    pub fn still_fails(&self, text: &str, registry: &Registry) -> bool {
        let setup = Setup { registry: *registry, ..self.setup.clone() };
        let version = match &self.fault {
            Fault::Behaviour(version, _) => version,
            Fault::Check(fault) => {
                return try_fix(text, &setup).is_err_and(|found| kind(&found) == kind(fault));
            }
        };
        let source = Source::new(text.to_owned(), setup.dialect, setup.target);
        let outcome = fix_source(&source, &setup.registry, &setup.config, setup.world);
        let Some(after) = outcome.text else { return false };
        let target = Target { oldest: *version, newest: *version };
        let pair = Pair { before: text.to_owned(), after, target };
        compare_quickly(&[pair], 1).iter().any(|comparison| telling(comparison).is_some())
    }

    /// All that is known, with the shrunk program, which is kept among the pitfalls on request.
    pub fn report(&self, registry: &Registry) -> String {
        let small = self.shrunk(registry);
        let options = match (self.setup.dialect, self.setup.target.oldest) {
            (Dialect::Python2, _) => " py2".to_owned(),
            (Dialect::Python3, oldest) => format!(" target=py{}{}", oldest.major, oldest.minor),
        };
        let pitfall =
            format!("# found by the generator with seed {}\n# === before{options}\n{small}", self.seed);
        if std::env::var_os("PYFIX_BLESS").is_some() {
            let path = format!("{}/tests/fixtures/pitfalls/G{}.py", env!("CARGO_MANIFEST_DIR"), self.seed);
            std::fs::write(path, &pitfall).unwrap();
        }
        let setup = Setup { registry: *registry, ..self.setup.clone() };
        let after =
            try_fix(&small, &setup).map_or_else(|fault| fault, |outcome| outcome.text.unwrap_or_default());
        let fault = match &self.fault {
            Fault::Check(fault) => fault.clone(),
            Fault::Behaviour(version, shown) => {
                format!("Python {version}\n{}", shown.chars().take(LONGEST_REPORT).collect::<String>())
            }
        };
        format!("{pitfall}--- becomes\n{after}--- the whole program\n{fault}")
    }
}

/// What a broken check says first, before it shows texts.
fn kind(fault: &str) -> &str {
    fault.split(':').next().unwrap_or(fault)
}

/// The first difference that says something: a program that does not end in time shows nothing.
fn telling(comparison: &Comparison) -> Option<&Shown> {
    comparison.differences().find(|shown| shown.before.end != End::TimedOut)
}

/// Compares the pairs of many trials.
pub fn compare(pairs: &[Pair]) -> Vec<Comparison> {
    compare_quickly(pairs, SECONDS)
}
