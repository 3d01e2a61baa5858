//! Typed views of the nodes that transforms and facts look into.
//!
//! A view only says what stands where; it judges nothing.

use super::{Field, Kind, Node};

/// `for target in iterable: body`, perhaps `async`, perhaps with `else`.
#[derive(Clone, Copy, Debug)]
pub struct ForLoop<'t> {
    /// The whole statement.
    pub node: Node<'t>,
    /// What is bound by each turn.
    pub target: Node<'t>,
    /// What is iterated over.
    pub iterable: Node<'t>,
    /// The block that is repeated.
    pub body: Node<'t>,
    /// The `else` clause.
    pub alternative: Option<Node<'t>>,
}

impl<'t> ForLoop<'t> {
    /// The view of `node`, if it is a `for` statement.
    pub fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == Kind::ForStatement).then_some(())?;
        Some(Self {
            node,
            target: node.child(Field::Left)?,
            iterable: node.child(Field::Right)?,
            body: node.child(Field::Body)?,
            alternative: node.child(Field::Alternative),
        })
    }

    /// Whether it is an `async for`.
    pub fn is_async(&self) -> bool {
        self.node.has_token("async")
    }
}

/// `function(arguments)`.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    /// The whole expression.
    pub node: Node<'t>,
    /// What is called.
    pub function: Node<'t>,
    /// The parenthesised arguments, or the bare generator expression that is the only one.
    pub arguments: Node<'t>,
}

impl<'t> Call<'t> {
    /// The view of `node`, if it is a call.
    pub fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == Kind::Call).then_some(())?;
        Some(Self { node, function: node.child(Field::Function)?, arguments: node.child(Field::Arguments)? })
    }

    /// The arguments one by one.
    pub fn arguments(&self) -> Arguments<'t> {
        if self.arguments.kind() == Kind::GeneratorExpression {
            return Arguments { list: vec![Argument::Positional(self.arguments)] };
        }
        let list = self.arguments.named_children().map(|child| match child.kind() {
            Kind::KeywordArgument => match (child.child(Field::Name), child.child(Field::Value)) {
                (Some(name), Some(value)) => Argument::Keyword { name, value },
                _ => Argument::Unpacked(child),
            },
            Kind::ListSplat | Kind::DictionarySplat | Kind::ParenthesizedListSplat => {
                Argument::Unpacked(child)
            }
            _ => Argument::Positional(child),
        });
        Arguments { list: list.collect() }
    }

    /// The only argument, when there is exactly one and it is positional.
    pub fn sole_argument(&self) -> Option<Node<'t>> {
        match self.arguments().list.as_slice() {
            [Argument::Positional(only)] => Some(*only),
            _ => None,
        }
    }
}

/// Whether the expression `node` is bound or deleted where it stands, alone or among others: `xs[0], y = z`,
/// `del (xs[0])`, `with c() as [xs[0]]`.
pub fn is_target(node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(holder) = at.parent() {
        match holder.kind() {
            Kind::DeleteStatement
            | Kind::AsPatternTarget
            | Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::ListSplatPattern => return true,
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement | Kind::ForInClause => {
                return at.field() == Field::Left;
            }
            Kind::ExpressionList
            | Kind::Tuple
            | Kind::List
            | Kind::ListSplat
            | Kind::ParenthesizedListSplat
            | Kind::ParenthesizedExpression => at = holder,
            _ => return false,
        }
    }
    false
}

/// Whether the `break` or `continue` `statement` is one of the loop whose body is `body`, which holds it: those in the
/// body of a loop further in are of that one, those in its `else` clause are not.
pub fn jumps_in(statement: Node<'_>, body: Node<'_>) -> bool {
    let mut within = statement.chain().take_while(|part| *part != body);
    !within.any(|part| {
        let holder = part.parent().map(|holder| holder.kind());
        part.field() == Field::Body && matches!(holder, Some(Kind::ForStatement | Kind::WhileStatement))
    })
}

/// The arguments of a call, in order.
#[derive(Clone, Debug)]
pub struct Arguments<'t> {
    /// In the order in which they are evaluated.
    pub list: Vec<Argument<'t>>,
}

/// One argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'t> {
    /// `f(value)`.
    Positional(Node<'t>),
    /// `f(name=value)`.
    Keyword {
        /// The keyword.
        name: Node<'t>,
        /// Its value.
        value: Node<'t>,
    },
    /// `f(*value)` or `f(**value)`.
    Unpacked(Node<'t>),
}

/// `object.name`.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'t> {
    /// What the attribute is looked up on.
    pub object: Node<'t>,
    /// The identifier after the dot.
    pub name: Node<'t>,
}

impl<'t> Attribute<'t> {
    /// The view of `node`, if it is an attribute.
    pub fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == Kind::Attribute).then_some(())?;
        Some(Self { object: node.child(Field::Object)?, name: node.child(Field::Attribute)? })
    }
}

/// `left = right`, with a single target: chained assignments are several nested ones.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'t> {
    /// The statement that holds nothing but this assignment.
    pub statement: Node<'t>,
    /// The target.
    pub left: Node<'t>,
    /// The annotation.
    pub annotation: Option<Node<'t>>,
    /// The value; another assignment in a chain.
    pub right: Node<'t>,
}

impl<'t> Assignment<'t> {
    /// The view of the expression statement `node`, if it is an assignment with a value.
    pub fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == Kind::ExpressionStatement).then_some(())?;
        let inner = node.named_children().next()?;
        (inner.kind() == Kind::Assignment).then_some(())?;
        Some(Self {
            statement: node,
            left: inner.child(Field::Left)?,
            annotation: inner.child(Field::Type),
            right: inner.child(Field::Right)?,
        })
    }
}

/// `def name(parameters): body` or a `lambda`.
#[derive(Clone, Copy, Debug)]
pub struct Function<'t> {
    /// The whole definition, decorators left out.
    pub node: Node<'t>,
    /// The parameters, if any stand there.
    pub parameters: Option<Node<'t>>,
    /// The block, or the expression of a lambda.
    pub body: Node<'t>,
}

impl<'t> Function<'t> {
    /// The view of `node`, if it is a function definition or a lambda.
    pub fn cast(node: Node<'t>) -> Option<Self> {
        matches!(node.kind(), Kind::FunctionDefinition | Kind::Lambda).then_some(())?;
        Some(Self { node, parameters: node.child(Field::Parameters), body: node.child(Field::Body)? })
    }

    /// Whether it is an `async def`.
    pub fn is_async(&self) -> bool {
        self.node.kind() == Kind::FunctionDefinition && self.node.has_token("async")
    }
}
