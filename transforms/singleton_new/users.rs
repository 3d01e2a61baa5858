//! What the rest of the file does with the class, and what it could tell of a metaclass.

use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Facts, Reason, Refusal};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Literal, Node, is_target};

use super::metaclass::PLAIN_ATTRIBUTE;
use super::shape::{Asked, SetUp, Shape, is_attribute_name, is_docstring, parameters_of_init};

/// That the class derives from nothing but `object`, and nothing else has a hand in it.
///
/// ```python
/// class S(abc.ABC): ...              # TypeError: metaclass conflict
/// ```
///
/// # Errors
///
/// When it has a base, a metaclass, keywords, or a decorator.
pub(super) fn stands_alone(facts: &Facts<'_>, shape: &Shape<'_>) -> Guarded {
    let refusal = |at: Node<'_>| Refusal::about(Reason::ClassHasBase, guards::header(at), shape.name.text());
    let list = shape.class.child(Field::Superclasses);
    let bases: Vec<Node<'_>> = list.into_iter().flat_map(|list| list.named_children()).collect();
    let own = match bases.as_slice() {
        [] => true,
        [only] => only.text() == "object" && facts.model().is_builtin(*only),
        _ => false,
    };
    if !own {
        facts.refuse(refusal(shape.class))?;
    }
    if let Some(holder) = shape.class.parent().filter(|up| up.kind() == Kind::DecoratedDefinition) {
        facts.refuse(refusal(holder))?;
    }
    // __metaclass__ = Registered         # Python 2
    let own = |name: &str| binds(facts, shape, name);
    if own("__metaclass__") {
        facts.refuse(refusal(shape.class))?;
    }
    // def __len__(self): return len(self.items)     # a new one, as long as it is empty
    let falsy = ["__bool__", "__nonzero__", "__len__"].into_iter().any(own);
    if shape.asked == Asked::Falsy && falsy {
        facts.refuse(Refusal::about(Reason::InstanceMayBeFalse, shape.new.range(), shape.name.text()))?;
    }
    Ok(())
}

/// Whether the body of the class binds `name`.
pub(super) fn binds(facts: &Facts<'_>, shape: &Shape<'_>, name: &str) -> bool {
    let model = facts.model();
    model.scope_opened_by(shape.class).is_some_and(|scope| model.variable_in(scope, name).is_some())
}

/// That this file only calls the class, or asks what tells nothing of its type.
///
/// ```python
/// class T(S): pass
/// print(inspect.signature(S))
/// ```
///
/// # Errors
///
/// When its name has another binding, or is read in any other way.
pub(super) fn only_called(facts: &Facts<'_>, shape: &Shape<'_>) -> Guarded {
    let model = facts.model();
    let scope = guards::own_names(facts, shape.class)?;
    let variable = guards::own_variable(facts, shape.name, scope, Reason::ClassUsedOtherwise)?;
    let refusal = |at: Node<'_>| Refusal::about(Reason::ClassUsedOtherwise, at.range(), shape.name.text());
    let row = model.variable(variable);
    if row.bindings.len() > 1 {
        facts.refuse(refusal(shape.name))?;
    }
    let reads = row.references.iter().map(|id| facts.tree().node(model.reference(*id).node));
    for read in reads.filter(|read| *read != shape.name && !shape.new.holds(*read)) {
        if !is_call(read) && !asks_harmlessly(read) {
            facts.refuse(refusal(read))?;
        }
    }
    let outside = facts.tree().nodes().filter(|node| !shape.new.holds(*node));
    for node in outside {
        if reaches_class(shape, node) {
            facts.refuse(refusal(node))?;
        }
    }
    Ok(())
}

/// Whether `node` gets at a class, or at what makes its instances, by way of an instance.
///
/// ```python
/// self.__class__.__new__(self.__class__)
/// vars(type(self))
/// ```
fn reaches_class(shape: &Shape<'_>, node: Node<'_>) -> bool {
    const PARTS: &[&str] =
        &["__new__", "__class__", "__dict__", "__annotations__", "__reduce__", "__reduce_ex__", "__init__"];
    let asked = |node: Node<'_>| {
        node.parent().and_then(Attribute::cast).is_some_and(|it| {
            it.object == node && matches!(it.name.text(), "__name__" | "__module__" | "__doc__")
        })
    };
    if let Some(attribute) = Attribute::cast(node) {
        let object = attribute.object.text();
        let of_base = object == "object" || object.starts_with("super(");
        let name = attribute.name.text();
        // self.__init__() of another class
        let here = name != "__init__" || shape.class.holds(node);
        return PARTS.contains(&name) && here && !of_base && !asked(node);
    }
    let Some(call) = Call::cast(node) else { return false };
    let compared = || node.parent().is_some_and(|up| up.kind() == Kind::ComparisonOperator);
    match call.function.text() {
        "vars" => call.arguments.text() == "(cls)",
        "dir" | "delattr" => true,
        "type" => !compared() && !asked(node),
        _ => false,
    }
}

