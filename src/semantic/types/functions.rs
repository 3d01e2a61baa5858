//! What functions of the file are given and what they return.
//!
//! ```python
//! def greet(name): return 'hello ' + name
//! greet('you')             # nobody else calls it: `name` is a `str`, and so is the result
//! ```

use std::rc::Rc;

use super::memo::{EFFORT, Subject};
use super::spelling::Mentions;
use super::{Class, Inference, Items, Memo, Sources, Type, annotations};
use crate::semantic::{
    Answer, BindingKind, CallSite, Callee, Facts, Resolution, ScopeKind, Taints, VariableId,
};
use crate::syntax::{Argument, Call, Field, Function, Kind, Node};

impl<'t> Inference<'_, 't> {
    /// What an annotation says, if annotations are believed.
    pub(super) fn annotation(&self, annotation: Node<'_>) -> Type {
        if self.facts.trusts_annotations() {
            annotations::declared(self.facts, annotation)
        } else {
            Type::Unknown
        }
    }

    /// What the parameter `name`, the identifier in its definition, may be given.
    pub(super) fn parameter(&self, name: Node<'_>) -> Type {
        let Some(parent) = name.parent() else { return Type::Unknown };
        let splat = name.chain().find_map(|up| match up.kind() {
            Kind::ListSplatPattern => Some(Type::exact(Class::Tuple)),
            Kind::DictionarySplatPattern => Some(keywords(name.source().may_run_on_python2())),
            _ => None,
        });
        if matches!(parent.kind(), Kind::ListSplatPattern | Kind::DictionarySplatPattern) {
            return splat.unwrap_or(Type::Unknown);
        }
        let (row, annotation) = match parent.kind() {
            Kind::Parameters => (name, None),
            Kind::DefaultParameter => (parent, None),
            Kind::TypedParameter | Kind::TypedDefaultParameter => (parent, parent.child(Field::Type)),
            _ => return Type::Unknown,
        };
        if let Some(annotation) = annotation
            && self.facts.trusts_annotations()
        {
            // def f(x: str = None)
            let declared = self.annotation(annotation);
            let default = row.child(Field::Value).map(|default| self.infer(default).base());
            if default.is_some_and(|base| base != declared.base()) {
                return Type::Unknown;
            }
            // The calls may tell that it is no subclass.
            let given = self.given_by_calls(row, name);
            return match (given.class(), declared) {
                (Some(class), Type::Instance(base, items)) if class == base => Type::Exact(class, items),
                (Some(_), Type::Unknown) => given.opened(),
                (_, declared) => declared,
            };
        }
        self.given_by_calls(row, name)
    }

    /// The join of all that calls pass for the parameter in `row`, and of its default.
    fn given_by_calls(&self, row: Node<'_>, name: Node<'_>) -> Type {
        if !self.sources.contains(Sources::CALLS) {
            return Type::Unknown;
        }
        let definition =
            row.ancestors().find(|up| matches!(up.kind(), Kind::FunctionDefinition | Kind::Lambda));
        let Some(function) = definition.and_then(Function::cast) else { return Type::Unknown };
        let Some(place) = Place::of(function, row, name) else { return Type::Unknown };
        let Some(calls) = self.calls_of(function) else { return Type::Unknown };
        let here = calls.here.iter().map(|call| place.value(call).map(|value| self.infer(value)));
        let elsewhere = calls.elsewhere.iter().map(|call| place.given(call));
        let mut default: Option<Type> = None;
        let mut found: Option<Type> = None;
        for given in here.chain(elsewhere) {
            let given = match given {
                Some(given) => given,
                None => default
                    .get_or_insert_with(|| {
                        row.child(Field::Value).map_or(Type::Unknown, |value| self.infer(value))
                    })
                    .clone(),
            };
            let joined = found.map_or_else(|| given.clone(), |found| found.join(given.clone()));
            if joined.is_unknown() {
                return Type::Unknown;
            }
            found = Some(joined);
        }
        let value = row.child(Field::Value).filter(|_| default.is_none());
        // Somebody calls it whom we do not see, or nobody does.
        let Some(found) = found else { return Type::Unknown };
        value.map_or_else(|| found.clone(), |value| found.clone().join(self.infer(value)))
    }

    /// Every call of `function`, if no other code can call it or get hold of it.
    pub(super) fn calls_of(&self, function: Function<'_>) -> Option<Calls<'t>> {
        let model = self.facts.model();
        let name = function.node.child(Field::Name)?;
        let binding = model.binding_at(name)?;
        let row = model.variable(binding.variable);
        let undecorated = function.node.parent().is_none_or(|up| up.kind() != Kind::DecoratedDefinition);
        if !undecorated || row.bindings.len() != 1 || self.mentions().strings.contains(name.text()) {
            return None;
        }
        match model.scope(row.scope).kind {
            ScopeKind::Function => {
                let unseen = Taints::EVAL | Taints::FRAMES | Taints::STAR_IMPORT | Taints::LOCALS;
                if model.any_taint().intersects(unseen) {
                    return None;
                }
                let here = self.direct_calls(binding.variable)?;
                Some(Calls { here, elsewhere: Vec::new() })
            }
            ScopeKind::Module => {
                let hidden = self.nobody_outside_calls(name.text())
                    && !model.exported_names().may_hold(name.text())
                    && !model.any_taint().intersects(Taints::all());
                hidden.then_some(())?;
                let mut here = self.direct_calls(binding.variable)?;
                here.extend(self.calls_as_attribute(name)?);
                let elsewhere = self.facts.world().calls_elsewhere(Callee::Function(name.text()))?;
                Some(Calls { here, elsewhere })
            }
            ScopeKind::Class => {
                let class = self.facts.tree().node(model.scope(row.scope).node?);
                // Whoever is handed an object may call its public methods: `print(x, file=log)` calls `log.write`.
                let hidden = name.text().starts_with('_')
                    && self.nobody_outside_calls(name.text())
                    && row.references.is_empty()
                    && !model.any_taint().intersects(Taints::EVAL | Taints::STAR_IMPORT)
                    && !self.mentions().computes_names
                    && is_plain_class(self.facts, class, 0);
                hidden.then_some(())?;
                let here = self.method_calls(name, function)?;
                let elsewhere = self.facts.world().calls_elsewhere(Callee::Method(name.text()))?;
                Some(Calls { here, elsewhere })
            }
            _ => None,
        }
    }

    /// Whether code outside the project does not call a function of this name.
    fn nobody_outside_calls(&self, name: &str) -> bool {
        let special = name.starts_with("__") && name.ends_with("__");
        let private = name.starts_with('_') && !special;
        !special && (private || self.facts.world().has_unseen_users() == Answer::No)
    }

    /// The calls in this file of the function in `variable`, if it is only ever called.
    fn direct_calls(&self, variable: VariableId) -> Option<Vec<Call<'t>>> {
        let model = self.facts.model();
        let references = model.variable(variable).references.iter();
        references.map(|id| plain_call(self.facts.tree().node(model.reference(*id).node))).collect()
    }

    /// The calls in this file of whatever is an attribute of the same name, which may be the function: the file may
    /// import itself, or another that does.
    fn calls_as_attribute(&self, name: Node<'_>) -> Option<Vec<Call<'t>>> {
        // case object(greet=found): found(1)
        let in_pattern = |node: Node<'_>| node.parent().is_some_and(|up| up.kind() == Kind::KeywordPattern);
        if self.named(name.text()).any(in_pattern) {
            return None;
        }
        let attributes = self.named(name.text()).filter(|node| node.field() == Field::Attribute);
        let holders = attributes.filter_map(|node| node.parent().filter(|up| up.kind() == Kind::Attribute));
        let others = holders.filter(|holder| {
            let object = holder.child(Field::Object);
            !object.is_some_and(|object| object.kind() == Kind::String || self.is_self(object))
        });
        others.map(plain_call).collect()
    }

    /// The identifiers of this text in the file.
    fn named(&self, text: &str) -> impl Iterator<Item = Node<'t>> + use<'t, '_> {
        let mentions = self.mentions();
        let ids = mentions.identifiers.get(text).cloned().unwrap_or_default();
        ids.into_iter().map(|id| self.facts.tree().node(id))
    }

    fn mentions(&self) -> Rc<Mentions> {
        Memo::mentions(&self.facts.types, || Mentions::of(self.facts))
    }

    /// The calls in this file of any method of this name, if the name is only ever called.
    fn method_calls(&self, name: Node<'_>, function: Function<'_>) -> Option<Vec<Call<'t>>> {
        let rows = || function.parameters.into_iter().flat_map(|list| list.named_children());
        let parameters = rows().filter(|row| !row.is_trivia()).count();
        let fixed = rows()
            .all(|row| matches!(row.kind(), Kind::Identifier | Kind::TypedParameter) && !is_typed_splat(row));
        // _Class__name
        let mangled = |other: &String| other.ends_with(name.text()) && other != name.text();
        if name.text().starts_with("__") && self.mentions().identifiers.keys().any(mangled) {
            return None;
        }
        let mut calls = Vec::new();
        for mention in self.named(name.text()).filter(|node| *node != name) {
            let holder = mention.parent()?;
            match holder.kind() {
                Kind::Attribute if mention.field() == Field::Attribute => {
                    let call = plain_call(holder)?;
                    // Class.method(instance, ...)
                    let given = call.arguments().list.len();
                    let bound = fixed && given + 1 == parameters
                        || given < parameters
                            && holder.child(Field::Object).is_some_and(|object| self.is_self(object));
                    bound.then_some(())?;
                    calls.push(call);
                }
                Kind::KeywordArgument if mention.field() == Field::Name => {}
                // Another variable of the same name has nothing to do with it, unless a class holds it.
                _ => {
                    let Resolution::Variable(other) = self.facts.model().resolve(mention) else {
                        return None;
                    };
                    let scope = self.facts.model().variable(other).scope;
                    (self.facts.model().scope(scope).kind != ScopeKind::Class).then_some(())?;
                }
            }
        }
        Some(calls)
    }

    /// Whether `node` is the object that the method around it is called on, an instance of its class.
    fn is_self(&self, node: Node<'_>) -> bool {
        let model = self.facts.model();
        let Resolution::Variable(variable) = model.resolve(node) else { return false };
        let [binding] = model.variable(variable).bindings.as_slice() else { return false };
        let binding = model.binding(*binding);
        let parameter = self.facts.tree().node(binding.node);
        let Some(list) = parameter.parent().filter(|up| up.kind() == Kind::Parameters) else { return false };
        let Some(function) = list.parent().and_then(Function::cast) else { return false };
        let name = function.node.child(Field::Name).map_or("", |name| name.text());
        let undecorated = function.node.parent().is_none_or(|up| up.kind() != Kind::DecoratedDefinition);
        let class = holder(function.node).filter(|up| up.kind() == Kind::ClassDefinition);
        let meta = class.and_then(|class| class.child(Field::Superclasses)).is_some_and(|bases| {
            bases.named_children().any(|base| base.text() == "type" || base.text().contains("Meta"))
        });
        binding.kind == BindingKind::Parameter
            && list.named_children().find(|row| !row.is_trivia()) == Some(parameter)
            && undecorated
            && class.is_some()
            && !meta
            && !matches!(name, "__new__" | "__init_subclass__" | "__class_getitem__")
    }

    /// What a call of a function of this file returns.
    pub(super) fn result(&self, call: &Call<'_>) -> Type {
        let model = self.facts.model();
        let Resolution::Variable(variable) = model.resolve(call.function) else { return Type::Unknown };
        let row = model.variable(variable);
        let [binding] = row.bindings.as_slice() else { return Type::Unknown };
        let binding = model.binding(*binding);
        let stays = self.may_be_followed(row) && !self.may_be_the_builtin(row, call.function);
        let definition = self.facts.tree().node(binding.node).parent();
        let Some(function) = definition.and_then(Function::cast) else { return Type::Unknown };
        let decorated = function.node.parent().is_some_and(|up| up.kind() == Kind::DecoratedDefinition);
        if binding.kind != BindingKind::FunctionDefinition || !stays || decorated || function.is_async() {
            return Type::Unknown;
        }
        let key = (Subject::Result(function.node.id()), self.sources);
        Memo::solve(&self.facts.types, key, || {
            self.facts.tree().spend(EFFORT);
            self.returned(function)
        })
    }

    fn returned(&self, function: Function<'_>) -> Type {
        let scope = self.facts.model().scope_of(function.body);
        let own =
            |node: &Node<'_>| self.facts.body_scope(*node) == self.facts.model().function_scope_of(scope);
        let mut values = Vec::new();
        for node in function.body.descendants().filter(own) {
            match node.kind() {
                Kind::Yield => return Type::Unknown,
                Kind::ReturnStatement => {
                    let value = node.named_children().find(|part| !part.is_trivia());
                    values.push(value.map_or(Type::exact(Class::None), |value| self.infer(value)));
                }
                _ => {}
            }
        }
        if let Some(annotation) = function.node.child(Field::ReturnType)
            && values.iter().any(Type::is_unknown)
        {
            return self.annotation(annotation);
        }
        if !ends(function.body) {
            values.push(Type::exact(Class::None));
        }
        Type::joined(values.into_iter())
    }
}

