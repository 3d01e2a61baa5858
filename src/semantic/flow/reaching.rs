//! Which bindings give a variable the value that a read sees.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::{ENTRY, Edge, Flow, StepId};
use crate::semantic::{
    Binding, BindingId, BindingKind, Model, ScopeId, ScopeKind, Taints, VariableFlags, VariableId,
};
use crate::syntax::{Field, Kind, Node, NodeId};
use crate::text::Dialect;

/// What a read may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaching {
    /// The bindings that may have given the value, in document order; a parameter's is that of its value at
    /// entry. Empty for a read that never runs, or that always fails.
    pub bindings: Vec<BindingId>,
    /// Whether the variable may have no value: it was never bound on some way, or deleted last. The read fails
    /// then, or sees the builtin of that name at the level of the module.
    pub unbound: bool,
}

/// The most words that are spent on the definitions of one variable, 32 MiB of them.
const MOST_WORDS: usize = 1 << 22;

impl Flow {
    /// The bindings of `variable` that may have given the value that the read at the identifier `place` sees.
    /// Every one that gives it in some run of the body is among them, exceptions on the way included.
    ///
    /// ```python
    /// x = 'a'
    /// try:
    ///     x = int(f())
    /// except ValueError:
    ///     g(x)                           # still 'a'
    /// g(x)                               # 'a' or a number
    /// ```
    ///
    /// `None` when the graph cannot tell: `place` is no read of the variable that runs where it stands (one in a
    /// nested function or a generator expression runs later), or is in an annotation, which newer Pythons
    /// evaluate later; the variable belongs to another body; something else than the statements of this body
    /// may bind it: a `global` or `nonlocal` statement elsewhere, `exec`, a star import, a debugger. That no
    /// other file binds a name of this module must be asked of the world.
    pub fn reaching_definitions(
        &self,
        model: &Model<'_>,
        variable: VariableId,
        place: Node<'_>,
    ) -> Option<Reaching> {
        let reference = model.reference_at(place).filter(|found| found.variable == Some(variable))?;
        let annotation = |up: &Node<'_>| up.kind() == Kind::Type;
        let within_statement = || place.ancestors().take_while(|up| !up.is_statement());
        if !runs_at_once(model, reference.scope, self.scope) || within_statement().any(|up| annotation(&up)) {
            return None;
        }
        let step = self.step_of(place.id())?;
        let known = self.definitions.borrow().get(&variable).cloned();
        let definitions = known.unwrap_or_else(|| {
            let found = Definitions::of(self, model, variable).map(Rc::new);
            let mut known = self.definitions.borrow_mut();
            self.make_room(&mut known);
            known.insert(variable, found.clone());
            found
        })?;
        Some(definitions.reaching(model, variable, step, place))
    }
}

/// Whether code of the scope `inner` runs whenever, and only when, the code of `body` around it does.
///
/// ```python
/// later = (x for y in ys)              # reads `x` when somebody asks for an item
/// x = 2
/// ```
fn runs_at_once(model: &Model<'_>, inner: ScopeId, body: ScopeId) -> bool {
    let mut around = model.enclosing(inner);
    around.by_ref().take_while(|id| *id != body).all(|id| {
        let scope = model.scope(id);
        let lazy =
            || scope.node.is_none_or(|node| model.tree().node(node).kind() == Kind::GeneratorExpression);
        match scope.kind {
            ScopeKind::Class => true,
            ScopeKind::Comprehension => !lazy(),
            _ => false,
        }
    })
}

/// A set of definitions: one bit for each binding of the variable, in their order, and one behind them for
/// having no value.
type Bits = Vec<u64>;

/// What a step does to the definitions of one variable.
#[derive(Clone, Debug, Default)]
struct Change {
    bits: Bits,
    /// Nothing from before the step is left on its normal ways out.
    kills: bool,
    /// Whether an exception may leave the step after it has bound the variable.
    late: bool,
    /// Whether the step may bind the variable before it has read it.
    early: bool,
}

