//! The documents under `docs/` say what the code says: generated ones are up to date, names and links in the
//! others lead somewhere.
//!
//! `PYFIX_BLESS=1` writes the generated documents anew.

#[path = "docs/sorted_list_copy.rs"]
mod sorted_list_copy;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pyfix::engine::{Meta, Registry, Transform};
use pyfix::semantic::Reason;
use pyfix::transforms::BUILT_IN;

use crate::pages::check_page;
use crate::support::diff::diff;
use sorted_list_copy::SortedListCopy;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Checks that the document at `path` is `wanted`, or makes it so on request.
fn check_generated(path: &str, wanted: &str) {
    if std::env::var_os("PYFIX_BLESS").is_some() {
        std::fs::write(root().join(path), wanted).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(root().join(path)).unwrap_or_default();
    assert!(
        committed == wanted,
        "{path} is stale; run the tests with PYFIX_BLESS=1:\n{}",
        diff(wanted, &committed)
    );
}

const GUARDS_HEAD: &str = "\
# Guards

Generated from the comments in `src/semantic/guards/`; `PYFIX_BLESS=1 cargo test docs` writes it anew.

The questions that a transform can ask. The Python under each is what would break if nobody asked;
[guards-on-trial.md](guards-on-trial.md) names a program that does break for every refusal.
";

/// What is written about a public function.
struct Documented {
    name: String,
    /// From the name to the brace, on one line.
    signature: String,
    comment: String,
}

impl Documented {
    fn refuses(&self) -> bool {
        self.signature.contains("-> Guarded")
    }

    /// Whether it is a question about a program.
    fn is_guard(&self) -> bool {
        self.refuses() || self.signature.contains("&Facts<")
    }
}

/// The public functions of a Rust source with their comments, in order.
fn documented_functions(source: &str) -> Vec<Documented> {
    let mut found = Vec::new();
    let mut comment = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("///") {
            comment.extend([text.strip_prefix(' ').unwrap_or(text), "\n"]);
            continue;
        }
        if let Some(start) = line.strip_prefix("pub fn ") {
            let mut signature = start.to_owned();
            while !signature.contains('{') {
                signature.extend([" ", lines.next().expect("a function has a body").trim()]);
            }
            let (signature, _) = signature.split_once('{').expect("it was found above");
            let signature = signature.replace("( ", "(").replace(", )", ")").trim().to_owned();
            let name = signature.split(['(', '<']).next().unwrap_or_default().to_owned();
            found.push(Documented { name, signature, comment: std::mem::take(&mut comment) });
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    found
}

fn guards() -> Vec<Documented> {
    let index = read("src/semantic/guards.rs");
    let modules = index.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let sources = modules.map(|module| read(format!("src/semantic/guards/{module}.rs")));
    let mut all: Vec<Documented> = sources.flat_map(|source| documented_functions(&source)).collect();
    all.retain(Documented::is_guard);
    all
}

fn render_guard(guard: &Documented) -> String {
    let comment = guard.comment.replace("# Errors\n\n", "**Refuses**: ");
    format!("\n### `{}`\n\n{comment}\n```rust\n{}\n```\n", guard.name, guard.signature)
}

#[test]
fn the_list_of_guards_is_up_to_date() {
    let (refusing, asking): (Vec<_>, Vec<_>) = guards().into_iter().partition(Documented::refuses);
    let mut text = GUARDS_HEAD.to_owned();
    text.push_str("\n## Guards that refuse\n\nUsed with `?`: a refusal becomes the verdict.\n");
    text.extend(refusing.iter().map(render_guard));
    text.push_str("\n## Questions\n\nTheir answer chooses between forms of a rewrite.\n");
    text.extend(asking.iter().map(render_guard));
    check_generated("docs/guards.md", &text);
}

#[test]
fn every_guard_that_refuses_shows_what_it_protects() {
    let guards = guards();
    assert!(guards.len() > 10, "the guards are gone");
    for guard in guards.iter().filter(|guard| guard.refuses()) {
        let (name, comment) = (&guard.name, &guard.comment);
        assert!(comment.contains("```python\n"), "`{name}` stands under no Python");
        assert!(comment.contains("# Errors\n"), "`{name}` does not say when it refuses");
    }
}

#[test]
fn functions_are_found_with_their_comments() {
    let source = "/// One.\n///\n/// Two.\n#[must_use]\npub fn a(\n    facts: &Facts<'_>,\n) -> Guarded {\n    b()\n}\n\
                  /// No function.\npub struct S;\n\npub fn c(x: u8) -> u8 { x }\n";
    let found: Vec<_> =
        documented_functions(source).into_iter().map(|it| (it.name, it.signature, it.comment)).collect();
    let row = |name: &str, signature: &str, comment: &str| {
        (name.to_owned(), signature.to_owned(), comment.to_owned())
    };
    let expected =
        [row("a", "a(facts: &Facts<'_>) -> Guarded", "One.\n\nTwo.\n"), row("c", "c(x: u8) -> u8", "")];
    assert_eq!(found, expected);
}

const TRANSFORMS_HEAD: &str = "\
# Transforms

Generated from the transforms; `PYFIX_BLESS=1 cargo test docs` writes it anew. Each has a page with examples, which
`pyfix explain ID` prints too. In place of *name* in a reason stands the name or expression that a decline is about.

| Transform | What it does | From Python |
|---|---|---|
";

const REASONS_HEAD: &str = "
| Reason | What is in the way | What would allow the fix |
|---|---|---|
";

fn reason_row(reason: Reason) -> String {
    let sentence = reason.template().replace("{}", "*name*").replace('|', "\\|");
    format!("| `{}` | {sentence} | {} |\n", reason.id(), reason.advice().replace('|', "\\|"))
}

#[test]
fn the_list_of_transforms_is_up_to_date() {
    let mut text = TRANSFORMS_HEAD.to_owned();
    let all: Vec<&Meta> = BUILT_IN.transforms().map(pyfix::engine::Transform::meta).collect();
    for meta in &all {
        let (id, summary) = (meta.id, meta.summary.replace('|', "\\|"));
        writeln!(text, "| [{id}](../transforms/{id}.md) | {summary} | {} |", meta.oldest).unwrap();
    }
    for meta in &all {
        write!(text, "\n## When `{}` declines\n{REASONS_HEAD}", meta.id).unwrap();
        text.extend(meta.reasons.iter().copied().map(reason_row));
    }
    check_generated("docs/transforms.md", &text);
}

/// `document` with every file that it shows (a fence below `<!-- path -->`) as that file is now.
fn with_files(document: &str) -> String {
    let mut text = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        text.extend([line, "\n"]);
        let Some(path) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) else {
            continue;
        };
        let fence = lines.next().expect("a fence follows the name of a file");
        let end: String = fence.chars().take_while(|&it| it == '`').collect();
        assert!(lines.by_ref().any(|line| line == end), "the fence of {path} does not end");
        text.extend([fence, "\n", &read(path), &end, "\n"]);
    }
    text
}

