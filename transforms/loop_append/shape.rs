//! What the loop looks like: a chain of `for` and `if` around one statement that fills a collection.

use crate::syntax::{Argument, Assignment, Attribute, Call, Field, ForLoop, Kind, Node};
use crate::text::Range;

/// A loop that does nothing but fill one collection.
#[derive(Debug)]
pub(in super::super) struct Shape<'t> {
    /// The outermost loop.
    pub site: Node<'t>,
    /// What surrounds the statement, outermost first; the first is a `for`.
    pub clauses: Vec<Clause<'t>>,
    /// A name that holds what is added, for one line: `y = f(x)` before `r.append(y)`.
    pub temporary: Option<Temporary<'t>>,
    /// The collection.
    pub receiver: Node<'t>,
    /// What is added to it.
    pub addition: Addition<'t>,
}

/// A level of the chain.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Clause<'t> {
    /// `for target in iterable:`.
    For(ForLoop<'t>),
    /// `if condition:`.
    If(Node<'t>),
    /// `if condition: continue`.
    Unless(Node<'t>),
}

/// `target = value`, where the target is read once.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Temporary<'t> {
    /// The name.
    pub target: Node<'t>,
    /// What it holds.
    pub value: Node<'t>,
}

/// The element that one turn adds.
#[derive(Clone, Debug)]
pub(in super::super) enum Element<'t> {
    /// The expression as it stands.
    Plain(Node<'t>),
    /// The expression with the temporary's value in place of its name, which it evaluates first.
    Inlined {
        /// The expression.
        expression: Node<'t>,
        /// The temporary's name in it.
        name: Node<'t>,
        /// What comes in its place.
        value: Node<'t>,
    },
    /// What stands behind the name in `text = text + one + another`, two operands at least.
    Tail {
        /// The whole sum.
        sum: Node<'t>,
        /// The operands.
        operands: Vec<Node<'t>>,
    },
    /// One of two, by a condition.
    Choice {
        /// The condition.
        condition: Node<'t>,
        /// The element if it holds.
        yes: Box<Element<'t>>,
        /// The element if not.
        no: Box<Element<'t>>,
    },
}

impl<'t> Element<'t> {
    /// The expression, if it is taken over as it stands.
    pub fn plain(&self) -> Option<Node<'t>> {
        match self {
            Element::Plain(node) => Some(*node),
            _ => None,
        }
    }

    /// The expressions one of which is added, or which are all added one after the other.
    pub fn leaves(&self) -> Vec<Node<'t>> {
        match self {
            Element::Plain(node) | Element::Inlined { expression: node, .. } => vec![*node],
            Element::Tail { operands, .. } => operands.clone(),
            Element::Choice { yes, no, .. } => yes.leaves().into_iter().chain(no.leaves()).collect(),
        }
    }

    /// How many conditions choose it.
    fn conditions(&self) -> usize {
        match self {
            Element::Choice { yes, no, .. } => 1 + yes.conditions() + no.conditions(),
            _ => 0,
        }
    }

    /// The expressions that are evaluated for it.
    fn parts(&self, into: &mut Vec<Node<'t>>) {
        match self {
            Element::Plain(node) => into.push(*node),
            Element::Inlined { expression, value, .. } => into.extend([*value, *expression]),
            Element::Tail { operands, .. } => into.extend(operands),
            Element::Choice { condition, yes, no } => {
                into.push(*condition);
                yes.parts(into);
                no.parts(into);
            }
        }
    }
}

