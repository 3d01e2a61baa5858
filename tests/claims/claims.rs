//! Prints what pyfix claims of the value of every expression in the files given, for `tests/claims/run.py`, which
//! holds the claims against programs that run.
//!
//! `cargo run --release --example claims -- PATHS`: directories are searched for `.py` files. One line for each
//! claim, its fields parted by tabs: path, first and last place (line from 1 and column from 0, in bytes of UTF-8,
//! as Python's `ast` counts), the same as offsets in bytes, and the type. Expressions of which nothing is known are
//! left out.
//!
//! Environment:
//!
//! - `CLAIMS_SOURCES`: who is asked besides the code around, parted by commas: `calls`. Default: nobody.
//! - `CLAIMS_TARGET`: the Pythons that the files are for, `2.7` or `3.13` or `2.7-3.13`. Default: `3.8-3.14`.
//! - `CLAIMS_WORLD`: `project` looks at other files as pyfix does, `closed` also takes it that nobody outside the
//!   directories given calls their functions. Default: `project`.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pyfix::project::{Project, ProjectWorld, Roots};
use pyfix::semantic::{Answer, CallSite, Callee, Facts, Sources, Type, World};
use pyfix::syntax::{Field, Kind, Node, Regions, SyntaxTree, detect_dialect, parse};
use pyfix::text::{Dialect, PythonVersion, Source, Target, decode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The world of one file, where `elsewhere` tells which words other files hold.
struct Closed<'p> {
    project: ProjectWorld<'p>,
    elsewhere: Option<&'p (dyn Fn(&str) -> bool + Sync)>,
}

impl World for Closed<'_> {
    fn name_used_elsewhere(&self, name: &str) -> Answer {
        self.project.name_used_elsewhere(name)
    }

    fn has_unseen_users(&self) -> Answer {
        if self.elsewhere.is_some() { Answer::No } else { self.project.has_unseen_users() }
    }

    fn calls_elsewhere(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        let Some(elsewhere) = self.elsewhere else { return self.project.calls_elsewhere(callee) };
        let (Callee::Function(name) | Callee::Method(name)) = callee;
        (!elsewhere(name)).then(Vec::new)
    }
}

