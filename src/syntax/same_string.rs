//! Whether two expressions build the same string: the same literal text around the same values, in order.
//!
//! ```python
//! 'a' + str(x) + 'b'        f'a{x!s}b'        'a%sb' % x        ''.join(['a', str(x), 'b'])
//! ```
//!
//! All of them are taken apart into pieces; nothing is said of how a value becomes text, but for `repr`, `ascii` and
//! what a template says of width, precision and the like, since that is a question of types. Of values that
//! change places with others, or are given once and used twice, only names and literals are the same.

use ruff_python_ast::comparable::{ComparableExpr, ComparableInterpolatedStringElement};
use ruff_python_ast::{
    ConversionFlag, Expr, ExprBinOp, ExprCall, ExprDict, ExprFString, FStringPart, InterpolatedElement,
    InterpolatedStringElement, ModExpression, Operator,
};
use ruff_python_parser::{Parsed, parse_expression};

use super::templates::{
    Converted, SpecPart, TemplateField, TemplatePart, ValueKey, format_parts, percent_parts,
};

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
    let same = |(one, other): (&Piece<'_>, &Piece<'_>)| one == other || one.is_decimal_of(other);
    pieces.list.len() == written.list.len() && pieces.list.iter().zip(&written.list).all(same)
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
    /// A value whose field says more of how it becomes text: what is called first, and the pieces of what follows
    /// the colon.
    Formatted(ComparableExpr<'a>, Way, Vec<Piece<'a>>),
    /// A field that shows its own text.
    Field(ComparableInterpolatedStringElement<'a>),
}

impl Piece<'_> {
    /// Whether it shows by `%d` what `written` shows by itself.
    fn is_decimal_of(&self, written: &Piece<'_>) -> bool {
        match (self, written) {
            (Piece::Formatted(number, Way::Plain, spec), Piece::Value(value, Way::Text)) => {
                number == value && matches!(spec.as_slice(), [Piece::Text(kind)] if kind == "d")
            }
            _ => false,
        }
    }
}

/// How a value becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As it is formatted, or by `str`.
    Text,
    /// As it is formatted, in a field that says more.
    Plain,
    /// By `str`, in a field that says more.
    Str,
    Repr,
    Ascii,
}

/// The values that a template is given, with their keys, in the order in which they are evaluated.
type Given<'a> = Vec<(ValueKey, &'a Expr)>;

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
                let template: Vec<char> = template.value.to_str().chars().collect();
                let parts = percent_parts(&template)?;
                let given = match &**right {
                    Expr::Tuple(tuple) => numbered(&tuple.elts),
                    Expr::Dict(dict) if parts.iter().any(TemplatePart::is_named) => named(dict)?,
                    single => vec![(ValueKey::At(0), single)],
                };
                self.template(&template, &parts, &given)
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
                if field.debug_text.is_some() {
                    self.list.push(Piece::Field(element.into()));
                    return;
                }
                self.field(field);
            }
        }
    }

    fn field(&mut self, field: &'a InterpolatedElement) {
        let converted = match field.conversion {
            ConversionFlag::None => Converted::Not,
            ConversionFlag::Str => Converted::Str,
            ConversionFlag::Repr => Converted::Repr,
            ConversionFlag::Ascii => Converted::Ascii,
        };
        let mut spec = Self::default();
        if let Some(parts) = &field.format_spec {
            parts.elements.iter().for_each(|part| spec.element(part));
        }
        self.formatted(&field.expression, converted, spec);
    }

    /// A value in a field with what follows its colon.
    fn formatted(&mut self, value: &'a Expr, converted: Converted, spec: Self) {
        let bare = spec.list.is_empty();
        let way = match converted {
            Converted::Not | Converted::Str if bare => Way::Text,
            Converted::Not => Way::Plain,
            Converted::Str => Way::Str,
            Converted::Repr => Way::Repr,
            Converted::Ascii => Way::Ascii,
        };
        if bare {
            self.converted(value, way);
        } else {
            self.list.push(Piece::Formatted(value.into(), way, spec.list));
        }
    }

    /// `str(x)` within a field is as good as `x`.
    fn converted(&mut self, value: &'a Expr, way: Way) {
        match way {
            Way::Text => self.operand(value),
            _ => self.value(value, way),
        }
    }

    fn call(&mut self, call: &'a ExprCall) -> Option<()> {
        if let Expr::Attribute(method) = &*call.func
            && let Expr::StringLiteral(literal) = &*method.value
        {
            let text = literal.value.to_str();
            match (method.attr.as_str(), &*call.arguments.args, call.arguments.keywords.is_empty()) {
                ("format", arguments, _) => {
                    let mut given = numbered(arguments);
                    for keyword in &call.arguments.keywords {
                        given.push((ValueKey::Named(keyword.arg.as_ref()?.to_string()), &keyword.value));
                    }
                    let template: Vec<char> = text.chars().collect();
                    return self.template(&template, &format_parts(&template)?, &given);
                }
                ("join", [Expr::List(list)], true) => return self.join(text, &list.elts),
                ("join", [Expr::Tuple(tuple)], true) => return self.join(text, &tuple.elts),
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

    /// A template whose `parts` are filled with what is `given`, all of which it uses.
    fn template(&mut self, template: &[char], parts: &[TemplatePart], given: &Given<'a>) -> Option<()> {
        if given.iter().any(|(_, value)| value.is_starred_expr()) {
            return None;
        }
        let mut used = Vec::new();
        for part in parts {
            match part {
                TemplatePart::Text(range) => {
                    self.text(&template.get(range.clone())?.iter().collect::<String>());
                }
                TemplatePart::Field(field) => self.filled(field, given, &mut used)?,
            }
        }
        in_order(given, &used).then_some(())
    }

    fn filled(&mut self, field: &TemplateField, given: &Given<'a>, used: &mut Vec<usize>) -> Option<()> {
        let mut find = |wanted: &ValueKey| {
            // Of equal keys the last one counts, and the others are evaluated for nothing.
            let at = given.iter().rposition(|(key, _)| key == wanted)?;
            used.push(at);
            given.get(at).map(|(_, value)| *value)
        };
        let value = find(&field.value)?;
        let mut spec = Self::default();
        for part in &field.spec {
            match part {
                SpecPart::Text(text) => spec.text(text),
                SpecPart::Value(key) => spec.converted(find(key)?, Way::Text),
            }
        }
        self.formatted(value, field.converted, spec);
        Some(())
    }
}

fn numbered(values: &[Expr]) -> Given<'_> {
    values.iter().enumerate().map(|(at, value)| (ValueKey::At(at), value)).collect()
}

/// The values of a dict display whose keys are literal strings.
fn named(dict: &ExprDict) -> Option<Given<'_>> {
    dict.items
        .iter()
        .map(|item| match &item.key {
            Some(Expr::StringLiteral(name)) => {
                Some((ValueKey::Named(name.value.to_str().to_owned()), &item.value))
            }
            _ => None,
        })
        .collect()
}

