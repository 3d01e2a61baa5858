//! The metaclass, and what goes from the class that gets it.

use crate::edit::render::whole_lines;
use crate::edit::{Edit, Hoist, HoistForm};
use crate::engine::Cx;
use crate::semantic::comments::{comments_in, is_pragma};
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Answer, Reason, Refusal};
use crate::syntax::{Field, Node};
use crate::text::Range;

use super::existing::{Known, Metaclass};
use super::metaclass;
use super::shape::{SetUp, Shape, is_docstring};

/// How the metaclass makes an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Making {
    /// As every class does, and keeps what comes out.
    Whole,
    /// The instance is kept before it is initialized, as it was, so that its initializer can ask for it.
    KeptFirst,
}

/// Which language the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Python2,
    Python3,
}

/// What is written.
pub(super) struct Writer<'a, 'c, 't> {
    pub cx: &'a Cx<'c>,
    pub shape: &'a Shape<'t>,
    pub making: Making,
    pub spelling: Spelling,
}

impl<'t> Writer<'_, '_, 't> {
    /// The edits of the class, and a definition of its metaclass unless there is one.
    pub fn write(&self, chosen: &Metaclass) -> Guarded<(Vec<Edit>, Vec<Hoist>)> {
        self.keeps_comments()?;
        let (mut edits, use_) = self.class()?;
        let hoists = match chosen {
            Metaclass::Known(Known { name, .. }) => {
                edits.push(Edit::replace(use_.range, format!("{name}{}", use_.replacement)));
                Vec::new()
            }
            Metaclass::New(code) => vec![Hoist {
                form: HoistForm::Class,
                anchor: anchor(self.shape.class),
                expression: code.clone(),
                name: self.wanted_name().to_owned(),
                scope: Range::new(0, self.cx.tree.source().len()),
                uses: vec![use_],
            }],
        };
        edits.sort_by_key(|edit| edit.range);
        Ok((edits, hoists))
    }