fn is_call(read: Node<'_>) -> bool {
    read.parent().and_then(Call::cast).is_some_and(|call| call.function == read)
}

/// Whether what is done with the class is the same whatever its type is.
fn asks_harmlessly(read: Node<'_>) -> bool {
    if read.ancestors().take_while(|up| !up.is_statement()).any(|up| up.kind() == Kind::Type) {
        return true;
    }
    let Some(parent) = read.parent() else { return false };
    match parent.kind() {
        // S.members, but not S.__new__
        Kind::Attribute => Attribute::cast(parent).is_some_and(|it| {
            let name = it.name.text();
            let plain = !(name.starts_with("__") && name.ends_with("__")) && name != "mro";
            it.object == read && (plain || matches!(name, "__name__" | "__doc__" | "__module__"))
        }),
        // isinstance(x, S), super(S, self)
        Kind::ArgumentList => parent.parent().and_then(Call::cast).is_some_and(|call| {
            let place = match call.function.text() {
                "isinstance" | "issubclass" => 1,
                "super" => 0,
                _ => return false,
            };
            let list = call.arguments().list;
            matches!(list.get(place), Some(Argument::Positional(given)) if *given == read)
        }),
        // type(x) is S
        Kind::ComparisonOperator => {
            let mut operators = parent.children_in(Field::Operators);
            operators.all(|operator| matches!(operator.text(), "is" | "is not" | "==" | "!="))
        }
        _ => false,
    }
}

/// That what other code of the file does with the attribute is the same when a metaclass keeps the instance there.
///
/// ```python
/// if hasattr(S, '_instance'): ...         # a metaclass gives it to the class from the beginning
/// ```
///
/// # Errors
///
/// When other code names an attribute that gets another name, or one whose absence says something.
pub(super) fn attribute_is_served(facts: &Facts<'_>, shape: &Shape<'_>) -> Guarded {
    let early = !shape.kept_first && shape.set_up.iter().any(|it| !it.is_plain);
    let strict = early || shape.attribute.starts_with("__") || shape.asked == Asked::Missing;
    let deleted = |node: &Node<'_>| node.ancestors().any(|up| up.kind() == Kind::DeleteStatement);
    // S._instance = False
    let made_false = |node: &Node<'_>| shape.asked == Asked::Falsy && is_bound_to_something(*node);
    let used = mentions(facts, shape)
        .find(|node| strict || !is_attribute_name(*node) || deleted(node) || made_false(node));
    if let Some(node) = used {
        facts.refuse(Refusal::about(Reason::AttributeUsedElsewhere, node.range(), shape.attribute))?;
    }
    Ok(())
}

/// Whether the attribute that `name` ends gets another value than `None`.
fn is_bound_to_something(name: Node<'_>) -> bool {
    let Some(attribute) = name.parent().filter(|attribute| is_target(*attribute)) else { return false };
    let assignment = attribute.parent().filter(|up| up.kind() == Kind::Assignment);
    let value = assignment.and_then(|assignment| assignment.child(Field::Right));
    value.is_none_or(|value| value.kind() != Kind::None)
}

/// Where other code of the file may mean the attribute that keeps the instance.
pub(super) fn names_attribute<'t>(facts: &Facts<'t>, shape: &Shape<'_>) -> Option<Node<'t>> {
    mentions(facts, shape).next()
}

fn mentions<'f, 't>(facts: &'f Facts<'t>, shape: &'f Shape<'_>) -> impl Iterator<Item = Node<'t>> + 'f {
    let model = facts.model();
    let is_private = shape.attribute.starts_with("__");
    let own =
        |node: Node<'_>| shape.new.holds(node) || shape.kept.is_some_and(|kept| kept.statement.holds(node));
    // A private attribute gets a name that others see: `S._S__instance`.
    let means = move |text: &str| {
        let bare = text.trim_start_matches('_') == shape.attribute.trim_start_matches('_');
        text == shape.attribute
            || is_private && (bare || text.ends_with(shape.attribute) || text == PLAIN_ATTRIBUTE)
    };
    let in_body = move |node: Node<'_>| Some(model.scope_of(node)) == model.scope_opened_by(shape.class);
    let others = facts.tree().nodes().filter(move |node| !own(*node) && !is_of_another_class(*node, shape));
    others.filter(move |node| match node.kind() {
        Kind::Identifier => means(node.text()) && (is_attribute_name(*node) || in_body(*node)),
        Kind::String => Literal::evaluate(*node).is_some_and(|text| means(&text.value)),
        _ => false,
    })
}