fn main() -> ExitCode {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let sources =
        if variable("CLAIMS_SOURCES").contains("calls") { Sources::CALLS } else { Sources::empty() };
    let Some(target) = target(&variable("CLAIMS_TARGET")) else {
        return complain("CLAIMS_TARGET is no version of Python");
    };
    let mut files = Vec::new();
    for argument in std::env::args_os().skip(1) {
        let Ok(path) = std::path::absolute(&argument) else { continue };
        files.extend(
            ignore::WalkBuilder::new(path)
                .standard_filters(false)
                .build()
                .filter_map(Result::ok)
                .map(ignore::DirEntry::into_path)
                .filter(|path| path.extension().is_some_and(|extension| extension == "py")),
        );
    }
    files.sort();
    let holders = if variable("CLAIMS_WORLD") == "closed" { Some(words(&files)) } else { None };
    let roots = Roots::default();
    let mut projects: HashMap<PathBuf, Project> = HashMap::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in &files {
        let root = roots.find(path);
        let project = projects.entry(root.path.clone()).or_insert_with(|| Project::new(root));
        let holds = |word: &str| {
            let files = holders.as_ref().and_then(|holders| holders.get(word));
            files.is_some_and(|files| files.iter().any(|file| file != path))
        };
        let elsewhere = holders.as_ref().map(|_| &holds as &(dyn Fn(&str) -> bool + Sync));
        let world = Closed { project: project.world_for(path), elsewhere };
        if print_claims(path, target, sources, &world, &mut out).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn complain(what: &str) -> ExitCode {
    let told = writeln!(std::io::stderr(), "{what}");
    if told.is_ok() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

fn target(text: &str) -> Option<Target> {
    if text.is_empty() {
        return Some(Target::default());
    }
    let (oldest, newest) = text.split_once('-').unwrap_or((text, text));
    Some(Target { oldest: PythonVersion::parse(oldest)?, newest: PythonVersion::parse(newest)? })
}

/// Which files hold each word.
fn words(files: &[PathBuf]) -> HashMap<String, Vec<PathBuf>> {
    let mut holders: HashMap<String, Vec<PathBuf>> = HashMap::new();
    for path in files {
        let Some(text) = read(path) else { continue };
        for word in text.split(|character: char| !(character.is_alphanumeric() || character == '_')) {
            let files = holders.entry(word.to_owned()).or_default();
            if files.last() != Some(path) {
                files.push(path.clone());
            }
        }
    }
    holders
}

/// The text of a file in UTF-8.
fn read(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let decoded = decode(bytes).ok()?;
    (decoded.encoding().name() == "utf-8" && !decoded.encoding().has_bom()).then(|| decoded.text().to_owned())
}

fn print_claims(
    path: &Path,
    target: Target,
    sources: Sources,
    world: &dyn World,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let Some(text) = read(path) else { return Ok(()) };
    let stated = if target.newest.major == 2 { Dialect::Python2 } else { Dialect::Python3 };
    let dialect = if stated == Dialect::Python2 { detect_dialect(&text).unwrap_or(stated) } else { stated };
    let source = Source::new(text, dialect, target);
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { return Ok(()) };
    let facts = Facts::new(&tree, world);
    for node in tree.nodes().filter(|node| is_read(&facts, *node)) {
        let found = facts.type_by(node, sources);
        if matches!(found, Type::Unknown) {
            continue;
        }
        let range = node.range();
        let (line, column) = place(&tree, range.start);
        let (end_line, end_column) = place(&tree, range.end);
        let (start, end, path) = (range.start, range.end, path.display());
        writeln!(out, "{path}\t{line}\t{column}\t{end_line}\t{end_column}\t{start}\t{end}\t{found}")?;
    }
    Ok(())
}

/// Line and column of the byte at `offset`.
fn place(tree: &SyntaxTree<'_>, offset: u32) -> (u32, u32) {
    let before = tree.source().text().as_bytes().get(..offset as usize).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    (memchr::memchr_iter(b'\n', before).count() as u32 + 1, offset - start as u32)
}

/// Whether `node` is an expression whose value is used, and no literal.
fn is_read(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let targets = [
        Kind::PatternList,
        Kind::TuplePattern,
        Kind::ListPattern,
        Kind::ListSplatPattern,
        Kind::AsPatternTarget,
        Kind::DeleteStatement,
    ];
    let aside = |up: Node<'_>| {
        matches!(up.kind(), Kind::Type | Kind::CasePattern | Kind::GlobalStatement | Kind::NonlocalStatement)
    };
    let Some(parent) = node.parent() else { return false };
    let bound = node.field() == Field::Left
        && matches!(
            parent.kind(),
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement | Kind::ForInClause
        );
    let expression = match node.kind() {
        Kind::Identifier => facts.model().reference_at(node).is_some(),
        // f(x for x in xs)
        Kind::GeneratorExpression => node.field() != Field::Arguments,
        Kind::Attribute
        | Kind::Call
        | Kind::Subscript
        | Kind::BinaryOperator
        | Kind::BooleanOperator
        | Kind::UnaryOperator
        | Kind::ComparisonOperator
        | Kind::NotOperator
        | Kind::ConditionalExpression
        | Kind::NamedExpression
        | Kind::List
        | Kind::Tuple
        | Kind::Set
        | Kind::Dictionary
        | Kind::ListComprehension
        | Kind::SetComprehension
        | Kind::DictionaryComprehension
        | Kind::Await
        | Kind::ExpressionList => true,
        Kind::String => node.children().any(|child| child.kind() == Kind::Interpolation),
        _ => false,
    };
    expression && !bound && !targets.contains(&parent.kind()) && !node.ancestors().any(aside)
}
