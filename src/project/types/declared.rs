//! Where a definition has its type from: an annotation or a stub, or the code that gives the value.

use ruff_db::parsed::{ParsedModuleRef, parsed_module};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ty_python_core::definition::{Definition, DefinitionKind, ParameterDefinitionNodeKind};
use ty_python_semantic::SemanticModel;

use super::database::Database;

/// The module that a definition stands in.
pub(super) fn module_of(db: &Database, definition: Definition<'_>) -> ParsedModuleRef {
    parsed_module(db, definition.python_file(db)).load(db)
}

/// What ty knows of that module.
pub(super) fn model_of<'db>(db: &'db Database, definition: Definition<'db>) -> SemanticModel<'db> {
    SemanticModel::new(db, definition.program_file(db))
}

/// Where the type of a definition comes from.
#[derive(Clone, Copy)]
pub(super) enum Source<'ast> {
    /// It stands in a stub, where everything is declared; so is its annotation, if it has one.
    Stub(Option<&'ast Expr>),
    /// An annotation: of a variable, a parameter, or of what a function returns.
    Annotation(&'ast Expr),
    /// It is a class, a module or the like, and says itself what it is.
    Itself,
    /// A function of which nothing is declared.
    Function(&'ast StmtFunctionDef),
    /// A parameter of which nothing is declared.
    Parameter,
    /// The value of this expression.
    Value(&'ast Expr),
    /// A part of the value of this expression: an item, or what its `__enter__` gives.
    Part(&'ast Expr),
    /// Something else.
    Unknown,
}

/// Where `definition`, which stands in `module`, has its type from.
pub(super) fn source_of<'ast>(
    db: &Database,
    definition: Definition<'_>,
    module: &'ast ParsedModuleRef,
) -> Source<'ast> {
    let source = match definition.kind(db) {
        DefinitionKind::Function(function) => {
            let function = function.node(module);
            match &function.returns {
                Some(annotation) if is_plain(function) => Source::Annotation(annotation),
                _ => Source::Function(function),
            }
        }
        DefinitionKind::AnnotatedAssignment(assignment) => Source::Annotation(assignment.annotation(module)),
        DefinitionKind::Parameter(parameter) => match parameter {
            ParameterDefinitionNodeKind::Parameter(parameter) => parameter
                .node(module)
                .parameter
                .annotation
                .as_deref()
                .map_or(Source::Parameter, Source::Annotation),
            // The annotation of `*args` is that of each argument.
            ParameterDefinitionNodeKind::VariadicPositionalParameter(parameter)
            | ParameterDefinitionNodeKind::VariadicKeywordParameter(parameter) => {
                if parameter.node(module).annotation.is_some() { Source::Itself } else { Source::Parameter }
            }
        },
        DefinitionKind::LambdaParameter(_) => Source::Parameter,
        DefinitionKind::Import(_)
        | DefinitionKind::ImportFrom(_)
        | DefinitionKind::ImportFromSubmodule(_)
        | DefinitionKind::Class(_)
        | DefinitionKind::TypeAlias(_)
        | DefinitionKind::TypeVar(_)
        | DefinitionKind::ParamSpec(_)
        | DefinitionKind::TypeVarTuple(_)
        | DefinitionKind::ExceptHandler(_) => Source::Itself,
        DefinitionKind::NamedExpression(named) => Source::Value(&named.node(module).value),
        DefinitionKind::AugmentedAssignment(assignment) => Source::Value(&assignment.node(module).value),
        DefinitionKind::Assignment(assignment) if assignment.unpack().is_none() => {
            Source::Value(assignment.value(module))
        }
        DefinitionKind::Assignment(assignment) => Source::Part(assignment.value(module)),
        DefinitionKind::For(target) => Source::Part(target.iterable(module)),
        DefinitionKind::Comprehension(target) => Source::Part(target.iterable(module)),
        DefinitionKind::WithItem(target) => Source::Part(target.context_expr(module)),
        DefinitionKind::StarImport(_)
        | DefinitionKind::DictKeyAssignment(_)
        | DefinitionKind::MatchPattern(_)
        | DefinitionKind::LoopHeader(_)
        | DefinitionKind::NestedBindings(_) => Source::Unknown,
    };
    if !definition.file(db).is_stub(db) {
        return source;
    }
    match source {
        Source::Annotation(annotation) => Source::Stub(Some(annotation)),
        _ => Source::Stub(None),
    }
}

/// Decorators that leave alone what the function returns.
const HARMLESS: [&str; 11] = [
    "abstractmethod",
    "cached_property",
    "classmethod",
    "deleter",
    "final",
    "getter",
    "overload",
    "override",
    "property",
    "setter",
    "staticmethod",
];

/// Whether no decorator stands between the function and its callers. What ty infers for a call takes every
/// decorator into account; only, with others than these, the annotation is no longer all there is behind it.
fn is_plain(function: &StmtFunctionDef) -> bool {
    function.decorator_list.iter().all(|decorator| match &decorator.expression {
        Expr::Name(name) => HARMLESS.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => HARMLESS.contains(&attribute.attr.as_str()),
        _ => false,
    })
}

/// The expressions that `function` returns; `None` for a generator, a coroutine, or one that is decorated in
/// any way that could change it.
pub(super) fn returned(function: &StmtFunctionDef) -> Option<Vec<&Expr>> {
    if function.is_async || !is_plain(function) {
        return None;
    }
    let mut collector = Returns { values: Vec::new(), is_generator: false };
    collector.visit_body(&function.body);
    (!collector.is_generator).then_some(collector.values)
}

struct Returns<'a> {
    values: Vec<&'a Expr>,
    is_generator: bool,
}

impl<'a> Visitor<'a> for Returns<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => {
                if let Stmt::Return(given) = statement {
                    self.values.extend(given.value.as_deref());
                }
                visitor::walk_stmt(self, statement);
            }
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) => {}
            Expr::Yield(_) | Expr::YieldFrom(_) => self.is_generator = true,
            _ => visitor::walk_expr(self, expr),
        }
    }
}