/// What one turn adds.
#[derive(Clone, Debug)]
pub(in super::super) enum Addition<'t> {
    /// `receiver.append(element)`.
    Append(Element<'t>),
    /// `receiver.add(element)`.
    Add(Element<'t>),
    /// `receiver[key] = value`; the key is everything between the brackets.
    Store {
        /// The subscript that is assigned to.
        subscript: Node<'t>,
        /// What is stored.
        value: Node<'t>,
    },
    /// `receiver.append(*elements)` or `receiver.add(*elements)`.
    Unpacked(Node<'t>),
    /// `receiver += element`, or `receiver = receiver + element`.
    Augment(Element<'t>),
    /// What becomes of `receiver` hangs on the element: a transform of its own knows how.
    Decide {
        /// The element.
        element: Element<'t>,
        /// How often a temporary that holds it is read.
        reads: usize,
    },
    /// `receiver[key] += 1`, in one of its spellings.
    Count {
        /// What is counted.
        key: Key<'t>,
        /// How often the key is spelled, and so evaluated.
        spelled: usize,
    },
}

/// A key of a dict.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Key<'t> {
    /// Everything between the brackets of this subscript.
    Between(Node<'t>),
    /// This expression.
    Expression(Node<'t>),
}

impl<'t> Key<'t> {
    /// The expressions that are evaluated for it.
    pub fn parts(self) -> Vec<Node<'t>> {
        match self {
            Key::Between(subscript) => {
                subscript.children_in(Field::Subscript).filter(|part| !part.is_token(",")).collect()
            }
            Key::Expression(expression) => vec![expression],
        }
    }

    /// The expression, if it is a single one.
    fn plain(self) -> Option<Node<'t>> {
        match self {
            Key::Expression(expression) => Some(expression),
            Key::Between(subscript) => match self.parts().as_slice() {
                [only] if !subscript.children().any(|child| child.is_token(",")) => Some(*only),
                _ => None,
            },
        }
    }
}

impl<'t> Addition<'t> {
    /// The expressions that are evaluated for it.
    pub fn parts(&self) -> Vec<Node<'t>> {
        let mut parts = Vec::new();
        match self {
            Addition::Append(element)
            | Addition::Add(element)
            | Addition::Augment(element)
            | Addition::Decide { element, .. } => element.parts(&mut parts),
            Addition::Unpacked(argument) => parts.push(*argument),
            Addition::Store { subscript, value } => {
                parts.extend(subscript.children_in(Field::Subscript));
                parts.push(*value);
            }
            Addition::Count { key, .. } => parts.extend(key.parts()),
        }
        parts
    }

    /// How often a temporary that holds the element is read.
    pub fn reads(&self) -> usize {
        match self {
            Addition::Count { spelled, .. } => *spelled,
            Addition::Decide { reads, .. } => *reads,
            _ => 1,
        }
    }

    /// How many conditions choose the element.
    fn conditions(&self) -> usize {
        match self {
            Addition::Append(element) | Addition::Add(element) | Addition::Augment(element) => {
                element.conditions()
            }
            _ => 0,
        }
    }

    /// The element, if it is taken over as it stands.
    pub fn plain_element(&self) -> Option<Node<'t>> {
        match self {
            Addition::Append(element)
            | Addition::Add(element)
            | Addition::Augment(element)
            | Addition::Decide { element, .. } => element.plain(),
            Addition::Count { key, .. } => key.plain(),
            _ => None,
        }
    }
}

/// Reads the statements that a turn ends in, as an addition and what it adds to.
pub(in super::super) type Ending<'t> = fn(&[Node<'t>]) -> Option<(Node<'t>, Addition<'t>)>;

impl<'t> Shape<'t> {
    /// The shape of the loop `site`; `None` when it does anything else.
    pub fn of(site: Node<'t>) -> Option<Self> {
        Self::ending_in(site, |statements| match statements {
            [only] => addition(*only),
            _ => None,
        })
    }

    /// The shape of the loop `site` whose turns end in what `ending` reads.
    pub fn ending_in(site: Node<'t>, ending: Ending<'t>) -> Option<Self> {
        let mut clauses = Vec::new();
        let header = ForLoop::cast(site)?;
        clauses.push(Clause::For(header));
        let mut statements: Vec<Node<'t>> = header.body.statements().collect();
        loop {
            if let Some((receiver, addition)) = ending(&statements) {
                return Some(Self { site, clauses, temporary: None, receiver, addition });
            }
            let (first, rest) = statements.split_first()?;
            match (first.kind(), rest) {
                (Kind::ForStatement, []) => {
                    let header = ForLoop::cast(*first)?;
                    clauses.push(Clause::For(header));
                    statements = header.body.statements().collect();
                }
                (Kind::IfStatement, []) if first.child(Field::Alternative).is_none() => {
                    clauses.push(Clause::If(first.child(Field::Condition)?));
                    statements = first.child(Field::Consequence)?.statements().collect();
                }
                (Kind::IfStatement, [_, ..]) => {
                    clauses.push(Clause::Unless(skipping(*first)?));
                    statements = rest.to_vec();
                }
                (Kind::ExpressionStatement, [_, ..]) => {
                    let temporary = temporary_at(*first)?;
                    let (receiver, addition) = ending(rest)?;
                    let addition = with_temporary(&addition, &temporary)?;
                    return Some(Self { site, clauses, temporary: Some(temporary), receiver, addition });
                }
                _ => return None,
            }
        }
    }

