//! What `docs/evidence.json` says is complete and documented, and the forms that transforms choose follow it.
//!
//! The figures are measured by `tests/evidence/measure.py`; here nothing is timed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use pyfix::edit::Measured;
use pyfix::engine::{Gain, fix_source};
use pyfix::text::{PythonVersion, Source};
use pyfix::transforms::BUILT_IN;
use serde::Deserialize;
use serde_json::Value;

use crate::behaviour::pythons::pythons;
use crate::support::check::Setup;

/// Figures below this are slower than the loop beyond all doubt; `docs/evidence.md` says that tenths mean nothing.
const SLOWER: f64 = 0.9;

/// Another form must be so many times faster, beyond the spread of both, for a choice to be wrong.
const FASTER: f64 = 1.05;

/// Forms that people ask for by name, where a faster one does not exist: their pages say where they are slower. The list
/// in a `join` is so with 100,000 items, not with fewer; the copy of counts is so with 100,000 keys. Nobody knows
/// whether an `any` goes to the end, or whether what is looked for is always the first of a literal list.
const ASKED_FOR: [(&str, &str); 6] = [
    ("string-concat", "percent"),
    ("string-augment-loop", "list"),
    ("nested-loop", "product"),
    ("list-in-consumer", "generator-to-the-end"),
    ("loop-counter", "dict-of-distinct"),
    ("list-literal-membership", "set-for-the-first"),
];

/// The sizes of collections at which a form has to pay.
const LARGE: [&str; 2] = ["1000", "100000"];

#[derive(Deserialize)]
struct Evidence {
    releases: BTreeMap<String, String>,
    cases: Vec<Case>,
}

/// One form of one case.
#[derive(Deserialize)]
struct Case {
    transform: String,
    #[serde(rename = "case")]
    name: String,
    form: String,
    before: String,
    after: String,
    time: BTreeMap<String, BTreeMap<String, Figures>>,
    memory: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Figures {
    speedup: f64,
    low: f64,
    high: f64,
    runs: Vec<f64>,
}

impl Case {
    /// Everything that was measured: times before by times after, memory after by memory before.
    fn ratios(&self) -> Vec<f64> {
        let times = self.time.values().flat_map(|sizes| sizes.values().map(|figures| figures.speedup));
        times.chain(self.memory.values().copied()).collect()
    }

    /// Whether the form was measured to be faster than `other` on `version` beyond the spread with large collections, and
    /// with none of them slower.
    fn is_better(&self, other: &Case, version: &str) -> bool {
        let both =
            |size: &&str| Some((self.time.get(version)?.get(*size)?, other.time.get(version)?.get(*size)?));
        let pairs: Vec<_> = LARGE.iter().filter_map(both).collect();
        pairs.iter().all(|(own, its)| own.speedup >= its.speedup)
            && pairs.iter().any(|(own, its)| own.low > its.high * FASTER)
    }

