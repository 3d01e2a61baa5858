//! The rules of the house that a compiler does not check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyfix::semantic::Reason;

/// What each module may use beside itself. `main` hands the transforms to the command line.
const USES: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("syntax", &["text"]),
    ("semantic", &["text", "syntax"]),
    ("edit", &["text", "syntax", "semantic"]),
    ("engine", &["text", "syntax", "semantic", "edit"]),
    ("transforms", &["text", "syntax", "semantic", "edit", "engine"]),
    ("project", &["text", "syntax", "semantic"]),
    ("cli", &["text", "syntax", "semantic", "edit", "engine", "transforms", "project"]),
    ("batch", &["text", "syntax", "semantic", "edit", "engine", "project", "cli"]),
    ("main", &["transforms", "cli", "batch"]),
    ("lib", &[]),
];

/// Modules that may touch files, the environment and the terminal.
const OUTSIDE: &[&str] = &["project", "cli", "batch", "main"];

const LONGEST_FILE: usize = 700;

/// A source file of the package.
struct File {
    /// Relative to the package, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The path of its module below the crate root; empty for what only uses the crate.
    fn module(&self) -> Vec<&str> {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        if ["tests/", "fuzz/", "benches/"].iter().any(|users| path.starts_with(users)) || !self.is_rust() {
            return Vec::new();
        }
        let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').collect()
    }

    /// The module below the crate root that it belongs to; empty for tests, benchmarks and fuzz targets.
    fn area(&self) -> &str {
        self.module().first().copied().unwrap_or("")
    }

    /// Its lines without comments, numbered from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(index, line)| (index + 1, line))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is or could be committed: what Git knows or does not ignore, or, outside Git, everything
/// but build results.
fn files() -> Vec<File> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut paths: Vec<PathBuf> = match listed {
        Ok(output) if output.status.success() => output
            .stdout
            .split(|&byte| byte == 0)
            .map(|path| String::from_utf8_lossy(path).into_owned().into())
            .collect(),
        _ => ignore::Walk::new(root())
            .flatten()
            .filter_map(|entry| entry.path().strip_prefix(root()).ok().map(Path::to_path_buf))
            .collect(),
    };
    paths.sort();
    paths.dedup();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(root().join(&path)).ok()?;
        Some(File { path: path.to_string_lossy().replace('\\', "/"), text })
    };
    let files: Vec<File> = paths.into_iter().filter_map(read).collect();
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "no sources were found");
    files
}

fn rust_files() -> Vec<File> {
    files().into_iter().filter(File::is_rust).collect()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A fault for every line of code in `files` that `wrong` has something to say about.
fn faulty_lines<'f>(
    files: impl IntoIterator<Item = &'f File>,
    wrong: impl Fn(&File, &str) -> Option<String>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        for (number, line) in file.code() {
            faults.extend(wrong(file, line).map(|fault| format!("{}:{number}: {fault}", file.path)));
        }
    }
    faults
}

#[test]
fn dependencies_run_one_way() {
    let mut faults = Vec::new();
    for file in rust_files().iter().filter(|file| !file.area().is_empty()) {
        let area = file.area();
        let Some((_, allowed)) = USES.iter().find(|(name, _)| *name == area) else {
            faults.push(format!("{}: the module `{area}` has no place in the order", file.path));
            continue;
        };
        for (line, used) in used_modules(file) {
            let known = USES.iter().any(|(name, _)| *name == used);
            if known && used != area && !allowed.contains(&used.as_str()) {
                faults.push(format!("{}:{line}: `{area}` must not use `{used}`", file.path));
            }
        }
    }
    assert_none(&faults);
}

/// The modules below the crate root that the `crate::`, `super::` and `pyfix::` paths of a file lead to, with
/// the line (from 1) of each path.
fn used_modules(file: &File) -> Vec<(usize, String)> {
    let code: String = file
        .text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "\n".to_owned() } else { format!("{line}\n") })
        .collect();
    let module: Vec<String> = file.module().iter().map(|&name| name.to_owned()).collect();
    let mut used = Vec::new();
    for (at, word) in path_starts(&code) {
        let line = code[..at].matches('\n').count() + 1;
        let mut rest = &code[at + word.len()..];
        let mut base = if word == "super::" { module.clone() } else { Vec::new() };
        if word == "super::" {
            if !in_inline_module(&code, at) {
                base.pop();
            }
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
        }
        match base.first() {
            Some(first) => used.push((line, first.clone())),
            None => used.extend(first_names(rest).into_iter().map(|name| (line, name))),
        }
    }
    used
}