/// The calls of a function.
pub(super) struct Calls<'t> {
    /// In its file.
    pub here: Vec<Call<'t>>,
    /// In other files.
    pub elsewhere: Vec<CallSite>,
}

/// What `call` passes for the parameter `name` in `row` of `function`, if it passes anything.
pub(super) fn passed<'c>(
    row: Node<'_>,
    name: Node<'_>,
    function: Function<'_>,
    call: &Call<'c>,
) -> Option<Node<'c>> {
    Place::of(function, row, name)?.value(call)
}

/// The call whose function is `function`, if it passes its arguments one by one.
fn plain_call(function: Node<'_>) -> Option<Call<'_>> {
    let call = function.parent().and_then(Call::cast).filter(|call| call.function == function)?;
    let unpacked = call.arguments().list.iter().any(|argument| matches!(argument, Argument::Unpacked(_)));
    (!unpacked).then_some(call)
}

/// What `**keywords` is.
fn keywords(python2: bool) -> Type {
    // f(**{Sub('a'): 1}) hands on its key, Python 2 one of any kind of text.
    let key = if python2 { Type::Unknown } else { Type::instance(Class::Str) };
    Type::Exact(Class::Dict, Items::Entries(Box::new(key), Box::new(Type::Unknown)))
}

/// Where calls put the argument for a parameter.
struct Place<'t> {
    /// Among the positional ones.
    position: Option<usize>,
    name: &'t str,
}

