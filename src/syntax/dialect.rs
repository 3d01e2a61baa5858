//! Whether a text is written in Python 2 or in Python 3, told by its syntax.
//!
//! A look at the tokens finds out whether there is anything to prove; only then is the text parsed. What the
//! project says about itself is not considered here.

use std::collections::HashSet;

use super::hints::{Hints, hints};
use super::{Field, Kind, Node, Regions, SyntaxTree, minimum_version, parse};
use crate::text::{Dialect, Source, Target};

/// The language that `text` is surely written in. `None` when both accept it, when the text holds what only
/// one accepts next to what only the other does, or when it does not parse.
///
/// A text without a token that either language has to itself is not parsed; annotations and parameters are
/// not such tokens, so that a text with nothing else of Python 3 in it gives `None` too.
pub fn detect_dialect(text: &str) -> Option<Dialect> {
    if hints(text) == Hints::default() {
        return None;
    }
    let source = Source::new(text.to_owned(), Dialect::Python3, Target::default());
    let tree = parse(&source, &Regions::whole(&source)).ok()?;
    dialect_of(&tree)
}

/// Whether `text` holds a token that could be Python 2's own: when it does not, [`detect_dialect`] never
/// answers [`Dialect::Python2`]. A linear look at the bytes outside strings and comments, without a parse.
pub fn may_be_python2(text: &str) -> bool {
    hints(text).python2
}

/// The language that the text of `tree` is surely written in; see [`detect_dialect`].
pub fn dialect_of(tree: &SyntaxTree<'_>) -> Option<Dialect> {
    let mut likely = false;
    let mut certain = false;
    let mut bound = None;
    for node in tree.nodes() {
        match python2_evidence(node) {
            Some(Evidence::Certain) => certain = true,
            Some(Evidence::Likely) => likely = true,
            Some(Evidence::NamedException(name)) => {
                likely |= !bound.get_or_insert_with(|| imported_and_classes(tree)).contains(name);
            }
            None => {}
        }
    }
    let newer = minimum_version(tree).is_some();
    match (certain, newer) {
        (true, true) => None,
        (true, false) => Some(Dialect::Python2),
        (false, true) => Some(Dialect::Python3),
        (false, false) => likely.then_some(Dialect::Python2),
    }
}

/// What a node says about Python 2.
enum Evidence<'t> {
    /// Python 3 rejects it.
    Certain,
    /// Python 3 accepts it, but it would make no sense there.
    Likely,
    /// `except A, name:`, which Python 3.14 reads as two exceptions.
    NamedException(&'t str),
}

