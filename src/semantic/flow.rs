//! Control flow of one body: which code can run after which, exceptions included.
//!
//! A body (a function or the module) is cut into *steps*: a simple statement, the header of a compound one,
//! the binding of a loop's target. Edges are either normal or exceptional; an exceptional edge leaves a step
//! before anything that it binds is bound.
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

use smallvec::SmallVec;

use super::{BindingKind, Model, VariableId};
use crate::syntax::{Call, Field, Kind, Node, NodeId};

/// The number of a step.
type StepId = usize;

/// Code that runs in one go.
#[derive(Debug, Default)]
struct Step {
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
    steps: Vec<Step>,
    /// First node, one past the last node, step; sorted and disjoint.
    owners: Vec<(u32, u32, StepId)>,
}

/// The step that a body begins with.
const ENTRY: StepId = 0;

impl Flow {
    /// The flow of the module's own statements.
    pub fn of_module(model: &Model<'_>) -> Self {
        let statements: Vec<Node<'_>> = model.tree().statements().collect();
        Self::of_statements(model, &statements)
    }

    /// The flow of a block: the body of a function.
    pub fn of_block(model: &Model<'_>, block: Node<'_>) -> Self {
        let statements: Vec<Node<'_>> = block.statements().collect();
        Self::of_statements(model, &statements)
    }

    fn of_statements(model: &Model<'_>, statements: &[Node<'_>]) -> Self {
        let mut builder = Builder {
            model,
            steps: vec![Step::default()],
            owners: Vec::new(),
            handlers: Vec::new(),
            loops: Vec::new(),
            finallys: Vec::new(),
        };
        builder.statements(statements.iter().copied(), Frontier::from_slice(&[ENTRY]));
        let mut flow = Self { steps: builder.steps, owners: builder.owners };
        flow.owners.sort_unstable();
        for id in 0..flow.steps.len() {
            let (normal, exceptional) = match flow.steps.get(id) {
                Some(step) => (step.normal.clone(), step.exceptional.clone()),
                None => continue,
            };
            let edges = normal.into_iter().map(|to| (to, Edge::Normal));
            for (to, edge) in edges.chain(exceptional.into_iter().map(|to| (to, Edge::Exceptional))) {
                if let Some(step) = flow.steps.get_mut(to) {
                    step.before.push((id, edge));
                }
            }
        }
        flow
    }

    /// The step that runs `node`.
    fn step_of(&self, node: NodeId) -> Option<StepId> {
        let at = node.index() as u32;
        let index = self.owners.partition_point(|(start, _, _)| *start <= at).checked_sub(1)?;
        self.owners.get(index).filter(|(_, end, _)| at < *end).map(|(_, _, step)| *step)
    }

    /// The steps of the code in `region`.
    fn steps_in(&self, region: Node<'_>) -> Vec<bool> {
        let (first, end) = region.id_range();
        let mut inside = vec![false; self.steps.len()];
        for (start, _, step) in &self.owners {
            if (first..end).contains(start)
                && let Some(slot) = inside.get_mut(*step)
            {
                *slot = true;
            }
        }
        inside
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
        let uses = Uses::of(self, model, variable);
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
        let uses = Uses::of(self, model, variable);
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
        // except E as e: ...                 # deletes `e` when it ends
        let deleted_by_clause = model.variable(variable).bindings.iter().any(|binding| {
            let binding = model.binding(*binding);
            let mut around = model.tree().node(binding.node).ancestors();
            binding.kind == BindingKind::ExceptTarget
                && around.find(|up| up.kind() == Kind::ExceptClause).is_none_or(|clause| !clause.holds(place))
        });
        if deleted_by_clause {
            return true;
        }
        let uses = Uses::of(self, model, variable);
        let mut seen = vec![false; self.steps.len()];
        let mut open = vec![target];
        while let Some(id) = open.pop() {
            if id == ENTRY && !model.variable(variable).is_parameter() {
                return true;
            }
            let Some(step) = self.steps.get(id) else { return true };
            for &(before, edge) in &step.before {
                let bound = uses.bound.get(before).copied().unwrap_or(Bound::Not);
                match (edge, bound) {
                    (_, Bound::Deleted) => return true,
                    (Edge::Normal, Bound::Surely) => continue,
                    _ => {}
                }
                if let Some(slot) = seen.get_mut(before)
                    && !std::mem::replace(slot, true)
                {
                    open.push(before);
                }
            }
        }
        false
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
struct Uses {
    /// A read that may see the value from before the step.
    read: Vec<Option<NodeId>>,
    bound: Vec<Bound>,
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
        let mut uses = Self { read: vec![None; flow.steps.len()], bound: vec![Bound::Not; flow.steps.len()] };
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
        uses
    }
}