/// The definitions of one variable that reach the steps that read it.
#[derive(Debug)]
pub(super) struct Definitions {
    live: Live,
    /// What reaches each live step.
    rows: Bits,
    /// How many words there are in a row.
    words: usize,
    changes: HashMap<StepId, Change>,
    /// The `except` clauses that bind the variable, and delete it when they end.
    clauses: HashSet<NodeId>,
}

impl Definitions {
    /// `None` when something else than the steps may bind the variable, or there is too much of them.
    fn of(flow: &Flow, model: &Model<'_>, id: VariableId) -> Option<Self> {
        let variable = model.variable(id);
        if variable.scope != flow.scope || is_bound_unseen(model, id) {
            return None;
        }
        let words = variable.bindings.len() / 64 + 1;
        // Each change has a row of its own.
        (variable.bindings.len().saturating_mul(words) <= MOST_WORDS).then_some(())?;
        model.tree().spend(flow.steps.len().saturating_mul(words));
        let mut entry = vec![0; words];
        let mut changes: HashMap<StepId, Change> = HashMap::new();
        for (index, binding) in variable.bindings.iter().enumerate() {
            let binding = model.binding(*binding);
            let effect = match binding.kind {
                BindingKind::Parameter => {
                    set(&mut entry, index);
                    continue;
                }
                BindingKind::Annotation => continue,
                // A pattern may fail halfway; a walrus or the target of a leaking comprehension may not run.
                BindingKind::Walrus | BindingKind::ComprehensionTarget | BindingKind::MatchCapture => {
                    Effect::Perhaps
                }
                BindingKind::Delete => Effect::Deletes,
                _ => Effect::Binds,
            };
            let here = match effect {
                Effect::Perhaps => runs_at_once(model, binding.scope, variable.scope),
                Effect::Binds | Effect::Deletes => binding.scope == variable.scope,
            };
            let step = flow.step_of(binding.node).filter(|_| here)?;
            let change =
                changes.entry(step).or_insert_with(|| Change { bits: vec![0; words], ..Change::default() });
            change.kills |= effect != Effect::Perhaps;
            change.early |= effect == Effect::Perhaps;
            change.late |= effect == Effect::Perhaps || more_may_fail(model, binding);
            set(&mut change.bits, if effect == Effect::Deletes { variable.bindings.len() } else { index });
        }
        if !variable.is_parameter() {
            set(&mut entry, variable.bindings.len());
        }
        let named = variable.bindings.iter().map(|id| model.binding(*id));
        let named = named.filter(|binding| binding.kind == BindingKind::ExceptTarget);
        let clause_of = |name: NodeId| {
            let mut around = model.tree().node(name).ancestors();
            around.find(|up| up.kind() == Kind::ExceptClause).map(|clause| clause.id())
        };
        let clauses = named.filter_map(|binding| clause_of(binding.node)).collect();
        let read = variable.references.iter().filter_map(|id| flow.step_of(model.reference(*id).node));
        let live = Live::of(flow, read, &changes);
        (live.steps.len().saturating_mul(words) <= MOST_WORDS).then_some(())?;
        Some(Self { rows: live.spread(flow, &entry, &changes), live, words, changes, clauses })
    }

