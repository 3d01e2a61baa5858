//! One file as ty sees it, and where in it the expressions stand that may be asked for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use ruff_db::Db as _;
use ruff_db::files::{File, system_path_to_file};
use ruff_db::parsed::parsed_module;
use ruff_db::source::source_text;
use ruff_db::system::SystemPathBuf;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{Expr, HasNodeIndex, NodeIndex, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use ty_python_semantic::Db as _;

use super::database::Database;
use crate::semantic::EngineType;
use crate::text::Range;

/// A file, and the text of it that pyfix has.
#[derive(Debug)]
pub(super) struct AskedFile {
    path: PathBuf,
    /// Taken when ty's text was compared with it.
    text: Mutex<Option<Box<str>>>,
    view: OnceLock<Option<View>>,
    /// What was answered so far, and whether the engine failed. Some files cost it seconds to fail: it is not
    /// asked of such a file again, and what it said before stands.
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Range, Option<EngineType>>,
    has_failed: bool,
}

/// What a file holds, for ty.
#[derive(Debug)]
pub(super) struct View {
    /// ty's handle of the file.
    pub file: File,
    /// The length of a byte order mark, which ty counts and pyfix does not.
    shift: TextSize,
    /// By range.
    places: Vec<(TextRange, Place)>,
}

/// An expression that may be asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The expression.
    pub node: NodeIndex,
    /// The innermost subscript whose index holds it: if that turns out to be a generic class, the expression is
    /// a type and not a value.
    pub index_of: Option<NodeIndex>,
}

impl AskedFile {
    pub fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: Mutex::new(Some(text.into())),
            view: OnceLock::new(),
            known: Mutex::default(),
        }
    }

    /// What is known of the expression at `range`, as `answer` says when it is asked for the first time. It gives
    /// `None` where the engine fails.
    pub fn once(
        &self,
        range: Range,
        answer: impl FnOnce() -> Option<Option<EngineType>>,
    ) -> Option<EngineType> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.answers.get(&range) {
            return answer.clone();
        }
        if known.has_failed {
            return None;
        }
        let answer = answer();
        known.has_failed = answer.is_none();
        let answer = answer.flatten();
        known.answers.insert(range, answer.clone());
        answer
    }

    /// The file as ty sees it, if it sees the same text and can parse it.
    pub fn view(&self, db: &Database) -> Option<&View> {
        self.view.get_or_init(|| self.look(db)).as_ref()
    }

    fn look(&self, db: &Database) -> Option<View> {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let path = SystemPathBuf::from_path_buf(self.path.clone()).ok()?;
        if !db.system().is_file(&path) {
            return None;
        }
        let file = system_path_to_file(db, &path).ok()?;
        let seen = source_text(db, file);
        if seen.read_error().is_some() || seen.is_notebook() {
            return None;
        }
        let seen = seen.as_str();
        let body = seen.strip_prefix('\u{feff}').unwrap_or(seen);
        if body != &*text {
            return None;
        }
        let parsed = parsed_module(db, db.program_file(file).python_file(db)).load(db);
        if !parsed.errors().is_empty() {
            return None;
        }
        let mut collector = Collector::default();
        for statement in parsed.suite() {
            collector.visit_stmt(statement);
        }
        let mut places = collector.places;
        // Of two expressions with one range the inner one comes last, and `place` finds the last.
        places.sort_by_key(|(range, _)| (range.start(), range.end()));
        Some(View { file, shift: TextSize::of(seen) - TextSize::of(body), places })
    }
}

impl View {
    /// The innermost expression at exactly `range` of pyfix's text.
    pub fn place(&self, range: Range) -> Option<Place> {
        let wanted = TextRange::new(TextSize::new(range.start), TextSize::new(range.end));
        let wanted = wanted.checked_add(self.shift)?;
        let after = self
            .places
            .partition_point(|(range, _)| (range.start(), range.end()) <= (wanted.start(), wanted.end()));
        let (found, place) = self.places.get(after.checked_sub(1)?)?;
        (*found == wanted).then_some(*place)
    }
}

/// These take types as arguments, for which ty gives the type of an instance.
const TAKES_TYPES: [&str; 9] = [
    "NamedTuple",
    "NewType",
    "ParamSpec",
    "TypeAliasType",
    "TypeForm",
    "TypeVar",
    "TypedDict",
    "assert_type",
    "cast",
];

/// Collects all expressions that are values: no annotations, no arguments that are types.
#[derive(Default)]
struct Collector {
    places: Vec<(TextRange, Place)>,
    index_of: Option<NodeIndex>,
}

impl<'a> SourceOrderVisitor<'a> for Collector {
    fn visit_annotation(&mut self, _annotation: &'a Expr) {}

    fn visit_type_params(&mut self, _parameters: &'a ruff_python_ast::TypeParams) {}

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::TypeAlias(_)) {
            source_order::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let node = expr.node_index().load();
        self.places.push((expr.range(), Place { node, index_of: self.index_of }));
        match expr {
            Expr::Call(call) if takes_types(&call.func) => self.visit_expr(&call.func),
            Expr::Subscript(subscript) => {
                self.visit_expr(&subscript.value);
                let outer = self.index_of.replace(node);
                self.visit_expr(&subscript.slice);
                self.index_of = outer;
            }
            _ => source_order::walk_expr(self, expr),
        }
    }
}

fn takes_types(callee: &Expr) -> bool {
    let name = match callee {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    TAKES_TYPES.contains(&name)
}
