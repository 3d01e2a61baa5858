//! What is known of the value that a name has where it is read.

use super::memo::{EFFORT, Subject};
use super::{Class, Inference, Items, Memo, Type, aliasing, attributes, spelling};
use crate::semantic::{
    Answer, Binding, BindingId, BindingKind, Resolution, ScopeKind, Taints, Variable, VariableFlags,
    VariableId, is_builtin_name,
};
use crate::syntax::{Field, Kind, Node};
use crate::text::Dialect;

impl Inference<'_, '_> {
    /// What the identifier `node` holds where it stands.
    pub(super) fn name(&self, node: Node<'_>) -> Type {
        let Resolution::Variable(variable) = self.facts.model().resolve(node) else {
            return attributes::of_module(node);
        };
        let value = self.variable(variable, node);
        if value.class().is_some() || matches!(value, Type::Never) {
            return value;
        }
        if !self.is_rebound_by_others(variable)
            && self.is_private_to_calls(variable)
            && let Some(narrowed) = self.narrowed(variable, node)
        {
            return if narrowed.base() == value.base() { value } else { narrowed };
        }
        value
    }

    /// What the variable that the identifier `node` reads was bound to, whatever tests on the way there tell; never
    /// [`Type::Never`].
    pub(in crate::semantic) fn bound(&self, node: Node<'_>) -> Type {
        let Resolution::Variable(variable) = self.facts.model().resolve(node) else { return Type::Unknown };
        match self.variable(variable, node) {
            Type::Never => Type::Unknown,
            known => known,
        }
    }

    fn variable(&self, id: VariableId, read: Node<'_>) -> Type {
        let row = self.facts.model().variable(id);
        if !self.may_be_followed(row) {
            return Type::Unknown;
        }
        if self.may_be_the_builtin(row, read) {
            return Type::Unknown;
        }
        let bindings = self.reaching(id, read).unwrap_or_else(|| row.bindings.clone());
        let value = Type::joined(bindings.iter().map(|binding| self.binding(*binding)));
        let opened = value.clone().opened();
        // What is inside may still be taken out and changed.
        let closed = value.closed();
        if opened == closed || aliasing::only_looked_at(self.facts, id) {
            return closed;
        }
        let kept: Option<Vec<Type>> = bindings.iter().map(|binding| self.kept(*binding)).collect();
        kept.map_or(opened, |kept| Type::joined(kept.into_iter()))
    }

    /// What a variable holds that the binding declares, whatever was done to the object meanwhile: who changes a
    /// list that is declared keeps to its declaration. `None` if it has none.
    ///
    /// ```python
    /// xs: list[object] = ['a']
    /// xs.append(1)
    /// ```
    fn kept(&self, id: BindingId) -> Option<Type> {
        let binding = self.facts.model().binding(id);
        let row = self.facts.tree().node(binding.node).parent()?;
        let annotation = row.child(Field::Type).filter(|_| self.facts.trusts_annotations())?;
        let value = self.binding(id);
        match binding.kind {
            BindingKind::AnnotatedAssignment => Some(self.with_annotation(value.opened(), annotation)),
            BindingKind::Parameter => Some(value),
            _ => None,
        }
    }

    /// Whether a read of a variable of the module may see the builtin of its name, since it is not surely bound.
    ///
    /// ```python
    /// if sys.version_info < (3,): str = 'a'
    /// use(str)
    /// ```
    pub(super) fn may_be_the_builtin(&self, row: &Variable<'_>, read: Node<'_>) -> bool {
        let model = self.facts.model();
        let special = row.name.starts_with("__") && row.name.ends_with("__");
        if model.scope(row.scope).kind != ScopeKind::Module
            || !(special || is_builtin_name(read.source(), &row.name))
        {
            return false;
        }
        let Resolution::Variable(id) = model.resolve(read) else { return true };
        let reaching = self.facts.flow(row.scope).and_then(|flow| flow.reaching_definitions(model, id, read));
        reaching.is_none_or(|reaching| reaching.unbound)
    }

    /// The bindings that may have given what `read` sees; `None` when any may.
    pub(super) fn reaching(&self, id: VariableId, read: Node<'_>) -> Option<Vec<BindingId>> {
        let model = self.facts.model();
        let row = model.variable(id);
        if row.bindings.len() < 2 {
            return None;
        }
        let flow = self.facts.flow(row.scope)?;
        flow.reaching_definitions(model, id, read).map(|reaching| reaching.bindings)
    }

    /// Whether all that binds the variable stands in the file for everybody to see.
    pub(super) fn may_be_followed(&self, row: &Variable<'_>) -> bool {
        let model = self.facts.model();
        let scope = model.scope(row.scope);
        if self.leaks_into(row) {
            return false;
        }
        match scope.kind {
            ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension => {
                !scope.taints.intersects(Taints::EVAL | Taints::FRAMES | Taints::STAR_IMPORT)
            }
            ScopeKind::Module => {
                !model.any_taint().intersects(Taints::all())
                    && self.facts.world().name_used_elsewhere(&row.name) == Answer::No
                    && !Memo::spelled(&self.facts.types, &row.name, || {
                        spelling::bound_by_spelling(self.facts)
                    })
            }
            _ => false,
        }
    }