/// Where paths begin that lead through the crate root or upwards, and with which word.
fn path_starts(code: &str) -> Vec<(usize, &'static str)> {
    let mut starts = Vec::new();
    for word in ["crate::", "super::", "pyfix::"] {
        for (at, _) in code.match_indices(word) {
            let before = code[..at].chars().next_back();
            // `super::super::` is one path, and `pub(crate)` or `mycrate::` are none.
            if !before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':') {
                starts.push((at, word));
            }
        }
    }
    starts
}

/// Whether `at` lies in a `mod name { ... }`, which is one level below the file's own module.
fn in_inline_module(code: &str, at: usize) -> bool {
    let opener = |line: &str| line.starts_with("mod ") && line.trim_end().ends_with('{');
    let mut inside = false;
    for line in code[..at].lines() {
        inside = (inside || opener(line)) && line != "}";
    }
    inside
}

/// The first names of the paths that `rest` begins with: of `a::b`, `a`; of `{a::b, c}`, `a` and `c`.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut depth = 0;
    let mut names = Vec::new();
    let mut start = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name: &String| !name.is_empty());
    names
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let text = "use crate::{edit::{Fix, Plan}, text::Range};\n// crate::cli\nuse super::super::engine::Cx;\n\
                fn f() { super::g(); }\nmod tests {\n    use super::Regions;\n}\nuse pyfix::cli;\n";
    let file = File { path: "src/syntax/views.rs".to_owned(), text: text.to_owned() };
    let mut used = used_modules(&file);
    used.sort();
    let expected = [(1, "edit"), (1, "text"), (3, "engine"), (4, "syntax"), (6, "syntax"), (8, "cli")];
    assert_eq!(used, expected.map(|(line, name)| (line, name.to_owned())));
    let file = File { path: "transforms/mod.rs".to_owned(), text: "use super::cli;\n".to_owned() };
    assert_eq!(used_modules(&file), [(1, "cli".to_owned())]);
}

#[test]
fn the_engine_names_no_transform() {
    let files = files();
    let ids: Vec<_> = pyfix::transforms::BUILT_IN.transforms().map(|transform| transform.meta().id).collect();
    let engine = files.iter().filter(|file| ["engine", "edit", "semantic"].contains(&file.area()));
    assert_none(&faulty_lines(engine, |_, line| {
        let named = ids.iter().find(|id| line.contains(&format!("\"{id}\"")))?;
        Some(format!("names the transform {named}"))
    }));
}

#[test]
fn only_syntax_names_the_parser() {
    let files = rust_files();
    let others =
        files.iter().filter(|file| !file.path.starts_with("src/syntax/") && file.path != "tests/tidy.rs");
    assert_none(&faulty_lines(others, |_, line| {
        line.contains("tree_sitter").then(|| "names tree_sitter".to_owned())
    }));
}

#[test]
fn the_core_does_not_touch_the_outside() {
    // Paths, groups that hold one, and macros.
    let outside = regex::Regex::new(
        r"\bstd::(\{.*\b)?(fs|env|net|process|time)\b|\bio::(\{.*\b)?std(in|out|err)\b|\be?print(ln)?!",
    )
    .unwrap();
    let mut core = rust_files();
    core.retain(|file| !file.area().is_empty() && !OUTSIDE.contains(&file.area()));
    let tests = regex::Regex::new(r"#\[cfg\(test\)\]\n(?:pub\(\w+\) )?mod (\w+);").unwrap();
    let test_modules: BTreeSet<Vec<String>> = core
        .iter()
        .flat_map(|file| {
            let names = tests.captures_iter(&file.text);
            names.map(|name| file.module().iter().copied().chain([&name[1]]).map(str::to_owned).collect())
        })
        .collect();
    core.retain(|file| {
        !test_modules.contains(&file.module().iter().map(|&it| it.to_owned()).collect::<Vec<_>>())
    });
    for file in &mut core {
        // Unit tests stand last in a file, and may read and measure.
        let end = file.text.find("#[cfg(test)]").unwrap_or(file.text.len());
        file.text.truncate(end);
    }
    assert_none(&faulty_lines(&core, |_, line| {
        let found = outside.find(line)?;
        Some(format!("`{}` belongs into {OUTSIDE:?}", found.as_str()))
    }));
}

#[test]
fn every_file_says_what_it_is_for() {
    let faults: Vec<String> = rust_files()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{} does not begin with `//!`", file.path))
        .collect();
    assert_none(&faults);
}