    /// The `for` clauses, outermost first.
    pub fn loops(&self) -> impl Iterator<Item = &ForLoop<'t>> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::For(header) => Some(header),
            Clause::If(_) | Clause::Unless(_) => None,
        })
    }

    /// Every expression that is evaluated, in the order of the text, with what is iterated over first.
    pub fn parts(&self) -> Vec<Node<'t>> {
        let clauses = self.clauses.iter().map(|clause| match clause {
            Clause::For(header) => header.iterable,
            Clause::If(condition) | Clause::Unless(condition) => *condition,
        });
        clauses.chain(self.addition.parts()).collect()
    }

    /// The only clause, if it is a plain `for` over a single name.
    pub fn plain_loop(&self) -> Option<&ForLoop<'t>> {
        match self.clauses.as_slice() {
            [Clause::For(header)] if !header.is_async() && header.target.kind() == Kind::Identifier => {
                Some(header)
            }
            _ => None,
        }
    }
}

/// The condition of `if condition: continue`.
fn skipping(statement: Node<'_>) -> Option<Node<'_>> {
    let mut body = statement.child(Field::Consequence)?.statements();
    let alone = body.next()?.kind() == Kind::ContinueStatement && body.next().is_none();
    (alone && statement.child(Field::Alternative).is_none()).then_some(())?;
    statement.child(Field::Condition)
}

/// The statement as `name = value`.
fn temporary_at(statement: Node<'_>) -> Option<Temporary<'_>> {
    let assignment = Assignment::cast(statement)?;
    let plain = assignment.left.kind() == Kind::Identifier
        && assignment.annotation.is_none()
        && !matches!(
            assignment.right.kind(),
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ExpressionList
        );
    plain.then_some(Temporary { target: assignment.left, value: assignment.right })
}

/// The addition with the temporary's value where its name is evaluated first.
fn with_temporary<'t>(addition: &Addition<'t>, temporary: &Temporary<'t>) -> Option<Addition<'t>> {
    let expression = addition.plain_element()?;
    let name = evaluated_first(expression);
    (name.kind() == Kind::Identifier && name.text() == temporary.target.text()).then_some(())?;
    let element = if name == expression {
        Element::Plain(temporary.value)
    } else {
        Element::Inlined { expression, name, value: temporary.value }
    };
    Some(match addition {
        Addition::Count { spelled, .. } => match element {
            Element::Plain(value) => Addition::Count { key: Key::Expression(value), spelled: *spelled },
            _ => return None,
        },
        Addition::Decide { reads, .. } => Addition::Decide { element, reads: *reads },
        Addition::Add(_) => Addition::Add(element),
        Addition::Augment(_) => Addition::Augment(element),
        _ => Addition::Append(element),
    })
}

/// The part of an expression that is evaluated before anything else of it.
fn evaluated_first(expression: Node<'_>) -> Node<'_> {
    let mut node = expression;
    loop {
        let first = match node.kind() {
            Kind::Attribute => node.child(Field::Object),
            Kind::Call => node.child(Field::Function),
            Kind::Subscript => node.child(Field::Value),
            Kind::BinaryOperator => node.child(Field::Left),
            Kind::ComparisonOperator | Kind::Tuple | Kind::List | Kind::ParenthesizedExpression => {
                node.named_children().next()
            }
            _ => None,
        };
        match first {
            Some(first) => node = first,
            None => return node,
        }
    }
}

/// The statement as an addition, or as a choice between two to the same collection.
fn addition(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    if statement.kind() != Kind::IfStatement {
        return single_addition(statement);
    }
    let only = |block: Option<Node<'_>>| {
        let mut statements = block?.statements();
        statements.next().filter(|_| statements.next().is_none()).map(|only| only.id())
    };
    let tree = statement.tree();
    let yes = addition(tree.node(only(statement.child(Field::Consequence))?))?;
    let mut alternatives: Vec<Node<'_>> = statement.children_in(Field::Alternative).collect();
    let otherwise = alternatives.pop().filter(|clause| clause.kind() == Kind::ElseClause)?;
    let mut rest = addition(tree.node(only(otherwise.child(Field::Body))?))?;
    while let Some(clause) = alternatives.pop() {
        let then = addition(tree.node(only(clause.child(Field::Consequence))?))?;
        rest = choice(clause.child(Field::Condition)?, then, rest)?;
    }
    choice(statement.child(Field::Condition)?, yes, rest)
}

type Added<'t> = (Node<'t>, Addition<'t>);

fn choice<'t>(condition: Node<'t>, yes: Added<'t>, no: Added<'t>) -> Option<Added<'t>> {
    // More than three values to choose from are no expression that anybody would write.
    let few = yes.1.conditions() + no.1.conditions() <= 1;
    let same = few && yes.0.kind() == Kind::Identifier && yes.0.text() == no.0.text();
    let choose = |one: Element<'t>, other: Element<'t>| Element::Choice {
        condition,
        yes: Box::new(one),
        no: Box::new(other),
    };
    let addition = match (yes.1, no.1) {
        (Addition::Append(one), Addition::Append(other)) if same => Addition::Append(choose(one, other)),
        (Addition::Add(one), Addition::Add(other)) if same => Addition::Add(choose(one, other)),
        (Addition::Augment(one), Addition::Augment(other)) if same => Addition::Augment(choose(one, other)),
        _ => return None,
    };
    Some((yes.0, addition))
}