    /// How many times faster the form is than the loop with large collections, at worst.
    fn speedup(&self, version: &str) -> Option<f64> {
        let sizes = self.time.get(version)?;
        LARGE.iter().filter_map(|size| Some(sizes.get(*size)?.speedup)).reduce(f64::min)
    }
}

fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn evidence() -> Evidence {
    serde_json::from_str(&document("docs/evidence.json")).expect("the schema of docs/evidence.md")
}

#[test]
fn every_transform_is_measured_everywhere() {
    let evidence = evidence();
    let wanted = ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];
    let mut faults = Vec::new();
    for version in wanted.iter().filter(|version| !evidence.releases.contains_key(**version)) {
        faults.push(format!("nothing was measured on Python {version}"));
    }
    for transform in BUILT_IN.transforms().map(|transform| transform.meta().id) {
        if !evidence.cases.iter().any(|case| case.transform == transform) {
            faults.push(format!("no case of {transform}"));
        }
    }
    for case in &evidence.cases {
        for version in evidence.releases.keys() {
            // An f-string cannot run there.
            if version == "2.7" && !case.time.contains_key(version) {
                continue;
            }
            let sizes: BTreeSet<&str> = case.time[version].keys().map(String::as_str).collect();
            if sizes.len() < 3 || case.time[version].values().any(|it| it.low > it.high || it.runs.len() < 2)
            {
                faults.push(format!("{} {} on Python {version} is incomplete", case.name, case.form));
            }
            if version != "2.7" && !case.memory.contains_key(version) {
                faults.push(format!("{} {} on Python {version} has no memory", case.name, case.form));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_schema_is_documented() {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    // Versions and sizes are keys as well.
                    if !name.starts_with(|first: char| first.is_ascii_digit()) {
                        names.insert(name.clone());
                    }
                    collect(member, names);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    collect(&serde_json::from_str(&document("docs/evidence.json")).unwrap(), &mut names);
    let page = document("docs/evidence.md");
    let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/evidence.md does not explain {missing:?}");
}

/// For every case and every oldest Python, what pyfix makes of the loop is a form that was measured there not to be
/// slower than the loop, nor much slower than another form that it makes of the same loop for some other Python.
#[test]
fn chosen_forms_follow_the_evidence() {
    let evidence = evidence();
    let mut by_loop: BTreeMap<(&str, &str), Vec<&Case>> = BTreeMap::new();
    for case in &evidence.cases {
        by_loop.entry((&case.transform, &case.name)).or_default().push(case);
    }
    let (mut faults, mut chosen) = (Vec::new(), 0);
    for ((_, name), forms) in &by_loop {
        // The items are of a known type in some texts, as forms may need.
        for items in ["xs", "\"some words\".split()", "range(9)"] {
            let made: BTreeMap<&str, &Case> = evidence
                .releases
                .keys()
                .filter_map(|version| Some((version.as_str(), choice(forms, items, version)?)))
                .collect();
            chosen += made.len();
            for (version, form) in &made {
                let Some(speedup) = form.speedup(version) else { continue };
                let better = made.values().find(|other| other.is_better(form, version));
                let asked_for = ASKED_FOR.contains(&(form.transform.as_str(), form.form.as_str()));
                let becomes = format!("{name} over {items} on Python {version} becomes {}", form.form);
                if speedup < SLOWER && !asked_for {
                    faults.push(format!("{becomes}: {speedup}"));
                }
                if let Some(better) = better {
                    faults.push(format!("{becomes}: {} is better", better.form));
                }
            }
        }
    }
    assert!(chosen > 200, "only {chosen} choices were recognized");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What people read is what the JSON says: the overview, the plots, the tables of the pages.
#[test]
fn documents_are_those_of_the_figures() {
    let newest = pythons().all().last().expect("a Python");
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence/report.py");
    let output = Command::new(&newest.path).args(["-B", "-E"]).arg(report).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every "1.3 times" in the words of a page was measured for its transform: as a speed, or as memory, of some form on
/// some Python with some size.
#[test]
fn pages_claim_what_was_measured() {
    let evidence = evidence();
    let claims =
        regex::Regex::new(r"(\d[\d,]*(?:\.\d+)?)(?: (?:to|and|or) (\d[\d,]*(?:\.\d+)?))? times\b").unwrap();
    let (mut faults, mut found) = (Vec::new(), 0);
    for transform in BUILT_IN.transforms() {
        let meta = transform.meta();
        let cases: Vec<&Case> = evidence.cases.iter().filter(|case| case.transform == meta.id).collect();
        let measured: Vec<f64> = cases.iter().flat_map(|case| case.ratios()).collect();
        let (words, _) = meta.page.split_once("\n## When").expect("a section on declining");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        for claim in claims.captures_iter(&words) {
            for number in claim.iter().skip(1).flatten() {
                found += 1;
                let claimed: f64 = number.as_str().replace(',', "").parse().unwrap();
                let is_near = |ratio: &f64| (ratio - claimed).abs() <= 0.06 + claimed * 0.05;
                if !measured.iter().any(|ratio| is_near(ratio) || is_near(&ratio.recip())) {
                    faults.push(format!("{}: `{}` was not measured", meta.id, &claim[0]));
                }
            }
        }
    }
    assert!(found > 10, "only {found} claims were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_nearest_python_that_is_not_newer_counts() {
    let copy = Measured { case: "append", form: "comprehension" };
    let at = |major, minor| {
        let gain = Gain::of("loop-append", copy, PythonVersion::new(major, minor));
        gain.map(|gain| gain.version.to_string())
    };
    assert_eq!(at(3, 8).as_deref(), Some("3.8"));
    assert_eq!(at(3, 14).as_deref(), Some("3.13"));
    assert_eq!(at(2, 6).as_deref(), Some("2.7"));
    let unknown = Measured { case: "append", form: "spelling" };
    assert_eq!(Gain::of("loop-append", unknown, PythonVersion::DEFAULT), None);
}

/// The form that a loop becomes where `version` is the oldest Python; `None` where it is no measured one.
fn choice<'c>(forms: &[&'c Case], items: &str, version: &str) -> Option<&'c Case> {
    let setup = Setup::default().for_oldest(PythonVersion::parse(version)?);
    let program = |body: &str| {
        let lines = body.replace("xs", items).replace('\n', "\n    ");
        let result = if body.starts_with("h = ") { "h.items" } else { "r" };
        format!(
            "import re\nfrom itertools import chain, product\nfrom collections import Counter, defaultdict\ndef run(xs, rows, lines, f, Holder):\n    {lines}\n    return {result}\n"
        )
    };
    let source = Source::new(program(&forms.first()?.before), setup.dialect, setup.target);
    let after = fix_source(&source, &setup.registry, &setup.config, setup.world).text?;
    let plain = |text: &str| text.replace("_pattern", "p").split_whitespace().collect::<String>();
    forms.iter().copied().find(|form| plain(&program(&form.after)) == plain(&after))
}