fn python2_evidence(node: Node<'_>) -> Option<Evidence<'_>> {
    let certain = |yes: bool| yes.then_some(Evidence::Certain);
    match node.kind() {
        // `print >>f, x` is a shift and a tuple in Python 3.
        Kind::PrintStatement if node.named_children().any(|child| child.kind() == Kind::Chevron) => {
            Some(Evidence::Likely)
        }
        Kind::PrintStatement | Kind::ExecStatement => Some(Evidence::Certain),
        Kind::String => {
            let start = node.children().find(|child| child.kind() == Kind::StringStart)?.text();
            let letters = start.trim_end_matches(['"', '\'']).to_ascii_lowercase();
            certain(letters.contains('`') || letters == "ur")
        }
        Kind::ComparisonOperator => certain(node.has_token("<>")),
        Kind::Integer => certain(is_old_integer(node.text())),
        Kind::RaiseStatement => {
            certain(node.named_children().next().is_some_and(|child| child.kind() == Kind::ExpressionList))
        }
        Kind::TuplePattern => certain(is_parameter(node)),
        // `[x for x in 1, 2]`
        Kind::ForInClause => certain(node.children_in(Field::Right).any(|child| child.is_token(","))),
        Kind::ExceptClause => except_evidence(node),
        Kind::ExpressionStatement => statement_evidence(node),
        _ => None,
    }
}

/// `10L` and `0777`.
fn is_old_integer(text: &str) -> bool {
    if text.ends_with(['l', 'L']) {
        return true;
    }
    let digits = text.strip_prefix('0').unwrap_or("");
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.bytes().any(|byte| byte != b'0')
}

/// `def f((a, b)):`, also with a default.
fn is_parameter(pattern: Node<'_>) -> bool {
    let Some(parent) = pattern.parent() else { return false };
    match parent.kind() {
        Kind::Parameters | Kind::LambdaParameters => true,
        Kind::DefaultParameter => pattern.field() == Field::Name,
        _ => false,
    }
}

fn except_evidence(clause: Node<'_>) -> Option<Evidence<'_>> {
    let mut values = clause.children_in(Field::Value).filter(|value| value.kind() != Kind::Token);
    let (_, second, None) = (values.next()?, values.next()?, values.next()) else { return None };
    match second.kind() {
        Kind::Identifier if second.text().starts_with(|first: char| first.is_lowercase() || first == '_') => {
            Some(Evidence::NamedException(second.text()))
        }
        // `except A, (code, message):` unpacks the exception; Python 3.14 takes nested tuples too, but
        // nobody writes one after a comma.
        Kind::Tuple | Kind::List | Kind::Subscript => Some(Evidence::Likely),
        _ => None,
    }
}

/// Statements that Python 3 accepts although they cannot do there what they say.
fn statement_evidence(statement: Node<'_>) -> Option<Evidence<'_>> {
    let first = statement.named_children().next()?;
    let calls = |node: Option<Node<'_>>, name: &str| {
        node.filter(|node| node.kind() == Kind::Call)
            .and_then(|call| call.child(Field::Function))
            .is_some_and(|function| function.text() == name)
    };
    let suspicious = match first.kind() {
        // `exec (code) in scope`
        Kind::ComparisonOperator => first.has_token("in") && calls(first.named_children().next(), "exec"),
        // `print ("%s") % x` formats what Python 3's `print` returns.
        Kind::BinaryOperator => {
            first.child(Field::Operator).is_some_and(|operator| operator.text() == "%")
                && calls(first.child(Field::Left), "print")
        }
        _ => false,
    };
    suspicious.then_some(Evidence::Likely)
}

/// The names that imports and classes bind anywhere: exceptions may be among them.
fn imported_and_classes<'t>(tree: &'t SyntaxTree<'_>) -> HashSet<&'t str> {
    let mut names = HashSet::new();
    for node in tree.nodes() {
        match node.kind() {
            Kind::ClassDefinition => names.extend(node.child(Field::Name).map(|name| name.text())),
            Kind::ImportFromStatement => {
                let identifiers =
                    node.children_in(Field::Name).flat_map(|name| name.descendants().collect::<Vec<_>>());
                names.extend(
                    identifiers.filter(|node| node.kind() == Kind::Identifier).map(|node| node.text()),
                );
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_2_is_recognised() {
        let texts = [
            "print x",
            "print 'x %s' % y",
            "if x: print y,",
            "else_ = 1; print 'a'",
            "print >>f, x",
            "print >>f",
            "print not x",
            "print [x for x in y]",
            "print \\\n  'x'",
            "print ('a %s') % x",
            "exec 'x' in d",
            "exec x",
            "exec (x) in d",
            "exec(x) in d, e",
            "x = `y`",
            "a <> b",
            "10L",
            "0xFFl",
            "x = 0777",
            "ur'x'",
            "UR'x'",
            "raise E, 'm'",
            "raise E, 'm', tb",
            "def f((a, b), c): pass",
            "def f(a, (b, c)=(1, 2)): pass",
            "lambda (a, b): a",
            "lambda k, (a, b): a",
            "try:\n pass\nexcept A, e:\n pass",
            "try:\n pass\nexcept (A, B), e:\n pass",
            "try:\n pass\nexcept A, (code, text):\n pass",
            "x = [i for i in 1, 2]",
            "from a import b\ntry:\n pass\nexcept A, e:\n pass",
            "'''it's''' # don't\nprint x",
        ];
        for text in texts {
            assert_eq!(detect_dialect(&format!("{text}\n")), Some(Dialect::Python2), "{text}");
            assert!(may_be_python2(text), "{text}");
        }
    }

    #[test]
    fn python_3_is_recognised() {
        let texts = [
            "def f():\n yield from x",
            "f'{x}'",
            "async def f(): pass",
            "def f() -> int: pass",
            "(x := 3)",
            "raise A from e",
            "match x:\n case 1: pass",
            "class A(metaclass=M): pass\nnonlocal_ = 1\n'''f'''\ndef f(): nonlocal x",
            "import a\ntry:\n f'{x}'\nexcept A, e:\n pass",
            "x = f'a'\nprint >>y, x",
            "def f(*, a): pass",
            "x: int = 3",
        ];
        for text in texts {
            assert_eq!(detect_dialect(&format!("{text}\n")), Some(Dialect::Python3), "{text}");
        }
    }

    #[test]
    fn nothing_is_proved_by_what_both_accept() {
        let texts = [
            "print",
            "print (a), b",
            "print (a)",
            "print -1",
            "print [1]",
            "print('%s' % x)",
            "exec(x)",
            "exec (x, d)",
            "x = 0; y = 00; z = 0.7; w = 0o7; v = 07.5; u = 07j",
            "'''print x'''",
            "'a' # print x `y` <> 10L",
            "x = 'print x'\ny = \"exec x\"",
            "raise E('a', 'b')",
            "try:\n pass\nexcept (A, e):\n pass",
            "try:\n pass\nexcept A, B:\n pass",
            "from socket import error\ntry:\n pass\nexcept A, error:\n pass",
            "class error(E): pass\ntry:\n pass\nexcept A, error:\n pass",
            "def f(a=(1, 2), b=(3)): pass",
            "x = [i for i in (1, 2)]",
            "f'{x}'\nprint y",
            "print x (",
        ];
        for text in texts {
            assert_eq!(detect_dialect(&format!("{text}\n")), None, "{text}");
        }
    }
}
