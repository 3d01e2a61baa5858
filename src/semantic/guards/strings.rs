//! Guards about strings that are read by somebody else than the program.

use super::super::{Class, Facts, Reason, Refusal};
use super::{Guarded, behaves_as, what_would_tell};
use crate::syntax::{Attribute, Call, Field, Kind, Node, is_text};

/// Functions that look their argument up among translations.
const TRANSLATING: &[&str] = &[
    "_",
    "N_",
    "_n",
    "_lazy",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "lgettext",
    "ngettext",
    "ngettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "ugettext",
    "ugettext_lazy",
    "ugettext_noop",
    "ungettext",
    "ungettext_lazy",
];

/// Methods that log a message.
const LOGGING: &[&str] =
    &["critical", "debug", "error", "exception", "fatal", "info", "log", "msg", "trace", "warn", "warning"];

/// How far it is known that an expression gives a plain `str`, on which `+` runs no code and never fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainText {
    /// It does.
    Surely,
    /// Nothing says that it does, nor that it does not.
    Perhaps,
    /// It gives something else, or a literal of another kind.
    Never,
}

/// Whether `node` gives a plain `str`; everybody is asked who may know.
///
/// ```python
/// text = Markup('<b>')
/// text += name                         # escaped, unlike in an f-string
/// ```
pub fn plain_text(facts: &Facts<'_>, node: Node<'_>) -> PlainText {
    match plain_text_here(facts, node) {
        PlainText::Perhaps if behaves_as(facts, node, Class::Str).is_ok() => PlainText::Surely,
        found => found,
    }
}

/// The same by the code around alone, for what does not decide a fix.
pub fn plain_text_here(facts: &Facts<'_>, node: Node<'_>) -> PlainText {
    let found = facts.type_of(node);
    if found.is(Class::Str) {
        return PlainText::Surely;
    }
    // u'a' of Python 2, t'a', Markup('a')
    let other = is_text(node) || found.base().is_some_and(|base| base != Class::Str) || is_instance(node);
    if other { PlainText::Never } else { PlainText::Perhaps }
}

/// Why `node` is not known to give a plain `str`, and what would help, in sentences.
pub fn why_no_text(facts: &Facts<'_>, node: Node<'_>) -> Vec<String> {
    let Some(refusal) = behaves_as(facts, node, Class::Str).err() else { return Vec::new() };
    let mut told = vec![refusal.sentence()];
    if refusal.reason == Reason::ClassUnknown {
        told.extend(what_would_tell(facts, node));
    }
    told
}

/// Whether `node` calls what is named like a class: nobody would take that for a plain string.
fn is_instance(node: Node<'_>) -> bool {
    let called = Call::cast(node).map(|call| call.function.text());
    let name = called.and_then(|called| called.rsplit('.').next());
    name.is_some_and(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase))
}

/// That the string is not the message of a function that fills in or translates templates by itself.
///
/// ```python
/// log.debug('read ' + name)            # log.debug('read %s', name) builds no string that nobody reads
/// _('no ' + name)                      # found by tools that know no f-strings
/// ```
///
/// # Errors
///
/// When it is an argument of such a function.
pub fn no_template(facts: &Facts<'_>, string: Node<'_>) -> Guarded {
    match reader_of_templates(string) {
        Some(reader) => facts.refuse(Refusal::about(Reason::LazyMessage, string.range(), reader)),
        None => Ok(()),
    }
}

/// Whether the expression stands where Python or a tool reads it as it is spelled, not as a value.
///
/// ```python
/// mode: Literal['r' + 'b']
/// __all__ = ['load_' + kind]
/// print(f"{sorted(xs)[0]=}")
/// ```
pub fn is_read_as_spelled(node: Node<'_>) -> bool {
    let within = node.ancestors().take_while(|up| !up.is_statement()).any(|up| match up.kind() {
        Kind::Type | Kind::CasePattern => true,
        Kind::Interpolation => up.has_token("="),
        Kind::Subscript => up.child(Field::Value).is_some_and(|value| value.text().ends_with("Literal")),
        _ => false,
    });
    within || node.statement().is_some_and(|statement| statement.text().starts_with("__all__"))
}

/// Whether `node` is a part of what a field of an f-string holds: strings in there have few quotes left.
pub fn is_in_field(node: Node<'_>) -> bool {
    node.ancestors().take_while(|up| !up.is_statement()).any(|up| up.kind() == Kind::Interpolation)
}

fn reader_of_templates(node: Node<'_>) -> Option<&str> {
    let argument = node.chain().take_while(|up| up.kind() != Kind::ArgumentList).last()?;
    let call =
        argument.parent().filter(|up| up.kind() == Kind::ArgumentList)?.parent().and_then(Call::cast)?;
    let reads = match Attribute::cast(call.function) {
        Some(method) => {
            let object = method.object.text().to_ascii_lowercase();
            let logs = LOGGING.contains(&method.name.text()) && object.contains("log");
            logs || TRANSLATING.contains(&method.name.text())
        }
        None => TRANSLATING.contains(&call.function.text()),
    };
    reads.then(|| call.function.text())
}