#[test]
fn the_example_transform_is_shown_as_it_is() {
    const PATH: &str = "docs/adding-a-transform.md";
    let document = read(PATH);
    assert!(document.contains("<!-- tests/docs/sorted_list_copy.rs -->"));
    check_generated(PATH, &with_files(&document));
}

#[test]
fn the_page_of_the_example_transform_is_true() {
    const ALL: Registry = Registry::new(LIST);
    const LIST: &[&dyn Transform] = &[&SortedListCopy];
    let faults = check_page(SortedListCopy.meta(), &ALL, "");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn documents() -> Vec<PathBuf> {
    let mut open = vec![PathBuf::from("docs")];
    let mut found: Vec<PathBuf> = ["README.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    found.retain(|path| root().join(path).exists());
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(root().join(&directory)).unwrap().flatten() {
            let path = directory.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn links_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").unwrap();
    let mut faults = Vec::new();
    let mut count = 0;
    for document in documents() {
        let text = read(&document);
        let directory = root().join(document.parent().unwrap());
        for found in link.captures_iter(&text) {
            count += 1;
            if !directory.join(&found[1]).exists() {
                faults.push(format!("{}: {}", document.display(), &found[1]));
            }
        }
    }
    assert!(count > 10, "the links are gone");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Documents in which every name of code is one of this code.
const NAMING: &[&str] = &["docs/architecture.md", "docs/safety.md", "docs/glossary.md"];

#[test]
fn names_of_code_are_known() {
    let name = regex::Regex::new(r"`([A-Za-z_][A-Za-z_0-9]*(?:(?:::|\.)[A-Za-z_0-9]+)*)(?:\(\))?`").unwrap();
    let word = regex::Regex::new(r"[A-Za-z_][A-Za-z_0-9]*").unwrap();
    let mut sources = String::new();
    for directory in ["src", "transforms", "tests"] {
        collect_rust(&root().join(directory), &mut sources);
    }
    sources.push_str(&read("Cargo.toml"));
    let known: BTreeSet<&str> = word.find_iter(&sources).map(|found| found.as_str()).collect();
    let mut faults = Vec::new();
    for document in NAMING {
        let text = read(document);
        assert!(name.is_match(&text), "{document} names nothing");
        for found in name.captures_iter(&text) {
            let unknown = found[1].split(['.', ':']).find(|part| !part.is_empty() && !known.contains(part));
            faults.extend(unknown.map(|part| format!("{document}: `{}`: no `{part}` anywhere", &found[1])));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn collect_rust(directory: &Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_rust(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("docs.rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
