//! Which fixes of a round are applied together, and the edits that they come to.
//!
//! Fixes are taken in order of priority, then position. A fix that would write into the footprint of one
//! already taken, or whose own footprint that one writes into, waits for the next round, in which all facts
//! are computed anew.

use std::collections::HashSet;

use super::{Edit, Fix, Hoist, HoistForm, imports};
use crate::syntax::{Kind, SyntaxTree};
use crate::text::Range;

/// The fixes of one round that go together.
#[derive(Debug, Default)]
pub struct Plan {
    /// Sorted and disjoint edits, of all fixes together.
    pub edits: Vec<Edit>,
    /// For every fix that was taken: its index in what was offered, and its own edits, names filled in.
    pub taken: Vec<(usize, Vec<Edit>)>,
}

impl Plan {
    /// Plans a round over `offered`: the fixes with their priorities, in order of position.
    pub fn new(tree: &SyntaxTree<'_>, offered: &[(u8, &Fix)]) -> Self {
        let mut order: Vec<usize> = (0..offered.len()).collect();
        order.sort_by_key(|&index| offered.get(index).map(|(priority, fix)| (*priority, fix.range)));
        let mut round = Round { tree, names: Names::new(tree), plan: Plan::default(), hoisted: Vec::new() };
        let mut accepted: Vec<&Fix> = Vec::new();
        for index in order {
            let Some((_, fix)) = offered.get(index) else { continue };
            if accepted.iter().any(|other| clash(fix, other)) || round.has_given_away(fix) {
                continue;
            }
            accepted.push(fix);
            round.take(index, fix);
        }
        round.finish(&accepted)
    }
}

/// Whether one of two fixes writes into what justifies the other.
fn clash(one: &Fix, other: &Fix) -> bool {
    let disturbs = |writer: &Fix, reader: &Fix| {
        writer.written().any(|written| reader.footprint.iter().any(|range| range.overlaps(written)))
    };
    disturbs(one, other) || disturbs(other, one)
}

/// A statement that is added before another one.
struct Hoisted<'f> {
    hoist: &'f Hoist,
    name: String,
}

impl Hoisted<'_> {
    /// Whether it serves for `other`, too.
    fn is_for(&self, other: &Hoist) -> bool {
        let (one, is_class) = (self.hoist, other.form == HoistForm::Class);
        one.form == other.form
            && one.expression == other.expression
            && (one.anchor == other.anchor || is_class && one.anchor < other.anchor)
    }
}

struct Round<'t> {
    tree: &'t SyntaxTree<'t>,
    names: Names<'t>,
    plan: Plan,
    hoisted: Vec<Hoisted<'t>>,
}

impl<'t> Round<'t> {
    /// Whether a name that `fix` imports is that of a hoist of this round.
    fn has_given_away(&self, fix: &Fix) -> bool {
        fix.imports.iter().any(|import| self.hoisted.iter().any(|row| row.name == import.name))
    }

    fn take(&mut self, index: usize, fix: &'t Fix) {
        let everywhere = Range::new(0, self.tree.source().len());
        self.names.given.extend(fix.imports.iter().map(|import| (import.name.clone(), everywhere)));
        let mut edits = fix.edits.clone();
        for hoist in &fix.hoists {
            let name = if let Some(row) = self.hoisted.iter().find(|row| row.is_for(hoist)) {
                row.name.clone()
            } else {
                let name = self.names.fresh(&hoist.name, hoist.scope);
                self.hoisted.push(Hoisted { hoist, name: name.clone() });
                edits.push(self.insertion(hoist, &name));
                name
            };
            let with_name = |edit: &Edit| Edit::replace(edit.range, format!("{name}{}", edit.replacement));
            edits.extend(hoist.uses.iter().map(with_name));
        }
        edits.sort_by_key(|edit| edit.range);
        self.plan.edits.extend(edits.iter().cloned());
        self.plan.taken.push((index, edits));
    }

    /// New lines before the statement at the anchor of `hoist`.
    fn insertion(&self, hoist: &Hoist, name: &str) -> Edit {
        let source = self.tree.source();
        let newline = source.newline_at(hoist.anchor);
        let indentation = source.slice(source.indentation(hoist.anchor));
        let (code, end) = match hoist.form {
            HoistForm::Value => (format!("{name} = {}", hoist.expression), newline.to_owned()),
            HoistForm::Class => (format!("class {name}{}", hoist.expression), newline.repeat(3)),
        };
        Edit::insert(hoist.anchor, format!("{code}{end}{indentation}"))
    }

    fn finish(mut self, accepted: &[&Fix]) -> Plan {
        let mut requests: Vec<_> = accepted.iter().flat_map(|fix| fix.imports.iter().cloned()).collect();
        requests.sort();
        requests.dedup();
        // Insertions at one place keep their order, since the sort is stable; an import comes before its use.
        self.plan.edits.splice(0..0, imports::insertions(self.tree, &requests));
        self.plan.edits.sort_by_key(|edit| edit.range);
        self.plan.taken.sort_by_key(|(index, _)| *index);
        self.plan
    }
}

/// Names that are free.
struct Names<'t> {
    /// Every identifier of the text with its place.
    used: Vec<(&'t str, Range)>,
    /// Names given out in this round, with the text in which they are taken.
    given: Vec<(String, Range)>,
}

impl<'t> Names<'t> {
    fn new(tree: &'t SyntaxTree<'t>) -> Self {
        let identifiers = tree.nodes().filter(|node| node.kind() == Kind::Identifier);
        Self { used: identifiers.map(|node| (node.text(), node.range())).collect(), given: Vec::new() }
    }

    /// `wanted`, or `wanted` with a number, whichever occurs nowhere in `scope` yet.
    fn fresh(&mut self, wanted: &str, scope: Range) -> String {
        let in_scope = self.used.iter().filter(|(_, range)| scope.contains(*range)).map(|(name, _)| *name);
        let given =
            self.given.iter().filter(|(_, range)| range.overlaps(scope)).map(|(name, _)| name.as_str());
        let taken: HashSet<&str> = in_scope.chain(given).collect();
        let numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
        let free = |name: &String| !taken.contains(name.as_str());
        let name = std::iter::once(wanted.to_owned()).chain(numbered).find(free).unwrap_or_default();
        self.given.push((name.clone(), scope));
        name
    }
}

/// `text` with `edits`, which must be sorted and disjoint.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        result.push_str(text.get(done..edit.range.start as usize).unwrap_or(""));
        result.push_str(&edit.replacement);
        done = edit.range.end as usize;
    }
    result.push_str(text.get(done..).unwrap_or(""));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_order() {
        let edits =
            [Edit::insert(0, "x"), Edit::replace(Range::new(1, 2), "yy"), Edit::delete(Range::new(3, 4))];
        assert_eq!(apply("abcd", &edits), "xayyc");
    }
}
