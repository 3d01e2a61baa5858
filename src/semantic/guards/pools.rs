//! Guards about what loops iterate over: whether its items can be taken ahead of time, and once for many turns.

use super::super::flow::{has_item, number};
use super::super::types::{is_look, makes_new, only_looked_at};
use super::super::{
    BindingKind, Class, Facts, Flow, Reason, Refusal, Resolution, ScopeKind, Type, VariableId,
};
use super::{Guarded, own_variable, unseen_outside};
use crate::syntax::{Argument, Attribute, Call, Field, ForLoop, Kind, Literal, Node, StringPrefix};

/// A `range` with more numbers is not held in memory at once.
const LONGEST_RANGE: u64 = 10_000;

/// A sentence does not quote more bytes of code.
const LONGEST_SUBJECT: usize = 40;

/// How often a loop asks what it iterates over for its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Once: it is the outermost.
    Once,
    /// At every turn of the loops around it, all of which surely have one.
    Again,
    /// At every turn of the loops around it, which may have none.
    AgainOrNever,
}

/// Several loops of one body, one in the other, that are to become one.
#[derive(Clone, Copy)]
pub struct Nest<'a, 't> {
    /// The flow of the body.
    pub flow: &'a Flow,
    /// The outermost loop.
    pub site: Node<'t>,
}

/// That what `header` iterates over gives the same items if it is asked once, before the first turn of `nest`, and
/// that all of them can be held in memory. Returns whether there surely is one.
///
/// ```python
/// for x in (1, 2):
///     for y in lines: ...                # a file: it is read once
/// for x in count():                      # never ends
///     for y in (1, 2): ...
/// ```
///
/// # Errors
///
/// When it may be an iterator, give other items, run code or fail, or when a `range` may be too long.
pub fn same_items(
    facts: &Facts<'_>,
    nest: Nest<'_, '_>,
    header: &ForLoop<'_>,
    asked: Asked,
) -> Guarded<bool> {
    let unpacked = header.target.kind() != Kind::Identifier;
    Pools { facts, nest, asked, unpacked }.check(header.iterable)
}

/// Whether a person would take `pool` for a collection, or for numbers, that the loops of `site` leave alone: it is made
/// of names and attributes alone, and nothing in the body speaks against it. The answer names what is assumed.
pub fn looks_like_collection(
    facts: &Facts<'_>,
    site: Node<'_>,
    pool: Node<'_>,
    asked: Asked,
) -> Option<Assumed> {
    let assumed = spelled_as_collection(facts, pool)?;
    // cfg = None
    // for x in []:
    //     for y in cfg.items: ...
    let no_attribute = |part: Node<'_>| {
        Attribute::cast(part).is_some_and(|attribute| {
            attribute.object.kind() == Kind::Identifier && facts.type_of(attribute.object).base().is_some()
        })
    };
    let known = if is_dotted(pool) { facts.proven_type_of(pool) } else { Type::Unknown };
    if pool.kind() != Kind::Call && pool.descendants().any(no_attribute) {
        return None;
    }
    if matches!(known.base(), Some(Class::Iterator | Class::None | Class::Bool | Class::Int | Class::Float)) {
        return None;
    }
    if asked != Asked::Once && changes_or_fails(facts, site, pool) {
        return None;
    }
    let parts: Vec<Node<'_>> = pool.descendants().filter(|part| is_whole(*part)).collect();
    let touched = site.descendants().any(|node| {
        matches!(node.kind(), Kind::Identifier | Kind::Attribute)
            && !pool.holds(node)
            && node.field() != Field::Attribute
            && parts.iter().any(|part| part.text() == node.text())
            && is_touched(facts, node)
    });
    (!touched && !has_method_taken(facts, pool)).then_some(assumed)
}

/// Whether a method of what `pool` names is called in a way that does not show where.
///
/// ```python
/// _append = numbers.append
/// for letter in letters:
///     for number in numbers: _append(number)
/// ```
fn has_method_taken(facts: &Facts<'_>, pool: Node<'_>) -> bool {
    let model = facts.model();
    let Some(variable) = model.reference_at(pool).and_then(|reference| reference.variable) else {
        return false;
    };
    model.variable(variable).references.iter().any(|id| {
        let method = facts.tree().node(model.reference(*id).node).parent();
        method.filter(|method| method.kind() == Kind::Attribute).is_some_and(|method| {
            method.parent().and_then(Call::cast).is_none_or(|call| call.function != method)
        })
    })
}

