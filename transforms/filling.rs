//! What `percent-format` and `format-call` share: a template and its values become an f-string.
//!
//! No transform by itself. What the values may be, and whether it pays, the two judge on their own.

use crate::edit::filled::{Filling, Spec, Template, is_too_long};
use crate::edit::interpolate::{self, Conversion, Style, Unspeakable, unwrapped};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, SameString, Verdict};
use crate::engine::{Cx, Meta};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Event, Guarded};
use crate::semantic::{Class, Reason, Refusal};
use crate::syntax::{Converted, Node, SpecPart, TemplateField, TemplatePart, ValueKey};

/// Templates of more parts or values are no person's, and every value is held against every other.
const MOST_PARTS: usize = 1000;

/// A template with the values that it is given.
pub struct Filled<'a, 'c, 't> {
    /// The whole expression.
    pub node: Node<'t>,
    cx: &'a Cx<'c>,
    meta: &'static Meta,
    template: Node<'t>,
    read: Template<'t>,
    parts: Vec<TemplatePart>,
    /// The values with their keys, in the order in which they are evaluated.
    given: Vec<(ValueKey, Node<'t>)>,
}

/// A field with its value.
pub struct Place<'a, 't> {
    /// The field.
    pub field: &'a TemplateField,
    /// Its value.
    pub value: Node<'t>,
}

/// Whether the expression `node` may become an f-string at all: the target and the user want them, and it is read
/// as a value.
pub fn may_become_f_string(node: Node<'_>, cx: &Cx<'_>) -> bool {
    let style = Style::wanted(cx.config.string_style, node.source().target());
    style == Style::FString && !guards::is_in_field(node) && !guards::is_read_as_spelled(node)
}

/// The template that the literal `node` is, with its parts by `parse`.
///
/// # Errors
///
/// When it is no literal, cannot be read, or a field of it has no counterpart.
pub fn read(
    node: Node<'_>,
    parse: fn(&[char]) -> Option<Vec<TemplatePart>>,
) -> Result<(Template<'_>, Vec<TemplatePart>), Decline> {
    let read = match Template::of(node).ok_or(Decline::NotThisShape)? {
        Ok(read) => read,
        // Without its text there is nothing to go on with.
        Err(Unspeakable::Literal(at) | Unspeakable::Expression(at)) => {
            return Err(Refusal::new(Reason::TextNotOneLine, at.range()).into());
        }
    };
    match parse(&read.characters) {
        Some(parts) => Ok((read, parts)),
        // Without its fields there is nothing to go on with.
        None => Err(Refusal::new(Reason::FieldNotMapped, node.range()).into()),
    }
}

