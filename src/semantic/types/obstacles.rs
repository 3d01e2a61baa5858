//! What keeps the calls of a function from telling what its parameter is, in words for a person.

use super::functions::passed;
use super::{Inference, Sources, Type};
use crate::semantic::{Annotations, Answer, BindingKind, Facts, Resolution, ScopeKind};
use crate::syntax::{Field, Function, Kind, Node};

/// Why nobody knows what the parameter `node` is, and what would help: sentences, the most helpful first. Empty for
/// what is no parameter.
pub(in crate::semantic) fn obstacles(facts: &Facts<'_>, node: Node<'_>) -> Vec<String> {
    let Some((name, function)) = parameter(facts, node) else { return Vec::new() };
    let row = name.parent().filter(|up| up.kind() != Kind::Parameters).unwrap_or(name);
    let annotated = matches!(row.kind(), Kind::TypedParameter | Kind::TypedDefaultParameter);
    let mut found = Vec::new();
    if annotated && !facts.trusts_annotations() {
        found.push("its annotation is not believed: `trust-annotations = true` changes that".to_owned());
    }
    let called = function.node.child(Field::Name).map_or("", |name| name.text());
    let model = facts.model();
    let binding = function.node.child(Field::Name).and_then(|name| model.binding_at(name));
    let at = binding.map(|binding| model.scope(model.variable(binding.variable).scope).kind);
    let inference = Inference { facts, sources: Sources::CALLS };
    let from_outside = facts.world().has_unseen_users() != Answer::No && !called.starts_with('_');
    match at {
        Some(ScopeKind::Module) if from_outside => found.push(format!(
            "code outside the project may call `{called}`: `closed-world = true` says that there is none"
        )),
        Some(ScopeKind::Class) if !called.starts_with('_') => {
            found.push(format!("whoever is handed an object may call its public method `{called}`"));
        }
        _ => found.push(inference.unknown_call(row, name, function)),
    }
    if !annotated && facts.annotations() == Annotations::Trusted {
        found.push(format!("an annotation of `{}` would tell", name.text()));
    }
    found
}

/// The parameter that `node` reads, as its definition writes it, and the function.
fn parameter<'t>(facts: &Facts<'t>, node: Node<'_>) -> Option<(Node<'t>, Function<'t>)> {
    let Resolution::Variable(variable) = facts.model().resolve(node) else { return None };
    let [binding] = facts.model().variable(variable).bindings.as_slice() else { return None };
    let binding = facts.model().binding(*binding);
    let name = facts.tree().node(binding.node);
    let function =
        name.ancestors().find(|up| up.kind() == Kind::FunctionDefinition).and_then(Function::cast)?;
    (binding.kind == BindingKind::Parameter).then_some((name, function))
}

impl Inference<'_, '_> {
    /// The first call of `function` that tells nothing of the parameter in `row`, in a sentence.
    fn unknown_call(&self, row: Node<'_>, name: Node<'_>, function: Function<'_>) -> String {
        let called = function.node.child(Field::Name).map_or("", |name| name.text());
        let Some(calls) = self.calls_of(function) else {
            return format!("`{called}` may be called, or handed on, in ways that are not understood");
        };
        let unknown = calls.here.iter().find(|call| {
            passed(row, name, function, call).is_none_or(|value| self.infer(value) == Type::Unknown)
        });
        if let Some(call) = unknown {
            let line = call.node.source().line(call.node.range().start);
            return format!("the call in line {line} passes something whose class is not known");
        }
        match (calls.here.is_empty(), calls.elsewhere.is_empty()) {
            (true, true) => format!("nothing calls `{called}`"),
            (_, false) => {
                format!("a call of `{called}` in another file passes something of another class, or unknown")
            }
            _ => format!("the calls of `{called}` pass objects of different classes"),
        }
    }
}