impl<'t> Place<'t> {
    fn of(function: Function<'t>, row: Node<'t>, name: Node<'t>) -> Option<Self> {
        let list = function.parameters?;
        let rows: Vec<_> = list.named_children().filter(|part| !part.is_trivia()).collect();
        let at = rows.iter().position(|other| *other == row)?;
        let before = rows.get(..at)?;
        let only_keyword = before.iter().any(|row| {
            matches!(row.kind(), Kind::KeywordSeparator | Kind::ListSplatPattern) || is_typed_splat(*row)
        });
        let separators = before.iter().filter(|row| row.kind() == Kind::PositionalSeparator).count();
        let method = holder(function.node).is_some_and(|up| up.kind() == Kind::ClassDefinition);
        // The object that a method is called on is no argument of the call.
        let position = (at - separators).checked_sub(usize::from(method))?;
        Some(Self { position: (!only_keyword).then_some(position), name: name.text() })
    }

    /// What `call` passes, if it passes anything.
    fn value<'c>(&self, call: &Call<'c>) -> Option<Node<'c>> {
        let list = call.arguments().list;
        let mut positional = list.iter().filter_map(|argument| match argument {
            Argument::Positional(value) => Some(*value),
            _ => None,
        });
        let named = list.iter().find_map(|argument| match argument {
            Argument::Keyword { name, value } if name.text() == self.name => Some(*value),
            _ => None,
        });
        self.position.and_then(|at| positional.nth(at)).or(named)
    }

    /// The type of what `call` passes, if it passes anything.
    fn given(&self, call: &CallSite) -> Option<Type> {
        let positional = self.position.and_then(|at| call.positional.get(at)).cloned();
        positional.or_else(|| {
            call.keywords.iter().find(|(name, _)| name == self.name).map(|(_, value)| value.clone())
        })
    }
}