    /// What the read at `place`, which `step` runs, may see.
    fn reaching(&self, model: &Model<'_>, id: VariableId, step: StepId, place: Node<'_>) -> Reaching {
        let variable = model.variable(id);
        model.tree().spend(variable.bindings.len());
        let mut bits = self.live.row(&self.rows, self.words, step).to_vec();
        // f(x := 1, x)
        // x, a[x] = 1, 2
        if let Some(change) = self.changes.get(&step)
            && (change.early || is_in_target(place))
        {
            merge(&mut bits, &change.bits);
        }
        let reaches = |index: usize| bits.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1);
        let bindings: Vec<BindingId> = variable
            .bindings
            .iter()
            .enumerate()
            .filter(|(index, _)| reaches(*index))
            .map(|(_, id)| *id)
            .collect();
        let deleted = bindings.iter().any(|id| self.is_deleted_before(model, model.binding(*id).node, place));
        Reaching { unbound: deleted || reaches(variable.bindings.len()), bindings }
    }

    /// Whether an `except` clause that deletes its name when it ends lies between the binding `from` in it and the
    /// read at `place`.
    ///
    /// ```python
    /// except E as e: e = str(e)
    /// print(e)                           # NameError
    /// ```
    fn is_deleted_before(&self, model: &Model<'_>, from: NodeId, place: Node<'_>) -> bool {
        let within = |clause: Node<'_>| {
            clause.named_children().any(|part| part.kind() == Kind::Block && part.holds(place))
        };
        let mut around = model.tree().node(from).ancestors();
        !self.clauses.is_empty() && around.any(|up| self.clauses.contains(&up.id()) && !within(up))
    }
}

/// What a binding does in its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Binds,
    /// It may or may not bind.
    Perhaps,
    Deletes,
}

/// Whether code that is not in the steps of the body may bind the variable.
fn is_bound_unseen(model: &Model<'_>, id: VariableId) -> bool {
    let variable = model.variable(id);
    let scope = model.scope(variable.scope);
    let anywhere = Taints::EVAL | Taints::FRAMES | Taints::GLOBALS | Taints::MODULE_OBJECT;
    let taints = match scope.kind {
        ScopeKind::Module => scope.taints | (model.any_taint() & anywhere),
        // class A: locals()['x'] = 1
        ScopeKind::Class => scope.taints,
        _ => scope.taints & (Taints::EVAL | Taints::FRAMES | Taints::STAR_IMPORT),
    };
    let source = model.tree().source();
    // x = 1
    // [x for x in xs]                     # binds the `x` above where Python 2 runs it
    let leaks = || {
        source.may_run_on_python2()
            && source.dialect() != Dialect::Python2
            && model.variables().any(|(_, other)| {
                other.flags.contains(VariableFlags::LEAKS_ON_PYTHON2)
                    && other.name == variable.name
                    && model.function_scope_of(other.scope) == variable.scope
            })
    };
    !taints.is_empty() || leaks()
}

/// Whether the statement of `binding` goes on after it with something that may fail.
///
/// ```python
/// try: x, a[0] = 1, 2                  # an IndexError finds `x` bound
/// except IndexError: print(x)
/// ```
fn more_may_fail(model: &Model<'_>, binding: &Binding) -> bool {
    let target = model.tree().node(binding.node);
    let Some(holder) = target.parent() else { return true };
    match binding.kind {
        BindingKind::AugmentedAssignment
        | BindingKind::FunctionDefinition
        | BindingKind::ClassDefinition
        | BindingKind::TypeAlias => false,
        // x: undefined = 1                # evaluated last, but not in functions
        BindingKind::AnnotatedAssignment => model.scope(binding.scope).kind == ScopeKind::Module,
        BindingKind::Assignment | BindingKind::LoopTarget => {
            let unpacked =
                matches!(holder.kind(), Kind::PatternList | Kind::TuplePattern | Kind::ListPattern);
            let flat = !unpacked || holder.named_children().all(|part| part.kind() == Kind::Identifier);
            let statement = if unpacked { holder.parent() } else { Some(holder) };
            let alone = |statement: Node<'_>| match statement.kind() {
                Kind::ForStatement => true,
                // x = a.b = 1
                Kind::Assignment => {
                    let around = statement.parent().map(|up| up.kind());
                    let chained = statement.children().any(|part| part.kind() == Kind::Assignment);
                    around == Some(Kind::ExpressionStatement) && !chained
                }
                _ => false,
            };
            !(flat && statement.is_some_and(alone))
        }
        BindingKind::WithTarget | BindingKind::ExceptTarget => {
            holder.kind() != Kind::AsPatternTarget && holder.kind() != Kind::ExceptClause
        }
        BindingKind::Import | BindingKind::FromImport | BindingKind::Delete => {
            let Some(statement) = target.statement() else { return true };
            statement.descendants().filter(|part| model.binding_at(*part).is_some()).nth(1).is_some()
        }
        _ => true,
    }
}

