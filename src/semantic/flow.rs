//! Control flow of one body: which code can run after which, exceptions included.
//!
//! A body (a function or the module) is cut into *steps*: a simple statement, the header of a compound one,
//! the binding of a loop's target. Edges are either normal or exceptional; what a step binds is bound on its
//! normal edges, and may or may not be on its exceptional ones.
//!
//! ```text
//! for x in xs:          [xs] -> [next] -> [bind x] -> [f(x)] -+
//!     f(x)                        ^  |                        |
//! g()                             +--|------------------------+
//!                                    +-> [g()]
//! ```
//!
//! The graph has more edges than Python has paths (a `finally` clause joins all ways into it, a `with` block
//! may swallow any exception), never fewer.

mod build;
mod loops;
mod reaching;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use smallvec::SmallVec;

use super::{BindingKind, Model, ScopeId, VariableId};
use crate::syntax::{Kind, Node, NodeId};

pub(super) use loops::{has_item, number};
use reaching::Definitions;
pub use reaching::Reaching;

/// The number of a step.
type StepId = usize;

/// Code that runs in one go.
#[derive(Debug, Default)]
struct Step {
    /// The statement or clause that it belongs to; `None` for the entry alone.
    holder: Option<NodeId>,
    normal: SmallVec<[StepId; 2]>,
    exceptional: SmallVec<[StepId; 2]>,
    before: SmallVec<[(StepId, Edge); 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Normal,
    Exceptional,
}

/// The control flow of one body.
#[derive(Debug)]
pub struct Flow {
    /// The scope whose body it is.
    scope: ScopeId,
    steps: Vec<Step>,
    /// By step: its place in an order that puts steps behind those that lead to them, but for loops; `None` for
    /// a step that never runs.
    ranks: Vec<Option<u32>>,
    /// First node, one past the last node, step; sorted and disjoint.
    owners: Vec<(NodeId, NodeId, StepId)>,
    /// What was found out about single variables.
    known: RefCell<HashMap<VariableId, Rc<Uses>>>,
    /// Which definitions reach the reads of single variables; `None` for those that cannot be followed.
    definitions: RefCell<HashMap<VariableId, Option<Rc<Definitions>>>>,
}

/// So many answers about steps, about ten bytes each, are kept for the variables of a body.
const MOST_ANSWERS: usize = 20_000_000;

/// The step that a body begins with.
const ENTRY: StepId = 0;

impl Flow {
    /// The step that runs `node`.
    fn step_of(&self, node: NodeId) -> Option<StepId> {
        let index = self.owners.partition_point(|(start, _, _)| *start <= node).checked_sub(1)?;
        self.owners.get(index).filter(|(_, end, _)| node < *end).map(|(_, _, step)| *step)
    }

    /// The steps of the code in `region`.
    fn steps_in(&self, region: Node<'_>) -> Vec<bool> {
        region.tree().spend(self.steps.len());
        let ids = region.id_range();
        self.steps.iter().map(|step| step.holder.is_some_and(|holder| ids.contains(&holder))).collect()
    }

    /// A read of `variable` that may see the value it has when control leaves `region`, on any way out.
    pub fn read_after(&self, model: &Model<'_>, variable: VariableId, region: Node<'_>) -> Option<NodeId> {
        self.read_beyond(model, variable, region, &[Edge::Normal, Edge::Exceptional])
    }

    /// A read of `variable` that may see the value it has when an exception leaves `region`.
    pub fn read_on_failure(
        &self,
        model: &Model<'_>,
        variable: VariableId,
        region: Node<'_>,
    ) -> Option<NodeId> {
        self.read_beyond(model, variable, region, &[Edge::Exceptional])
    }

    fn read_beyond(
        &self,
        model: &Model<'_>,
        variable: VariableId,
        region: Node<'_>,
        ways: &[Edge],
    ) -> Option<NodeId> {
        let inside = self.steps_in(region);
        let uses = self.uses(model, variable);
        let mut starts = Vec::new();
        for (id, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
            let Some(step) = self.steps.get(id) else { continue };
            let out = |to: &&StepId| !inside.get(**to).copied().unwrap_or(false);
            if ways.contains(&Edge::Normal) {
                starts.extend(step.normal.iter().filter(out).copied());
            }
            if ways.contains(&Edge::Exceptional) {
                starts.extend(step.exceptional.iter().filter(out).copied());
            }
        }
        self.first_read(&uses, starts, &[])
    }

    /// A read of `variable` that may see the value that `binding` (a statement) gave it, when all of `later`
    /// is taken to bind the variable anew at its end.
    pub fn read_before(
        &self,
        model: &Model<'_>,
        variable: VariableId,
        binding: Node<'_>,
        later: Node<'_>,
    ) -> Option<NodeId> {
        let uses = self.uses(model, variable);
        let from = self.steps_in(binding);
        let barrier = self.steps_in(later);
        let mut starts = Vec::new();
        for step in self.selected(&from) {
            starts.extend(step.normal.iter().copied());
        }
        for step in self.selected(&barrier) {
            let out = |to: &&StepId| !barrier.get(**to).copied().unwrap_or(false);
            starts.extend(step.exceptional.iter().filter(out).copied());
        }
        self.first_read(&uses, starts, &barrier)
    }

