//! Displays (`[a, b]`, `{'a': 1}`): what stands in them, and that they are looked into and no more.

use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution};
use crate::syntax::{Assignment, Attribute, Call, Field, Kind, Node, StringPrefix, is_target};

use super::super::hoisting::repetitions;

/// A display that nobody keeps or changes.
pub(super) struct Display<'t> {
    pub node: Node<'t>,
    /// The items; of a dict, its pairs.
    pub items: Vec<Node<'t>>,
    pub used: Use<'t>,
    /// The expression that looks into it.
    pub site: Node<'t>,
}

/// How a display is used.
pub(super) enum Use<'t> {
    /// It is asked whether it holds this.
    Asked(Node<'t>),
    /// An item is taken out of it: `{...}[x]`, `{...}.get(x)`.
    LookedUp,
    /// It is bound to a name that only looks into it.
    Assigned,
}

impl<'t> Display<'t> {
    pub fn of(facts: &Facts<'_>, node: Node<'t>) -> Option<Self> {
        let (used, site) = used(facts, node)?;
        let items: Vec<_> = node.named_children().filter(|item| !item.is_trivia()).collect();
        let plain = |item: &Node<'t>| {
            let pair = item.kind() == Kind::Pair;
            pair == (node.kind() == Kind::Dictionary)
                && !matches!(
                    item.kind(),
                    Kind::ListSplat | Kind::ParenthesizedListSplat | Kind::DictionarySplat
                )
        };
        // f'{x in [1, 2]}'
        let in_string = site.ancestors().take_while(|up| !up.is_statement());
        let in_string = in_string.into_iter().any(|up| up.kind() == Kind::Interpolation);
        let brackets = node.text().starts_with(['[', '(', '{']);
        let fits = brackets && !in_string && !items.is_empty() && items.iter().all(plain);
        fits.then_some(Self { node, items, used, site })
    }

    /// Whether all items are literals.
    pub fn is_constant(&self) -> bool {
        self.items.iter().all(|item| is_literal(*item))
    }

    /// Whether comparing `key` with the items can warn about nothing: text is not compared with bytes.
    pub fn is_comparable(&self, facts: &Facts<'_>, key: Node<'_>) -> bool {
        let text = |item: &Node<'_>| matches!(item.kind(), Kind::String | Kind::ConcatenatedString);
        let bytes = |item: &Node<'_>| facts.type_of(*item).is(Class::Bytes);
        let scalar = |item: &Node<'_>| item.kind() != Kind::Tuple;
        let some_bytes = self.items.iter().any(bytes);
        let some_text = self.items.iter().any(|item| text(item) && !bytes(item));
        let found = facts.type_of(key).base();
        let mixed = (some_bytes && (some_text || found == Some(Class::Str)))
            || (some_text && found == Some(Class::Bytes));
        self.items.iter().all(scalar) && !mixed
    }

    /// Whether the innermost loop around binds a name in it; `None` where there is no loop.
    pub fn changes_with_turn(&self, facts: &Facts<'_>) -> Option<bool> {
        let model = facts.model();
        let innermost = *repetitions(facts, self.node).first()?;
        let mut names = self.node.descendants().filter(|part| part.kind() == Kind::Identifier);
        Some(names.any(|name| match model.resolve(name) {
            Resolution::Variable(id) => {
                model.reference_at(name).is_some()
                    && model.bindings_in(id, innermost.range()).next().is_some()
            }
            _ => false,
        }))
    }

    /// That evaluating the items again gives the same objects, and does nothing else: they are names and literals, and
    /// what is hashed runs no code of a user's.
    ///
    /// ```python
    /// for x in xs: {'a': [], 'b': note()}[x].append(1)
    /// ```
    ///
    /// # Errors
    ///
    /// When an item may fail or be another object, or the class of what is hashed is not known.
    pub fn is_repeatable(&self, facts: &Facts<'_>) -> Guarded {
        for item in &self.items {
            let hashed = match item.kind() {
                Kind::Pair => item.child(Field::Key),
                _ if self.node.kind() == Kind::Set => Some(*item),
                _ => None,
            };
            if let Some(key) = hashed.filter(|key| !is_literal(*key)) {
                guards::hashes_everywhere(facts, key)?;
            }
            let value = item.child(Field::Value).filter(|_| item.kind() == Kind::Pair).unwrap_or(*item);
            if !is_literal(value) && value.kind() != Kind::Identifier {
                facts.refuse(Refusal::about(Reason::MayFailEarly, value.range(), value.text()))?;
            }
        }
        Ok(())
    }

    /// What ends a tuple of the items, behind the last of them.
    pub fn tuple_end(&self) -> &'static str {
        let comma = self.node.children().filter(|part| !part.is_trivia());
        let closed = comma.into_iter().filter(|part| part.is_token(",")).count() >= self.items.len();
        if self.items.len() == 1 && !closed { ",)" } else { ")" }
    }

    /// What keeps a name in its place apart from a word right behind it.
    pub fn gap(&self) -> &'static str {
        let next = self.node.source().byte(self.node.range().end);
        if next.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') { " " } else { "" }
    }
}

