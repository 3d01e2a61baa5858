//! How fast the parts of the core are, in bytes of source a second: the scan, the parser, the model, the whole, and each
//! transform by itself.
//!
//! `cargo bench` runs everything, `cargo bench -- parse` what has that in its name, and each run says what changed since
//! the one before. `docs/speed.md` says what the figures are good for.

#[expect(dead_code, reason = "the tests also ask where an example stands, and what it becomes")]
#[path = "../tests/pages/examples.rs"]
mod examples;

use std::time::Duration;

use criterion::{Criterion, Throughput};
use pyfix::edit::Applicability;
use pyfix::engine::{Config, Selection, Transform, fix_source, is_looked_into};
use pyfix::semantic::{LoneFile, Model};
use pyfix::syntax::{Regions, parse};
use pyfix::text::{Dialect, Source, Target};
use pyfix::transforms::BUILT_IN;

use examples::{Example, Expected, read_examples};

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Python in which there is something to rewrite here and there.
const SCRIPTS: &str = concat!(
    include_str!("../tests/ecosystem/run.py"),
    include_str!("../tests/ecosystem/share.py"),
    include_str!("../tests/ecosystem/suite_stages.py"),
    include_str!("../tests/evidence/measure.py"),
    include_str!("../tests/evidence/report.py"),
    include_str!("../tests/trust/disturbances.py"),
);

/// What parts functions and classes of the module.
const BETWEEN: &str = "\n\n\n";

/// How many functions a text has for each example of a page.
const COPIES: usize = 4;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .configure_from_args();
    measure_parts(&mut criterion);
    measure_transforms(&mut criterion);
    criterion.final_summary();
}

fn measure_parts(criterion: &mut Criterion) {
    let config = Config { applied: Applicability::Unsafe, ..Config::default() };
    let mut group = criterion.benchmark_group("nothing-to-do");
    let quiet = quiet_text(&config);
    group.throughput(Throughput::Bytes(quiet.len() as u64));
    group.bench_function("scan", |bencher| bencher.iter(|| is_looked_into(&quiet, &BUILT_IN, &config)));
    group.finish();
    let examples: String =
        BUILT_IN.transforms().map(|transform| in_functions(&examples_of(transform), 1)).collect();
    for (name, text) in [("scripts", SCRIPTS), ("examples", &examples)] {
        let sources = Pair::of(text);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(sources.size()));
        group.bench_function("parse", |bencher| {
            bencher
                .iter(|| sources.sum(|source| usize::from(parse(source, &Regions::whole(source)).is_ok())));
        });
        let trees: Vec<_> =
            sources.0.iter().filter_map(|source| parse(source, &Regions::whole(source)).ok()).collect();
        assert_eq!(trees.len(), sources.0.len(), "the text is no Python");
        group.bench_function("model", |bencher| {
            let names = |tree| Model::build(tree).bindings().len();
            bencher.iter(|| trees.iter().map(names).sum::<usize>());
        });
        group.bench_function("fix_source", |bencher| bencher.iter(|| fix_both(&sources, &config)));
        group.finish();
    }
}

fn measure_transforms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transform");
    for transform in BUILT_IN.transforms() {
        let id = transform.meta().id;
        let selection = Selection { only: Some(vec![id.to_owned()]), ..Selection::default() };
        let config = Config { selection, applied: Applicability::Unsafe, ..Config::default() };
        let examples = examples_of(transform);
        // Some look only for what stands in the module itself, such as classes.
        let texts = [in_functions(&examples, COPIES), examples.concat().repeat(COPIES)];
        let pairs = texts.map(|text| Pair::of(&with_scripts(text)));
        let Some(sources) = pairs.iter().find(|sources| fix_both(sources, &config) > 0) else {
            panic!("{id} rewrites nothing of its own page");
        };
        group.throughput(Throughput::Bytes(sources.size()));
        group.bench_function(id, |bencher| bencher.iter(|| fix_both(sources, &config)));
    }
    group.finish();
}

/// How many fixes are made in both texts.
fn fix_both(sources: &Pair, config: &Config) -> usize {
    sources.sum(|source| fix_source(source, &BUILT_IN, config, &LoneFile).fixes.len())
}

/// Two texts that hardly differ: a text that was just parsed is not parsed again.
struct Pair([Source; 2]);

impl Pair {
    fn of(text: &str) -> Self {
        let source = |text: String| Source::new(text, Dialect::Python3, Target::default());
        Self([source(text.to_owned()), source(format!("{text}\n"))])
    }

    fn size(&self) -> u64 {
        self.0.iter().map(|source| source.text().len() as u64).sum()
    }

    fn sum(&self, work: impl Fn(&Source) -> usize) -> usize {
        self.0.iter().map(work).sum()
    }
}

/// The programs of a page that are rewritten.
fn examples_of(transform: &dyn Transform) -> Vec<String> {
    let examples = read_examples(transform.meta().page).unwrap_or_default();
    let is_python2 = |example: &Example| example.options.iter().any(|option| option == "py2");
    let chosen = examples.into_iter().filter(|example| !is_python2(example));
    chosen
        .filter(|example| matches!(example.expected, Expected::Rewritten(_)))
        .map(|example| example.before)
        .collect()
}

/// Functions, each with one of `programs` in its body.
fn in_functions(programs: &[String], copies: usize) -> String {
    let mut text = String::new();
    for (number, program) in programs.iter().cycle().take(programs.len() * copies).enumerate() {
        text.extend(["def f", &number.to_string(), "():\n"]);
        text.extend(program.lines().flat_map(|line| ["    ", line, "\n"]));
    }
    text
}

/// `text` with about as much of the scripts behind it.
fn with_scripts(mut text: String) -> String {
    let wanted = text.len() * 2;
    for part in SCRIPTS.split_inclusive(BETWEEN) {
        if text.len() < wanted {
            text.push_str(part);
        }
    }
    text
}

/// What of the scripts holds no candidate: all of it has to be scanned to know that.
fn quiet_text(config: &Config) -> String {
    let mut quiet = String::new();
    for part in SCRIPTS.split_inclusive(BETWEEN) {
        let longer = format!("{quiet}{part}");
        if !is_looked_into(&longer, &BUILT_IN, config) {
            quiet = longer;
        }
    }
    assert!(!quiet.is_empty(), "all of the text holds candidates");
    quiet.repeat(100_000 / quiet.len() + 1)
}