    /// A read of `variable` on a way from the end of the statement `from` to the beginning of the statement
    /// `to`. Reads in the two themselves do not count, however often a loop around brings them up again, nor do
    /// those on ways that never come to `to`. A nested function counts as a read where it is made, not where it
    /// is called: ask [`Flow::nested_use_before`] about that.
    ///
    /// ```python
    /// s = 'a'
    /// if c: log(s)                       # is to see 'a', not what comes below
    /// s += 'b'
    /// ```
    pub fn read_between(
        &self,
        model: &Model<'_>,
        variable: VariableId,
        from: Node<'_>,
        to: Node<'_>,
    ) -> Option<NodeId> {
        let (first, last) = (self.steps_in(from), self.steps_in(to));
        let outside = |id: &StepId| [&first, &last].iter().all(|inside| inside.get(*id) != Some(&true));
        let mut behind = vec![false; self.steps.len()];
        let mut open: Vec<StepId> =
            self.selected(&first).flat_map(|step| step.normal.iter().copied()).collect();
        while let Some(id) = open.pop() {
            if outside(&id) && behind.get_mut(id).is_some_and(|slot| !std::mem::replace(slot, true)) {
                let step = self.steps.get(id)?;
                open.extend(step.normal.iter().chain(&step.exceptional).copied());
            }
        }
        let mut open: Vec<StepId> =
            self.selected(&last).flat_map(|step| step.before.iter().map(|(id, _)| *id)).collect();
        let uses = self.uses(model, variable);
        while let Some(id) = open.pop() {
            // What was met before is taken out, so that nothing is met twice.
            if outside(&id) && behind.get_mut(id).is_some_and(std::mem::take) {
                if let Some(read) = uses.read.get(id).copied().flatten() {
                    return Some(read);
                }
                open.extend(self.steps.get(id)?.before.iter().map(|(id, _)| *id));
            }
        }
        None
    }

    fn selected<'f>(&'f self, inside: &'f [bool]) -> impl Iterator<Item = &'f Step> {
        self.steps.iter().zip(inside).filter(|(_, inside)| **inside).map(|(step, _)| step)
    }

    /// The first read found by walking forward from `starts`, not through bindings, never into `barrier`.
    fn first_read(&self, uses: &Uses, starts: Vec<StepId>, barrier: &[bool]) -> Option<NodeId> {
        let mut seen = vec![false; self.steps.len()];
        let mut open = starts;
        while let Some(id) = open.pop() {
            if barrier.get(id).copied().unwrap_or(false) || std::mem::replace(seen.get_mut(id)?, true) {
                continue;
            }
            if let Some(read) = uses.read.get(id).copied().flatten() {
                return Some(read);
            }
            let step = self.steps.get(id)?;
            open.extend(step.exceptional.iter().copied());
            if uses.bound.get(id) != Some(&Bound::Surely) {
                open.extend(step.normal.iter().copied());
            }
        }
        None
    }

    /// Whether there is a way to `place` on which `variable` was never bound, or was deleted last.
    pub fn maybe_unbound(&self, model: &Model<'_>, variable: VariableId, place: Node<'_>) -> bool {
        let Some(target) = self.step_of(place.id()) else { return true };
        let uses = self.uses(model, variable);
        // except E as e: ...                 # deletes `e` when it ends
        let deleted = uses.clauses.iter().any(|clause| !model.tree().node(*clause).holds(place));
        deleted || uses.unbound.get(target).copied().unwrap_or(true)
    }

    fn uses(&self, model: &Model<'_>, variable: VariableId) -> Rc<Uses> {
        let known = self.known.borrow().get(&variable).map(Rc::clone);
        known.unwrap_or_else(|| {
            let uses = Rc::new(Uses::of(self, model, variable));
            let mut known = self.known.borrow_mut();
            self.make_room(&mut known);
            known.insert(variable, Rc::clone(&uses));
            uses
        })
    }

    /// Forgets what was found out about other variables where all of it would fill the memory: in a body of so many
    /// steps and variables that no person wrote it.
    fn make_room<T>(&self, known: &mut HashMap<VariableId, T>) {
        if known.len().saturating_mul(self.steps.len()) > MOST_ANSWERS {
            known.clear();
        }
    }

