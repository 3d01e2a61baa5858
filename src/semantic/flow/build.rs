//! From statements to steps and edges.

use std::cell::RefCell;

use smallvec::SmallVec;

use super::{ENTRY, Edge, Flow, Step, StepId, loops};
use crate::semantic::{Model, ScopeId};
use crate::syntax::{Call, Field, Kind, Node, NodeId};

impl Flow {
    /// The flow of the module's own statements.
    pub fn of_module(model: &Model<'_>) -> Self {
        let statements: Vec<Node<'_>> = model.tree().statements().collect();
        Self::of_statements(model, model.module(), &statements)
    }

    /// The flow of a block: the body of a function.
    pub fn of_block(model: &Model<'_>, block: Node<'_>) -> Self {
        let statements: Vec<Node<'_>> = block.statements().collect();
        Self::of_statements(model, model.scope_of(block), &statements)
    }

    fn of_statements(model: &Model<'_>, scope: ScopeId, statements: &[Node<'_>]) -> Self {
        let mut builder = Builder {
            model,
            steps: vec![Step::default()],
            owners: Vec::new(),
            handlers: Vec::new(),
            loops: Vec::new(),
            finallys: Vec::new(),
        };
        builder.statements(statements.iter().copied(), Frontier::from_slice(&[ENTRY]));
        let ranks = ranks(&builder.steps);
        let mut flow = Self {
            scope,
            steps: builder.steps,
            ranks,
            owners: builder.owners,
            known: RefCell::default(),
            definitions: RefCell::default(),
        };
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
}

/// The places of the steps in reverse postorder; `None` where no way leads to from the entry.
fn ranks(steps: &[Step]) -> Vec<Option<u32>> {
    let mut seen = vec![false; steps.len()];
    let mut left = Vec::with_capacity(steps.len());
    // A step, and how many of its successors were taken up.
    let mut open = vec![(ENTRY, 0)];
    seen.iter_mut().take(1).for_each(|slot| *slot = true);
    while let Some((id, taken)) = open.last_mut() {
        let step = steps.get(*id);
        let next = step.and_then(|step| step.normal.iter().chain(&step.exceptional).nth(*taken));
        if let Some(&to) = next {
            *taken += 1;
            if seen.get_mut(to).is_some_and(|slot| !std::mem::replace(slot, true)) {
                open.push((to, 0));
            }
        } else {
            left.push(*id);
            open.pop();
        }
    }
    let mut ranks = vec![None; steps.len()];
    for (rank, id) in left.iter().rev().enumerate() {
        if let Some(slot) = ranks.get_mut(*id) {
            *slot = Some(rank as u32);
        }
    }
    ranks
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
    owners: Vec<(NodeId, NodeId, StepId)>,
    /// Where exceptions may go, outermost first.
    handlers: Vec<StepId>,
    loops: Vec<Loop>,
    finallys: Vec<Finally>,
}

impl Builder<'_> {
    /// A new step that runs `code` after everything in `from`.
    fn step(&mut self, from: &[StepId], code: &[Node<'_>]) -> StepId {
        let id = self.joint(code.first().copied());
        for node in code {
            let ids = node.id_range();
            self.owners.push((ids.start, ids.end, id));
        }
        self.link(from, id);
        id
    }

    /// A new step that runs nothing, where ways of the statement `holder` meet.
    fn joint(&mut self, holder: Option<Node<'_>>) -> StepId {
        let id = self.steps.len();
        let exceptional = self.handlers.iter().copied().collect();
        self.steps.push(Step { holder: holder.map(|node| node.id()), exceptional, ..Step::default() });
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
        let head = self.joint(Some(node));
        self.link(&[evaluated], head);
        let bound = self.step(&[head], &target);
        self.loop_rest(node, head, bound, Frontier::from_slice(&[head]))
    }

    fn while_statement(&mut self, node: Node<'_>, from: &[StepId]) -> Frontier {
        let condition: SmallVec<[Node<'_>; 1]> = node.child(Field::Condition).into_iter().collect();
        let head = self.step(from, &condition);
        let endless = condition.first().is_some_and(|node| loops::is_surely_true(*node));
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
        let exit = self.joint(Some(node));
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
            let entry = self.joint(Some(node));
            self.handlers.push(entry);
            self.finallys.push(Finally { entry, loops: self.loops.len(), jumps: SmallVec::new() });
            let ends = self.try_without_finally(node, from);
            self.handlers.pop();
            let jumps = self.finallys.pop().map(|done| done.jumps).unwrap_or_default();
            self.link(&ends, entry);
            let block = clause.named_children().find(|child| child.kind() == Kind::Block);
            let ends = self.block(block, Frontier::from_slice(&[entry]));
            // An exception goes on from here, with what the clause has bound.
            let end = self.joint(Some(node));
            self.link(&ends, end);
            let ends = Frontier::from_slice(&[end]);
            for jump in jumps {
                self.jump(&ends, jump);
            }
            return ends;
        }
        self.try_without_finally(node, from)
    }

    fn try_without_finally(&mut self, node: Node<'_>, from: Frontier) -> Frontier {
        let dispatch = self.joint(Some(node));
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
            let test = self.joint(Some(clause));
            self.link(&from, test);
            let entered = if tested.is_empty() { test } else { self.step(&[test], &tested) };
            let block = clause.named_children().find(|child| child.kind() == Kind::Block);
            ends.extend(self.block(block, Frontier::from_slice(&[entered])));
            from = Frontier::from_slice(&[test]);
        }
        ends
    }
}
