//! Templates that wait for values: those of `%` and those of `format`, taken apart into text and fields.
//!
//! A field is described as an f-string would write it; what has no such spelling for every value of its type is
//! no field here, and then there is no template. Whether a value is of that type is for others to ask.

use std::ops::Range;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text, as the places of its characters in the template; of `%%` and `{{` one character.
    Text(Range<usize>),
    /// A place for a value.
    Field(TemplateField),
}

impl TemplatePart {
    /// Whether it is a field that names its value.
    pub fn is_named(&self) -> bool {
        matches!(self, TemplatePart::Field(field) if matches!(field.value, ValueKey::Named(_)))
    }
}

/// A place for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateField {
    /// The places of its characters in the template.
    pub range: Range<usize>,
    /// Which value it is.
    pub value: ValueKey,
    /// What is called before the value is formatted.
    pub converted: Converted,
    /// What follows the colon in an f-string.
    pub spec: Vec<SpecPart>,
    /// What `%` itself asks of the value.
    pub accepts: Accepts,
}

/// How a template names one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueKey {
    /// By its number, from 0.
    At(usize),
    /// By its name.
    Named(String),
}

/// What makes the value that is formatted from the one that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Converted {
    /// Nothing.
    Not,
    /// `str`.
    Str,
    /// `repr`.
    Repr,
    /// `ascii`.
    Ascii,
}

/// A part of what follows the colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecPart {
    /// Text, in characters that mean nothing to a string literal.
    Text(String),
    /// The text of a value.
    Value(ValueKey),
}

/// Which values a field formats as the f-string does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// All.
    Anything,
    /// Those of `int` and `bool`.
    Integers,
    /// Those of `int`, `bool` and `float`.
    Numbers,
}

/// The parts of a `%` template, given by its characters. `None` where a field has no counterpart: `%c`, `%#x`,
/// `%*d`, a precision for integers, two flags that contradict one another.
pub fn percent_parts(template: &[char]) -> Option<Vec<TemplatePart>> {
    let mut parts = Parts::default();
    let mut at = 0;
    while let Some(&character) = template.get(at) {
        if character != '%' {
            parts.text(at);
            at += 1;
            continue;
        }
        if template.get(at + 1) == Some(&'%') {
            parts.text(at);
            at += 2;
            continue;
        }
        at = parts.field(percent_field(template, at, parts.fields)?);
    }
    Some(parts.list)
}

/// The parts of a template of `format`, given by its characters. `None` where it looks into a value, as `{0.name}`
/// does, is no such template, or numbers some fields and not others.
pub fn format_parts(template: &[char]) -> Option<Vec<TemplatePart>> {
    let mut parts = Parts::default();
    let mut numbers = Numbering::default();
    let mut at = 0;
    while let Some(&character) = template.get(at) {
        match character {
            '{' | '}' if template.get(at + 1) == Some(&character) => {
                parts.text(at);
                at += 2;
            }
            '{' => {
                at = parts.field(format_field(template, at, &mut numbers)?);
            }
            '}' => return None,
            _ => {
                parts.text(at);
                at += 1;
            }
        }
    }
    Some(parts.list)
}

#[derive(Default)]
struct Parts {
    list: Vec<TemplatePart>,
    fields: usize,
}

impl Parts {
    fn text(&mut self, at: usize) {
        match self.list.last_mut() {
            Some(TemplatePart::Text(range)) if range.end == at => range.end = at + 1,
            _ => self.list.push(TemplatePart::Text(at..at + 1)),
        }
    }

    /// Adds a field, and returns the place behind it.
    fn field(&mut self, field: TemplateField) -> usize {
        let end = field.range.end;
        self.fields += 1;
        self.list.push(TemplatePart::Field(field));
        end
    }
}