    /// Whether Python 2, where it runs this text, binds the variable by a list comprehension that Python 3 keeps
    /// to itself.
    fn leaks_into(&self, row: &Variable<'_>) -> bool {
        let model = self.facts.model();
        let source = self.facts.tree().source();
        source.may_run_on_python2()
            && source.dialect() != Dialect::Python2
            && !row.flags.contains(VariableFlags::LEAKS_ON_PYTHON2)
            && model.variables().any(|(_, other)| {
                other.flags.contains(VariableFlags::LEAKS_ON_PYTHON2)
                    && other.name == row.name
                    && model.function_scope_of(other.scope) == row.scope
            })
    }

    /// Whether some function binds the variable of another scope: then any call may.
    pub(super) fn is_rebound_by_others(&self, id: VariableId) -> bool {
        let model = self.facts.model();
        let row = model.variable(id);
        row.bindings.iter().any(|binding| {
            let bound_in = model.binding(*binding).scope;
            model.function_scope_of(bound_in) != model.function_scope_of(row.scope)
        })
    }

    /// Whether every call of a function has a variable of its own.
    pub(super) fn is_private_to_calls(&self, id: VariableId) -> bool {
        let model = self.facts.model();
        let kind = model.scope(model.variable(id).scope).kind;
        matches!(kind, ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension)
    }

    /// What `binding` gives its variable.
    fn binding(&self, id: BindingId) -> Type {
        let key = (Subject::Binding(id), self.sources);
        Memo::solve(&self.facts.types, key, || {
            self.facts.tree().spend(EFFORT);
            self.work_out(self.facts.model().binding(id))
        })
    }

    fn work_out(&self, binding: &Binding) -> Type {
        let target = self.facts.tree().node(binding.node);
        match binding.kind {
            BindingKind::Assignment
            | BindingKind::AnnotatedAssignment
            | BindingKind::LoopTarget
            | BindingKind::ComprehensionTarget => self.target(target),
            BindingKind::AugmentedAssignment => self.augmented(target),
            BindingKind::Walrus => {
                let value = target.parent().and_then(|parent| parent.child(Field::Value));
                value.map_or(Type::Unknown, |value| self.infer(value))
            }
            BindingKind::Parameter => self.parameter(target),
            // Neither gives a value.
            BindingKind::Annotation | BindingKind::Delete => Type::Never,
            _ => Type::Unknown,
        }
    }

    /// What a target of an assignment or loop gets, alone or unpacked.
    fn target(&self, target: Node<'_>) -> Type {
        let Some(parent) = target.parent() else { return Type::Unknown };
        match parent.kind() {
            Kind::Assignment if target.field() == Field::Left => self.assigned(parent),
            Kind::ForStatement | Kind::ForInClause if target.field() == Field::Left => {
                if parent.has_token("async") {
                    return Type::Unknown;
                }
                parent.child(Field::Right).map_or(Type::Unknown, |iterable| self.infer(iterable).item())
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => {
                let places: Vec<_> = parent.named_children().filter(|part| !part.is_trivia()).collect();
                if places.iter().any(|place| place.kind() == Kind::ListSplatPattern) {
                    return self.target(parent).item();
                }
                let Some(at) = places.iter().position(|place| *place == target) else { return Type::Unknown };
                let whole = self.target(parent);
                whole.unpacked(places.len()).into_iter().nth(at).unwrap_or(Type::Unknown)
            }
            Kind::ListSplatPattern => Type::of(Class::List, self.target(parent)),
            Kind::ParenthesizedExpression => self.target(parent),
            _ => Type::Unknown,
        }
    }

    fn assigned(&self, assignment: Node<'_>) -> Type {
        let mut value = assignment.child(Field::Right);
        while let Some(chained) = value.filter(|value| value.kind() == Kind::Assignment) {
            value = chained.child(Field::Right);
        }
        let value = value.map_or(Type::Unknown, |value| self.infer(value));
        match assignment.child(Field::Type) {
            // x: list[str] = []
            Some(annotation) if value.is_unknown() || value.item().is_unknown() => {
                self.with_annotation(value, annotation)
            }
            _ => value,
        }
    }

    /// What is known of a value by itself, or else what its annotation says.
    fn with_annotation(&self, value: Type, annotation: Node<'_>) -> Type {
        let declared = self.annotation(annotation);
        match (value, declared) {
            (Type::Unknown, declared) => declared,
            (Type::Exact(class, Items::Unknown), Type::Instance(base, items)) if class == base => {
                Type::Exact(class, items)
            }
            (value, _) => value,
        }
    }

    fn augmented(&self, target: Node<'_>) -> Type {
        let Some(parent) = target.parent().filter(|parent| parent.kind() == Kind::AugmentedAssignment) else {
            return Type::Unknown;
        };
        let (Some(operator), Some(right)) = (parent.child(Field::Operator), parent.child(Field::Right))
        else {
            return Type::Unknown;
        };
        let left = self.name(target);
        let operator = operator.text().trim_end_matches('=');
        let extends = matches!(
            (&left, operator),
            (Type::Exact(Class::List, _), "+") | (Type::Exact(Class::Set, _), "|" | "-" | "&" | "^")
        );
        if !extends {
            return self.operate(&left, operator, right);
        }
        // A list takes the items of anything, but `__radd__` of what stands on the right is asked first.
        match (left, self.infer(right)) {
            (_, Type::Unknown) => Type::Unknown,
            (_, Type::Never) => Type::Never,
            (Type::Exact(class, _), Type::Exact(..)) => Type::exact(class),
            (Type::Exact(class, _), _) => Type::instance(class),
            _ => Type::Unknown,
        }
    }
}
