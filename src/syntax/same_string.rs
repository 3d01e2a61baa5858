//! Whether two expressions build the same string: the same literal text around the same values, in order.
//!
//! ```python
//! 'a' + str(x) + 'b'        f'a{x!s}b'        'a%sb' % x        ''.join(['a', str(x), 'b'])
//! ```
//!
//! All of them are taken apart into pieces; nothing is said of how a value becomes text, but for `repr` and
//! `ascii`, since that is a question of types.

use ruff_python_ast::comparable::{ComparableExpr, ComparableInterpolatedStringElement};
use ruff_python_ast::{
    ConversionFlag, Expr, ExprBinOp, ExprCall, ExprFString, FStringPart, InterpolatedStringElement,
    ModExpression, Operator,
};
use ruff_python_parser::{Parsed, parse_expression};

/// Whether the strings of `before`, one behind the other, are built from the same pieces as that of `after`. All are
/// Python 3 expressions.
pub fn same_string(before: &[&str], after: &str) -> bool {
    let known: Option<Vec<_>> = before.iter().map(|text| parsed(text)).collect();
    let (Some(before), Some(after)) = (known, parsed(after)) else { return false };
    let mut pieces = Pieces::default();
    for one in &before {
        pieces.add(one.expr());
    }
    let mut written = Pieces::default();
    written.add(after.expr());
    pieces.list == written.list
}

/// Whether `text` is a Python 3 expression, so that the pieces of its string can be told.
pub fn is_python3_expression(text: &str) -> bool {
    parsed(text).is_some()
}

/// In brackets, since lines may end within it.
fn parsed(text: &str) -> Option<Parsed<ModExpression>> {
    let parsed = parse_expression(&format!("({text}\n)")).ok()?;
    parsed.errors().is_empty().then_some(parsed)
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(String),
    Value(ComparableExpr<'a>, Way),
    /// A field that says more of how its value becomes text.
    Field(ComparableInterpolatedStringElement<'a>),
}

/// How a value becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Text,
    Repr,
    Ascii,
}

#[derive(Default)]
struct Pieces<'a> {
    list: Vec<Piece<'a>>,
}

impl<'a> Pieces<'a> {
    fn text(&mut self, text: &str) {
        match self.list.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.list.push(Piece::Text(text.to_owned())),
        }
    }

    fn value(&mut self, value: &'a Expr, way: Way) {
        self.list.push(Piece::Value(value.into(), way));
    }

    /// What is no string of pieces is a piece itself.
    fn add(&mut self, expression: &'a Expr) {
        let mut inner = Self::default();
        if inner.take_apart(expression).is_some() {
            for piece in inner.list {
                match piece {
                    Piece::Text(text) => self.text(&text),
                    other => self.list.push(other),
                }
            }
        } else {
            self.operand(expression);
        }
    }

    /// One of the parts that a string is put together from.
    fn operand(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(literal) => self.text(literal.value.to_str()),
            Expr::FString(literal) => self.interpolated(literal),
            Expr::Call(call) => match conversion(call) {
                // The text of a text is the text.
                Some((value, Way::Text)) => self.operand(value),
                Some((value, way)) => self.value(value, way),
                None => self.value(expression, Way::Text),
            },
            value => self.value(value, Way::Text),
        }
    }

    fn take_apart(&mut self, expression: &'a Expr) -> Option<()> {
        match expression {
            Expr::BinOp(sum) if sum.op == Operator::Add => self.sum(sum),
            Expr::BinOp(ExprBinOp { left, op: Operator::Mod, right, .. }) => {
                let Expr::StringLiteral(template) = &**left else { return None };
                let arguments = match &**right {
                    Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                    single => vec![single],
                };
                self.percent(template.value.to_str(), arguments)
            }
            Expr::Call(call) => self.call(call),
            _ => None,
        }
    }

    fn interpolated(&mut self, literal: &'a ExprFString) {
        for part in &literal.value {
            match part {
                FStringPart::Literal(text) => self.text(&text.value),
                FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        self.element(element);
                    }
                }
            }
        }
    }

    /// A long chain leans to the left: it is walked without recursion.
    #[expect(clippy::unnecessary_wraps, reason = "one of several ways to take a string apart")]
    fn sum(&mut self, sum: &'a ExprBinOp) -> Option<()> {
        let mut right = vec![&*sum.right];
        let mut left = &*sum.left;
        while let Expr::BinOp(inner) = left
            && inner.op == Operator::Add
        {
            right.push(&inner.right);
            left = &inner.left;
        }
        self.operand(left);
        right.into_iter().rev().for_each(|operand| self.operand(operand));
        Some(())
    }

    fn element(&mut self, element: &'a InterpolatedStringElement) {
        match element {
            InterpolatedStringElement::Literal(text) => self.text(&text.value),
            InterpolatedStringElement::Interpolation(field) => {
                if field.format_spec.is_some() || field.debug_text.is_some() {
                    self.list.push(Piece::Field(element.into()));
                    return;
                }
                let way = match field.conversion {
                    ConversionFlag::None | ConversionFlag::Str => Way::Text,
                    ConversionFlag::Repr => Way::Repr,
                    ConversionFlag::Ascii => Way::Ascii,
                };
                self.converted(&field.expression, way);
            }
        }
    }

    /// `str(x)` within a field is as good as `x`.
    fn converted(&mut self, value: &'a Expr, way: Way) {
        match way {
            Way::Text => self.operand(value),
            Way::Repr | Way::Ascii => self.value(value, way),
        }
    }

    fn call(&mut self, call: &'a ExprCall) -> Option<()> {
        if let Expr::Attribute(method) = &*call.func
            && let Expr::StringLiteral(literal) = &*method.value
            && call.arguments.keywords.is_empty()
        {
            let text = literal.value.to_str();
            match (method.attr.as_str(), &*call.arguments.args) {
                ("format", arguments) => return self.format(text, arguments.iter().collect()),
                ("join", [Expr::List(list)]) => return self.join(text, &list.elts),
                ("join", [Expr::Tuple(tuple)]) => return self.join(text, &tuple.elts),
                _ => {}
            }
        }
        None
    }

    fn join(&mut self, separator: &str, items: &'a [Expr]) -> Option<()> {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text(separator);
            }
            if item.is_starred_expr() {
                return None;
            }
            self.operand(item);
        }
        Some(())
    }

    fn percent(&mut self, template: &str, arguments: Vec<&'a Expr>) -> Option<()> {
        let mut arguments = arguments.into_iter();
        let mut rest = template;
        while let Some(at) = rest.find('%') {
            self.text(rest.get(..at)?);
            let way = match rest.as_bytes().get(at + 1)? {
                b'%' => None,
                b's' => Some(Way::Text),
                b'r' => Some(Way::Repr),
                b'a' => Some(Way::Ascii),
                _ => return None,
            };
            match way {
                None => self.text("%"),
                Some(way) => self.converted(arguments.next()?, way),
            }
            rest = rest.get(at + 2..)?;
        }
        self.text(rest);
        arguments.next().is_none().then_some(())
    }

    fn format(&mut self, template: &str, arguments: Vec<&'a Expr>) -> Option<()> {
        let mut arguments = arguments.into_iter();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            self.text(rest.get(..at)?);
            let field = rest.get(at..)?;
            let known = [
                ("{{", None),
                ("}}", None),
                ("{}", Some(Way::Text)),
                ("{!s}", Some(Way::Text)),
                ("{!r}", Some(Way::Repr)),
                ("{!a}", Some(Way::Ascii)),
            ];
            let (spelled, way) = known.into_iter().find(|(spelled, _)| field.starts_with(spelled))?;
            match way {
                None => self.text(spelled.get(..1)?),
                Some(way) => self.converted(arguments.next()?, way),
            }
            rest = field.get(spelled.len()..)?;
        }
        self.text(rest);
        arguments.next().is_none().then_some(())
    }
}

