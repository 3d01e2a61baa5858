//! Calls that loops may make again and again for nothing: what is called, how often, and what becomes of the value.

use crate::edit::Measured;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, ScopeKind, Type, pure, standard};
use crate::syntax::{Attribute, Call, Field, Kind, Node, is_target};

use super::super::hoisting::repetitions;

/// Builtins that take no longer for large operands, as far as numbers are not huge.
const QUICK: &[&str] = &["abs", "bool", "chr", "float", "hash", "int", "len", "max", "min", "ord", "round"];

/// Builtins that look at everything in their operand.
const SLOW: &[&str] = &[
    "all",
    "any",
    "ascii",
    "bin",
    "frozenset",
    "hex",
    "list",
    "oct",
    "repr",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
];

/// Methods of strings that cannot fail.
const METHODS: &[&str] = &[
    "capitalize",
    "count",
    "endswith",
    "find",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "lower",
    "lstrip",
    "replace",
    "rfind",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
];

/// Builtins that take what they are given apart, and keep nothing but items.
const TAKERS: &[&str] =
    &["all", "any", "frozenset", "len", "list", "max", "min", "set", "sorted", "sum", "tuple"];

/// Literals that make a call longer than so many bytes take time.
const LONG: u32 = 60;

/// A call in a loop that depends on nothing that the innermost loop binds.
pub(super) struct Candidate<'t> {
    pub call: Call<'t>,
    /// The function, without its module or what it is a method of.
    pub name: &'t str,
    kind: Kinds,
    /// The innermost loop or comprehension that repeats the call.
    repeated_by: Node<'t>,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinds {
    Builtin,
    Function,
    Method,
}

impl<'t> Candidate<'t> {
    pub fn of(facts: &Facts<'_>, node: Node<'t>) -> Option<Self> {
        let call = Call::cast(node).filter(|call| call.arguments.kind() == Kind::ArgumentList)?;
        let method = Attribute::cast(call.function);
        let name = method.map_or(call.function, |method| method.name).text();
        let listed = QUICK.contains(&name) || SLOW.contains(&name);
        (listed || METHODS.contains(&name) || pure::is_last_name(name)).then_some(())?;
        let repeated_by = *repetitions(facts, node).first()?;
        let kind = if call.function.kind() == Kind::Identifier && facts.model().is_builtin(call.function) {
            listed.then_some(Kinds::Builtin)?
        } else if standard::qualified_name(facts, call.function).is_some_and(|name| is_in_table(&name)) {
            Kinds::Function
        } else {
            method.filter(|_| METHODS.contains(&name)).map(|_| Kinds::Method)?
        };
        // A new container at every turn: `list()`.
        (kind == Kinds::Method || !call.arguments().list.is_empty()).then_some(())?;
        let candidate = Self { call, name, kind, repeated_by };
        (!candidate.depends_on_turn(facts) && candidate.can_be_replaced()).then_some(candidate)
    }

    /// Whether the innermost loop binds a name that the call reads.
    fn depends_on_turn(&self, facts: &Facts<'_>) -> bool {
        let model = facts.model();
        let mut names = self.call.node.descendants().filter(|part| part.kind() == Kind::Identifier);
        names.any(|name| match model.resolve(name) {
            Resolution::Variable(id) => {
                let bound = model.bindings_in(id, self.repeated_by.range()).next().is_some();
                bound && model.reference_at(name).is_some()
            }
            _ => false,
        })
    }

