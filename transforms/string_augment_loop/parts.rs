//! A loop that adds to a text and does other things: it collects the parts in a list, which is joined behind it.

use crate::edit::render::{Slot, whole_lines};
use crate::edit::{Assumption, Decline, Edit, Fix, Hoist, HoistForm, Measured, Verdict};
use crate::engine::Cx;
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded, PlainText};
use crate::semantic::{Facts, Flow, Reason, Refusal, ScopeKind, VariableId};
use crate::syntax::{Field, Kind, Node};
use crate::text::{PythonVersion, Range, Source};

use super::super::loop_append::origin::{Creation, Origin, origin};
use super::super::loop_append::shape::{Element, augmented};
use super::{META, assumptions, quotes, text};

/// Releases from which on collecting parts was measured to be faster than adding to a text of the same function.
const PARTS_PAY: PythonVersion = PythonVersion::new(3, 11);

/// What becomes of the loop `site`: the first text that it builds decides.
pub(super) fn verdict(site: Node<'_>, cx: &Cx<'_>) -> Verdict {
    let mut refused = Decline::NotThisShape;
    for collected in Collected::all(site, cx.facts) {
        match collected.verdict(cx) {
            Err(Decline::NotThisShape) => {}
            Err(first) if refused == Decline::NotThisShape => refused = first,
            Err(_) => {}
            fix => return fix,
        }
    }
    Err(refused)
}

/// One text that a loop adds to.
struct Collected<'t> {
    site: Node<'t>,
    variable: VariableId,
    additions: Vec<Addition<'t>>,
}

/// A statement that adds to the text.
struct Addition<'t> {
    statement: Node<'t>,
    name: Node<'t>,
    /// The operands of what is added.
    operands: Vec<Node<'t>>,
    /// The text of what is added.
    range: Range,
}

impl<'t> Collected<'t> {
    /// All texts that the loop adds to, in the order of the text.
    fn all(site: Node<'t>, facts: &Facts<'_>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for statement in site.descendants().filter(|node| node.kind() == Kind::ExpressionStatement) {
            let Some((name, element)) = augmented(statement) else { continue };
            if facts.body_scope(statement) != facts.body_scope(site) {
                continue;
            }
            let Some(binding) = facts.model().binding_at(name).filter(|_| name.kind() == Kind::Identifier)
            else {
                continue;
            };
            let Some(range) = element.range() else { continue };
            let operands = match element {
                Element::Tail { operands, .. } => operands,
                element => element.plain().into_iter().collect(),
            };
            let addition = Addition { statement, name, operands, range };
            match found.iter_mut().find(|other| other.variable == binding.variable) {
                Some(other) => other.additions.push(addition),
                None => found.push(Self { site, variable: binding.variable, additions: vec![addition] }),
            }
        }
        found
    }

