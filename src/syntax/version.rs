//! The oldest Python that accepts a text, told by the syntax in it.
//!
//! Only syntax counts, never the library, and only what is certain: what is not listed raises nothing, so
//! the answer may be too old but never too new. Which Python accepts what was checked with the interpreters.

use super::{Field, Kind, Node, StringPrefix, SyntaxTree};
use crate::text::{PythonVersion, Target};

/// The oldest release that accepts all of `tree`, as far as its syntax tells. `None` when nothing in it is
/// newer than Python 2.7; a release such as 3.0 says that Python 2 is out and no more.
pub fn minimum_version(tree: &SyntaxTree<'_>) -> Option<PythonVersion> {
    tree.nodes().filter_map(needed_by).max()
}

/// `target` without the releases that cannot run `tree` anyway.
pub fn raised_by_syntax(target: Target, tree: &SyntaxTree<'_>) -> Target {
    let oldest = minimum_version(tree).map_or(target.oldest, |needed| needed.max(target.oldest));
    Target { oldest, newest: target.newest.max(oldest) }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for what most arms of a match give")]
const fn python3(minor: u8) -> Option<PythonVersion> {
    Some(PythonVersion::new(3, minor))
}

fn needed_by(node: Node<'_>) -> Option<PythonVersion> {
    match node.kind() {
        Kind::MatchStatement => python3(10),
        Kind::TypeAliasStatement => type_alias(node),
        Kind::TypeParameter if node.field() == Field::TypeParameters => python3(12),
        Kind::SplatType => python3(11),
        Kind::PositionalSeparator => python3(8),
        Kind::KeywordSeparator
        | Kind::NonlocalStatement
        | Kind::TypedParameter
        | Kind::TypedDefaultParameter => python3(0),
        Kind::NamedExpression => named_expression(node),
        Kind::String => string(node),
        Kind::Interpolation if node.has_token("=") => python3(8),
        Kind::Integer | Kind::Float if node.text().contains('_') => python3(6),
        Kind::Identifier if !node.text().is_ascii() => python3(0),
        Kind::FunctionDefinition => function(node),
        Kind::Parameters | Kind::LambdaParameters => parameters(node),
        Kind::ClassDefinition => node
            .child(Field::Superclasses)
            .filter(|list| {
                list.named_children().any(|child| child.kind() != Kind::Comment && is_special(child))
            })
            .and(python3(0)),
        Kind::ArgumentList => arguments(node),
        Kind::Assignment if node.child(Field::Type).is_some() => python3(6),
        Kind::ListSplatPattern => unpacking_target(node),
        Kind::ListSplat => unpacking(node),
        Kind::DictionarySplat if node.parent().is_some_and(|parent| parent.kind() == Kind::Dictionary) => {
            python3(5)
        }
        Kind::BinaryOperator | Kind::AugmentedAssignment => {
            let operator = node.child(Field::Operator)?.text();
            matches!(operator, "@" | "@=").then_some(PythonVersion::new(3, 5))
        }
        Kind::ForStatement | Kind::WithStatement if node.has_token("async") => python3(5),
        Kind::ForInClause if node.has_token("async") => python3(6),
        Kind::Yield => yield_(node),
        Kind::RaiseStatement if node.child(Field::Cause).is_some() => python3(0),
        Kind::Ellipsis if node.parent().is_none_or(|parent| parent.kind() != Kind::Subscript) => python3(0),
        Kind::ExceptClause => except(node),
        Kind::WithClause => with(node),
        Kind::Decorator => {
            node.named_children().next().is_some_and(|it| !is_old_decorator(it)).then_some(()).and(python3(9))
        }
        _ => None,
    }
}

/// The arguments of a class that Python 2 has no form for.
fn is_special(argument: Node<'_>) -> bool {
    matches!(argument.kind(), Kind::KeywordArgument | Kind::ListSplat | Kind::DictionarySplat)
}

/// The grammar takes `type(x).y = z` for an alias too, Python does not.
fn type_alias(node: Node<'_>) -> Option<PythonVersion> {
    let name = node.child(Field::Left)?.named_children().next()?;
    matches!(name.kind(), Kind::Identifier | Kind::GenericType).then_some(PythonVersion::new(3, 12))
}

fn named_expression(node: Node<'_>) -> Option<PythonVersion> {
    // In `f"{x:=10}"` the grammar sees a walrus, Python a format specification.
    let specification = node.parent().is_some_and(|parent| parent.kind() == Kind::Interpolation);
    if specification { None } else { python3(8) }
}

fn string(node: Node<'_>) -> Option<PythonVersion> {
    let start = node.children().find(|child| child.kind() == Kind::StringStart)?;
    let letters = start.text().trim_end_matches(['"', '\'']).to_ascii_lowercase();
    if letters.contains('t') {
        return python3(14);
    }
    if StringPrefix::of(node)?.interpolated {
        return python3(6);
    }
    // Python 2 knows `br` alone.
    if letters == "rb" { python3(3) } else { None }
}

fn function(node: Node<'_>) -> Option<PythonVersion> {
    if node.has_token("async") {
        return python3(5);
    }
    node.child(Field::ReturnType).and(python3(0))
}

fn parameters(list: Node<'_>) -> Option<PythonVersion> {
    let mut starred = false;
    let mut needed = None;
    for parameter in list.named_children() {
        // An annotated `*args: int` is a typed parameter, which says enough by itself.
        match parameter.kind() {
            Kind::ListSplatPattern => starred = true,
            Kind::DictionarySplatPattern => {}
            _ if starred => needed = needed.max(python3(0)),
            _ => {}
        }
    }
    let final_one = list.named_children().last()?;
    let comma = list.children().skip_while(|child| *child != final_one).any(|child| child.is_token(","));
    if comma && matches!(final_one.kind(), Kind::ListSplatPattern | Kind::DictionarySplatPattern) {
        needed = needed.max(python3(6));
    }
    needed
}

fn arguments(list: Node<'_>) -> Option<PythonVersion> {
    let mut seen_star = false;
    let mut seen_double_star = false;
    let mut final_one = None;
    for argument in list.named_children() {
        // Python 2 takes nothing but keywords and `**` after `*`, and nothing at all after `**`.
        let new = match argument.kind() {
            Kind::KeywordArgument => seen_double_star,
            Kind::DictionarySplat => std::mem::replace(&mut seen_double_star, true),
            Kind::ListSplat => std::mem::replace(&mut seen_star, true),
            _ => seen_star,
        };
        if new {
            return python3(5);
        }
        final_one = Some(argument);
    }
    let final_one =
        final_one.filter(|final_one| matches!(final_one.kind(), Kind::ListSplat | Kind::DictionarySplat))?;
    list.children().skip_while(|child| *child != final_one).any(|child| child.is_token(",")).then_some(())?;
    python3(5)
}

/// `*rest` on the left of an assignment, or as what a loop binds.
fn unpacking_target(node: Node<'_>) -> Option<PythonVersion> {
    let parent = node.parent()?;
    let target = matches!(parent.kind(), Kind::PatternList | Kind::TuplePattern | Kind::ListPattern);
    target.then_some(PythonVersion::new(3, 0))
}

/// `*items` where a value is built.
fn unpacking(node: Node<'_>) -> Option<PythonVersion> {
    let parent = node.parent()?;
    match parent.kind() {
        Kind::List | Kind::Tuple | Kind::Set => python3(5),
        Kind::Subscript if node.field() == Field::Subscript => python3(11),
        Kind::ExpressionList => match parent.parent()?.kind() {
            Kind::ReturnStatement | Kind::Yield => python3(8),
            Kind::ForStatement => python3(9),
            _ => python3(5),
        },
        _ => None,
    }
}

fn yield_(node: Node<'_>) -> Option<PythonVersion> {
    if node.has_token("from") {
        return python3(3);
    }
    let function = node
        .ancestors()
        .find(|ancestor| matches!(ancestor.kind(), Kind::FunctionDefinition | Kind::Lambda))?;
    function.has_token("async").then_some(PythonVersion::new(3, 6))
}

fn except(node: Node<'_>) -> Option<PythonVersion> {
    if node.has_token("*") {
        return python3(11);
    }
    // With one comma it may be Python 2's way to name the exception; see `dialect`.
    (node.children_in(Field::Value).count() > 2).then_some(PythonVersion::new(3, 14))
}

/// `with (a as b, c):`. Without `as`, older Pythons see a tuple there.
fn with(clause: Node<'_>) -> Option<PythonVersion> {
    let parenthesised = clause.has_token("(");
    let named = |value: Node<'_>| match value.kind() {
        Kind::AsPattern => parenthesised,
        Kind::ParenthesizedExpression => {
            value.named_children().next().is_some_and(|inner| inner.kind() == Kind::AsPattern)
        }
        _ => false,
    };
    let items = clause.named_children().filter(|item| item.kind() == Kind::WithItem);
    items.filter_map(|item| item.child(Field::Value)).any(named).then_some(PythonVersion::new(3, 9))
}