    /// Whether a name can stand in its place, and the call on a line of its own.
    ///
    /// ```python
    /// f'{len(name)=}'
    /// return'a'.upper()
    /// ```
    fn can_be_replaced(&self) -> bool {
        let node = self.call.node;
        let source = node.source();
        let word = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
        };
        let start = node.range().start;
        let glued = start > 0 && word(source.byte(start - 1));
        let shown = node.ancestors().take_while(|up| !up.is_statement());
        let spelled = shown.into_iter().any(|up| up.kind() == Kind::Interpolation && up.has_token("="));
        !glued && !spelled && !self.call.function.text().contains('\n')
    }

    /// What keeps the name apart from a word right behind the call: `len(name)if x else 0`.
    pub fn gap(&self) -> &'static str {
        let next = self.call.node.source().byte(self.call.node.range().end);
        if next.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') { " " } else { "" }
    }

    /// What its value is called when it stands in front of the loop.
    pub fn new_name(&self, value: &Type) -> &'static str {
        match (self.name, value.class()) {
            ("len", _) => "_length",
            ("ord", _) => "_code",
            (_, Some(Class::Str)) => "_text",
            ("sorted" | "list" | "tuple" | "split" | "splitlines", _) => "_items",
            ("set" | "frozenset", _) => "_members",
            _ => "_value",
        }
    }

    /// Whether the call takes longer the larger its operands are, which are more than literals.
    pub fn takes_time(&self) -> bool {
        let quick = self.kind == Kinds::Builtin && QUICK.contains(&self.name)
            || self.kind == Kinds::Function && self.call.function.text().starts_with("math.");
        let method = Attribute::cast(self.call.function).filter(|_| self.kind == Kinds::Method);
        let mut parts = self
            .call
            .arguments
            .descendants()
            .chain(method.into_iter().flat_map(|method| method.object.descendants()));
        let long = self.call.node.range().len() > LONG;
        !quick && (long || parts.any(|part| part.kind() == Kind::Identifier))
    }

    /// Whether every turn of the loop `anchor`, and of those in it, makes the call, as far as it makes any.
    pub fn is_made_every_turn(&self, anchor: Node<'_>) -> bool {
        let node = self.call.node;
        let mut inner = node;
        for holder in node.ancestors() {
            let sure = match holder.kind() {
                Kind::IfStatement | Kind::ElifClause => {
                    holder.kind() == Kind::IfStatement && inner.field() == Field::Condition
                }
                Kind::ConditionalExpression => holder.named_children().nth(1) == Some(inner),
                Kind::BooleanOperator => inner.field() == Field::Left,
                Kind::ElseClause | Kind::ExceptClause | Kind::CaseClause | Kind::TryStatement => {
                    holder.kind() == Kind::TryStatement && inner.field() == Field::Body
                }
                Kind::ListComprehension
                | Kind::SetComprehension
                | Kind::DictionaryComprehension
                | Kind::GeneratorExpression => {
                    let mut tests = holder.named_children().filter(|part| part.kind() == Kind::IfClause);
                    tests.next().is_none_or(|test| test == inner)
                }
                _ => true,
            };
            if !sure {
                return false;
            }
            if holder == anchor {
                break;
            }
            inner = holder;
        }
        let before = |part: &Node<'_>| part.range().start < node.range().start;
        let jumps = |part: Node<'_>| {
            matches!(
                part.kind(),
                Kind::ContinueStatement | Kind::BreakStatement | Kind::ReturnStatement | Kind::RaiseStatement
            )
        };
        let inside = anchor.descendants().filter(|part| before(part) && self.repeated_by.holds(*part));
        !inside.into_iter().any(jumps)
    }

    /// Whether the call stands in the header of a loop within the one that repeats it.
    pub fn is_only_in_header(&self) -> bool {
        let headed = |part: &Node<'t>| {
            let holder = part.parent().map(|up| up.kind());
            part.field() == Field::Right && matches!(holder, Some(Kind::ForStatement | Kind::ForInClause))
        };
        !self.takes_time()
            && self.call.node.chain().take_while(|part| *part != self.repeated_by).any(|part| headed(&part))
    }

    /// Whether all turns can have the same object, whatever becomes of it: nothing can change it, and nothing in the
    /// file asks which object it is. A number that is none equals nothing, but collections take an object for equal to
    /// itself.
    ///
    /// ```python
    /// for x in xs: row = list(name)
    /// for x in xs: seen.append(name.upper())
    /// print(seen[0] is seen[1])
    /// for x in xs: seen.add(abs(nan))
    /// ```
    pub fn may_keep(facts: &Facts<'_>, value: &Type) -> bool {
        let plain = |class: Option<Class>| matches!(class, Some(Class::Int | Class::Str | Class::Bytes));
        match value.class() {
            Some(Class::Bool | Class::None) => true,
            Some(Class::Tuple | Class::FrozenSet) => {
                plain(value.item().class()) && !facts.asks_for_identity()
            }
            class => plain(class) && !facts.asks_for_identity(),
        }
    }

    /// Whether the call is all that a variable is bound to, and nothing ever changes what that holds.
    pub fn is_kept_unchanged(&self, facts: &Facts<'_>) -> bool {
        let assignment = self.call.node.parent().filter(|up| up.kind() == Kind::Assignment);
        let target = assignment.and_then(|up| up.child(Field::Left));
        target.is_some_and(|target| match facts.model().resolve(target) {
            Resolution::Variable(variable) => guards::is_only_looked_at(facts, variable),
            _ => false,
        })
    }

    /// That one object can be shared by all turns.
    ///
    /// ```python
    /// for x in xs: rows.append(sorted(name))
    /// ```
    pub fn shares(&self, facts: &Facts<'_>, value: &Type) -> Guarded {
        let used_up = match value.class() {
            Some(Class::List | Class::Set) => self.is_used_up(facts),
            Some(Class::Dict | Class::Iterator) | None => false,
            Some(_) => self.is_used_up(facts) || self.is_computed_with(),
        };
        if !used_up && !Self::may_keep(facts, value) {
            let node = self.call.node;
            facts.refuse(Refusal::about(Reason::FreshObject, node.range(), node.text()))?;
        }
        Ok(())
    }

    /// Whether the value is looked into where it stands, and then gone.
    ///
    /// ```python
    /// x in set(names)
    /// sorted(names)[0]
    /// for name in sorted(names): ...
    /// ```
    fn is_used_up(&self, facts: &Facts<'_>) -> bool {
        let node = bracketed(self.call.node);
        let Some(parent) = node.parent() else { return false };
        match parent.kind() {
            Kind::ForStatement | Kind::ForInClause => node.field() == Field::Right,
            Kind::Subscript => {
                let whole = parent.children_in(Field::Subscript).all(|key| key.kind() != Kind::Slice);
                node.field() == Field::Value && whole && !is_target(parent)
            }
            Kind::ComparisonOperator => {
                let mut operators = parent.children_in(Field::Operators);
                let single = operators.next().filter(|_| operators.next().is_none());
                single.is_some_and(|operator| matches!(operator.text(), "in" | "not in"))
                    && parent.named_children().last() == Some(node)
            }
            Kind::ArgumentList => parent.parent().and_then(Call::cast).is_some_and(|call| {
                let taken = TAKERS.contains(&call.function.text()) && facts.model().is_builtin(call.function);
                taken && call.sole_argument() == Some(node)
            }),
            _ => false,
        }
    }

    /// Whether the value, a number or a string, is compared or computed with where it stands.
    fn is_computed_with(&self) -> bool {
        let node = bracketed(self.call.node);
        let Some(parent) = node.parent() else { return false };
        match parent.kind() {
            Kind::ComparisonOperator => {
                parent.children_in(Field::Operators).all(|operator| !operator.text().starts_with("is"))
            }
            Kind::BinaryOperator | Kind::UnaryOperator | Kind::NotOperator | Kind::Interpolation => true,
            Kind::AugmentedAssignment => node.field() == Field::Right,
            Kind::IfStatement | Kind::ElifClause | Kind::WhileStatement => node.field() == Field::Condition,
            Kind::Subscript => node.field() == Field::Subscript,
            _ => false,
        }
    }

    /// The measured case that is nearest.
    pub fn measured(&self, facts: &Facts<'_>) -> Measured {
        let module = facts.model().scope(facts.body_scope(self.call.node)).kind == ScopeKind::Module;
        let in_while = self.repeated_by.kind() == Kind::WhileStatement
            && self.call.node.chain().any(|part| part.field() == Field::Condition);
        let statement = matches!(self.repeated_by.kind(), Kind::ForStatement | Kind::WhileStatement);
        let case = match (self.kind, self.name) {
            (Kinds::Method, _) => "method",
            (Kinds::Function, _) => "sqrt",
            (Kinds::Builtin, "len") if module => "len-at-module-level",
            (Kinds::Builtin, "len") if in_while => "len-in-condition",
            (Kinds::Builtin, "len") if statement => "len",
            (Kinds::Builtin, "len") => "len-in-comprehension",
            (Kinds::Builtin, "frozenset" | "set" | "sorted" | "list" | "tuple") => "frozenset",
            (Kinds::Builtin, _) => "ord",
        };
        Measured::new(case, "hoisted")
    }
}

/// `node` with the parentheses around it.
fn bracketed(node: Node<'_>) -> Node<'_> {
    let bracket = node.ancestors().take_while(|up| up.kind() == Kind::ParenthesizedExpression).last();
    bracket.unwrap_or(node)
}

fn is_in_table(name: &str) -> bool {
    pure::CALLS.binary_search_by_key(&name, |row| row.name).is_ok()
}