/// The field that begins with the `%` at `start`, the `number`th of them.
fn percent_field(template: &[char], start: usize, number: usize) -> Option<TemplateField> {
    let mut at = start + 1;
    let mut value = ValueKey::At(number);
    if template.get(at) == Some(&'(') {
        let end = at + template.get(at..)?.iter().position(|it| *it == ')')?;
        let name: String = template.get(at + 1..end)?.iter().collect();
        if name.contains('(') {
            return None;
        }
        value = ValueKey::Named(name);
        at = end + 1;
    }
    let mut take = |wanted: &dyn Fn(char) -> bool| {
        let taken: String =
            template.get(at..).unwrap_or_default().iter().take_while(|it| wanted(**it)).collect();
        at += taken.chars().count();
        taken
    };
    let flags = take(&|it| matches!(it, '-' | '+' | ' ' | '0' | '#'));
    let width = take(&|it| it.is_ascii_digit());
    let dot = take(&|it| it == '.');
    let precision = take(&|it| it.is_ascii_digit());
    let kind = *template.get(at)?;
    let precise = match (dot.as_str(), precision.as_str()) {
        ("", "") => false,
        (".", "") => return None,
        (".", _) => true,
        _ => return None,
    };
    // A larger one is an error, or much too long.
    if width.len() > 2 || precision.len() > 2 {
        return None;
    }
    let (converted, accepts) = match kind {
        's' => (Converted::Str, Accepts::Anything),
        'r' => (Converted::Repr, Accepts::Anything),
        'a' => (Converted::Ascii, Accepts::Anything),
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' if !precise => (Converted::Not, Accepts::Integers),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => (Converted::Not, Accepts::Numbers),
        _ => return None,
    };
    let text = accepts == Accepts::Anything;
    let mut spec = String::new();
    match (flags.as_str(), text) {
        ("", true) if !width.is_empty() => spec.push('>'),
        ("-", _) if !width.is_empty() => spec.push('<'),
        ("+" | " ", false) => spec.push_str(&flags),
        ("0", false) if !width.is_empty() => spec.push('0'),
        ("+0" | " 0", false) if !width.is_empty() => spec.push_str(&flags),
        ("" | "-", _) | ("0", false) => {}
        _ => return None,
    }
    spec.push_str(&width);
    spec.push_str(&dot);
    spec.push_str(&precision);
    if !text {
        spec.push(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
    }
    let spec = if spec.is_empty() { Vec::new() } else { vec![SpecPart::Text(spec)] };
    Some(TemplateField { range: start..at + 1, value, converted, spec, accepts })
}

/// How the fields of a template of `format` are told apart: all by their place, or none.
#[derive(Default)]
struct Numbering {
    next: usize,
    stated: bool,
}

impl Numbering {
    fn key(&mut self, name: &str) -> Option<ValueKey> {
        let mut letters = name.chars();
        match letters.next() {
            None if self.stated => None,
            None => {
                self.next += 1;
                Some(ValueKey::At(self.next - 1))
            }
            Some(first) if first.is_ascii_digit() => {
                self.stated = true;
                let number = name.parse::<usize>().ok()?;
                (self.next == 0 && number.to_string() == name).then_some(ValueKey::At(number))
            }
            Some(first) => {
                let begins = first.is_alphabetic() || first == '_';
                let goes_on = letters.all(|it| it.is_alphanumeric() || it == '_');
                (begins && goes_on).then(|| ValueKey::Named(name.to_owned()))
            }
        }
    }
}

/// The field that begins with the `{` at `start`.
fn format_field(template: &[char], start: usize, numbers: &mut Numbering) -> Option<TemplateField> {
    let named = |at: usize| template.get(at..)?.iter().position(|it| matches!(it, '!' | ':' | '{' | '}'));
    let mut at = start + 1 + named(start + 1)?;
    let value = numbers.key(&template.get(start + 1..at)?.iter().collect::<String>())?;
    let mut converted = Converted::Not;
    if template.get(at) == Some(&'!') {
        converted = match template.get(at + 1)? {
            's' => Converted::Str,
            'r' => Converted::Repr,
            'a' => Converted::Ascii,
            _ => return None,
        };
        at += 2;
    }
    let mut spec = Vec::new();
    if template.get(at) == Some(&':') {
        at += 1;
        while template.get(at) != Some(&'}') {
            if template.get(at) == Some(&'{') {
                let end = at + 1 + named(at + 1)?;
                let name: String = template.get(at + 1..end)?.iter().collect();
                spec.push(SpecPart::Value(numbers.key(&name)?));
                at = if template.get(end) == Some(&'}') { end + 1 } else { return None };
                continue;
            }
            let rest = template.get(at..)?.iter();
            let text: String = rest.take_while(|it| is_harmless(**it)).collect();
            at = if text.is_empty() { return None } else { at + text.len() };
            spec.push(SpecPart::Text(text));
        }
    }
    let range = start..at + 1;
    (template.get(at) == Some(&'}')).then_some(TemplateField {
        range,
        value,
        converted,
        spec,
        accepts: Accepts::Anything,
    })
}

/// Whether a character stands for itself in every literal, and in what follows the colon of a field.
fn is_harmless(character: char) -> bool {
    (character.is_ascii_graphic() || character == ' ') && !matches!(character, '{' | '}' | '\'' | '"' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts as an f-string would show them.
    fn shown(parts: Option<Vec<TemplatePart>>, template: &str) -> String {
        let key = |key: &ValueKey| match key {
            ValueKey::At(at) => at.to_string(),
            ValueKey::Named(name) => name.clone(),
        };
        let Some(parts) = parts else { return "none".to_owned() };
        let letters: Vec<char> = template.chars().collect();
        let mut text = String::new();
        for part in parts {
            match part {
                TemplatePart::Text(range) => text.extend(&letters[range]),
                TemplatePart::Field(field) => {
                    text.extend(["<", key(&field.value).as_str()]);
                    text.push_str(match field.converted {
                        Converted::Not => "",
                        Converted::Str => "!s",
                        Converted::Repr => "!r",
                        Converted::Ascii => "!a",
                    });
                    if !field.spec.is_empty() {
                        text.push(':');
                    }
                    for part in &field.spec {
                        match part {
                            SpecPart::Text(spec) => text.push_str(spec),
                            SpecPart::Value(value) => text.extend(["<", key(value).as_str(), ">"]),
                        }
                    }
                    text.push('>');
                }
            }
        }
        text
    }

    fn percent(template: &str) -> String {
        shown(percent_parts(&template.chars().collect::<Vec<_>>()), template)
    }

    fn format(template: &str) -> String {
        shown(format_parts(&template.chars().collect::<Vec<_>>()), template)
    }

    #[test]
    fn fields_of_percent_templates() {
        assert_eq!(percent("a%sb%%c %r%a%%"), "a<0!s>b%c <1!r><2!a>%");
        assert_eq!(percent("%5s|%-5s|%.2s|%-7.3r"), "<0!s:>5>|<1!s:<5>|<2!s:.2>|<3!r:<7.3>");
        assert_eq!(percent("%d%i%u%5d%05d%-5d%+d% x"), "<0:d><1:d><2:d><3:5d><4:05d><5:<5d><6:+d><7: x>");
        assert_eq!(percent("%.2f %8.3e %g %+08.1F %0d"), "<0:.2f> <1:8.3e> <2:g> <3:+08.1F> <4:d>");
        assert_eq!(percent("%(a)s %(a b)5d"), "<a!s> <a b:5d>");
        for template in
            ["%c", "%#x", "%*d", "%.*f", "%05s", "%.3d", "%.f", "%-05d", "%ld", "%", "a%", "%(a", "%((a))s"]
        {
            assert_eq!(percent(template), "none", "{template}");
        }
    }

    #[test]
    fn fields_of_format_templates() {
        assert_eq!(format("{{{}}}-{}"), "{<0>}-<1>");
        assert_eq!(format("{1}{0!r:>5}{x!s}{x:}"), "<1><0!r:>5><x!s><x>");
        assert_eq!(format("{:{}} {:%H:%M} {:>{w}}"), "<0:<1>> <2:%H:%M> <3:><w>>");
        for template in [
            "{0}{}", "{}{0}", "{", "}", "{0.a}", "{0[1]}", "{ }", "{x }", "{!x}", "{!r }", "{:{!r}}",
            "{:{0.a}}", "{:'>5}", "{:{{}}}", "{00}", "{:\\n}", "{:{", "{!",
        ] {
            assert_eq!(format(template), "none", "{template}");
        }
    }
}