    fn name(&self) -> &'t str {
        self.additions.first().map_or("", |addition| addition.name.text())
    }

    fn verdict(&self, cx: &Cx<'_>) -> Verdict {
        let (facts, site) = (cx.facts, self.site);
        let creation = match origin(facts, self.variable, site, text) {
            Origin::Created(creation) => Some(creation),
            _ if self.is_text_here(facts) => None,
            Origin::Touched(_) | Origin::Elsewhere => return Err(Decline::NotThisShape),
        };
        let added: Vec<Node<'_>> = self.additions.iter().flat_map(|it| it.operands.clone()).collect();
        let assumptions = assumptions(facts, self.name(), &added)?;
        let scope = guards::own_names(facts, site)?;
        let first = self.additions.first().ok_or(Decline::NotThisShape)?;
        guards::own_variable(facts, first.name, scope, Reason::AccumulatorObservable)?;
        // Without a flow there is nothing to go on with.
        let none = || Refusal::new(Reason::DynamicScope, guards::header(site));
        let flow = facts.flow(scope).ok_or_else(none)?;
        if creation.is_none() {
            self.has_value(facts, &flow)?;
        }
        self.unread(facts)?;
        self.reaches_the_join(facts)?;
        self.known_here_alone(facts, scope_is_module(facts, site))?;
        guards::no_partial_result(facts, &flow, self.variable, site)?;
        self.pays(cx, scope_is_module(facts, site))?;
        Ok(self.fix(cx, &flow, creation.as_ref(), assumptions))
    }

    fn is_text_here(&self, facts: &Facts<'_>) -> bool {
        let known = |it: &Addition<'_>| guards::plain_text(facts, it.name) == PlainText::Surely;
        self.additions.iter().all(known)
    }

    /// ```python
    /// if xs: text = 'a'
    /// for x in xs:
    ///     text += x                          # never runs without a text
    ///     show(x)
    /// ```
    fn has_value(&self, facts: &Facts<'_>, flow: &Flow) -> Guarded {
        let first = self.site.child(Field::Right).or_else(|| self.site.child(Field::Condition));
        if flow.maybe_unbound(facts.model(), self.variable, first.unwrap_or(self.site)) {
            facts.refuse(Refusal::about(Reason::NotFresh, guards::header(self.site), self.name()))?;
        }
        Ok(())
    }

    /// ```python
    /// for x in xs:
    ///     text += x
    ///     print(len(text))
    /// ```
    fn unread(&self, facts: &Facts<'_>) -> Guarded {
        let model = facts.model();
        let adds = |node: Node<'_>| {
            let by = |it: &Addition<'_>| it.statement.holds(node) && !it.range.contains(node.range());
            self.additions.iter().any(by)
        };
        let reads = model.references_in(self.variable, self.site.range()).map(|reference| reference.node);
        let binds = model.bindings_in(self.variable, self.site.range()).map(|binding| binding.node);
        match reads.chain(binds).map(|node| facts.tree().node(node)).find(|node| !adds(*node)) {
            Some(read) => {
                facts.refuse(Refusal::about(Reason::AccumulatorReadInLoop, read.range(), self.name()))
            }
            None => Ok(()),
        }
    }

    /// ```python
    /// for line in lines:
    ///     for x in line: text += x
    ///     else: continue                     # past the join
    /// ```
    fn reaches_the_join(&self, facts: &Facts<'_>) -> Guarded {
        let Some(clause) = self.site.child(Field::Alternative) else { return Ok(()) };
        let jumps = |node: &Node<'_>| matches!(node.kind(), Kind::BreakStatement | Kind::ContinueStatement);
        match clause.descendants().find(jumps) {
            Some(jump) => facts.refuse(Refusal::new(Reason::LoopElse, jump.range())),
            None => Ok(()),
        }
    }

    /// ```python
    /// def size(): return len(text)
    /// for x in xs:
    ///     text += x
    ///     size()
    /// ```
    fn known_here_alone(&self, facts: &Facts<'_>, module: Module) -> Guarded {
        let row = facts.model().variable(self.variable);
        if guards::outlives(facts, self.variable) {
            let header = guards::header(self.site);
            facts.refuse(Refusal::about(Reason::AccumulatorObservable, header, &row.name))?;
        }
        match module {
            Module::Yes => guards::unseen_outside(
                facts,
                &row.name,
                guards::header(self.site),
                Reason::AccumulatorObservable,
            ),
            Module::No => Ok(()),
        }
    }

    fn pays(&self, cx: &Cx<'_>, module: Module) -> Guarded {
        let fast = module == Module::Yes || self.site.source().target().oldest >= PARTS_PAY;
        if !fast && !cx.config.takes_slower(META.id) {
            cx.facts.refuse(Refusal::new(Reason::NoGain, guards::header(self.site)))?;
        }
        Ok(())
    }

    /// The lines of the creation, if nothing needs it any more, with the quotes of the empty text.
    fn spare(&self, cx: &Cx<'_>, flow: &Flow, creation: &Creation<'_>) -> Option<Range> {
        let assignment = creation.assignment;
        let (_, empty) = quotes(assignment.right)?;
        let lines = whole_lines(assignment.statement)?;
        let unneeded =
            flow.read_before(cx.facts.model(), self.variable, assignment.statement, self.site).is_none();
        let bare = comments_in(cx.tree, lines).next().is_none() && assignment.annotation.is_none();
        (empty && unneeded && bare && creation.same_block).then_some(lines)
    }

    fn fix(
        &self,
        cx: &Cx<'_>,
        flow: &Flow,
        creation: Option<&Creation<'_>>,
        assumptions: Vec<Assumption>,
    ) -> Fix {
        let (site, source, name) = (self.site, self.site.source(), self.name());
        let spare = creation.and_then(|creation| self.spare(cx, flow, creation));
        let empty = creation.and_then(|creation| quotes(creation.assignment.right)).map_or("''", |it| it.0);
        let mut edits: Vec<Edit> = spare.into_iter().map(Edit::delete).collect();
        let mut uses = Vec::new();
        for Addition { statement, range: added, .. } in &self.additions {
            let prefix = Range::new(statement.range().start, added.start);
            let text = source.slice(*added);
            let wrapped = Slot::Argument.fill(text) != text;
            let (open, close) = if wrapped { (".append((", "))") } else { (".append(", ")") };
            uses.push(Edit::replace(prefix, open));
            edits.push(Edit::insert(added.end, close));
        }
        let end = end_of_lines(source, site);
        let operator = if spare.is_some() { "=" } else { "+=" };
        let indentation = source.slice(source.indentation(site.range().start));
        let newline = source.newline_at(site.range().start);
        edits.push(Edit::insert(end, format!("{newline}{indentation}{name} {operator} {empty}.join(")));
        uses.push(Edit::insert(end, ")"));
        let function = site.ancestors().find(|up| up.kind() == Kind::FunctionDefinition);
        let scope = function.map_or(source.full_range(), |function| function.range());
        Fix {
            transform: META.id,
            message: format!("collect the parts of `{name}` and join them"),
            range: site.range(),
            edits,
            strings: Vec::new(),
            hoists: vec![Hoist {
                form: HoistForm::Value,
                anchor: site.range().start,
                expression: "[]".to_owned(),
                name: "_parts".to_owned(),
                scope,
                uses,
            }],
            imports: Vec::new(),
            measured: Some(Measured::new(
                match scope_is_module(cx.facts, site) {
                    Module::Yes => "augment-loop-parts-at-module-level",
                    Module::No => "augment-loop-parts",
                },
                "parts",
            )),
            assumptions,
            footprint: spare.into_iter().chain([Range::new(site.range().start, end)]).collect(),
        }
    }
}

/// Whether the loop runs at the level of the module.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Module {
    Yes,
    No,
}

fn scope_is_module(facts: &Facts<'_>, site: Node<'_>) -> Module {
    let kind = facts.model().scope(facts.body_scope(site)).kind;
    if kind == ScopeKind::Module { Module::Yes } else { Module::No }
}

/// The end of the last line of the loop, with comments behind it that are indented as its body is.
fn end_of_lines(source: &Source, site: Node<'_>) -> u32 {
    let outer = source.indentation(site.range().start).len();
    let content = |start: u32| {
        let line = Range::new(start, source.line_end(start));
        let text = source.slice(line);
        start + text.trim_end_matches(['\r', '\n']).len() as u32
    };
    let mut line = source.line_start(site.range().end);
    loop {
        let end = content(line);
        let next = source.line_end(end.max(line));
        let inner = source.indentation(next);
        let comment = next > line && source.slice(Range::new(inner.end, source.len())).starts_with('#');
        if !comment || inner.len() <= outer {
            return end;
        }
        line = next;
    }
}
