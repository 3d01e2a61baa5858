//! `nested-loop`: loops that stand right in one another become one loop over `itertools.product`.
//!
//! See `nested-loop.md`. Here is the judgement; how the result is written is the business of `write`. What may be
//! iterated over is a question of `guards`.

#[path = "nested_loop/write.rs"]
mod write;

use crate::edit::{Assumption, Decline, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::{comments_in, is_pragma, is_type};
use crate::semantic::guards::{self, Asked, Assumed, Guarded, Nest};
use crate::semantic::{Class, Flow, Items, Reason, Refusal, ScopeId, ScopeKind, Type};
use crate::syntax::{ForLoop, Kind, Node, jumps_in};
use crate::text::{PythonVersion, Range};

use super::imported_member::imported_member;

/// The transform.
pub struct NestedLoop;

static META: Meta = Meta {
    id: "nested-loop",
    summary: "loops right in one another become one loop over `itertools.product`",
    page: include_str!("nested-loop.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r":(?:\s|#[^\n]*\n|\\\r?\n)*for\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::LoopElse,
        Reason::BreakInLoop,
        Reason::PoolUnknown,
        Reason::PoolTooLarge,
        Reason::TargetNotName,
        Reason::TargetUnpacked,
        Reason::TargetNotLocal,
        Reason::TargetRebound,
        Reason::TargetCaptured,
        Reason::TargetReadLater,
        Reason::TargetPublic,
        Reason::NotStandardModule,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::MixedIndentation,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    // Behind what makes an expression of the loops, before what takes over the body.
    priority: 15,
};

impl Transform for NestedLoop {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let loops = chain(node);
        if loops.len() < 2 {
            return Err(Decline::NotThisShape);
        }
        let scope = guards::own_names(cx.facts, node)?;
        // Without a flow there is nothing to go on with.
        let refusal = || Refusal::new(Reason::DynamicScope, guards::header(node));
        let flow = cx.facts.flow(scope).ok_or_else(refusal)?;
        let mut verdict = Err(Decline::NotThisShape);
        // As many loops as possible; rather fewer than on trust.
        for depth in (2..=loops.len()).rev() {
            let Some(loops) = loops.get(..depth) else { continue };
            let found = Judge { cx, flow: &flow, scope, site: node, loops }.verdict();
            let trusted = |fix: &Fix| fix.applicability() >= cx.config.applied;
            if found.as_ref().is_ok_and(trusted) {
                return found;
            }
            if found.is_ok() || verdict.is_err() {
                verdict = found;
            }
        }
        verdict
    }
}

/// The loops that stand right in one another, outermost first; the body of each but the last is the next.
fn chain(site: Node<'_>) -> Vec<ForLoop<'_>> {
    let mut loops = Vec::new();
    let mut at = ForLoop::cast(site);
    while let Some(header) = at.filter(|header| !header.is_async()) {
        loops.push(header);
        let mut statements = header.body.statements();
        at = statements.next().filter(|_| statements.next().is_none()).and_then(ForLoop::cast);
    }
    loops
}

/// Everything that is known while some loops are judged, the outermost first.
struct Judge<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    flow: &'a Flow,
    scope: ScopeId,
    site: Node<'t>,
    loops: &'a [ForLoop<'t>],
}

impl<'t> Judge<'_, '_, 't> {
    fn verdict(&self) -> Verdict {
        let facts = self.cx.facts;
        let Some((innermost, outer)) = self.loops.split_last() else { return Err(Decline::NotThisShape) };
        // for x in xs:
        //     for y in ys: ...
        //     else: print('row')
        if let Some(clause) = self.loops.iter().find_map(|header| header.alternative) {
            facts.refuse(Refusal::new(Reason::LoopElse, guards::header(clause)))?;
        }
        // for x in xs:
        //     for y in ys: break
        if let Some(statement) = breaks(innermost.body) {
            facts.refuse(Refusal::new(Reason::BreakInLoop, statement.range()))?;
        }
        let (filled, assumptions) = self.pools()?;
        for (index, header) in outer.iter().enumerate() {
            let surely_runs = filled.get(index + 1..).is_some_and(|inner| inner.iter().all(|filled| *filled));
            self.target(header, surely_runs)?;
        }
        self.comments_stay()?;
        let name = imported_member(facts, "itertools", "product", self.site)?;
        let edits = write::edits(self.cx, self.loops, &name.text)?;
        let range = Range::new(self.site.range().start, write::header_end(innermost));
        Ok(Fix {
            transform: META.id,
            message: format!("iterate over `product` instead of {} nested loops", self.loops.len()),
            range,
            footprint: edits.iter().map(|edit| edit.range).fold(vec![self.site.range()], |mut all, edit| {
                if !self.site.range().contains(edit) {
                    all.push(edit);
                }
                all
            }),
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: name.imports,
            measured: Some(self.measured()),
            assumptions,
        })
    }

    /// Of everything that is iterated over, whether there surely is an item in it, and what must be assumed.
    fn pools(&self) -> Guarded<(Vec<bool>, Vec<Assumption>)> {
        let facts = self.cx.facts;
        let nest = Nest { flow: self.flow, site: self.site };
        let mut filled = Vec::new();
        let mut assumptions: Vec<Assumption> = Vec::new();
        for (index, header) in self.loops.iter().enumerate() {
            let asked = match index {
                0 => Asked::Once,
                _ if filled.iter().all(|filled| *filled) => Asked::Again,
                _ => Asked::AgainOrNever,
            };
            let (pool, text) = (header.iterable, header.iterable.text());
            let refused = match guards::same_items(facts, nest, header, asked) {
                Ok(surely) => {
                    filled.push(surely);
                    continue;
                }
                Err(why) => why,
            };
            let assumed = guards::looks_like_collection(facts, self.site, pool, asked)
                .filter(|_| refused.reason == Reason::PoolUnknown);
            // Without an assumption there is nothing to go on with.
            let assumption = assumed.map(|assumed| assumption(assumed, text)).ok_or(refused)?;
            if !assumptions.contains(&assumption) {
                assumptions.push(assumption);
            }
            filled.push(false);
        }
        Ok((filled, assumptions))
    }

    /// That the target of an outer loop may be bound at every turn of the inner ones, and is not bound where an inner
    /// loop has no turn.
    fn target(&self, header: &ForLoop<'t>, inner_loops_run: bool) -> Guarded {
        let facts = self.cx.facts;
        let model = facts.model();
        let items = facts.type_of(header.iterable).item();
        let mut names = Vec::new();
        self.unpacks_alike(header.target, &items, inner_loops_run, &mut names)?;
        for name in names {
            let id = guards::own_variable(facts, name, self.scope, Reason::TargetNotLocal)?;
            // for x in (1, 2):
            //     for y in 'ab': x += 1
            let rebound = model.bindings_in(id, self.site.range()).count() > 1
                || guards::leaks_into(self.cx.facts, id, self.site);
            if rebound {
                facts.refuse(Refusal::about(Reason::TargetRebound, name.range(), name.text()))?;
            }
            if model.scope(self.scope).kind == ScopeKind::Module {
                guards::unseen_outside(facts, name.text(), name.range(), Reason::TargetPublic)?;
            }
            if inner_loops_run {
                continue;
            }
            // for x in (1, 2):
            //     for y in []: pass
            // print(x)
            if guards::outlives(facts, id) {
                facts.refuse(Refusal::about(Reason::TargetCaptured, name.range(), name.text()))?;
            }
            if let Some(read) = self.flow.read_after(model, id, self.site) {
                let at = facts.tree().node(read).range();
                facts.refuse(Refusal::about(Reason::TargetReadLater, at, name.text()))?;
            }
        }
        Ok(())
    }

    /// That binding `target` to `item` at every turn of the inner loops is the same as binding it once.
    ///
    /// ```python
    /// for first, second in [iter('ab')]:     # gives its items once
    ///     for y in (1, 2): ...
    /// ```
    fn unpacks_alike(
        &self,
        target: Node<'t>,
        item: &Type,
        inner_loops_run: bool,
        names: &mut Vec<Node<'t>>,
    ) -> Guarded {
        let facts = self.cx.facts;
        let refusal = |reason| Refusal::about(reason, target.range(), target.text());
        match target.kind() {
            Kind::Identifier => names.push(target),
            Kind::PatternList | Kind::TuplePattern => {
                let parts: Vec<Node<'t>> = target.named_children().filter(|part| !part.is_trivia()).collect();
                let fits = matches!(item, Type::Exact(_, Items::Fixed(items)) if items.len() == parts.len());
                if !item.is(Class::Tuple) || !(fits || inner_loops_run) {
                    facts.refuse(refusal(Reason::TargetUnpacked))?;
                }
                for (part, item) in parts.iter().zip(item.unpacked(parts.len())) {
                    self.unpacks_alike(*part, &item, inner_loops_run, names)?;
                }
            }
            // for first, *rest in pairs:       # a new list, which the body may fill
            // for self.x in xs:
            _ => facts.refuse(refusal(Reason::TargetNotName))?,
        }
        Ok(())
    }

    /// That no comment for a tool stands in or behind a header: it would be about another line.
    fn comments_stay(&self) -> Guarded {
        let Some(body) = self.loops.last().map(|header| header.body) else { return Ok(()) };
        let headers = Range::new(self.site.range().start, body.range().start);
        for comment in comments_in(self.cx.tree, headers) {
            if is_pragma(comment.text()) || is_type(comment.text()) {
                self.cx.facts.refuse(Refusal::new(Reason::PragmaInTheWay, comment.range()))?;
            }
        }
        Ok(())
    }

    fn measured(&self) -> Measured {
        let display = |header: &ForLoop<'_>| {
            matches!(header.iterable.kind(), Kind::List | Kind::Tuple | Kind::ExpressionList | Kind::String)
        };
        let case = match self.loops {
            loops if loops.iter().all(display) => "displays",
            [_, inner] if display(inner) => "inner-display",
            [_, _] => "ranges",
            _ => "three-ranges",
        };
        Measured { case, form: "product" }
    }
}

fn assumption(assumed: Assumed, pool: &str) -> Assumption {
    let (id, sentence) = match assumed {
        Assumed::Collection => (
            "pool-is-collection",
            format!("`{pool}` is a collection, no iterator, that stays as it is during the loops"),
        ),
        Assumed::ShortRange => (
            "pool-is-short",
            format!("`{pool}` gives the same numbers at every turn, and can be held in memory"),
        ),
    };
    Assumption { id, sentence, unproven: Vec::new() }
}

/// A `break` of the loop whose body is `body`.
fn breaks(body: Node<'_>) -> Option<Node<'_>> {
    body.descendants().filter(|node| node.kind() == Kind::BreakStatement).find(|node| jumps_in(*node, body))
}
