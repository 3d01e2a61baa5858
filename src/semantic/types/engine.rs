//! When the type engine is asked, and what of its answers is believed.
//!
//! The engine follows narrowed and inferred types across calls that may change them, and takes what a function
//! of the file returns for what every function of that name returns. So names and flow are judged here, and of
//! the engine only that is believed which an annotation or a stub says about attributes, calls and subscripts.
//!
//! ```python
//! self.name = 'a'
//! self.finish()                # may set it to anything
//! '<' + self.name + '>'
//! ```

use super::{Class, Inference, Sources, Type, aliasing};
use crate::semantic::{BindingId, BindingKind, Resolution, ScopeKind, TypeOrigin, VariableId};
use crate::syntax::{Call, Field, Kind, Node};
use crate::text::Dialect;

/// How many names are followed to see where a value comes from.
const MAX_NAMES: usize = 40;

impl Inference<'_, '_> {
    /// What the type engine says of `node`, if that can be believed.
    pub(super) fn asked(&self, node: Node<'_>) -> Type {
        let asks = matches!(
            node.kind(),
            Kind::Identifier
                | Kind::Attribute
                | Kind::Call
                | Kind::Subscript
                | Kind::Await
                | Kind::BooleanOperator
        );
        if !asks
            || node.source().dialect() != Dialect::Python3
            || !self.facts.trusts_annotations()
            || !self.is_vouched_for(node, Wanted::Value, &mut Vec::new())
        {
            return Type::Unknown;
        }
        self.facts.world().type_at(node.range()).map_or(Type::Unknown, |answer| answer.value.declared())
    }

    /// Whether what the engine says of `node` rests on declarations and on names that only this code binds.
    fn is_vouched_for(&self, node: Node<'_>, wanted: Wanted, seen: &mut Vec<VariableId>) -> bool {
        let declared = || {
            let answer = self.facts.world().type_at(node.range());
            answer.is_some_and(|answer| answer.origin == TypeOrigin::Declared)
        };
        let mut part = |field: Field, wanted: Wanted| {
            node.child(field).is_some_and(|part| self.is_vouched_for(part, wanted, seen))
        };
        match node.kind() {
            Kind::Identifier => self.is_vouched_name(node, wanted, seen),
            Kind::Attribute => part(Field::Object, Wanted::Value) && declared(),
            Kind::Subscript => part(Field::Value, Wanted::Items) && declared(),
            Kind::Call => self.is_vouched_callee(node, seen) && declared(),
            Kind::Await
            | Kind::ParenthesizedExpression
            | Kind::BooleanOperator
            | Kind::BinaryOperator
            | Kind::UnaryOperator
            | Kind::Tuple
            | Kind::List
            | Kind::ExpressionList => {
                node.named_children().all(|part| part.is_trivia() || self.is_vouched_for(part, wanted, seen))
            }
            Kind::ConditionalExpression => {
                let parts: Vec<_> = node.named_children().filter(|part| !part.is_trivia()).collect();
                let mut values = [0, 2].into_iter().filter_map(|at| parts.get(at));
                values.all(|part| self.is_vouched_for(*part, wanted, seen))
            }
            _ => self.is_known_here(node),
        }
    }

    /// Whether the code around tells what `node` is, and nothing that it holds can be changed.
    fn is_known_here(&self, node: Node<'_>) -> bool {
        let here = Inference { facts: self.facts, sources: self.sources - Sources::ENGINE };
        let value = here.infer(node);
        !value.is_unknown() && !value.base().is_some_and(Class::is_container)
    }

    fn is_vouched_callee(&self, call: Node<'_>, seen: &mut Vec<VariableId>) -> bool {
        let Some(call) = Call::cast(call) else { return false };
        match call.function.kind() {
            Kind::Attribute => {
                // What `stack.pop()` gives was put there by somebody.
                let object = call.function.child(Field::Object);
                object.is_some_and(|object| self.is_vouched_for(object, Wanted::Items, seen))
            }
            Kind::Identifier => self.is_vouched_name(call.function, Wanted::Value, seen),
            _ => false,
        }
    }