fn single_addition(statement: Node<'_>) -> Option<Added<'_>> {
    if let Some((receiver, element)) = augmented(statement) {
        return Some((receiver, Addition::Augment(element)));
    }
    if let Some(assignment) = Assignment::cast(statement) {
        let stored = assignment.left.kind() == Kind::Subscript
            && assignment.annotation.is_none()
            && !matches!(assignment.right.kind(), Kind::Assignment | Kind::AugmentedAssignment);
        let receiver = assignment.left.child(Field::Value)?;
        return stored
            .then_some((receiver, Addition::Store { subscript: assignment.left, value: assignment.right }));
    }
    let call = statement.named_children().next().and_then(Call::cast)?;
    let method = Attribute::cast(call.function)?;
    let wrap = match method.name.text() {
        "append" => Addition::Append,
        "add" => Addition::Add,
        _ => return None,
    };
    let addition = match call.arguments().list.as_slice() {
        [Argument::Positional(only)] => wrap(Element::Plain(*only)),
        [Argument::Unpacked(only)] => Addition::Unpacked(*only),
        _ => return None,
    };
    Some((method.object, addition))
}

/// The receiver and the element of `receiver += element` or `receiver = receiver + element`.
pub(in super::super) fn augmented(statement: Node<'_>) -> Option<(Node<'_>, Element<'_>)> {
    let inner =
        statement.named_children().next().filter(|_| statement.kind() == Kind::ExpressionStatement)?;
    let (left, sum) = (inner.child(Field::Left)?, inner.child(Field::Right)?);
    if inner.kind() == Kind::AugmentedAssignment {
        return inner.has_token("+=").then_some((left, Element::Plain(sum)));
    }
    let plain = inner.kind() == Kind::Assignment && left.kind() == Kind::Identifier;
    (plain && inner.child(Field::Type).is_none()).then_some(())?;
    let mut operands = Vec::new();
    let mut first = sum;
    while first.kind() == Kind::BinaryOperator && first.has_token("+") {
        operands.push(first.child(Field::Right)?);
        first = first.child(Field::Left)?;
    }
    (first.kind() == Kind::Identifier && first.text() == left.text()).then_some(())?;
    operands.reverse();
    match operands.as_slice() {
        [] => None,
        [only] => Some((left, Element::Plain(*only))),
        _ => Some((left, Element::Tail { sum, operands })),
    }
}

impl Element<'_> {
    /// The text of a plain element or a tail; that of others is not one piece.
    pub fn range(&self) -> Option<Range> {
        match self {
            Element::Plain(node) => Some(node.range()),
            Element::Tail { sum, operands } => {
                Some(Range::new(operands.first()?.range().start, sum.range().end))
            }
            Element::Inlined { .. } | Element::Choice { .. } => None,
        }
    }
}