    /// Whether a nested function, class or comprehension that mentions `variable` may exist before `region`
    /// has run to its end.
    pub fn nested_use_before(&self, model: &Model<'_>, variable: VariableId, region: Node<'_>) -> bool {
        let row = model.variable(variable);
        let reads =
            row.references.iter().map(|id| model.reference(*id)).map(|found| (found.scope, found.node));
        let binds = row.bindings.iter().map(|id| model.binding(*id)).map(|found| (found.scope, found.node));
        let mut before = None;
        reads.chain(binds).filter(|(scope, _)| *scope != row.scope).any(|(_, node)| {
            let before = before.get_or_insert_with(|| self.steps_before(region));
            self.step_of(node).is_none_or(|step| before.get(step).copied().unwrap_or(true))
        })
    }

    /// The steps of `region`, and all from which there is a way into it.
    fn steps_before(&self, region: Node<'_>) -> Vec<bool> {
        let mut found = self.steps_in(region);
        let mut open: Vec<StepId> =
            found.iter().enumerate().filter(|(_, inside)| **inside).map(|(id, _)| id).collect();
        while let Some(step) = open.pop().and_then(|id| self.steps.get(id)) {
            for (before, _) in &step.before {
                if let Some(slot) = found.get_mut(*before)
                    && !std::mem::replace(slot, true)
                {
                    open.push(*before);
                }
            }
        }
        found
    }

    /// Whether some code of this body may go on running after an exception left `region`.
    pub fn may_be_handled(&self, region: Node<'_>) -> bool {
        let inside = self.steps_in(region);
        let out = |to: &StepId| !inside.get(*to).copied().unwrap_or(false);
        self.selected(&inside).any(|step| step.exceptional.iter().any(out))
    }

    /// Whether `place` runs in this body at all, as far as the graph knows.
    pub fn knows(&self, place: Node<'_>) -> bool {
        self.step_of(place.id()).is_some()
    }
}

/// What the steps of a flow do to one variable.
#[derive(Debug)]
struct Uses {
    /// A read that may see the value from before the step.
    read: Vec<Option<NodeId>>,
    bound: Vec<Bound>,
    /// Whether there is a way to the step on which the variable was never bound, or was deleted last.
    unbound: Vec<bool>,
    /// The `except` clauses that bind it, and delete it when they end.
    clauses: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Not,
    /// On every normal way out of the step.
    Surely,
    Deleted,
}

impl Uses {
    fn of(flow: &Flow, model: &Model<'_>, variable: VariableId) -> Self {
        let count = flow.steps.len();
        model.tree().spend(count);
        let mut uses = Self {
            read: vec![None; count],
            bound: vec![Bound::Not; count],
            unbound: vec![false; count],
            clauses: Vec::new(),
        };
        let variable = model.variable(variable);
        for &reference in &variable.references {
            let node = model.reference(reference).node;
            if let Some(step) = flow.step_of(node)
                && let Some(slot) = uses.read.get_mut(step)
            {
                slot.get_or_insert(node);
            }
        }
        for &binding in &variable.bindings {
            let binding = model.binding(binding);
            if binding.kind == BindingKind::ExceptTarget {
                let mut around = model.tree().node(binding.node).ancestors();
                uses.clauses
                    .extend(around.find(|up| up.kind() == Kind::ExceptClause).map(|clause| clause.id()));
            }
            let bound = match binding.kind {
                // A pattern may fail halfway; a walrus or the target of a leaking comprehension may not run.
                BindingKind::Annotation
                | BindingKind::Walrus
                | BindingKind::ComprehensionTarget
                | BindingKind::MatchCapture => continue,
                BindingKind::Delete => Bound::Deleted,
                _ if binding.scope != variable.scope => continue,
                _ => Bound::Surely,
            };
            // `del x` wants a value, as a read does.
            if bound == Bound::Deleted
                && let Some(slot) = flow.step_of(binding.node).and_then(|step| uses.read.get_mut(step))
            {
                slot.get_or_insert(binding.node);
            }
            if let Some(slot) = flow.step_of(binding.node).and_then(|step| uses.bound.get_mut(step))
                && *slot != Bound::Deleted
            {
                *slot = bound;
            }
        }
        uses.spread_unbound(flow, variable.is_parameter());
        uses
    }

    /// Follows every way from the entry, and from deletions, as far as nothing binds the variable.
    fn spread_unbound(&mut self, flow: &Flow, is_parameter: bool) {
        let deletions = self.bound.iter().enumerate().filter(|(_, bound)| **bound == Bound::Deleted);
        let mut open: Vec<StepId> = deletions.map(|(id, _)| id).collect();
        if !is_parameter {
            open.push(ENTRY);
            self.unbound.iter_mut().take(1).for_each(|slot| *slot = true);
        }
        while let Some(id) = open.pop() {
            let Some(step) = flow.steps.get(id) else { continue };
            let normal = if self.bound.get(id) == Some(&Bound::Surely) { &[][..] } else { &step.normal[..] };
            for to in normal.iter().chain(&step.exceptional) {
                if let Some(slot) = self.unbound.get_mut(*to)
                    && !std::mem::replace(slot, true)
                {
                    open.push(*to);
                }
            }
        }
    }
}
