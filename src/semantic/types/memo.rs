//! Values that depend on one another in circles: remembered, and worked out until they agree.
//!
//! ```python
//! s = ''
//! for x in xs:
//!     s = s + 'a'      # what `s` is here depends on what `s` is here
//! ```

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::spelling::Mentions;
use super::{Sources, Type};
use crate::semantic::BindingId;
use crate::syntax::NodeId;

/// What a remembered type is the type of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// The value that a binding gives.
    Binding(BindingId),
    /// What a function definition returns.
    Result(NodeId),
}

type Key = (Subject, Sources);

/// What was worked out, and what is being worked out.
#[derive(Debug, Default)]
pub(in crate::semantic) struct Memo {
    done: FxHashMap<Key, Type>,
    /// What is being worked out, with what it is taken to be meanwhile.
    open: Vec<(Key, Type)>,
    /// Where in `open` they are.
    places: FxHashMap<Key, usize>,
    /// What was worked out from what something around it is taken to be, in the order in which it was.
    pending: Vec<Pending>,
    /// Where in `pending` they are.
    pending_places: FxHashMap<Key, usize>,
    /// The lowest entry of `open` whose assumed type was used since somebody last looked.
    used: Option<usize>,
    /// How much was worked out for the question that is being asked.
    steps: u32,
    /// The names of the module's level that the file may bind without naming them.
    spelled: Option<HashSet<String>>,
    mentions: Option<Rc<Mentions>>,
}

/// What a value is as long as everything in `open` is what it is taken to be.
#[derive(Debug)]
struct Pending {
    key: Key,
    value: Type,
    /// The lowest entry of `open` that it rests on.
    lowest: usize,
}

/// A value that still changes after so many passes is taken to be unknown.
const MAX_PASSES: u32 = 5;

/// A question that needs more than so many steps is left without an answer.
const MAX_STEPS: u32 = 20_000;

/// How many steps of `max-effort` it takes to work out a value once.
pub(super) const EFFORT: usize = 20;

/// A value that rests on so many others, one on the next, is taken to be unknown: each takes room on the stack.
const MAX_DEPTH: usize = 300;

impl Memo {
    /// The type of `subject`, which `work_out` finds when nobody asked before. Where it depends on itself, it is
    /// worked out from what it was found to be in the pass before, until nothing changes.
    pub(super) fn solve(memo: &RefCell<Self>, key: Key, mut work_out: impl FnMut() -> Type) -> Type {
        if let Some(known) = memo.borrow_mut().known(&key) {
            return known;
        }
        let (place, before, earlier) = memo.borrow_mut().begin(key);
        let mut outer: Option<usize> = None;
        let mut value = Type::Unknown;
        for pass in 1..=MAX_PASSES {
            let found = work_out();
            let mut memo = memo.borrow_mut();
            let used = memo.used.take();
            outer = lowest(outer, used.filter(|used| *used < place));
            let Some((_, assumed)) = memo.open.get_mut(place) else { break };
            if used.is_none_or(|used| used > place) && pass == 1 || found == *assumed {
                value = found;
                break;
            }
            *assumed = std::mem::replace(assumed, Type::Never).join(found);
            // What rests on what it was taken to be is worked out anew.
            memo.drop_pending(earlier);
        }
        let mut memo = memo.borrow_mut();
        memo.open.truncate(place);
        memo.places.remove(&key);
        memo.used = lowest(before, outer);
        if let Some(lowest) = outer {
            // What rests on this rests on what this rests on, and the place of this is free from now on.
            for dependent in memo.pending.iter_mut().skip(earlier) {
                dependent.lowest = dependent.lowest.min(lowest);
            }
            let at = memo.pending.len();
            memo.pending_places.insert(key, at);
            memo.pending.push(Pending { key, value: value.clone(), lowest });
        } else {
            memo.settle_pending(earlier);
            memo.done.insert(key, value.clone());
        }
        if memo.open.is_empty() {
            memo.steps = 0;
        }
        value
    }

    /// Opens `key`. Returns its place in `open`, what was used so far, and how much is pending already.
    fn begin(&mut self, key: Key) -> (usize, Option<usize>, usize) {
        let place = self.open.len();
        self.open.push((key, Type::Never));
        self.places.insert(key, place);
        (place, self.used.take(), self.pending.len())
    }

    /// Forgets what became pending behind the first `earlier`.
    fn drop_pending(&mut self, earlier: usize) {
        for dropped in self.pending.drain(earlier..) {
            self.pending_places.remove(&dropped.key);
        }
    }

    /// Knows what became pending behind the first `earlier`: what it rests on is what it was taken to be.
    fn settle_pending(&mut self, earlier: usize) {
        for settled in self.pending.drain(earlier..) {
            self.pending_places.remove(&settled.key);
            self.done.insert(settled.key, settled.value);
        }
    }

    /// Whether `name` is among the names that `find` finds, once.
    pub(super) fn spelled(memo: &RefCell<Self>, name: &str, find: impl FnOnce() -> HashSet<String>) -> bool {
        memo.borrow_mut().spelled.get_or_insert_with(find).contains(name)
    }

    /// How names occur in the file, which `find` finds once.
    pub(super) fn mentions(memo: &RefCell<Self>, find: impl FnOnce() -> Mentions) -> Rc<Mentions> {
        Rc::clone(memo.borrow_mut().mentions.get_or_insert_with(|| Rc::new(find())))
    }

    fn known(&mut self, key: &Key) -> Option<Type> {
        if let Some(done) = self.done.get(key) {
            return Some(done.clone());
        }
        if let Some(place) = self.places.get(key).copied() {
            self.used = lowest(self.used, Some(place));
            return self.open.get(place).map(|(_, assumed)| assumed.clone());
        }
        if let Some(pending) = self.pending_places.get(key).and_then(|place| self.pending.get(*place)) {
            self.used = lowest(self.used, Some(pending.lowest));
            return Some(pending.value.clone());
        }
        self.steps += 1;
        (self.steps > MAX_STEPS || self.open.len() > MAX_DEPTH).then_some(Type::Unknown)
    }
}

fn lowest(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
