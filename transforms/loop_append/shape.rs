//! What the loop looks like: a chain of `for` and `if` around one statement that fills a collection.

use crate::syntax::{Argument, Assignment, Attribute, Call, Field, ForLoop, Kind, Node};

/// A loop that does nothing but fill one collection.
#[derive(Debug)]
pub(super) struct Shape<'t> {
    /// The outermost loop.
    pub site: Node<'t>,
    /// What surrounds the statement, outermost first; the first is a `for`.
    pub clauses: Vec<Clause<'t>>,
    /// The collection.
    pub receiver: Node<'t>,
    /// What is added to it.
    pub addition: Addition<'t>,
}

/// A level of the chain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clause<'t> {
    /// `for target in iterable:`.
    For(ForLoop<'t>),
    /// `if condition:`.
    If(Node<'t>),
}

/// What one turn adds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Addition<'t> {
    /// `receiver.append(element)`.
    Append(Node<'t>),
    /// `receiver.add(element)`.
    Add(Node<'t>),
    /// `receiver[key] = value`; the key is everything between the brackets.
    Store {
        /// The subscript that is assigned to.
        subscript: Node<'t>,
        /// What is stored.
        value: Node<'t>,
    },
    /// `receiver.append(*elements)` or `receiver.add(*elements)`.
    Unpacked(Node<'t>),
}

impl<'t> Addition<'t> {
    /// The expressions that are evaluated for it.
    pub fn parts(&self) -> Vec<Node<'t>> {
        match *self {
            Addition::Append(element) | Addition::Add(element) | Addition::Unpacked(element) => vec![element],
            Addition::Store { subscript, value } => {
                let mut parts: Vec<Node<'t>> = subscript.children_in(Field::Subscript).collect();
                parts.push(value);
                parts
            }
        }
    }
}

impl<'t> Shape<'t> {
    /// The shape of the loop `site`; `None` when it does anything else.
    pub fn of(site: Node<'t>) -> Option<Self> {
        let mut clauses = Vec::new();
        let mut node = site;
        loop {
            let block = match node.kind() {
                Kind::ForStatement => {
                    let header = ForLoop::cast(node)?;
                    clauses.push(Clause::For(header));
                    header.body
                }
                Kind::IfStatement if node.child(Field::Alternative).is_none() => {
                    clauses.push(Clause::If(node.child(Field::Condition)?));
                    node.child(Field::Consequence)?
                }
                Kind::ExpressionStatement => break,
                _ => return None,
            };
            let mut statements = block.statements();
            node = statements.next()?;
            if statements.next().is_some() {
                return None;
            }
        }
        let (receiver, addition) = addition(node)?;
        Some(Self { site, clauses, receiver, addition })
    }

    /// The `for` clauses, outermost first.
    pub fn loops(&self) -> impl Iterator<Item = &ForLoop<'t>> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::For(header) => Some(header),
            Clause::If(_) => None,
        })
    }

    /// Every expression that is evaluated, in the order of the text, with what is iterated over first.
    pub fn parts(&self) -> Vec<Node<'t>> {
        let clauses = self.clauses.iter().map(|clause| match clause {
            Clause::For(header) => header.iterable,
            Clause::If(condition) => *condition,
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

fn addition(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
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
        [Argument::Positional(only)] => wrap(*only),
        [Argument::Unpacked(only)] => Addition::Unpacked(*only),
        _ => return None,
    };
    Some((method.object, addition))
}