/// Whether every value that is `given` is `used`, and the uses are in order, as far as anybody can tell: of two that
/// change places one is a name or a literal, and so is what is used again.
fn in_order(given: &Given<'_>, used: &[usize]) -> bool {
    let plain =
        |at: usize| given.get(at).is_some_and(|(_, value)| value.is_name_expr() || value.is_literal_expr());
    let harmless = |(place, at): (usize, &usize)| {
        let before = used.get(..place).unwrap_or_default();
        before.iter().filter(|earlier| *earlier >= at).all(|earlier| plain(*at) || plain(*earlier))
    };
    (0..given.len()).all(|at| used.contains(&at)) && used.iter().enumerate().all(harmless)
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

    #[test]
    fn templates_are_the_f_strings_that_say_the_same() {
        for (before, after) in [
            ("'%5s|%-5s|%.2s' % (x, y, z)", "f'{x!s:>5}|{y!s:<5}|{z!s:.2}'"),
            ("'%5d|%05d|%x' % (x, y, z)", "f'{x:5d}|{y:05d}|{z:x}'"),
            ("'%d%%' % x", "f'{x}%'"),
            ("'%d%%' % x", "f'{x:d}%'"),
            ("'%r %-5r' % (x, y)", "f'{x!r} {y!r:<5}'"),
            ("'%(a)s %(b)d' % {'a': f(), 'b': g()}", "f'{f()} {g():d}'"),
            ("'%s' % {'a': 1}", "f'{ {\"a\": 1}!s}'"),
            ("'{:>5}{!r:>{w}}'.format(x, y, w=z)", "f'{x:>5}{y!r:>{z}}'"),
            ("'{1}{0}{1}'.format(x, y)", "f'{y}{x}{y}'"),
            ("'{1}{0}'.format(x, f())", "f'{f()}{x}'"),
            ("'{b}{a}'.format(a=x, b=y)", "f'{y}{x}'"),
            ("'{}{{}}'.format(x)", "f'{x}{{}}'"),
        ] {
            assert!(same_string(&[before], after), "{before} and {after}");
        }
    }

    #[test]
    fn templates_are_no_f_strings_that_say_something_else() {
        for (before, after) in [
            ("'%5s' % (x,)", "f'{x:>5}'"),
            ("'%5s' % (x,)", "f'{x!s:5}'"),
            ("'%5d' % (x,)", "f'{x:5}'"),
            ("'%5d' % (x,)", "f'{x}'"),
            ("'%r' % (x,)", "f'{x:d}'"),
            ("'%s' % (x,)", "f'{x:d}'"),
            ("f'{x:d}'", "'%x' % (x,)"),
            ("'{:d}'.format(x)", "f'{x!s}d'"),
            ("'%x' % (x,)", "f'{x:X}'"),
            ("'%#x' % (x,)", "f'{x:#x}'"),
            ("'%(a)s' % {'a': x, 'b': f()}", "f'{x}'"),
            ("'%(a)s' % {'a': f(), 'a': x}", "f'{x}'"),
            ("'%(a)s' % x", "f'{x}'"),
            ("'%s%s' % x", "f'{x}{x}'"),
            ("'{1}{0}'.format(f(), g())", "f'{g()}{f()}'"),
            ("'{0}{0}'.format(f())", "f'{f()}{f()}'"),
            ("'{0}'.format(x, f())", "f'{x}'"),
            ("'{0}'.format(*x)", "f'{x}'"),
            ("'{a}'.format(**x)", "f'{x}'"),
            ("'{a.b}'.format(a=x)", "f'{x.b}'"),
            ("'{:{}}'.format(x, y)", "f'{x:{z}}'"),
            ("'{:>5}'.format(x)", "f'{x:>6}'"),
            ("'{!r:>5}'.format(x)", "f'{x!s:>5}'"),
        ] {
            assert!(!same_string(&[before], after), "{before} and {after}");
        }
    }
}