/// Steps whose normal way out leads to whatever comes next.
type Frontier = SmallVec<[StepId; 4]>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Jump {
    Return,
    Break,
    Continue,
}

struct Loop {
    /// Where `continue` goes.
    head: StepId,
    /// The steps that end in `break`.
    breaks: Frontier,
}

struct Finally {
    entry: StepId,
    /// How many loops were open around the `try`.
    loops: usize,
    /// Jumps that pass through the clause.
    jumps: SmallVec<[Jump; 2]>,
}

struct Builder<'m> {
    model: &'m Model<'m>,
    steps: Vec<Step>,
    owners: Vec<(u32, u32, StepId)>,
    /// Where exceptions may go, outermost first.
    handlers: Vec<StepId>,
    loops: Vec<Loop>,
    finallys: Vec<Finally>,
}

impl Builder<'_> {
    /// A new step that runs `code` after everything in `from`.
    fn step(&mut self, from: &[StepId], code: &[Node<'_>]) -> StepId {
        let id = self.steps.len();
        let exceptional = self.handlers.iter().copied().collect();
        self.steps.push(Step { exceptional, ..Step::default() });
        for node in code {
            let (start, end) = node.id_range();
            self.owners.push((start, end, id));
        }
        self.link(from, id);
        id
    }

    fn link(&mut self, from: &[StepId], to: StepId) {
        for &id in from {
            if let Some(step) = self.steps.get_mut(id)
                && !step.normal.contains(&to)
            {
                step.normal.push(to);
            }
        }
    }

    fn statements<'t>(&mut self, statements: impl Iterator<Item = Node<'t>>, from: Frontier) -> Frontier {
        statements.fold(from, |from, statement| self.statement(statement, from))
    }

    fn block(&mut self, block: Option<Node<'_>>, from: Frontier) -> Frontier {
        match block {
            Some(block) => self.statements(block.statements(), from),
            None => from,
        }
    }

    fn statement(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        match node.kind() {
            Kind::IfStatement => self.if_statement(node, from),
            Kind::ForStatement => self.for_statement(node, &from),
            Kind::WhileStatement => self.while_statement(node, &from),
            Kind::TryStatement => self.try_statement(node, from),
            Kind::WithStatement => self.with_statement(node, from),
            Kind::MatchStatement => self.match_statement(node, &from),
            Kind::ReturnStatement => self.jumping(node, &from, Jump::Return),
            Kind::BreakStatement => self.jumping(node, &from, Jump::Break),
            Kind::ContinueStatement => self.jumping(node, &from, Jump::Continue),
            Kind::RaiseStatement => {
                self.step(&from, &[node]);
                Frontier::new()
            }
            _ => Frontier::from_slice(&[self.step(&from, &[node])]),
        }
    }

    fn jumping(&mut self, node: Node<'_>, from: &[StepId], jump: Jump) -> Frontier {
        let step = self.step(from, &[node]);
        self.jump(&[step], jump);
        Frontier::new()
    }

    fn jump(&mut self, from: &[StepId], jump: Jump) {
        let loops = self.loops.len();
        let through = self.finallys.last_mut().filter(|last| jump == Jump::Return || last.loops >= loops);
        if let Some(last) = through {
            if !last.jumps.contains(&jump) {
                last.jumps.push(jump);
            }
            let entry = last.entry;
            return self.link(from, entry);
        }
        match jump {
            // Nothing of this body runs after it.
            Jump::Return => {}
            Jump::Break => {
                if let Some(innermost) = self.loops.last_mut() {
                    innermost.breaks.extend_from_slice(from);
                }
            }
            Jump::Continue => {
                if let Some(head) = self.loops.last().map(|innermost| innermost.head) {
                    self.link(from, head);
                }
            }
        }
    }

    fn if_statement(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        let mut ends = Frontier::new();
        let mut from = from;
        let condition: SmallVec<[Node<'_>; 1]> = node.child(Field::Condition).into_iter().collect();
        let test = self.step(&from, &condition);
        let body = self.block(node.child(Field::Consequence), Frontier::from_slice(&[test]));
        ends.extend(body);
        from.clear();
        from.push(test);
        for clause in node.children_in(Field::Alternative) {
            if clause.kind() == Kind::ElifClause {
                let condition: SmallVec<[Node<'_>; 1]> = clause.child(Field::Condition).into_iter().collect();
                let test = self.step(&from, &condition);
                let body = self.block(clause.child(Field::Consequence), Frontier::from_slice(&[test]));
                ends.extend(body);
                from.clear();
                from.push(test);
            } else {
                from = self.block(clause.child(Field::Body), from);
            }
        }
        ends.extend(from);
        ends
    }

    fn for_statement(&mut self, node: Node<'_>, from: &[StepId]) -> Frontier {
        let iterable: SmallVec<[Node<'_>; 1]> = node.child(Field::Right).into_iter().collect();
        let target: SmallVec<[Node<'_>; 1]> = node.child(Field::Left).into_iter().collect();
        let evaluated = self.step(from, &iterable);
        let head = self.step(&[evaluated], &[]);
        let bound = self.step(&[head], &target);
        self.loop_rest(node, head, bound, Frontier::from_slice(&[head]))
    }

    fn while_statement(&mut self, node: Node<'_>, from: &[StepId]) -> Frontier {
        let condition: SmallVec<[Node<'_>; 1]> = node.child(Field::Condition).into_iter().collect();
        let head = self.step(from, &condition);
        let endless = condition.first().is_some_and(|node| matches!(node.text(), "True" | "1"));
        let exhausted = if endless { Frontier::new() } else { Frontier::from_slice(&[head]) };
        self.loop_rest(node, head, head, exhausted)
    }

    /// Body and `else` clause of a loop that repeats from `head`.
    fn loop_rest(&mut self, node: Node<'_>, head: StepId, body: StepId, exhausted: Frontier) -> Frontier {
        self.loops.push(Loop { head, breaks: Frontier::new() });
        let end = self.block(node.child(Field::Body), Frontier::from_slice(&[body]));
        self.link(&end, head);
        let breaks = self.loops.pop().map(|done| done.breaks).unwrap_or_default();
        let alternative = node.child(Field::Alternative).and_then(|clause| clause.child(Field::Body));
        let mut ends = self.block(alternative, exhausted);
        ends.extend(breaks);
        ends
    }

    fn with_statement(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        let mut from = from;
        let clauses = node.named_children().filter(|child| child.kind() == Kind::WithClause);
        let items =
            clauses.flat_map(|clause| clause.named_children()).filter(|child| child.kind() == Kind::WithItem);
        let mut swallowing = 0;
        // Where an exception goes that a context manager swallows, and every other way out.
        let exit = self.steps.len();
        self.steps.push(Step { exceptional: self.handlers.iter().copied().collect(), ..Step::default() });
        for item in items {
            from = Frontier::from_slice(&[self.step(&from, &[item])]);
            if !self.passes_exceptions_on(item) {
                self.handlers.push(exit);
                swallowing += 1;
            }
        }
        let end = self.block(node.child(Field::Body), from);
        self.handlers.truncate(self.handlers.len() - swallowing);
        self.link(&end, exit);
        Frontier::from_slice(&[exit])
    }

    /// Whether the context manager of this item is known to swallow no exception: a file.
    fn passes_exceptions_on(&self, item: Node<'_>) -> bool {
        let value = item.child(Field::Value);
        let manager = value.and_then(|value| match value.kind() {
            Kind::AsPattern => value.named_children().next(),
            _ => Some(value),
        });
        let function = manager.and_then(Call::cast).map(|call| call.function);
        function.is_some_and(|function| {
            function.kind() == Kind::Identifier
                && function.text() == "open"
                && self.model.is_builtin(function)
        })
    }

    fn match_statement(&mut self, node: Node<'_>, from: &[StepId]) -> Frontier {
        let subjects: SmallVec<[Node<'_>; 1]> = node.children_in(Field::Subject).collect();
        let mut from = Frontier::from_slice(&[self.step(from, &subjects)]);
        let mut ends = Frontier::new();
        let body = node.child(Field::Body);
        let clauses = body
            .into_iter()
            .flat_map(|body| body.children())
            .filter(|child| child.kind() == Kind::CaseClause);
        for clause in clauses {
            let tested: SmallVec<[Node<'_>; 2]> = clause
                .named_children()
                .filter(|child| matches!(child.kind(), Kind::CasePattern | Kind::IfClause))
                .collect();
            let test = self.step(&from, &tested);
            ends.extend(self.block(clause.child(Field::Consequence), Frontier::from_slice(&[test])));
            from = Frontier::from_slice(&[test]);
        }
        ends.extend(from);
        ends
    }

    fn try_statement(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        let finally = node.named_children().find(|child| child.kind() == Kind::FinallyClause);
        if let Some(clause) = finally {
            let entry = self.steps.len();
            self.steps.push(Step { exceptional: self.handlers.iter().copied().collect(), ..Step::default() });
            self.handlers.push(entry);
            self.finallys.push(Finally { entry, loops: self.loops.len(), jumps: SmallVec::new() });
            let ends = self.try_without_finally(node, from);
            self.handlers.pop();
            let jumps = self.finallys.pop().map(|done| done.jumps).unwrap_or_default();
            self.link(&ends, entry);
            let block = clause.named_children().find(|child| child.kind() == Kind::Block);
            let ends = self.block(block, Frontier::from_slice(&[entry]));
            for jump in jumps {
                self.jump(&ends, jump);
            }
            return ends;
        }
        self.try_without_finally(node, from)
    }

    fn try_without_finally(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        let dispatch = self.steps.len();
        self.steps.push(Step { exceptional: self.handlers.iter().copied().collect(), ..Step::default() });
        self.handlers.push(dispatch);
        let body = self.block(node.child(Field::Body), from);
        self.handlers.pop();
        let otherwise = node.named_children().find(|child| child.kind() == Kind::ElseClause);
        let mut ends = self.block(otherwise.and_then(|clause| clause.child(Field::Body)), body);
        let mut from = Frontier::from_slice(&[dispatch]);
        for clause in node.named_children().filter(|child| child.kind() == Kind::ExceptClause) {
            let tested: SmallVec<[Node<'_>; 2]> =
                clause.named_children().filter(|child| child.kind() != Kind::Block).collect();
            // Testing a clause may fail to match; its name is bound only behind that.
            let test = self.step(&from, &[]);
            let entered = self.step(&[test], &tested);
            let block = clause.named_children().find(|child| child.kind() == Kind::Block);
            ends.extend(self.block(block, Frontier::from_slice(&[entered])));
            from = Frontier::from_slice(&[test]);
        }
        ends
    }
}