/// Whether the file shows that a name in `pool` may be bound anew by the loops, or have no value yet.
fn changes_or_fails(facts: &Facts<'_>, site: Node<'_>, pool: Node<'_>) -> bool {
    let model = facts.model();
    let names = pool.descendants().filter(|node| node.kind() == Kind::Identifier);
    names.filter_map(|name| model.reference_at(name)?.variable).any(|id| {
        let row = model.variable(id);
        let bound_elsewhere = row.bindings.iter().any(|binding| {
            model.function_scope_of(model.binding(*binding).scope) != model.function_scope_of(row.scope)
        });
        let far = model.function_scope_of(row.scope) != facts.body_scope(site);
        bound_elsewhere
            || model.bindings_in(id, site.range()).next().is_some()
            || far && !precedes(facts, id, site)
    })
}

/// What is assumed of something that is iterated over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumed {
    /// It is a collection that stays as it is.
    Collection,
    /// It is a `range` of numbers that stay as they are, and not too long.
    ShortRange,
}

struct Pools<'a, 'c, 't> {
    facts: &'a Facts<'c>,
    nest: Nest<'a, 't>,
    asked: Asked,
    /// Whether items are taken apart at once, so that nobody can tell a tuple from an equal one.
    unpacked: bool,
}

impl Pools<'_, '_, '_> {
    fn check(&self, pool: Node<'_>) -> Guarded<bool> {
        match pool.kind() {
            Kind::ParenthesizedExpression => match only(pool) {
                Some(inner) => self.check(inner),
                None => self.unknown(pool),
            },
            Kind::List | Kind::Tuple | Kind::ExpressionList => self.display(pool),
            Kind::String | Kind::ConcatenatedString if is_plain_string(pool) => {
                let literal = Literal::evaluate(pool);
                Ok(literal.is_some_and(|literal| !literal.value.is_empty()))
            }
            Kind::Identifier => self.name(pool),
            Kind::Call => self.call(pool),
            _ => self.made_once(pool),
        }
    }

    fn unknown(&self, pool: Node<'_>) -> Guarded<bool> {
        self.facts.refuse(about(Reason::PoolUnknown, pool))?;
        Ok(false)
    }

    /// ```python
    /// for x in (1, 2):
    ///     for y in ([], []): y.append(x)     # new lists at every turn
    /// ```
    fn display(&self, pool: Node<'_>) -> Guarded<bool> {
        let items = || pool.named_children().filter(|item| !item.is_trivia());
        let filled =
            items().any(|item| !matches!(item.kind(), Kind::ListSplat | Kind::ParenthesizedListSplat));
        if self.asked == Asked::Once {
            return Ok(filled);
        }
        match items().find(|item| !self.is_lasting(*item)) {
            Some(item) => self.unknown(item),
            None => Ok(filled),
        }
    }

    /// Whether evaluating an item of a display again gives the same object, or one that nobody can tell from it.
    fn is_lasting(&self, item: Node<'_>) -> bool {
        match item.kind() {
            Kind::UnaryOperator => {
                let number = item.child(Field::Argument);
                number.is_some_and(|number| matches!(number.kind(), Kind::Integer | Kind::Float))
            }
            Kind::Identifier => is_constant(item) || self.is_steady(item),
            Kind::ParenthesizedExpression => only(item).is_some_and(|inner| self.is_lasting(inner)),
            Kind::Tuple => {
                let mut items = item.named_children().filter(|item| !item.is_trivia());
                items.all(|item| if self.unpacked { self.is_lasting(item) } else { is_constant(item) })
            }
            _ => is_constant(item),
        }
    }

    /// Whether a name holds the same object at every turn, and reading it cannot fail.
    ///
    /// ```python
    /// for x in (1, 2):
    ///     for y in (x, limit):           # `x` changes, and so may `limit` be
    ///         limit = y + 1
    /// ```
    fn is_steady(&self, name: Node<'_>) -> bool {
        let (facts, nest) = (self.facts, self.nest);
        let model = facts.model();
        let id = match model.resolve(name) {
            Resolution::Variable(id) => id,
            Resolution::Builtin => return true,
            Resolution::Unknown => return false,
        };
        let body = facts.body_scope(nest.site);
        let row = model.variable(id);
        let is_module = model.scope(row.scope).kind == ScopeKind::Module;
        if model.bindings_in(id, nest.site.range()).next().is_some() {
            return false;
        }
        if is_module
            && (!model.any_taint().is_empty()
                || unseen_outside(facts, &row.name, name.range(), Reason::PoolUnknown).is_err())
        {
            return false;
        }
        if row.scope == body {
            let place = nest.site.child(Field::Right).unwrap_or(nest.site);
            return own_variable(facts, name, body, Reason::PoolUnknown).is_ok()
                && !nest.flow.maybe_unbound(model, id, place);
        }
        // A name of the module that is bound once, where nobody can tell when it is read.
        let [binding] = row.bindings.as_slice() else { return false };
        let statement = model.binding(*binding).statement.map(|statement| facts.tree().node(statement));
        let read_anyway = self.asked == Asked::Again && !nest.flow.may_be_handled(nest.site);
        is_module
            && statement.is_some_and(|statement| statement.parent().is_none())
            && (read_anyway || precedes(facts, id, nest.site))
    }

    /// ```python
    /// for x in rows:
    ///     for y in (1, 2): rows.append(y)
    /// ```
    fn name(&self, pool: Node<'_>) -> Guarded<bool> {
        let Resolution::Variable(id) = self.facts.model().resolve(pool) else { return self.unknown(pool) };
        if self.asked != Asked::Once && !self.is_steady(pool) {
            return self.unknown(pool);
        }
        match self.facts.type_of(pool).class() {
            Some(Class::Tuple | Class::Str | Class::Bytes | Class::FrozenSet) => {}
            Some(Class::List | Class::Set | Class::Dict) if only_looked_at(self.facts, id) => {}
            Some(Class::Range) => {
                let made = self.only_value(id).and_then(Call::cast);
                return made.map_or_else(|| self.unknown(pool), |made| self.range(&made));
            }
            _ => return self.unknown(pool),
        }
        let made = self.only_value(id);
        Ok(made.is_some_and(|made| has_item(self.facts.model(), made)))
    }

    /// What the only binding of a variable assigns.
    fn only_value(&self, id: VariableId) -> Option<Node<'_>> {
        let model = self.facts.model();
        let [binding] = model.variable(id).bindings.as_slice() else { return None };
        let binding = model.binding(*binding);
        let assignment = self.facts.tree().node(binding.node).parent()?;
        let plain = matches!(binding.kind, BindingKind::Assignment | BindingKind::AnnotatedAssignment);
        (plain && assignment.kind() == Kind::Assignment).then(|| assignment.child(Field::Right))?
    }

    fn call(&self, pool: Node<'_>) -> Guarded<bool> {
        let Some(call) = Call::cast(pool) else { return self.unknown(pool) };
        let arguments = call.arguments().list;
        let builtin =
            call.function.kind() == Kind::Identifier && self.facts.model().is_builtin(call.function);
        let inner: Option<Vec<Node<'_>>> = arguments
            .iter()
            .map(|argument| match argument {
                Argument::Positional(value) => Some(*value),
                _ => None,
            })
            .collect();
        match (call.function.text(), inner.as_deref()) {
            ("range" | "xrange", _) if builtin => self.range(&call),
            // Every one of these makes new tuples, or hands on the items.
            ("enumerate", Some([collection])) if builtin && self.may_be_made_anew() => {
                self.check(*collection)
            }
            ("reversed", Some([collection])) if builtin && self.may_be_made_anew() => {
                // reversed({1, 2})           # a TypeError
                match self.facts.type_of(*collection).class() {
                    Some(Class::List | Class::Tuple | Class::Str | Class::Range) => self.check(*collection),
                    _ => self.unknown(pool),
                }
            }
            ("zip", Some(collections)) if builtin && self.may_be_made_anew() && !collections.is_empty() => {
                let filled: Guarded<Vec<bool>> = collections.iter().map(|pool| self.check(*pool)).collect();
                Ok(filled?.into_iter().all(|filled| filled))
            }
            _ => self.made_once(pool),
        }
    }

    fn may_be_made_anew(&self) -> bool {
        self.asked == Asked::Once || self.unpacked
    }

    /// ```python
    /// for x in range(10 ** 9):
    ///     for y in (1, 2): ...               # as tuples: 36 gigabytes
    /// ```
    fn range(&self, call: &Call<'_>) -> Guarded<bool> {
        let numbers: Option<Vec<i64>> = call
            .arguments()
            .list
            .iter()
            .map(|argument| match argument {
                Argument::Positional(value) => number(*value),
                _ => None,
            })
            .collect();
        let (first, end, by) = match numbers.as_deref() {
            Some(&[end]) => (0, end, 1),
            Some(&[first, end]) => (first, end, 1),
            Some(&[first, end, by]) if by != 0 => (first, end, by),
            _ => return self.unknown(call.node),
        };
        let (first, end) = (i128::from(first), i128::from(end));
        let way = if by > 0 { end - first } else { first - end };
        let length = u128::try_from(way).unwrap_or(0).div_ceil(u128::from(by.unsigned_abs()));
        if length > u128::from(LONGEST_RANGE) {
            self.facts.refuse(about(Reason::PoolTooLarge, call.node))?;
        }
        Ok(length > 0)
    }

    /// Something that is evaluated once in any case: its items can be taken ahead if nobody else can change it.
    ///
    /// ```python
    /// for x in kept():                       # the same list that the body adds to
    ///     for y in (1, 2): kept().append(y)
    /// ```
    fn made_once(&self, pool: Node<'_>) -> Guarded<bool> {
        if self.asked != Asked::Once {
            return self.unknown(pool);
        }
        let made_here = match self.facts.type_of(pool).class() {
            Some(Class::Tuple | Class::Str | Class::Bytes | Class::FrozenSet) => true,
            Some(Class::List | Class::Set | Class::Dict) => self.is_new(pool),
            Some(Class::Iterator) => return self.view(pool),
            _ => false,
        };
        if made_here { Ok(false) } else { self.unknown(pool) }
    }

    /// Whether an expression of a builtin class makes a new object, which nobody else has.
    fn is_new(&self, pool: Node<'_>) -> bool {
        match pool.kind() {
            // A set of constants is built once, by the compiler, where a loop iterates over it: its order may be another.
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::Dictionary
            | Kind::BinaryOperator => true,
            Kind::Subscript => pool.children_in(Field::Subscript).all(|key| key.kind() == Kind::Slice),
            Kind::Call => Call::cast(pool).is_some_and(|call| match Attribute::cast(call.function) {
                Some(method) => self.facts.type_of(method.object).is(Class::Str),
                None => makes_new(self.facts.model(), pool),
            }),
            _ => false,
        }
    }

    /// `d.items()`, of a dict that stays as it is.
    fn view(&self, pool: Node<'_>) -> Guarded<bool> {
        let call = Call::cast(pool).filter(|call| call.arguments().list.is_empty());
        let method = call.and_then(|call| Attribute::cast(call.function));
        match method {
            Some(method)
                if matches!(method.name.text(), "items" | "keys" | "values")
                    && self.facts.type_of(method.object).is(Class::Dict)
                    && method.object.kind() == Kind::Identifier =>
            {
                self.name(method.object)
            }
            _ => self.unknown(pool),
        }
    }
}

