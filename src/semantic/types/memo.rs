//! Values that depend on one another in circles: remembered, and worked out until they agree.
//!
//! ```python
//! s = ''
//! for x in xs:
//!     s = s + 'a'      # what `s` is here depends on what `s` is here
//! ```

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

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
    done: HashMap<Key, Type>,
    /// What is being worked out, with what it is taken to be meanwhile.
    open: Vec<(Key, Type)>,
    /// Where in `open` they are.
    places: HashMap<Key, usize>,
    /// The lowest entry of `open` whose assumed type was used since somebody last looked.
    used: Option<usize>,
    /// How much was worked out for the question that is being asked.
    steps: u32,
    /// The names of the module's level that the file may bind without naming them.
    spelled: Option<HashSet<String>>,
    mentions: Option<Rc<Mentions>>,
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
        let place = memo.borrow().open.len();
        memo.borrow_mut().open.push((key, Type::Never));
        memo.borrow_mut().places.insert(key, place);
        let before = memo.borrow_mut().used.take();
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
        }
        let mut memo = memo.borrow_mut();
        memo.open.truncate(place);
        memo.places.remove(&key);
        memo.used = lowest(before, outer);
        // What rests on the assumed type of something around is not known yet.
        if outer.is_none() {
            memo.done.insert(key, value.clone());
        }
        if memo.open.is_empty() {
            memo.steps = 0;
        }
        value
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
