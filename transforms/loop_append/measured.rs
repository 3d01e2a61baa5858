//! Which measured rewrite is nearest to the one that is made.

use crate::edit::Measured;
use crate::semantic::{Facts, ScopeKind};
use crate::syntax::Kind;

use super::origin::Empty;
use super::shape::{Addition, Clause, Shape};
use super::write::{Extension, Value};

/// What was measured for a loop that becomes `value`.
pub(super) fn of_value(facts: &Facts<'_>, shape: &Shape<'_>, value: &Value) -> Option<Measured> {
    match value {
        Value::Copy("list") => Some(Measured::new("append-copy", "copy")),
        Value::Copy("set") => Some(Measured::new("add-copy", "copy")),
        Value::Copy(_) => None,
        Value::Map(function) => Some(Measured::new(mapped(function), "map")),
        Value::Comprehension(what) => {
            let case = match what {
                Empty::List => appended(facts, shape),
                Empty::Set if is_bare(shape) => "add-copy",
                Empty::Set => "add",
                Empty::Dict => "store",
                _ => return None,
            };
            Some(Measured::new(case, "comprehension"))
        }
    }
}

/// What was measured for a loop that becomes an extension.
pub(super) fn of_extension(shape: &Shape<'_>, with: Extension) -> Measured {
    let filtered = is_filtered(shape);
    if matches!(shape.addition, Addition::Add(_)) {
        let case = if filtered { "update-filtered" } else { "update" };
        return match with {
            Extension::Iterable => Measured::new("update-copy", "update"),
            Extension::List => Measured::new(case, "update-list"),
            Extension::Generator => Measured::new(case, "update-generator"),
        };
    }
    let attribute = shape.receiver.kind() == Kind::Attribute;
    let case = match (attribute, filtered) {
        (true, true) => "extend-attribute-filtered",
        (true, false) => "extend-attribute",
        (false, true) => "extend-filtered",
        (false, false) if is_call(shape) => "extend-call",
        (false, false) => "extend",
    };
    match with {
        Extension::Iterable if attribute => Measured::new("extend-attribute-copy", "extend"),
        Extension::Iterable => Measured::new("extend-copy", "extend"),
        Extension::List => Measured::new(case, "extend-list"),
        Extension::Generator => Measured::new(case, "extend-generator"),
    }
}

fn appended(facts: &Facts<'_>, shape: &Shape<'_>) -> &'static str {
    let scope = facts.model().scope(facts.body_scope(shape.site)).kind;
    match shape.addition.plain_element() {
        _ if shape.loops().count() > 1 => "append-nested",
        _ if is_filtered(shape) => "append-filtered",
        _ if scope == ScopeKind::Module => "append-at-module-level",
        _ if shape.temporary.is_some() => "append-temporary",
        None => "append-choice",
        Some(_) if is_bare(shape) => "append-copy",
        Some(_) if is_call(shape) => "append-call",
        Some(_) => "append",
    }
}

fn mapped(function: &str) -> &'static str {
    match function {
        "int" => "append-int",
        "str" => "append-str",
        method if method.contains('.') => "append-upper",
        _ => "append-len",
    }
}

fn is_filtered(shape: &Shape<'_>) -> bool {
    shape.clauses.iter().any(|clause| !matches!(clause, Clause::For(_)))
}

fn is_bare(shape: &Shape<'_>) -> bool {
    shape.addition.plain_element().is_some_and(|element| element.kind() == Kind::Identifier)
}

fn is_call(shape: &Shape<'_>) -> bool {
    shape.addition.plain_element().is_some_and(|element| element.kind() == Kind::Call)
}