#[test]
fn no_file_is_too_long() {
    let length = |file: &File| file.text.lines().count();
    let faults: Vec<String> = rust_files()
        .iter()
        .filter(|file| length(file) > LONGEST_FILE)
        .map(|file| format!("{} has {} lines", file.path, length(file)))
        .collect();
    assert_none(&faults);
}

#[test]
fn lints_are_not_silenced() {
    let files = rust_files();
    assert_none(&faulty_lines(&files, |_, line| {
        let silenced = [concat!("#[al", "low"), concat!("#![al", "low")].iter().any(|it| line.contains(it));
        silenced.then(|| "use `#[expect(..., reason = ...)]`".to_owned())
    }));
}

#[test]
fn nothing_is_left_to_fix_in_sources() {
    let mut faults = Vec::new();
    for file in rust_files().iter().filter(|file| !file.area().is_empty()) {
        for mark in ["FIXME", "TODO", "XXX", "HACK"] {
            if let Some(at) = file.text.find(mark) {
                faults.push(format!("{}:{}: {mark}", file.path, file.text[..at].matches('\n').count() + 1));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn texts_are_clean() {
    let mut faults = Vec::new();
    let raw = |path: &str| {
        path.starts_with("tests/fixtures/") || path.starts_with("snapshots/") || path == "Cargo.lock"
    };
    for file in files().iter().filter(|file| !raw(&file.path)) {
        for (index, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, index + 1);
            if line.contains('\t') {
                faults.push(format!("{place}: a tab"));
            }
            if line.ends_with(char::is_whitespace) || line.ends_with('\r') {
                faults.push(format!("{place}: blanks end the line"));
            }
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            faults.push(format!("{}: the last line does not end", file.path));
        }
    }
    assert_none(&faults);
}

#[test]
fn nothing_names_a_machine_or_a_registry() {
    const NAMES: &[&str] = &[
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("py", "pi.org"),
        concat!("python", "hosted.org"),
        concat!("crates", ".io"),
        concat!("npm", "js.org"),
        concat!("proxy.", "golang.org"),
    ];
    // Cargo's own spelling of its default registry, on every entry of the lock file.
    let cargo = concat!("registry+https://github.com/rust-lang/crates", ".io-index");
    let mut faults = Vec::new();
    for file in files() {
        for (index, line) in file.text.lines().enumerate() {
            let named = NAMES.iter().find(|name| line.replace(cargo, "").contains(**name));
            faults.extend(named.map(|name| format!("{}:{}: {name}", file.path, index + 1)));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_reason_is_given_by_somebody() {
    let files = rust_files();
    let mut given = BTreeSet::new();
    for file in files.iter().filter(|file| !file.area().is_empty() && file.path != "src/semantic/reason.rs") {
        for (at, word) in file.text.match_indices("Reason::") {
            let name: String =
                file.text[at + word.len()..].chars().take_while(|it| it.is_alphanumeric()).collect();
            given.insert(name);
        }
    }
    let faults: Vec<String> = Reason::ALL
        .iter()
        .map(|reason| format!("{reason:?}"))
        .filter(|reason| !given.contains(reason))
        .map(|reason| format!("nobody gives the reason {reason}"))
        .collect();
    assert_none(&faults);
}

#[test]
fn reasons_can_be_told_apart() {
    let mut seen = BTreeSet::new();
    for reason in Reason::ALL {
        let id = reason.id();
        assert!(seen.insert(id), "two reasons are called {id}");
        assert!(id.chars().all(|it| it.is_ascii_lowercase() || it == '-'), "`{id}` is no name for machines");
        assert!(!reason.sentence(Some("x")).contains("{}"), "the sentence of {id} has a hole");
    }
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let files = files();
    let names: Vec<&str> =
        files.iter().filter_map(|file| file.path.strip_prefix("docs/decisions/")).collect();
    assert!(!names.is_empty(), "there is no decision record");
    let numbered = |index: usize, name: &str| {
        name.strip_prefix(&format!("{:04}-", index + 1))
            .is_some_and(|title| title.strip_suffix(".md").is_some())
    };
    let faults: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(index, name)| !numbered(*index, name))
        .map(|(index, name)| format!("docs/decisions/{name} should be {:04}-title.md", index + 1))
        .collect();
    assert_none(&faults);
}

#[test]
fn the_changelog_has_room_for_what_comes() {
    let changelog = std::fs::read_to_string(root().join("CHANGELOG.md")).expect("there is a CHANGELOG.md");
    assert!(changelog.lines().any(|line| line.starts_with("## ") && line.contains("Unreleased")));
}