/// Whether `place` stands in what a statement assigns to, which is evaluated when other targets may be bound.
fn is_in_target(place: Node<'_>) -> bool {
    let within = place.chain().take_while(|up| !up.is_statement());
    within.into_iter().any(|up| {
        let holder = up.parent().map(|parent| parent.kind());
        up.kind() == Kind::AsPatternTarget
            || up.field() == Field::Left && matches!(holder, Some(Kind::Assignment | Kind::ForStatement))
    })
}

/// The steps before which the value of a variable matters: it may be read before it is bound again.
#[derive(Debug)]
struct Live {
    /// In the order of their ranks.
    steps: Vec<StepId>,
    /// The places of the steps in `steps`.
    places: HashMap<StepId, usize>,
}

impl Live {
    fn of(flow: &Flow, read: impl Iterator<Item = StepId>, by_step: &HashMap<StepId, Change>) -> Self {
        let rank = |id: &StepId| flow.ranks.get(*id).copied().flatten();
        let mut places = HashMap::new();
        let mut open: Vec<StepId> = read.filter(|id| rank(id).is_some()).collect();
        let mut steps = Vec::new();
        while let Some(id) = open.pop() {
            if places.insert(id, 0).is_some() {
                continue;
            }
            steps.push(id);
            let before = flow.steps.get(id).map_or(&[][..], |step| &step.before);
            let passes = |(from, edge): &&(StepId, Edge)| {
                *edge == Edge::Exceptional || by_step.get(from).is_none_or(|change| !change.kills)
            };
            open.extend(before.iter().filter(passes).map(|(from, _)| *from).filter(|id| rank(id).is_some()));
        }
        steps.sort_unstable_by_key(rank);
        for (place, id) in steps.iter().enumerate() {
            places.insert(*id, place);
        }
        Self { steps, places }
    }

    /// Follows the definitions along all edges until nothing changes: one row of words for each live step.
    fn spread(&self, flow: &Flow, entry: &[u64], by_step: &HashMap<StepId, Change>) -> Bits {
        let words = entry.len();
        let mut rows = vec![0; self.steps.len() * words];
        let mut new = entry.to_vec();
        let mut changed = true;
        while changed {
            changed = false;
            for (place, &id) in self.steps.iter().enumerate() {
                new.fill(0);
                if id == ENTRY {
                    merge(&mut new, entry);
                }
                let before = flow.steps.get(id).map_or(&[][..], |step| &step.before);
                let runs = |from: StepId| flow.ranks.get(from).is_some_and(Option::is_some);
                for (from, edge) in before.iter().filter(|(from, _)| runs(*from)) {
                    let change = by_step.get(from);
                    if *edge == Edge::Exceptional || change.is_none_or(|change| !change.kills) {
                        merge(&mut new, self.row(&rows, words, *from));
                    }
                    if let Some(change) = change.filter(|change| change.late || *edge == Edge::Normal) {
                        merge(&mut new, &change.bits);
                    }
                }
                if let Some(old) = rows.get_mut(place * words..(place + 1) * words)
                    && *old != *new
                {
                    old.copy_from_slice(&new);
                    changed = true;
                }
            }
        }
        rows
    }

    /// The row of a step; an empty one when it is not live.
    fn row<'r>(&self, rows: &'r [u64], words: usize, step: StepId) -> &'r [u64] {
        let row = self.places.get(&step).and_then(|place| rows.get(place * words..(place + 1) * words));
        row.unwrap_or_default()
    }
}

fn set(bits: &mut [u64], index: usize) {
    if let Some(word) = bits.get_mut(index / 64) {
        *word |= 1 << (index % 64);
    }
}

fn merge(into: &mut [u64], from: &[u64]) {
    for (into, from) in into.iter_mut().zip(from) {
        *into |= from;
    }
}