fn is_typed_splat(row: Node<'_>) -> bool {
    row.kind() == Kind::TypedParameter
        && row.named_children().next().is_some_and(|part| part.kind() == Kind::ListSplatPattern)
}

/// The class or function whose body runs the definition `node`.
fn holder(node: Node<'_>) -> Option<Node<'_>> {
    let bodies = [Kind::ClassDefinition, Kind::FunctionDefinition];
    node.ancestors().find(|up| bodies.contains(&up.kind()))
}

/// Whether all base classes of `class` stand in this file and none of them comes from elsewhere: code that
/// cannot be seen may call the methods of its subclasses.
fn is_plain_class(facts: &Facts<'_>, class: Node<'_>, depth: u32) -> bool {
    if depth > 10 || class.parent().is_some_and(|up| up.kind() == Kind::DecoratedDefinition) {
        return false;
    }
    let Some(bases) = class.child(Field::Superclasses) else { return true };
    bases.named_children().filter(|base| !base.is_trivia()).all(|base| {
        if base.kind() != Kind::Identifier {
            return false;
        }
        match facts.model().resolve(base) {
            Resolution::Builtin => true,
            Resolution::Variable(variable) => match facts.model().variable(variable).bindings.as_slice() {
                [only] => {
                    let binding = facts.model().binding(*only);
                    let definition = facts.tree().node(binding.node).parent();
                    binding.kind == BindingKind::ClassDefinition
                        && definition.is_some_and(|base| is_plain_class(facts, base, depth + 1))
                }
                _ => false,
            },
            Resolution::Unknown => false,
        }
    })
}

/// Whether control never runs past the end of `block`.
fn ends(block: Node<'_>) -> bool {
    let Some(last) = block.named_children().filter(Node::is_statement).last() else { return false };
    match last.kind() {
        Kind::ReturnStatement | Kind::RaiseStatement => true,
        Kind::IfStatement => {
            let otherwise = last.children_in(Field::Alternative);
            let mut complete = false;
            let mut all = last.child(Field::Consequence).is_some_and(ends);
            for branch in otherwise {
                complete |= branch.kind() == Kind::ElseClause;
                let block = branch.child(Field::Consequence).or_else(|| branch.child(Field::Body));
                all &= block.is_some_and(ends);
            }
            complete && all
        }
        _ => false,
    }
}