/// Whether a name of the module has its value before the function around `site` exists.
///
/// ```python
/// def show(xs):
///     for x in xs:
///         for y in LIMITS: ...
/// show([])                               # fine
/// LIMITS = (1, 2)
/// ```
fn precedes(facts: &Facts<'_>, id: VariableId, site: Node<'_>) -> bool {
    let model = facts.model();
    let definition = site.chain().last().unwrap_or(site);
    let flow = facts.flow(model.module());
    flow.is_some_and(|flow| !flow.maybe_unbound(model, id, definition))
}

/// A refusal about `pool`, by its text if that is short.
fn about(reason: Reason, pool: Node<'_>) -> Refusal {
    let short = pool.text().len() <= LONGEST_SUBJECT && !pool.text().contains('\n');
    if short { Refusal::about(reason, pool.range(), pool.text()) } else { Refusal::new(reason, pool.range()) }
}

/// Whether a literal is the same at every turn.
fn is_constant(item: Node<'_>) -> bool {
    match item.kind() {
        Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None | Kind::Ellipsis => true,
        Kind::String | Kind::ConcatenatedString => is_plain_string(item),
        Kind::UnaryOperator => item.child(Field::Argument).is_some_and(is_constant),
        Kind::Tuple | Kind::ParenthesizedExpression => {
            item.named_children().filter(|part| !part.is_trivia()).all(is_constant)
        }
        _ => false,
    }
}