/// The argument of `str(x)` or `repr(x)`.
fn conversion(call: &ExprCall) -> Option<(&Expr, Way)> {
    let Expr::Name(name) = &*call.func else { return None };
    let way = match name.id.as_str() {
        "str" => Way::Text,
        "repr" => Way::Repr,
        "ascii" => Way::Ascii,
        _ => return None,
    };
    match (&*call.arguments.args, &*call.arguments.keywords) {
        ([only], []) if !only.is_starred_expr() => Some((only, way)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::same_string;

    #[test]
    fn forms_of_one_string_are_the_same() {
        let forms = [
            "'a' + x + 'b' + str(y)",
            "f'a{x}b{y!s}'",
            "'a%sb%s' % (x, y)",
            "'a{}b{!s}'.format(x, y)",
            "''.join(['a', x, 'b', str(y)])",
            "f'a{x}' 'b' f'{str(y)}'",
        ];
        for one in forms {
            for other in forms {
                assert!(same_string(&[one], other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn another_text_value_or_order_is_another_string() {
        let one = "'a' + x + 'b' + y";
        for other in [
            "f'a{y}b{x}'",
            "f'a{x}b'",
            "f'a{x}b{y} '",
            "f'a{x!r}b{y}'",
            "f'a{x:>3}b{y}'",
            "'a' + f'{x:>3}' + 'b' + y",
            "'a%sb%s' % (x,)",
            "'a%sb%d' % (x, y)",
            "f'a{x}b{y}{y}'",
            "'a{1}b{0}'.format(x, y)",
            "''.join(['a', x, 'b', *y])",
            "f'a{x=}b{y}'",
            "syntax error",
        ] {
            assert!(!same_string(&[one], other), "{other}");
        }
        assert!(!same_string(&[r"'\1' + '2' + x"], r"f'\12{x}'"));
        assert!(!same_string(&[r"r'\d' + x + '\n'"], r"rf'\d{x}\n'"));
        assert!(same_string(&["'a' + f'{x:>3}'"], "f'a{x:>3}'"));
        assert!(!same_string(&["'a' + f'{x:>3}'"], "f'a{x:>4}'"));
        assert!(!same_string(&["'a' + str(x + y)"], "'a' + x + y"));
        assert!(same_string(&["'a' + str(x + y)"], "f'a{x + y}'"));
        assert!(same_string(&["'a'", "x + 'b'"], "f'a{x}b'"));
        assert!(!same_string(&["'a'", "x + 'b'"], "f'b{x}a'"));
    }
}
