//! Which fixes of a round are applied together, and the edits that they come to.
//!
//! Fixes are taken in order of priority, then position. A fix that would write into the footprint of one
//! already taken, or whose own footprint that one writes into, waits for the next round, in which all facts
//! are computed anew.

use std::collections::{HashMap, HashSet};

use super::{Edit, Fix, Hoist, HoistForm, imports};
use crate::syntax::{Kind, SyntaxTree};
use crate::text::{Range, RangeSet};

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
        let mut round = Round::new(tree);
        let mut accepted: Vec<&Fix> = Vec::new();
        let (mut written, mut footprints) = (RangeSet::default(), RangeSet::default());
        for index in order {
            let Some((_, fix)) = offered.get(index) else { continue };
            let clashes = fix.written().any(|range| footprints.overlaps(range))
                || fix.footprint.iter().any(|range| written.overlaps(*range));
            if clashes || round.has_given_away(fix) {
                continue;
            }
            written.extend(fix.written());
            footprints.extend(fix.footprint.iter().copied());
            accepted.push(fix);
            round.take(index, fix);
        }
        round.finish(&accepted)
    }
}

/// A statement that is added before another one.
struct Hoisted {
    anchor: u32,
    name: String,
}

struct Round<'t> {
    tree: &'t SyntaxTree<'t>,
    names: Names<'t>,
    plan: Plan,
    /// By form and expression, and for values by their anchors: what serves for one place serves for no other, but a class
    /// serves for all that comes behind it.
    hoisted: HashMap<(HoistForm, &'t str, Option<u32>), Vec<Hoisted>>,
    hoisted_names: HashSet<String>,
}

impl<'t> Round<'t> {
    fn new(tree: &'t SyntaxTree<'t>) -> Self {
        let (names, plan) = (Names::new(tree), Plan::default());
        Self { tree, names, plan, hoisted: HashMap::new(), hoisted_names: HashSet::new() }
    }

    /// Whether a name that `fix` imports is that of a hoist of this round.
    fn has_given_away(&self, fix: &Fix) -> bool {
        fix.imports.iter().any(|import| self.hoisted_names.contains(&import.name))
    }

    fn take(&mut self, index: usize, fix: &'t Fix) {
        let everywhere = Range::new(0, self.tree.source().len());
        for import in &fix.imports {
            self.names.give(import.name.clone(), everywhere);
        }
        let mut edits = fix.edits.clone();
        for hoist in &fix.hoists {
            let anchor = (hoist.form == HoistForm::Value).then_some(hoist.anchor);
            let rows = self.hoisted.entry((hoist.form, &hoist.expression, anchor)).or_default();
            let name = if let Some(row) = rows.iter().find(|row| row.anchor <= hoist.anchor) {
                row.name.clone()
            } else {
                let name = self.names.fresh(&hoist.name, hoist.scope);
                rows.push(Hoisted { anchor: hoist.anchor, name: name.clone() });
                self.hoisted_names.insert(name.clone());
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
#[derive(Default)]
struct Names<'t> {
    /// Where each identifier of the text stands, in order.
    used: HashMap<&'t str, Vec<Range>>,
    /// Names given out in this round, with the text in which they are taken.
    given: HashMap<String, RangeSet>,
    /// The number that was given out last for a name in this text.
    last: HashMap<(String, Range), u32>,
}

impl<'t> Names<'t> {
    fn new(tree: &'t SyntaxTree<'t>) -> Self {
        let mut names = Self::default();
        for node in tree.nodes().filter(|node| node.kind() == Kind::Identifier) {
            names.used.entry(node.text()).or_default().push(node.range());
        }
        names
    }

    /// Takes `name` in all of `scope`.
    fn give(&mut self, name: String, scope: Range) {
        self.given.entry(name).or_default().insert(scope);
    }

    /// `wanted`, or `wanted` with a number, whichever occurs nowhere in `scope` yet.
    fn fresh(&mut self, wanted: &str, scope: Range) -> String {
        let numbered =
            |number: u32| if number == 1 { wanted.to_owned() } else { format!("{wanted}_{number}") };
        let mut number = self.last.get(&(wanted.to_owned(), scope)).map_or(1, |last| last + 1);
        while !self.is_free(&numbered(number), scope) {
            number += 1;
        }
        self.last.insert((wanted.to_owned(), scope), number);
        let name = numbered(number);
        self.give(name.clone(), scope);
        name
    }

    fn is_free(&self, name: &str, scope: Range) -> bool {
        let stands = |rows: &Vec<Range>| {
            let first = rows.partition_point(|range| range.start < scope.start);
            rows.get(first).is_some_and(|range| scope.contains(*range))
        };
        !self.used.get(name).is_some_and(stands)
            && !self.given.get(name).is_some_and(|given| given.overlaps(scope))
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
