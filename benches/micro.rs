//! How fast the parts of the core are, in bytes of source a second: the scan, the parser, the model, the whole, and each
//! transform by itself.
//!
//! `cargo bench` runs everything, `cargo bench -- parse` what has that in its name, and each run says what changed since
//! the one before. `docs/speed.md` says what the figures are good for.

#[expect(dead_code, reason = "the tests also ask where an example stands, and what it becomes")]
#[path = "../tests/pages/examples.rs"]
mod examples;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use pyfix::edit::Applicability;
use pyfix::engine::{Config, Selection, Transform, fix_source, is_looked_into};
use pyfix::semantic::{LoneFile, Model};
use pyfix::syntax::{Regions, parse};
use pyfix::text::{Dialect, Source, Target};
use pyfix::transforms::BUILT_IN;

use examples::{Expected, read_examples};

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Python as people write it, in which there is something to rewrite here and there.
const FILLER: &str = concat!(
    include_str!("../tests/ecosystem/run.py"),
    include_str!("../tests/ecosystem/share.py"),
    include_str!("../tests/ecosystem/suite_stages.py"),
    include_str!("../tests/evidence/measure.py"),
    include_str!("../tests/evidence/report.py"),
    include_str!("../tests/trust/disturbances.py"),
);

/// How many functions a text has for each example of a page, and what part of it is filler.
const COPIES: usize = 20;

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
    let examples: String = BUILT_IN.transforms().map(text_for).collect();
    for (name, text) in [("filler", FILLER.to_owned()), ("examples", examples)] {
        let sources = Pair::of(&text);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(sources.size()));
        group.bench_function("scan", |bencher| {
            bencher.iter(|| sources.each(|source| is_looked_into(source.text(), &BUILT_IN, &config)));
        });
        group.bench_function("parse", |bencher| {
            bencher.iter(|| sources.each(|source| parse(source, &Regions::whole(source)).is_ok()));
        });
        let trees: Vec<_> =
            sources.0.iter().filter_map(|source| parse(source, &Regions::whole(source)).ok()).collect();
        assert_eq!(trees.len(), sources.0.len(), "the text is no Python");
        group.bench_function("model", |bencher| {
            bencher.iter(|| {
                trees.iter().map(|tree| black_box(Model::build(tree)).bindings().len()).sum::<usize>()
            });
        });
        group.bench_function("fix_source", |bencher| bencher.iter(|| fix_both(&sources, &config)));
        group.finish();
    }
}

fn measure_transforms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transform");
    for transform in BUILT_IN.transforms() {
        let id = transform.meta().id;
        let sources = Pair::of(&text_for(transform));
        let selection = Selection { only: Some(vec![id.to_owned()]), ..Selection::default() };
        let config = Config { selection, applied: Applicability::Unsafe, ..Config::default() };
        assert!(fix_both(&sources, &config) > 0, "{id} rewrites nothing of its own page");
        group.throughput(Throughput::Bytes(sources.size()));
        group.bench_function(id, |bencher| bencher.iter(|| fix_both(&sources, &config)));
    }
    group.finish();
}

/// How many fixes are made in both texts.
fn fix_both(sources: &Pair, config: &Config) -> usize {
    sources.each(|source| fix_source(source, &BUILT_IN, config, &LoneFile).fixes.len())
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

    fn each<T>(&self, work: impl Fn(&Source) -> T) -> usize
    where
        T: Into<usize>,
    {
        self.0.iter().map(|source| black_box(work(source)).into()).sum()
    }
}

/// The examples of a page that are rewritten, each in functions of its own, with filler of the same size behind them.
fn text_for(transform: &dyn Transform) -> String {
    let examples = read_examples(transform.meta().page).unwrap_or_default();
    let is_plain = |options: &[String]| !options.iter().any(|option| option == "py2");
    let mut text = String::new();
    for number in 0..COPIES {
        for (index, example) in examples.iter().enumerate() {
            if matches!(example.expected, Expected::Rewritten(_)) && is_plain(&example.options) {
                text.extend(["def f_", &number.to_string(), "_", &index.to_string(), "():\n"]);
                text.extend(example.before.lines().flat_map(|line| ["    ", line, "\n"]));
            }
        }
    }
    let filler: String = FILLER
        .split_inclusive('\n')
        .scan(text.len(), |left, line| {
            *left = left.checked_sub(line.len())?;
            Some(line)
        })
        .collect();
    text + &whole_statements(&filler)
}

/// `text` up to the last statement of the module level that is whole.
fn whole_statements(text: &str) -> String {
    text.rfind("\n\n\n").map_or_else(String::new, |end| format!("{}\n", &text[..end]))
}