impl<'a, 'c, 't> Filled<'a, 'c, 't> {
    /// The template `template` of the expression `node`, which was [`read`] before and is `given` these values.
    ///
    /// # Errors
    ///
    /// When it has no field, asks for more than it is given, or is given what it does not show.
    pub fn new(
        node: Node<'t>,
        cx: &'a Cx<'c>,
        meta: &'static Meta,
        template: Node<'t>,
        (read, parts): (Template<'t>, Vec<TemplatePart>),
        given: Vec<(ValueKey, Node<'t>)>,
    ) -> Result<Self, Decline> {
        let filled = Self { node, cx, meta, template, read, parts, given };
        if filled.parts.len().max(filled.given.len()) > MOST_PARTS {
            return Err(Decline::NotThisShape);
        }
        let keys: Vec<&ValueKey> = filled.fields().flat_map(keys_of).collect();
        if keys.is_empty() || keys.iter().any(|key| filled.number(key).is_none()) {
            return Err(Decline::NotThisShape);
        }
        guards::no_template(cx.facts, node)?;
        // '{}'.format(x, next(numbers))
        if let Some((_, value)) = filled.given.iter().find(|(key, _)| !keys.contains(&key)) {
            // It has no place in an f-string: nothing to go on with.
            return Err(Refusal::about(Reason::ArgumentNotShown, value.range(), value.text()).into());
        }
        Ok(filled)
    }

    /// The fields with their values.
    pub fn places(&self) -> impl Iterator<Item = Place<'_, 't>> {
        self.fields().filter_map(|field| Some(Place { field, value: self.value(&field.value)? }))
    }

    /// Whether the transform was asked for by name, so that it need not pay.
    pub fn wanted_by_name(&self) -> bool {
        self.cx.config.takes_slower(self.meta.id)
    }

    /// Whether the fields name their values.
    pub fn is_named(&self) -> bool {
        self.parts.iter().any(TemplatePart::is_named)
    }

    /// The refusal of a rewrite that does not pay.
    pub fn no_gain(&self) -> Guarded {
        self.cx.facts.refuse(Refusal::new(Reason::NoGain, self.node.range()))
    }

    /// The fix with `fillings` in the places of the fields, resting on `assumptions` and on those about the order.
    pub fn fix(&self, message: &str, fillings: &[Filling<'t>], mut assumptions: Vec<Assumption>) -> Verdict {
        let facts = self.cx.facts;
        for (shown, later) in guards::filled_in_turn(facts, &self.events(), self.node)? {
            assumptions.push(Assumption {
                id: "text-in-turn",
                sentence: format!(
                    "nobody can tell whether `{}` becomes text before or after `{}` is evaluated",
                    one_line(shown),
                    one_line(later)
                ),
                unproven: Vec::new(),
            });
        }
        let replacement = self.written(fillings)?;
        let kept = self.template.range();
        let mut comments = comments_in(self.cx.tree, self.node.range());
        if let Some(comment) = comments.find(|comment| !kept.contains(comment.range())) {
            facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
        }
        if is_too_long(self.node, &replacement, self.cx.config.line_length) {
            facts.refuse(Refusal::new(Reason::LineTooLong, guards::header(self.node)))?;
        }
        Ok(Fix {
            transform: self.meta.id,
            message: message.to_owned(),
            range: self.node.range(),
            edits: vec![Edit::replace(self.node.range(), interpolate::apart(self.node, &replacement))],
            strings: vec![SameString { before: vec![self.node.range()], after: replacement }],
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: self.measured(fillings),
            assumptions,
            footprint: vec![self.node.range()],
        })
    }

    /// What was measured for a template with `fillings`.
    fn measured(&self, fillings: &[Filling<'t>]) -> Option<Measured> {
        let class = |filling: &Filling<'t>| self.cx.facts.type_of(filling.value).class();
        let all = |wanted: Class| fillings.iter().all(|filling| class(filling) == Some(wanted));
        let specs: Vec<_> = fillings.iter().flat_map(|filling| &filling.spec).collect();
        let precise = specs.iter().any(|spec| matches!(spec, Spec::Text(text) if text.contains('.')));
        let case = match fillings {
            [] => return None,
            _ if precise => "precision",
            _ if !specs.is_empty() => "width",
            _ if self.is_named() => "named",
            _ if fillings.iter().any(|filling| filling.converted == Converted::Repr) => "repr",
            [_] if all(Class::Str) => "one-string",
            [_] if all(Class::Int) => "one-integer",
            [_] => "anything",
            _ if all(Class::Int) => "two-integers",
            _ => "two-strings",
        };
        Some(Measured::new(case, "fstring"))
    }

    /// The counterpart of a field, as its template describes it.
    pub fn counterpart(&self, place: &Place<'_, 't>) -> Filling<'t> {
        let spec = place.field.spec.iter().filter_map(|part| match part {
            SpecPart::Text(text) => Some(Spec::Text(text.clone())),
            SpecPart::Value(key) => self.value(key).map(Spec::Value),
        });
        let filling = Filling { value: place.value, converted: place.field.converted, spec: spec.collect() };
        // '%s' % str(x)
        let bare = filling.spec.is_empty() && matches!(filling.converted, Converted::Not | Converted::Str);
        match interpolate::converted(unwrapped(place.value), self.cx.facts).filter(|_| bare) {
            Some((value, Conversion::Repr)) => Filling { value, converted: Converted::Repr, ..filling },
            Some((value, _)) => Filling { value, converted: Converted::Str, ..filling },
            None => filling,
        }
    }

    fn written(&self, fillings: &[Filling<'t>]) -> Guarded<String> {
        let oldest = self.node.source().target().oldest;
        match self.read.filled(&self.parts, fillings, oldest) {
            Ok(written) => Ok(written),
            // What cannot be spelled leaves nothing to go on with.
            Err(Unspeakable::Literal(at)) => Err(Refusal::new(Reason::TextNotOneLine, at.range())),
            Err(Unspeakable::Expression(at)) => {
                Err(Refusal::new(Reason::ExpressionNotEmbeddable, at.range()))
            }
        }
    }

    /// What the f-string does, step by step.
    fn events(&self) -> Vec<Event<'t>> {
        let facts = self.cx.facts;
        let evaluated = |key: &ValueKey| Some(Event::Evaluates(self.value(key)?, self.number(key)?));
        let mut events = Vec::new();
        for field in self.fields() {
            events.extend(evaluated(&field.value));
            for part in &field.spec {
                if let SpecPart::Value(key) = part
                    && let Some(value) = self.value(key)
                {
                    events.extend(evaluated(key));
                    events.push(Event::Shows(value, guards::making(facts, value, None)));
                }
            }
            if let Some(value) = self.value(&field.value) {
                events.push(Event::Shows(value, guards::making(facts, value, Some(field))));
            }
        }
        events
    }

    fn fields(&self) -> impl Iterator<Item = &TemplateField> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Field(field) => Some(field),
        })
    }

    fn number(&self, wanted: &ValueKey) -> Option<usize> {
        self.given.iter().position(|(key, _)| key == wanted)
    }

    fn value(&self, wanted: &ValueKey) -> Option<Node<'t>> {
        self.given.iter().find(|(key, _)| key == wanted).map(|(_, value)| *value)
    }
}

/// The values that a field asks for.
fn keys_of(field: &TemplateField) -> impl Iterator<Item = &ValueKey> {
    let nested = field.spec.iter().filter_map(|part| match part {
        SpecPart::Text(_) => None,
        SpecPart::Value(key) => Some(key),
    });
    std::iter::once(&field.value).chain(nested)
}

/// The text of `node` without line breaks, for a sentence.
pub fn one_line(node: Node<'_>) -> String {
    node.text().split_whitespace().collect::<Vec<_>>().join(" ")
}
