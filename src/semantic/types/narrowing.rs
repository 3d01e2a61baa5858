//! What a test around a read says about a name.
//!
//! ```python
//! if isinstance(x, str): use(x)
//! if not isinstance(x, str): return
//! ```

use super::{Class, Inference, Type};
use crate::semantic::{BindingKind, VariableId};
use crate::syntax::{Argument, Call, Field, Kind, Node};

impl Inference<'_, '_> {
    /// What tests that surely came out well before `read` say about `variable`, whose name it reads.
    pub(super) fn narrowed(&self, variable: VariableId, read: Node<'_>) -> Option<Type> {
        let mut inner = read;
        for outer in read.ancestors() {
            let found = match outer.kind() {
                Kind::FunctionDefinition | Kind::Lambda | Kind::ClassDefinition => return None,
                Kind::IfStatement | Kind::ElifClause if inner.field() == Field::Consequence => {
                    self.holds(variable, read, outer.child(Field::Condition), inner)
                }
                Kind::WhileStatement if inner.field() == Field::Body => {
                    self.holds(variable, read, outer.child(Field::Condition), inner)
                }
                Kind::ConditionalExpression => {
                    let mut parts = outer.named_children().filter(|part| !part.is_trivia());
                    let first = parts.next() == Some(inner);
                    self.holds(variable, read, parts.next().filter(|_| first), inner)
                }
                Kind::BooleanOperator if outer.has_token("and") && inner.field() == Field::Right => {
                    self.holds(variable, read, outer.child(Field::Left), inner)
                }
                Kind::ListComprehension
                | Kind::SetComprehension
                | Kind::DictionaryComprehension
                | Kind::GeneratorExpression
                    if inner.field() == Field::Body =>
                {
                    let mut tests = outer.named_children().filter(|part| part.kind() == Kind::IfClause);
                    tests.find_map(|test| self.holds(variable, read, super::only(test), outer))
                }
                _ if inner.is_statement() => self.left_over(variable, read, inner),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
            // What runs later sees what was bound meanwhile.
            let first = || outer.named_children().find(|part| part.kind() == Kind::ForInClause);
            if outer.kind() == Kind::GeneratorExpression && first() != Some(inner) {
                return None;
            }
            inner = outer;
        }
        None
    }

    /// What `condition` says, if it holds when `region` begins and nothing in there binds the variable.
    fn holds(
        &self,
        variable: VariableId,
        read: Node<'_>,
        condition: Option<Node<'_>>,
        region: Node<'_>,
    ) -> Option<Type> {
        let condition = condition?;
        let found = self.tested(read.text(), condition, Outcome::Holds)?;
        let within = condition.range().cover(region.range());
        let bindings: Vec<_> = self.facts.model().bindings_in(variable, within).collect();
        // The target of a comprehension is bound before its tests, a second one of the same name after them.
        let kept = match bindings.as_slice() {
            [] => true,
            [only] => only.kind == BindingKind::ComprehensionTarget,
            _ => false,
        };
        kept.then_some(found)
    }

    /// What the statements before `statement` in its block say, those that let only some values pass.
    fn left_over(&self, variable: VariableId, read: Node<'_>, statement: Node<'_>) -> Option<Type> {
        let mut before = statement.previous_statement();
        let mut found = None;
        while let Some(guard) = before {
            found = match guard.kind() {
                Kind::AssertStatement => guard
                    .named_children()
                    .next()
                    .and_then(|test| self.tested(read.text(), test, Outcome::Holds)),
                Kind::IfStatement if guard.child(Field::Alternative).is_none() => {
                    let leaves = guard.child(Field::Consequence).is_some_and(leaves);
                    let condition = guard.child(Field::Condition).filter(|_| leaves);
                    condition.and_then(|test| self.tested(read.text(), test, Outcome::Fails))
                }
                _ => None,
            };
            if found.is_some() {
                let block = statement.parent()?;
                let rest = crate::text::Range::new(guard.range().start, block.range().end);
                let rebound = self.facts.model().bindings_in(variable, rest).next().is_some();
                return found.filter(|_| !rebound);
            }
            before = guard.previous_statement();
        }
        found
    }

    /// What is known of `name` when `condition` comes out as stated.
    fn tested(&self, name: &str, condition: Node<'_>, outcome: Outcome) -> Option<Type> {
        match (condition.kind(), outcome) {
            (Kind::ParenthesizedExpression, _) => self.tested(name, super::only(condition)?, outcome),
            (Kind::NotOperator, Outcome::Fails) => {
                self.tested(name, condition.child(Field::Argument)?, Outcome::Holds)
            }
            (Kind::BooleanOperator, _) => {
                let word = if outcome == Outcome::Holds { "and" } else { "or" };
                condition.has_token(word).then_some(())?;
                condition.named_children().find_map(|part| self.tested(name, part, outcome))
            }
            (Kind::Call, Outcome::Holds) => {
                let call = Call::cast(condition)?;
                let builtin =
                    |node: &Node<'_>| node.kind() == Kind::Identifier && self.facts.model().is_builtin(*node);
                let arguments = call.arguments().list;
                let [Argument::Positional(tested), Argument::Positional(class)] = arguments.as_slice() else {
                    return None;
                };
                let asked = call.function.text() == "isinstance" && builtin(&call.function);
                let same = tested.kind() == Kind::Identifier && tested.text() == name;
                (asked && same && builtin(class)).then_some(())?;
                class_named(class.text()).map(Type::instance)
            }
            _ => None,
        }
    }
}

/// How a condition came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Holds,
    Fails,
}

/// Whether control never runs past the end of `block`.
fn leaves(block: Node<'_>) -> bool {
    let last = block.named_children().filter(Node::is_statement).last();
    last.is_some_and(|last| {
        matches!(
            last.kind(),
            Kind::ReturnStatement | Kind::RaiseStatement | Kind::ContinueStatement | Kind::BreakStatement
        )
    })
}

fn class_named(name: &str) -> Option<Class> {
    Some(match name {
        "str" => Class::Str,
        "bytes" => Class::Bytes,
        "int" => Class::Int,
        "bool" => Class::Bool,
        "float" => Class::Float,
        "list" => Class::List,
        "tuple" => Class::Tuple,
        "set" => Class::Set,
        "frozenset" => Class::FrozenSet,
        "dict" => Class::Dict,
        _ => return None,
    })
}
