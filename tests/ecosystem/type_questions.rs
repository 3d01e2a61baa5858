//! Asks the type engine of every operand of a `+` chain that holds a string literal, in all files below a
//! directory: far more than any transform asks. `type_cost.py` measures it.
//!
//! `type_questions DIRECTORY` prints how many questions were asked and how many were answered.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use pyfix::project::TypeEngine;
use pyfix::semantic::TypeOrigin;
use pyfix::text::{Dialect, PythonVersion, Range, Source, Target};
use rayon::prelude::*;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Operator};
use ruff_text_size::Ranged;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args_os().nth(1).ok_or("usage: type_questions DIRECTORY")?;
    let root = std::fs::canonicalize(root)?;
    let oldest = PythonVersion::DEFAULT;
    let engine = TypeEngine::new(&root, oldest);
    let entries = ignore::WalkBuilder::new(&root).build().filter_map(Result::ok);
    let files: Vec<PathBuf> = entries
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    let tally = Tally::default();
    rayon::ThreadPoolBuilder::new()
        .stack_size(64 << 20)
        .build()?
        .install(|| files.par_iter().for_each(|file| ask(&engine, file, oldest, &tally)));
    let Tally { asked, declared, inferred } = tally;
    let counts = [asked, declared, inferred].map(AtomicUsize::into_inner);
    let [asked, declared, inferred] = counts;
    let files = files.len();
    writeln!(
        std::io::stdout(),
        "{files} files, {asked} questions: {declared} declared, {inferred} inferred"
    )?;
    Ok(())
}

#[derive(Default)]
struct Tally {
    asked: AtomicUsize,
    declared: AtomicUsize,
    inferred: AtomicUsize,
}

fn ask(engine: &TypeEngine, path: &Path, oldest: PythonVersion, tally: &Tally) {
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let Ok(parsed) = ruff_python_parser::parse_module(&text) else { return };
    let mut chains = Chains::default();
    chains.visit_body(parsed.suite());
    let source = Source::new(text, Dialect::Python3, Target::from_oldest(oldest));
    let file = engine.file(path, &source);
    for range in chains.operands {
        tally.asked.fetch_add(1, Ordering::Relaxed);
        match file.type_at(range).map(|found| found.origin) {
            None => continue,
            Some(TypeOrigin::Declared) => &tally.declared,
            Some(TypeOrigin::Inferred) => &tally.inferred,
        }
        .fetch_add(1, Ordering::Relaxed);
    }
}

/// Collects the operands that are no literals of chains that hold one.
#[derive(Default)]
struct Chains {
    operands: Vec<Range>,
}

impl<'a> Visitor<'a> for Chains {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let mut parts = Vec::new();
        flatten(expr, &mut parts);
        let is_literal = |part: &&Expr| part.is_string_literal_expr() || part.is_f_string_expr();
        let mixed = parts.iter().any(is_literal);
        if parts.len() < 2 || !mixed {
            visitor::walk_expr(self, expr);
            return;
        }
        for part in parts {
            if !is_literal(&part) {
                self.operands.push(Range::new(part.start().to_u32(), part.end().to_u32()));
            }
            visitor::walk_expr(self, part);
        }
    }
}

fn flatten<'a>(expr: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match expr {
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            flatten(&sum.left, parts);
            flatten(&sum.right, parts);
        }
        _ => parts.push(expr),
    }
}
