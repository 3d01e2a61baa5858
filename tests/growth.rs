//! Ten times as many functions take ten times as many steps: no transform holds every candidate against the whole file.

use pyfix::engine::{Config, Selection, Skip, fix_source};
use pyfix::text::Source;
use pyfix::transforms::BUILT_IN;

use crate::pages::programs;
use crate::support::check::Setup;

const FEW: usize = 100;

/// By how much ten times as many functions may cost more, in tenths: logarithms have to go somewhere.
const ALLOWED: u64 = 110;

/// A text of functions with the programs of one page in their bodies, those that come out in one way.
struct Crowd {
    name: String,
    setup: Setup,
    programs: Vec<String>,
}

impl Crowd {
    fn text(&self, functions: usize) -> String {
        let body = |program: &String| program.lines().map(|line| format!("    {line}\n")).collect::<String>();
        let bodies: Vec<String> = self.programs.iter().map(body).collect();
        (0..functions).map(|number| format!("def f{number}():\n{}", bodies[number % bodies.len()])).collect()
    }

    /// Whether `text` is looked at to the end with so much effort.
    fn is_judged(&self, text: &str, max_effort: u64) -> bool {
        let Setup { registry, dialect, target, world, .. } = self.setup;
        let source = Source::new(text.to_owned(), dialect, target);
        let config = Config { max_effort, ..self.setup.config.clone() };
        match fix_source(&source, &registry, &config, world).skipped {
            None => true,
            Some(Skip::TooCostly { .. }) => false,
            Some(skip) => panic!("{}: {skip}", self.name),
        }
    }

    /// The least effort with which `text` is judged, to a hundredth.
    fn effort(&self, text: &str) -> u64 {
        let mut enough = 1 << 10;
        while !self.is_judged(text, enough) {
            enough *= 2;
        }
        let mut too_little = enough / 2;
        while enough - too_little > enough / 100 {
            let middle = u64::midpoint(enough, too_little);
            if self.is_judged(text, middle) {
                enough = middle;
            } else {
                too_little = middle;
            }
        }
        enough
    }
}

/// For every transform, the examples of its page that are rewritten, and those that are declined.
fn crowds() -> Vec<Crowd> {
    let mut crowds = Vec::new();
    for meta in BUILT_IN.transforms().map(|transform| transform.meta()) {
        let default = Setup::default().with_unsafe_fixes();
        let of_page = programs(meta, &BUILT_IN);
        for is_rewritten in [true, false] {
            let fits = |it: &&crate::pitfalls::Program| {
                let name = format!("{} rewritten ", meta.id);
                it.setup.dialect == default.dialect && it.name.starts_with(&name) == is_rewritten
            };
            let chosen: Vec<_> = of_page.iter().filter(fits).collect();
            let Some(first) = chosen.first() else { continue };
            let mut setup = Setup { target: first.setup.target, ..default.clone() };
            setup.config.selection = Selection { only: Some(vec![meta.id.to_owned()]), ..Selection::default() };
            let what = if is_rewritten { "rewritten" } else { "declined" };
            let mut crowd = Crowd { name: format!("{} {what}", meta.id), setup, programs: Vec::new() };
            for program in chosen {
                // `from m import *` cannot stand in a function.
                let alone = Crowd { name: String::new(), setup: crowd.setup.clone(), programs: vec![program.text.clone()] };
                let source = Source::new(alone.text(1), default.dialect, alone.setup.target);
                let outcome = fix_source(&source, &BUILT_IN, &alone.setup.config, alone.setup.world);
                if outcome.skipped.is_none() {
                    crowd.programs.push(program.text.clone());
                }
            }
            crowds.push(crowd);
        }
    }
    crowds
}

#[test]
fn ten_times_the_functions_take_ten_times_the_steps() {
    let mut faults = Vec::new();
    for crowd in crowds() {
        let few = crowd.effort(&crowd.text(FEW));
        let many = crowd.text(FEW * 10);
        if !crowd.is_judged(&many, few * ALLOWED / 10) {
            let times = crowd.effort(&many) as f64 / few as f64;
            faults.push(format!("{}: {times:.1} times the steps", crowd.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
