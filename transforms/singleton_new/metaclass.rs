//! The text of a metaclass that does what `__new__` did.

use super::shape::{Parameter, Shape};
use super::write::{Making, Spelling, Writer};

/// The attribute that most people choose.
pub(super) const PLAIN_ATTRIBUTE: &str = "_instance";

/// The attribute that keeps the instance: a private one would be another one in the metaclass.
pub(super) fn attribute(shape: &Shape<'_>) -> String {
    match shape.attribute.strip_prefix("__") {
        Some(_) if shape.asked.key().is_none() => PLAIN_ATTRIBUTE.to_owned(),
        Some(rest) => format!("_{rest}"),
        None => shape.attribute.to_owned(),
    }
}

/// The definition of the metaclass behind its name.
///
/// ```python
/// (type):
///     _instance = None
///
///     def __call__(cls):
///         if cls._instance is None:
///             cls._instance = super().__call__()
///         return cls._instance
/// ```
pub(super) fn code(writer: &Writer<'_, '_, '_>) -> String {
    let tree = writer.cx.tree;
    let (unit, newline) = (tree.indent_unit(), tree.source().newline_at(writer.shape.class.range().start));
    let words = Words::of(writer.shape);
    let mut lines = vec!["(type):".to_owned(), format!("{unit}\"\"\"{}\"\"\"", words.doc), String::new()];
    if let Some(start) = &words.start {
        lines.extend([format!("{unit}{start}"), String::new()]);
    }
    let parameters = list(["cls".to_owned()], writer.shape, declared);
    lines.push(format!("{unit}def __call__({parameters}):"));
    let mut body = vec![format!("if {}:", words.absent)];
    body.extend(making(writer, &words).into_iter().map(|line| format!("{unit}{line}")));
    body.push(format!("return {}", words.kept));
    lines.extend(body.into_iter().map(|line| format!("{unit}{unit}{line}")));
    lines.join(newline)
}

/// What is said of one instance, or of one for a key.
struct Words {
    /// The docstring.
    doc: String,
    /// What the metaclass begins with.
    start: Option<String>,
    /// Where the instance is kept.
    kept: String,
    /// That it is not there.
    absent: String,
    /// What takes it away.
    gone: String,
}

impl Words {
    fn of(shape: &Shape<'_>) -> Self {
        let attribute = attribute(shape);
        let Some(key) = shape.asked.key().map(|key| key.text()) else {
            let kept = format!("cls.{attribute}");
            return Self {
                doc: "Metaclass: one instance, made by the first call.".to_owned(),
                start: Some(format!("{attribute} = None")),
                absent: format!("{kept} is None"),
                gone: format!("{kept} = None"),
                kept,
            };
        };
        let plain = key.strip_prefix('(').and_then(|key| key.strip_suffix(')')).unwrap_or(key);
        let kept = format!("cls.{attribute}[{plain}]");
        Self {
            doc: format!("Metaclass: one instance for each key, kept in `{attribute}` of the class."),
            start: None,
            absent: format!("{key} not in cls.{attribute}"),
            gone: format!("del {kept}"),
            kept,
        }
    }
}

/// The lines that make an instance and keep it.
fn making(writer: &Writer<'_, '_, '_>, words: &Words) -> Vec<String> {
    let (unit, kept) = (writer.cx.tree.indent_unit(), &words.kept);
    let arguments = |first: Option<String>| {
        if writer.gives_arguments() { list(first, writer.shape, passed) } else { first.unwrap_or_default() }
    };
    match (writer.making, writer.spelling) {
        (Making::Whole, Spelling::Python3) => vec![format!("{kept} = super().__call__({})", arguments(None))],
        (Making::Whole, Spelling::Python2) => {
            vec![format!("{kept} = type.__call__({})", arguments(Some("cls".to_owned())))]
        }
        (Making::KeptFirst, _) => vec![
            format!("{kept} = cls.__new__(cls)"),
            "try:".to_owned(),
            format!("{unit}cls.__init__({})", arguments(Some(kept.clone()))),
            "except BaseException:".to_owned(),
            format!("{unit}{}", words.gone),
            format!("{unit}raise"),
        ],
    }
}

/// `first` and the parameters, as `written` writes them.
fn list(
    first: impl IntoIterator<Item = String>,
    shape: &Shape<'_>,
    written: fn(&Parameter<'_>) -> String,
) -> String {
    let all: Vec<String> = first.into_iter().chain(shape.parameters.iter().map(written)).collect();
    all.join(", ")
}

/// The parameter as a definition has it.
fn declared(parameter: &Parameter<'_>) -> String {
    let default = parameter.default.map_or(String::new(), |value| format!("={}", value.text()));
    format!("{}{}{default}", parameter.stars, parameter.name.text())
}

/// The argument that passes the parameter on.
fn passed(parameter: &Parameter<'_>) -> String {
    let name = parameter.name.text();
    if parameter.by_name && parameter.stars.is_empty() {
        return format!("{name}={name}");
    }
    format!("{}{name}", parameter.stars)
}