/// How `node` is used, and the expression that does so.
fn used<'t>(facts: &Facts<'_>, node: Node<'t>) -> Option<(Use<'t>, Node<'t>)> {
    let parent = node.parent()?;
    // The name that comes in its place must not touch a word: `x in[a, b]`.
    let before = node.range().start.checked_sub(1).and_then(|at| node.source().byte(at));
    let apart = before.is_some_and(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    match parent.kind() {
        Kind::ComparisonOperator => {
            let mut operators = parent.children_in(Field::Operators);
            let operator = operators.next().filter(|_| operators.next().is_none())?;
            let mut sides =
                parent.named_children().filter(|part| part.field() != Field::Operators && !part.is_trivia());
            let (key, right) = (sides.next()?, sides.next()?);
            let asked = matches!(operator.text(), "in" | "not in") && right == node;
            (asked && apart).then_some((Use::Asked(key), parent))
        }
        Kind::Subscript => {
            let mut keys = parent.children_in(Field::Subscript);
            let single = keys.next().filter(|key| key.kind() != Kind::Slice && keys.next().is_none());
            let loaded = node.field() == Field::Value && single.is_some() && !is_target(parent);
            let kind = matches!(node.kind(), Kind::List | Kind::Dictionary);
            (loaded && kind && apart).then_some((Use::LookedUp, parent))
        }
        Kind::Attribute => {
            let method = Attribute::cast(parent).filter(|method| method.object == node)?;
            let call = parent.parent().and_then(Call::cast).filter(|call| call.function == parent)?;
            let got = node.kind() == Kind::Dictionary && method.name.text() == "get" && apart;
            got.then_some((Use::LookedUp, call.node))
        }
        Kind::Assignment => {
            let statement = node.statement()?;
            let assignment = Assignment::cast(statement).filter(|found| found.right == node)?;
            let Resolution::Variable(variable) = facts.model().resolve(assignment.left) else { return None };
            let kept = assignment.left.kind() == Kind::Identifier && node.kind() != Kind::Tuple;
            (kept && guards::is_only_looked_at(facts, variable)).then_some((Use::Assigned, statement))
        }
        _ => None,
    }
}

/// Whether `node` is a literal that nothing can change.
fn is_literal(node: Node<'_>) -> bool {
    let parts = || node.named_children().filter(|part| !part.is_trivia());
    match node.kind() {
        Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None => true,
        Kind::String => StringPrefix::of(node).is_some_and(|prefix| !prefix.interpolated),
        Kind::ConcatenatedString | Kind::Tuple | Kind::Pair => parts().all(is_literal),
        Kind::UnaryOperator => {
            let number = node.child(Field::Argument);
            node.has_token("-")
                && number.is_some_and(|number| matches!(number.kind(), Kind::Integer | Kind::Float))
        }
        _ => false,
    }
}
