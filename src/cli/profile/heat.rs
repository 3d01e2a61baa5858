//! Which function of a text takes how much of the time.

use serde::Serialize;

use super::{FileTimes, Time};
use crate::cli::definitions::Definition;
use crate::engine::{Focus, Interest};
use crate::semantic::Reason;
use crate::syntax::{Kind, Regions, parse};
use crate::text::{Range, Source};

/// What the statements outside of functions are called.
const MODULE: &str = "<module>";

/// The functions of a text with the time that each takes.
#[derive(Debug)]
pub struct Heat {
    /// The module first, then functions in the order of the text.
    parts: Vec<Part>,
    total: f64,
    hot_from: Option<f64>,
    /// A function that the profile names where the text has another.
    misfit: Option<Time>,
}

/// A function, or what is outside of all.
#[derive(Debug)]
struct Part {
    range: Range,
    /// Such as `Parser.parse`.
    name: String,
    seconds: f64,
}

/// The time that is spent in the function around a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spent {
    /// The function, such as `Parser.parse`; `<module>` outside of all.
    pub function: String,
    /// Seconds in the function itself and in what it calls that is written in C.
    pub seconds: f64,
    /// The same as a part of the time of the whole program, from 0 to 1.
    pub share: f64,
}

impl Heat {
    /// The functions of `source`, with their times. A text that is not understood is one part.
    pub fn of(source: &Source, times: FileTimes<'_>) -> Self {
        let mut parts = vec![Part { range: source.full_range(), name: MODULE.to_owned(), seconds: 0.0 }];
        let mut misfit = None;
        if let Ok(tree) = parse(source, &Regions::whole(source)) {
            let definitions: Vec<Definition<'_>> = tree.nodes().filter_map(Definition::of).collect();
            misfit = times.times.iter().find(|time| !is_there(source, time, &definitions)).cloned();
            let functions = definitions.iter().filter(|it| it.node.kind() == Kind::FunctionDefinition);
            parts.extend(functions.map(part));
        }
        let mut heat = Self { parts, total: times.total, hot_from: times.hot_from, misfit };
        for time in times.times {
            heat.enter(source, time);
        }
        heat
    }

    /// Adds `time` to the function that it was spent in: a comprehension or a lambda has its own line in a profile,
    /// and belongs to the function around it.
    fn enter(&mut self, source: &Source, time: &Time) {
        let holds = |part: &&mut Part| {
            let last = part.range.end.saturating_sub(1).max(part.range.start);
            (source.line(part.range.start)..=source.line(last)).contains(&time.line)
        };
        let innermost = match time.name.as_str() {
            MODULE => self.parts.first_mut(),
            _ => self.parts.iter_mut().filter(holds).min_by_key(|part| part.range.len()),
        };
        if let Some(part) = innermost {
            part.seconds += time.seconds;
        }
    }

    /// The time of the function around `range`.
    pub fn spent_at(&self, range: Range) -> Option<Spent> {
        let around = self.parts.iter().filter(|part| part.range.contains(range));
        let part = around.min_by_key(|part| part.range.len())?;
        let share = if self.total > 0.0 { part.seconds / self.total } else { 0.0 };
        Some(Spent { function: part.name.clone(), seconds: part.seconds, share })
    }

    /// The functions that are hot, where only those are to be rewritten.
    pub fn focus(&self) -> Option<Focus> {
        let hot_from = self.hot_from?;
        let parts = self.parts.iter().map(|part| {
            let interest = if part.seconds >= hot_from { Interest::Wanted } else { Interest::Unwanted };
            (part.range, interest)
        });
        Some(Focus::new(Reason::NotHot, parts))
    }

    /// What to say when the profile was made of another text.
    pub fn misfit(&self) -> Option<String> {
        self.misfit.as_ref().map(|time| {
            format!(
                "the profile has `{}` at line {}, the file has not: profile the program as it is now",
                time.name, time.line
            )
        })
    }
}

fn part(definition: &Definition<'_>) -> Part {
    let mut names: Vec<&str> =
        definition.node.chain().filter_map(Definition::of).map(|holder| holder.name()).collect();
    names.reverse();
    Part { range: definition.range, name: names.join("."), seconds: 0.0 }
}

/// Whether the text has the function of `time` where the profile found it.
fn is_there(source: &Source, time: &Time, definitions: &[Definition<'_>]) -> bool {
    // Qualified on newer Pythons.
    let name = time.name.rsplit('.').next().unwrap_or_default();
    let mut here = definitions.iter().filter(|it| source.line(it.range.start) == time.line);
    name.starts_with('<') || here.any(|it| it.name() == name)
}