    fn is_vouched_name(&self, name: Node<'_>, wanted: Wanted, seen: &mut Vec<VariableId>) -> bool {
        let model = self.facts.model();
        let variable = match model.resolve(name) {
            Resolution::Builtin => return true,
            Resolution::Unknown => return false,
            Resolution::Variable(variable) => variable,
        };
        if seen.contains(&variable) {
            return true;
        }
        if seen.len() >= MAX_NAMES || self.is_rebound_by_others(variable) {
            return false;
        }
        seen.push(variable);
        let row = model.variable(variable);
        // A test of a name that others may bind meanwhile says nothing.
        if !self.is_private_to_calls(variable) && row.bindings.len() != 1 {
            return false;
        }
        // Another file may give a name of the module another value: `lib.prefix = 4`. What is declared binds it too.
        let declared = |id: &BindingId| is_declaration(model.binding(*id).kind);
        if model.scope(row.scope).kind == ScopeKind::Module
            && !row.bindings.iter().all(declared)
            && !self.may_be_followed(row)
        {
            return false;
        }
        let reaching = self.reaching(variable, name).unwrap_or_else(|| row.bindings.clone());
        reaching.into_iter().all(|id| {
            let binding = model.binding(id);
            let target = self.facts.tree().node(binding.node);
            let settled = match wanted {
                Wanted::Value => true,
                Wanted::Items => self.holds_what_it_was_given(variable, binding.kind, target),
            };
            settled && self.is_vouched_binding(binding.kind, target, seen)
        })
    }

    /// Whether what the object in a name holds is what its type says: a declaration says so for good, or nobody
    /// changes the object.
    fn holds_what_it_was_given(&self, variable: VariableId, kind: BindingKind, target: Node<'_>) -> bool {
        match kind {
            BindingKind::Parameter => true,
            _ if is_declaration(kind) => true,
            _ => {
                let asked = self.facts.world().type_at(target.range());
                let plain =
                    asked.and_then(|answer| answer.value.base()).is_some_and(|base| !base.is_container());
                plain || aliasing::only_looked_at(self.facts, variable)
            }
        }
    }

    fn is_vouched_binding(&self, kind: BindingKind, target: Node<'_>, seen: &mut Vec<VariableId>) -> bool {
        let mut from = |holder: Option<Node<'_>>, field: Field, wanted: Wanted| {
            let value = holder.and_then(|holder| holder.child(field));
            value.is_some_and(|value| {
                (wanted == Wanted::Value && self.is_known_here(value))
                    || self.is_vouched_for(value, wanted, seen)
            })
        };
        let around = |kind: Kind| target.ancestors().find(|up| up.kind() == kind);
        match kind {
            _ if is_declaration(kind) => true,
            BindingKind::Delete => true,
            BindingKind::Parameter => is_declared_parameter(target),
            BindingKind::Assignment => {
                let mut assignment = around(Kind::Assignment);
                let unpacks = assignment.is_some_and(|outer| outer.child(Field::Left) != Some(target));
                while let Some(chained) = assignment
                    .and_then(|outer| outer.child(Field::Right))
                    .filter(|value| value.kind() == Kind::Assignment)
                {
                    assignment = Some(chained);
                }
                from(assignment, Field::Right, if unpacks { Wanted::Items } else { Wanted::Value })
            }
            BindingKind::LoopTarget => from(around(Kind::ForStatement), Field::Right, Wanted::Items),
            BindingKind::ComprehensionTarget => from(around(Kind::ForInClause), Field::Right, Wanted::Items),
            BindingKind::Walrus => from(target.parent(), Field::Value, Wanted::Value),
            BindingKind::AugmentedAssignment => from(target.parent(), Field::Right, Wanted::Value),
            _ => false,
        }
    }
}

/// What of an expression somebody wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Its class.
    Value,
    /// What it holds, too.
    Items,
}

/// Whether what binds the name says what it is, for whoever binds it elsewhere too.
fn is_declaration(kind: BindingKind) -> bool {
    matches!(
        kind,
        BindingKind::Import
            | BindingKind::FromImport
            | BindingKind::FunctionDefinition
            | BindingKind::ClassDefinition
            | BindingKind::Annotation
            | BindingKind::AnnotatedAssignment
    )
}

/// Whether the parameter has an annotation, or is the object that a method is called on.
fn is_declared_parameter(name: Node<'_>) -> bool {
    let Some(row) = name.ancestors().take_while(|up| up.kind() != Kind::Parameters).last().or(Some(name))
    else {
        return false;
    };
    if matches!(row.kind(), Kind::TypedParameter | Kind::TypedDefaultParameter) {
        return true;
    }
    let Some(function) = name.ancestors().find(|up| up.kind() == Kind::FunctionDefinition) else {
        return false;
    };
    let first = function.child(Field::Parameters).and_then(|list| list.named_children().next());
    let holder =
        function.ancestors().find(|up| !matches!(up.kind(), Kind::Block | Kind::DecoratedDefinition));
    let static_method = function
        .parent()
        .is_some_and(|up| up.kind() == Kind::DecoratedDefinition && up.text().contains("staticmethod"));
    first == Some(name) && holder.is_some_and(|up| up.kind() == Kind::ClassDefinition) && !static_method
}