/// A dotted name, perhaps called once: all that a decorator could be before Python 3.9.
fn is_old_decorator(expression: Node<'_>) -> bool {
    let callee = match expression.kind() {
        Kind::Call => expression.child(Field::Function),
        _ => Some(expression),
    };
    let dotted = std::iter::successors(callee, |node| {
        (node.kind() == Kind::Attribute).then(|| node.child(Field::Object)).flatten()
    });
    dotted.last().is_some_and(|first| first.kind() == Kind::Identifier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Regions, parse};
    use crate::text::{Dialect, Source, Target};

    fn minimum(text: &str) -> Option<String> {
        let source = Source::new(format!("{text}\n"), Dialect::Python3, Target::default());
        let tree = parse(&source, &Regions::whole(&source)).unwrap_or_else(|error| panic!("{text}: {error}"));
        minimum_version(&tree).map(|version| version.to_string())
    }

    #[test]
    fn each_construct_needs_its_release() {
        let cases = [
            ("3.14", &["t'{x}'", "try:\n pass\nexcept A, B, C:\n pass"][..]),
            ("3.12", &["type X = int", "type X[T] = list[T]", "def f[T](x): pass", "class A[T]: pass"]),
            ("3.11", &["try:\n pass\nexcept* A:\n pass", "a[*b]", "def f(*a: *T): pass"]),
            ("3.10", &["match x:\n case 1: pass"]),
            (
                "3.9",
                &[
                    "with (a as b): pass",
                    "with (a as b, c): pass",
                    "for x in *a, b: pass",
                    "@a[0]\ndef f(): pass",
                    "@a.b().c\ndef f(): pass",
                ],
            ),
            ("3.8", &["(x := 1)", "def f(a, /): pass", "f'{x=}'", "def f():\n return *a, b"]),
            (
                "3.6",
                &[
                    "f'{x}'",
                    "Rf'{x}'",
                    "f'{x:=10}'",
                    "x: int",
                    "x: int = 1",
                    "1_000",
                    "1_0.5",
                    "async def f():\n yield 1",
                    "async def f():\n return [a async for a in b]",
                    "def f(*a,): pass",
                    "lambda **a,: 1",
                ],
            ),
            (
                "3.5",
                &[
                    "async def f(): pass",
                    "a @ b",
                    "a @= b",
                    "[*a]",
                    "{*a}",
                    "x = *a, b",
                    "{**a}",
                    "f(*a, b)",
                    "f(*a, *b)",
                    "f(**a, k=1)",
                    "f(*a,)",
                ],
            ),
            ("3.3", &["def f():\n yield from a", "rb'x'"]),
            (
                "3.0",
                &[
                    "def f():\n def g():\n  nonlocal x",
                    "def f(*, a): pass",
                    "def f(*a, b=1): pass",
                    "lambda *a, b: 1",
                    "def f(a: int): pass",
                    "def f(a: int = 1): pass",
                    "def f() -> int: pass",
                    "class A(B, metaclass=M): pass",
                    "a, *b = c",
                    "[*a] = c",
                    "for a, *b in c: pass",
                    "raise A from b",
                    "x = ...",
                    "é = 1",
                ],
            ),
        ];
        for (version, texts) in cases {
            for text in texts {
                assert_eq!(minimum(text).as_deref(), Some(version), "{text}");
            }
        }
    }

    #[test]
    fn what_python_2_accepts_needs_nothing() {
        let texts = [
            "print x",
            "with (a, b): pass",
            "with (a, b) as c: pass",
            "with (a), (b): pass",
            "with a as b, c as d: pass",
            "a[...]",
            "a[..., 1]",
            "f(*a, k=1, **q)",
            "def f(a, b=1, *c, **d): pass",
            "def f(a, (b, c)=(1, 2)): pass",
            "@a.b(c)\ndef f(): pass",
            "@a\ndef f():\n yield 1",
            "br'x'; u'x'; b'x'; ur'x'; '{x=}'",
            "x = `y`",
            "{1: 2 for x in y}; {a for a in b}; {1}",
            "try:\n pass\nexcept A, e:\n pass",
            "async = 3; match(x); type = 4; f(async=True)",
            "raise E, 'm'",
            "x = yield_",
            "await(x)",
            "type(x).y = z; type(x)[0] = z; type[x] = z",
        ];
        for text in texts {
            assert_eq!(minimum(text), None, "{text}");
        }
    }
}