    fn wanted_name(&self) -> &'static str {
        let name = if self.shape.asked.key().is_some() { "Flyweight" } else { "Singleton" };
        // from this_module import *
        let taken = self.cx.facts.world().name_used_elsewhere(name) == Answer::Yes;
        match name {
            "Flyweight" if taken => "_Flyweight",
            "Singleton" if taken => "_Singleton",
            _ => name,
        }
    }

    /// Whether instances are initialized with the arguments of the call.
    pub fn gives_arguments(&self) -> bool {
        self.shape.init.is_some() || self.shape.hands_on || self.uses_parameters()
    }

    /// Whether the statements that change a new instance use parameters of `__new__`.
    fn uses_parameters(&self) -> bool {
        let mut names = self.shape.set_up.iter().flat_map(SetUp::names);
        names.any(|name| self.shape.parameter(name.text()).is_some())
    }

    /// That no comment goes, or is left behind where it says nothing.
    fn keeps_comments(&self) -> Guarded {
        for part in self.shape.parts() {
            let source = part.source();
            let start = comments_above(part).last().map_or(part.range().start, |first| first.start);
            let lines = Range::new(start, source.line_end(part.range().end.saturating_sub(1)));
            if let Some(comment) = comments_in(self.cx.tree, lines).next() {
                self.cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
            }
        }
        let list = self.shape.class.child(Field::Superclasses);
        if let Some(comment) = list.and_then(|list| comments_in(self.cx.tree, list.range()).next()) {
            self.cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
        }
        Ok(())
    }

    /// The edits of the class but for the name of its metaclass, and the edit whose text that name begins.
    fn class(&self) -> Guarded<(Vec<Edit>, Edit)> {
        let shape = self.shape;
        let new = shape.new.range();
        let mut going = self.going()?;
        let init = self.init();
        let mut edits: Vec<Edit> = self.added_to_init()?.into_iter().collect();
        let use_ = match self.spelling {
            Spelling::Python3 => {
                let (edit, use_) = self.header();
                edits.push(edit);
                let left = shape.body.statements().any(|it| !shape.parts().any(|part| part == it));
                let instead = init.or((!left).then(|| "pass".to_owned()));
                match instead {
                    Some(text) => edits.push(Edit::replace(new, text)),
                    None => going.push(self.lines_of(shape.new)?),
                }
                use_
            }
            Spelling::Python2 => {
                let newline = shape.new.source().newline_at(new.start);
                let indentation = shape.new.source().slice(shape.new.source().indentation(new.start));
                let rest =
                    init.map_or(String::new(), |init| format!("{newline}{newline}{indentation}{init}"));
                edits.push(Edit::replace(new, "__metaclass__ = "));
                Edit::insert(new.end, rest)
            }
        };
        if let (Some(_), Some(kept)) = (shape.asked.key(), shape.kept)
            && kept.left.text() != metaclass::attribute(self.shape)
        {
            edits.push(Edit::replace(kept.left.range(), metaclass::attribute(self.shape)));
        }
        edits.extend(joined(going).into_iter().map(Edit::delete));
        Ok((edits, use_))
    }

    /// `class S(metaclass=`, and where the name of the metaclass goes.
    fn header(&self) -> (Edit, Edit) {
        let name = self.shape.name;
        let Some(list) = self.shape.class.child(Field::Superclasses) else {
            let text = format!("{}(metaclass=", name.text());
            return (Edit::replace(name.range(), text), Edit::insert(name.range().end, ")"));
        };
        let end = list.range().end.saturating_sub(1);
        let (start, text) = match list.named_children().next() {
            Some(base) => (base.range().start, format!("{}, metaclass=", base.text())),
            None => (list.range().start, "(metaclass=".to_owned()),
        };
        (Edit::replace(Range::new(start, end), text), Edit::insert(end, ""))
    }

    /// The lines of the attribute that the metaclass has in its place.
    fn going(&self) -> Guarded<Vec<Range>> {
        match self.shape.kept.filter(|_| self.shape.asked.key().is_none()) {
            Some(kept) => Ok(vec![self.lines_of(kept.statement)?]),
            None => Ok(Vec::new()),
        }
    }

    /// The lines of a statement that goes, with the blank ones that set it apart.
    fn lines_of(&self, statement: Node<'t>) -> Guarded<Range> {
        let Some(lines) = whole_lines(statement) else {
            // Without lines of its own there is nothing to go on with.
            return Err(Refusal::new(Reason::SharedLine, statement.range()));
        };
        let source = statement.source();
        let is_blank = |line: Range| source.slice(line).trim().is_empty() && !line.is_empty();
        let mut lines = lines;
        let before = self.shape.body.named_children().take_while(|part| *part != statement);
        let is_first = before.into_iter().all(|part| self.shape.parts().any(|going| going == part));
        if is_first {
            loop {
                let next = Range::new(lines.end, source.line_end(lines.end));
                if !is_blank(next) {
                    return Ok(lines);
                }
                lines = Range::new(lines.start, next.end);
            }
        }
        while lines.start > 0 {
            let previous = Range::new(source.line_start(lines.start - 1), lines.start);
            if !is_blank(previous) {
                break;
            }
            lines = Range::new(previous.start, lines.end);
        }
        Ok(lines)
    }

    /// What an `__init__` that is there does first: what `__new__` did to a new instance.
    fn added_to_init(&self) -> Guarded<Option<Edit>> {
        let Some(init) = self.shape.init.filter(|_| !self.shape.set_up.is_empty()) else { return Ok(None) };
        let statements = init.child(Field::Body).into_iter().flat_map(|body| body.statements());
        let Some(first) = statements.into_iter().find(|statement| !is_docstring(*statement)) else {
            // Without a statement there is nothing to go on with.
            return Err(Refusal::new(Reason::SharedLine, init.range()));
        };
        let at = first.range().start;
        guards::begins_line(self.cx.facts, at)?;
        let (source, newline) = (init.source(), init.source().newline_at(at));
        let indentation = source.slice(source.indentation(at));
        let instance = init.child(Field::Parameters).and_then(|list| list.named_children().next());
        let instance = instance.map_or("self", |name| name.text());
        let end = format!("{newline}{indentation}");
        let lines = self.shape.set_up.iter().map(|it| moved(it, instance, indentation) + &end);
        Ok(Some(Edit::insert(at, lines.collect::<String>())))
    }

    /// An `__init__` that does what `__new__` did to a new instance; `None` where that is nothing.
    fn init(&self) -> Option<String> {
        if self.shape.set_up.is_empty() || self.shape.init.is_some() {
            return None;
        }
        let new = self.shape.new;
        let (source, unit) = (new.source(), self.cx.tree.indent_unit());
        let inner = format!("{}{unit}", source.slice(source.indentation(new.range().start)));
        let newline = source.newline_at(new.range().start);
        let parameters: Vec<&str> = new
            .child(Field::Parameters)
            .into_iter()
            .flat_map(|list| list.named_children())
            .filter(|part| !part.is_trivia())
            .skip(1)
            .map(|part| part.text())
            .collect();
        let parameters = if self.gives_arguments() && !self.shape.hands_on { parameters } else { Vec::new() };
        let head = [&["self"], parameters.as_slice()].concat().join(", ");
        let lines: Vec<String> = self.shape.set_up.iter().map(|it| moved(it, "self", &inner)).collect();
        Some(format!("def __init__({head}):{newline}{inner}{}", lines.join(&format!("{newline}{inner}"))))
    }
}