/// Whether a string has no values in it, and is no template.
fn is_plain_string(string: Node<'_>) -> bool {
    string.descendants().filter(|part| part.kind() == Kind::String).all(|part| {
        let letters = part.children().next().map_or("", |start| start.text());
        StringPrefix::of(part).is_some_and(|prefix| !prefix.interpolated)
            && !letters.trim_end_matches(['"', '\'']).contains(['t', 'T'])
    })
}

fn spelled_as_collection(facts: &Facts<'_>, pool: Node<'_>) -> Option<Assumed> {
    let items = || pool.named_children().filter(|item| !item.is_trivia());
    match pool.kind() {
        Kind::Identifier | Kind::Attribute => is_dotted(pool).then_some(Assumed::Collection),
        Kind::ParenthesizedExpression => spelled_as_collection(facts, only(pool)?),
        Kind::List | Kind::Tuple | Kind::ExpressionList => {
            items().all(|item| is_dotted(item) || is_constant(item)).then_some(Assumed::Collection)
        }
        Kind::Call => {
            let call = Call::cast(pool)?;
            if let Some(method) = Attribute::cast(call.function) {
                let view = matches!(method.name.text(), "items" | "keys" | "values")
                    && call.arguments().list.is_empty();
                return (view && is_dotted(method.object)).then_some(Assumed::Collection);
            }
            let builtin = call.function.kind() == Kind::Identifier && facts.model().is_builtin(call.function);
            let mut arguments = call.arguments.named_children().filter(|item| !item.is_trivia());
            match call.function.text() {
                "range" | "xrange" if builtin => arguments.all(is_number).then_some(Assumed::ShortRange),
                "enumerate" | "zip" | "reversed" | "sorted" if builtin => {
                    arguments.all(is_dotted).then_some(Assumed::Collection)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether `part` is a name or attributes of one, and no piece of something longer but a call of its method.
fn is_whole(part: Node<'_>) -> bool {
    let called = |up: Node<'_>| up.parent().and_then(Call::cast).is_some_and(|call| call.function == up);
    let holder = part.parent().filter(|up| up.kind() == Kind::Attribute);
    is_dotted(part) && !called(part) && holder.is_none_or(called)
}

/// A name, or attributes of one.
fn is_dotted(expression: Node<'_>) -> bool {
    match Attribute::cast(expression) {
        Some(attribute) => is_dotted(attribute.object),
        None => expression.kind() == Kind::Identifier,
    }
}

/// What somebody would write for a number.
fn is_number(expression: Node<'_>) -> bool {
    match expression.kind() {
        Kind::Integer => true,
        Kind::BinaryOperator | Kind::UnaryOperator | Kind::ParenthesizedExpression => {
            expression.named_children().filter(|part| !part.is_trivia()).all(is_number)
        }
        Kind::Call => Call::cast(expression)
            .is_some_and(|call| call.function.text() == "len" && call.sole_argument().is_some_and(is_dotted)),
        _ => is_dotted(expression),
    }
}

/// Whether the body does more with a collection or number than to look at it.
fn is_touched(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return true };
    match parent.kind() {
        Kind::Assignment | Kind::AugmentedAssignment => node.field() == Field::Left,
        Kind::DeleteStatement | Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => true,
        // A part of something longer, which is looked at by itself.
        Kind::Attribute => {
            let called = parent.parent().and_then(Call::cast).is_some_and(|call| call.function == parent);
            called && !is_look(facts.model(), node)
        }
        Kind::Subscript => node.field() == Field::Value && !is_look(facts.model(), node),
        _ => false,
    }
}

/// The only expression in `node`, comments aside.
fn only(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.named_children().filter(|child| !child.is_trivia());
    children.next().filter(|_| children.next().is_none())
}