/// Whether `node` stands in another class and is an attribute of that one.
fn is_of_another_class(node: Node<'_>, shape: &Shape<'_>) -> bool {
    let class = node.ancestors().find(|up| up.kind() == Kind::ClassDefinition);
    let Some(class) = class.filter(|class| *class != shape.class) else { return false };
    let object = node.parent().and_then(Attribute::cast).map(|attribute| attribute.object.text());
    let name = class.child(Field::Name).map(|name| name.text());
    node.kind() == Kind::String || object.is_some_and(|it| it == "cls" || it == "self" || Some(it) == name)
}

/// That no call of the class but the first one matters to `__init__`, as far as its arguments tell.
///
/// ```python
/// class S:
///     def __init__(self, x): self.x = x
/// print(S(1).x, S(2).x)
/// ```
///
/// # Errors
///
/// When it takes other arguments than `__new__`, or uses any that may be others at each call.
pub(super) fn arguments_settle(facts: &Facts<'_>, shape: &Shape<'_>) -> Guarded {
    let Some(init) = shape.init else { return Ok(()) };
    let refusal = |reason, at: Node<'_>| Refusal::about(reason, guards::header(at), shape.name.text());
    // Without its parameters there is nothing to go on with.
    let Some(taken) = parameters_of_init(init) else {
        return Err(refusal(Reason::InitializerMatters, init));
    };
    let all = shape.parameters.iter().all(|it| !it.stars.is_empty());
    let same = taken.len() == shape.parameters.len()
        && taken.iter().zip(&shape.parameters).all(|(one, other)| {
            let text = |default: Option<Node<'_>>| default.map(|default| default.text().to_owned());
            (one.name.text(), one.stars, one.by_name, text(one.default))
                == (other.name.text(), other.stars, other.by_name, text(other.default))
        });
    let keyed = |name: &str| {
        let key = shape.asked.key();
        key.is_some_and(|key| key.chain().chain(key.descendants()).any(|part| part.text() == name))
    };
    let settled = taken.iter().all(|it| keyed(it.name.text())) || returns_at_once(init);
    if !(all || same) || !settled {
        facts.refuse(refusal(Reason::InitializerMatters, init))?;
    }
    // cls._instance.path = path            # and `path` is another one in `__init__`
    let names = shape.set_up.iter().flat_map(SetUp::names);
    for name in names {
        let in_init = facts
            .model()
            .scope_opened_by(init)
            .is_none_or(|scope| facts.model().variable_in(scope, name.text()).is_some());
        if in_init || shape.parameter(name.text()).is_some() {
            facts.refuse(refusal(Reason::InitializerMatters, name))?;
        }
    }
    Ok(())
}

/// Whether `__init__` begins by asking whether it has run: `if self.ready: return`.
fn returns_at_once(init: Node<'_>) -> bool {
    let statements = init.child(Field::Body).into_iter().flat_map(|body| body.statements());
    let statements: Vec<Node<'_>> = statements.filter(|statement| !is_docstring(*statement)).collect();
    let Some(first) = statements.first().filter(|first| first.kind() == Kind::IfStatement) else {
        return false;
    };
    let body: Vec<Node<'_>> =
        first.child(Field::Consequence).into_iter().flat_map(|block| block.statements()).collect();
    let returns = matches!(body.as_slice(), [only] if only.kind() == Kind::ReturnStatement);
    first.child(Field::Alternative).is_none() && (returns || statements.len() == 1)
}

/// Whether changing a new instance can neither fail nor run code of a user's.
pub(super) fn is_set_up_plainly(facts: &Facts<'_>, shape: &Shape<'_>) -> bool {
    let plain = |it: &SetUp<'_>| {
        let gives_parameter = || it.value().is_some_and(|value| shape.parameter(value.text()).is_some());
        (it.is_plain || gives_parameter()) && binds_no_property(facts, shape, it)
    };
    !binds(facts, shape, "__setattr__") && !binds(facts, shape, "__slots__") && shape.set_up.iter().all(plain)
}

/// Whether the attribute that is set is none that the class body binds: a property, perhaps.
fn binds_no_property(facts: &Facts<'_>, shape: &Shape<'_>, set_up: &SetUp<'_>) -> bool {
    let target = set_up
        .statement
        .descendants()
        .find(|node| node.kind() == Kind::Attribute && node.field() == Field::Left);
    target.and_then(Attribute::cast).is_some_and(|target| !binds(facts, shape, target.name.text()))
}