/// The statement for lines that are indented by `to`, with `name` for the instance.
fn moved(set_up: &SetUp<'_>, name: &str, to: &str) -> String {
    let (source, range) = (set_up.statement.source(), set_up.statement.range());
    let mut text = String::new();
    let mut done = range.start;
    for instance in &set_up.instances {
        text.push_str(source.slice(Range::new(done, instance.range().start)));
        text.push_str(name);
        done = instance.range().end;
    }
    text.push_str(source.slice(Range::new(done, range.end)));
    let from = source.slice(source.indentation(range.start));
    text.replace(&format!("\n{from}"), &format!("\n{to}"))
}

/// Where a definition in front of the class goes: before the comments right above it, but for those that are for tools
/// or begin the file.
fn anchor(class: Node<'_>) -> u32 {
    let above = comments_above(class);
    let begins_file = above.last().is_some_and(|first| class.source().line_start(first.start) == 0);
    let own = above.iter().take_while(|comment| !is_pragma(class.source().slice(**comment)));
    // #!/usr/bin/env python
    own.last().filter(|_| !begins_file).map_or(class.range().start, |comment| comment.start)
}

/// The comments on the lines right above the statement that are indented as it is, the nearest first.
fn comments_above(statement: Node<'_>) -> Vec<Range> {
    let source = statement.source();
    let own = source.slice(source.indentation(statement.range().start));
    let mut comments = Vec::new();
    let mut line = source.line_start(statement.range().start);
    while line > 0 {
        let previous = Range::new(source.line_start(line - 1), line);
        let indentation = source.indentation(previous.start);
        let comment = Range::new(indentation.end, previous.end);
        if !source.slice(comment).starts_with('#') || source.slice(indentation) != own {
            break;
        }
        comments.push(comment);
        line = previous.start;
    }
    comments
}

/// Sorted ranges, with those that touch made one.
fn joined(ranges: Vec<Range>) -> Vec<Range> {
    let mut ranges = ranges;
    ranges.sort();
    let mut result: Vec<Range> = Vec::new();
    for range in ranges {
        match result.last_mut() {
            Some(last) if range.start <= last.end => *last = Range::new(last.start, last.end.max(range.end)),
            _ => result.push(range),
        }
    }
    result
}
