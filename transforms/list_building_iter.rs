//! `list-building-iter`: a function that fills a list and hands it out to be iterated over becomes a generator.
//!
//! See `list-building-iter.md`. Whether everybody only iterates is looked at for private functions; when they do so
//! is taken on trust, so that every fix is unsafe.

use crate::edit::render::{fill_between, whole_lines};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Answer, Class, Facts, Reason, Refusal, Resolution, VariableId};
use crate::syntax::{Assignment, Attribute, Call, Field, Kind, Node};
use crate::text::{PythonVersion, Range};

use super::loop_append::origin::{Empty, empty};

/// The transform.
pub struct ListBuildingIter;

static META: Meta = Meta {
    id: "list-building-iter",
    summary: "a function that fills a list to be iterated over becomes a generator",
    page: include_str!("list-building-iter.md"),
    kinds: &[Kind::FunctionDefinition],
    needles: &[r"\bdef\b", r"\breturn\b", r"\bappend\b"],
    reasons: &[
        Reason::DynamicScope,
        Reason::AccumulatorReadInLoop,
        Reason::NotOnlyIterated,
        Reason::ItemUsedLater,
        Reason::HeldOpen,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 5,
};

impl Transform for ListBuildingIter {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        // What calls the function sees when things happen; nobody wants that by default.
        if !cx.config.selection.names(META.id) {
            return Err(Decline::NotThisShape);
        }
        let builder = Builder::of(node, cx.facts).ok_or(Decline::NotThisShape)?;
        builder.only_filled(cx.facts)?;
        builder.only_iterated(cx.facts)?;
        builder.adds_complete_items(cx.facts)?;
        builder.holds_nothing_open(cx.facts)?;
        let edits = builder.edits(cx)?;
        Ok(Fix {
            transform: META.id,
            message: format!("make `{}` a generator", builder.name.text()),
            range: guards::header(node),
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured::new("iterated", "generator")),
            assumptions: builder.assumptions(),
            footprint: vec![node.range()],
        })
    }
}

/// A function that fills a list, and does nothing else with it than to return it.
struct Builder<'t> {
    function: Node<'t>,
    name: Node<'t>,
    variable: VariableId,
    creation: Assignment<'t>,
    /// The calls of `append`.
    additions: Vec<Addition<'t>>,
    /// All `return` statements.
    returns: Vec<Node<'t>>,
}

struct Addition<'t> {
    statement: Node<'t>,
    call: Call<'t>,
    value: Node<'t>,
}

impl<'t> Builder<'t> {
    fn of(function: Node<'t>, facts: &Facts<'_>) -> Option<Self> {
        let name = function.child(Field::Name)?;
        let is_private = name.text().starts_with('_') && !name.text().ends_with("__");
        let is_async = function.children().next().is_some_and(|first| first.text() == "async");
        if is_async || !(is_private || name.text() == "__iter__") {
            return None;
        }
        let body = function.child(Field::Body)?;
        let creation = body.statements().find_map(|statement| {
            let assignment = Assignment::cast(statement)?;
            let plain = assignment.left.kind() == Kind::Identifier;
            (plain && empty(facts, assignment.right) == Some(Empty::List)).then_some(assignment)
        })?;
        let model = facts.model();
        let variable = model.binding_at(creation.left)?.variable;
        let row = model.variable(variable);
        let scope = model.scope_opened_by(function).filter(|scope| *scope == row.scope)?;
        (row.bindings.len() == 1).then_some(())?;
        let own = |node: &Node<'t>| model.function_scope_of(model.scope_of(*node)) == scope;
        let inside = |kind: Kind| body.descendants().filter(move |node| node.kind() == kind).filter(own);
        if inside(Kind::Yield).next().is_some() {
            return None;
        }
        let returns: Vec<_> = inside(Kind::ReturnStatement).collect();
        let given = |statement: &Node<'t>| {
            returned(facts, *statement).is_some_and(|value| is_read_of(facts, value, variable))
        };
        let last = body.statements().last()?;
        if !returns.contains(&last) || !returns.iter().all(given) {
            return None;
        }
        let additions: Vec<_> = inside(Kind::ExpressionStatement)
            .filter_map(|statement| Addition::of(statement, facts, variable))
            .collect();
        (!additions.is_empty()).then_some(())?;
        Some(Self { function, name, variable, creation, additions, returns })
    }

    /// That the list is not looked at while it is filled.
    fn only_filled(&self, facts: &Facts<'_>) -> Guarded {
        guards::own_names(facts, self.creation.statement)?;
        let row = facts.model().variable(self.variable);
        let known = |node: Node<'_>| {
            self.additions.iter().any(|addition| addition.call.function.holds(node))
                || self.returns.iter().any(|statement| statement.holds(node))
        };
        let reads = row.references.iter().map(|id| facts.tree().node(facts.model().reference(*id).node));
        for read in reads.filter(|read| !known(*read)) {
            let refusal = Refusal::about(Reason::AccumulatorReadInLoop, read.range(), read.text());
            facts.refuse(refusal)?;
        }
        Ok(())
    }

    /// That nothing says or shows that more is wanted than to iterate.
    ///
    /// ```python
    /// def _names(self) -> list: ...
    /// self._names()[0]
    /// ```
    fn only_iterated(&self, facts: &Facts<'_>) -> Guarded {
        let refusal = |at: Node<'_>| Refusal::about(Reason::NotOnlyIterated, at.range(), self.name.text());
        if let Some(outer) = self.function.parent().filter(|up| up.kind() == Kind::DecoratedDefinition) {
            facts.refuse(refusal(outer.named_children().next().unwrap_or(outer)))?;
        }
        if let Some(declared) = self.function.child(Field::ReturnType)
            && !["Iterator", "Iterable", "Generator"].iter().any(|word| declared.text().contains(word))
        {
            facts.refuse(refusal(declared))?;
        }
        if self.name.text() == "__iter__" {
            return Ok(());
        }
        let mentions = || {
            let named = |node: &Node<'_>| node.kind() == Kind::Identifier && node.text() == self.name.text();
            facts.tree().nodes().filter(named).filter(|node| *node != self.name)
        };
        let wrong = mentions().find(|mention| !is_iterated(*mention, facts));
        let elsewhere = facts.world().name_used_elsewhere(self.name.text()) != Answer::No;
        // What nobody seems to call is called by somebody who is not seen.
        let unseen = elsewhere || mentions().next().is_none();
        if let Some(at) = wrong.or(unseen.then_some(self.name)) {
            facts.refuse(refusal(at))?;
        }
        Ok(())
    }

    /// That no item is changed once it is out.
    ///
    /// ```python
    /// result.append(row)
    /// row.append('end')
    /// ```
    fn adds_complete_items(&self, facts: &Facts<'_>) -> Guarded {
        let model = facts.model();
        let flow = facts.flow(facts.body_scope(self.creation.statement));
        for addition in &self.additions {
            if matches!(facts.type_of(addition.value).class(), Some(Class::Str | Class::Int | Class::Float)) {
                continue;
            }
            let own = addition.value.descendants().filter(|node| node.kind() == Kind::Identifier);
            for name in own.filter(|name| holds(addition.value, *name)) {
                let Resolution::Variable(variable) = model.resolve(name) else { continue };
                let read =
                    flow.as_ref().and_then(|flow| flow.read_after(model, variable, addition.statement));
                if read.is_some() || flow.is_none() {
                    facts.refuse(Refusal::about(Reason::ItemUsedLater, name.range(), name.text()))?;
                }
            }
        }
        Ok(())
    }

    /// That nothing is held open, or waits for an exception, while an item is out.
    ///
    /// ```python
    /// with open(path) as lines:
    ///     for line in lines: result.append(line)
    /// ```
    fn holds_nothing_open(&self, facts: &Facts<'_>) -> Guarded {
        for addition in &self.additions {
            let mut around = addition.statement.ancestors().take_while(|up| *up != self.function);
            let held = around.find(|up| matches!(up.kind(), Kind::WithStatement | Kind::TryStatement));
            if let Some(held) = held {
                facts.refuse(Refusal::new(Reason::HeldOpen, guards::header(held)))?;
            }
        }
        Ok(())
    }

    fn edits(&self, cx: &Cx<'_>) -> Guarded<Vec<Edit>> {
        let mut edits = vec![Edit::delete(removable(cx, self.creation.statement)?)];
        for addition in &self.additions {
            edits.extend(addition.edits(cx)?);
        }
        for statement in &self.returns {
            let is_last = statement.next_statement().is_none()
                && statement.parent().and_then(|block| block.parent()) == Some(self.function);
            if is_last {
                edits.push(Edit::delete(with_blank_lines(*statement, removable(cx, *statement)?)));
                continue;
            }
            if let Some(comment) = comments_in(cx.tree, statement.range()).next() {
                cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
            }
            edits.push(Edit::replace(statement.range(), "return"));
        }
        edits.sort_by_key(|edit| edit.range);
        Ok(edits)
    }

    fn assumptions(&self) -> Vec<Assumption> {
        let name = self.name.text();
        let in_time = Assumption {
            id: "iterated-in-time",
            sentence: format!(
                "whoever calls `{name}` takes the items once, and before anything changes that they are made of"
            ),
            unproven: Vec::new(),
        };
        let is_list = self.returns.iter().any(|statement| {
            statement.named_children().next().is_some_and(|value| value.kind() == Kind::Identifier)
        });
        let no_iterator = Assumption {
            id: "list-is-no-iterator",
            sentence: format!(
                "nobody needs the `TypeError` for a list that `{name}` gives in place of an iterator"
            ),
            unproven: Vec::new(),
        };
        let needed = name == "__iter__" && is_list;
        std::iter::once(in_time).chain(needed.then_some(no_iterator)).collect()
    }
}

impl<'t> Addition<'t> {
    fn of(statement: Node<'t>, facts: &Facts<'_>, variable: VariableId) -> Option<Self> {
        let call = Call::cast(statement.named_children().next()?)?;
        let method = Attribute::cast(call.function).filter(|method| method.name.text() == "append")?;
        is_read_of(facts, method.object, variable).then_some(())?;
        Some(Self { statement, value: call.sole_argument()?, call })
    }

    /// `yield` in place of the call; the value stays where it stands.
    fn edits(&self, cx: &Cx<'_>) -> Guarded<Vec<Edit>> {
        let (whole, value) = (self.call.node.range(), self.value.range());
        let mut comments = comments_in(cx.tree, whole);
        if let Some(comment) = comments.find(|comment| !value.contains(comment.range())) {
            cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
        }
        let text = self.value.text();
        // A value that is broken over lines keeps its parentheses, and a walrus needs some.
        let bare = fill_between("(yield ", text, ")") == format!("(yield {text})");
        let on_one_line = bare && !text.contains('\n');
        let (open, close) = if on_one_line { ("yield ", "") } else { ("yield (", ")") };
        Ok(vec![
            Edit::replace(Range::new(whole.start, value.start), open),
            Edit::replace(Range::new(value.end, whole.end), close),
        ])
    }
}

/// What `statement` returns, without an `iter` around it.
fn returned<'t>(facts: &Facts<'_>, statement: Node<'t>) -> Option<Node<'t>> {
    let mut value = statement.named_children().next()?;
    while value.kind() == Kind::ParenthesizedExpression {
        value = value.named_children().find(|inner| !inner.is_trivia())?;
    }
    let Some(call) = Call::cast(value) else { return Some(value) };
    let builtin = call.function.text() == "iter" && facts.model().is_builtin(call.function);
    call.sole_argument().filter(|_| builtin)
}

fn is_read_of(facts: &Facts<'_>, node: Node<'_>, variable: VariableId) -> bool {
    facts.model().reference_at(node).is_some_and(|reference| reference.variable == Some(variable))
}

/// Whether `mention` is called, and what that gives is only iterated over.
fn is_iterated(mention: Node<'_>, facts: &Facts<'_>) -> bool {
    let function = mention.parent().filter(|up| up.kind() == Kind::Attribute).unwrap_or(mention);
    let call = function.parent().and_then(Call::cast).filter(|call| call.function == function);
    let Some(call) = call else { return false };
    let Some(user) = call.node.parent() else { return false };
    match user.kind() {
        Kind::ForStatement | Kind::ForInClause => user.child(Field::Right) == Some(call.node),
        Kind::ArgumentList => user.parent().and_then(Call::cast).is_some_and(|outer| {
            let all = ["list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "dict"];
            outer.sole_argument() == Some(call.node)
                && all.contains(&outer.function.text())
                && facts.model().is_builtin(outer.function)
        }),
        _ => false,
    }
}

/// Whether the object that `name` means is `value`, or stands in it.
fn holds(value: Node<'_>, name: Node<'_>) -> bool {
    let displays = [
        Kind::List,
        Kind::Tuple,
        Kind::Set,
        Kind::Dictionary,
        Kind::Pair,
        Kind::ParenthesizedExpression,
        Kind::ConditionalExpression,
        Kind::BooleanOperator,
    ];
    name == value
        || name.ancestors().take_while(|up| *up != value).all(|up| displays.contains(&up.kind()))
            && displays.contains(&value.kind())
}

/// The lines of a statement that goes.
fn removable(cx: &Cx<'_>, statement: Node<'_>) -> Guarded<Range> {
    whole_lines(statement).ok_or_else(|| match comments_in(cx.tree, lines_of(statement)).next() {
        // Without lines of its own there is nothing to go on with.
        Some(comment) => Refusal::new(Reason::CommentInTheWay, comment.range()),
        None => Refusal::new(Reason::SharedLine, statement.range()),
    })
}

/// `lines` with the blank lines before them, which set the statement apart.
fn with_blank_lines(statement: Node<'_>, lines: Range) -> Range {
    let source = statement.source();
    let mut start = lines.start;
    while start > 0 {
        let previous = source.line_start(start - 1);
        if !source.slice(Range::new(previous, start)).trim().is_empty() {
            break;
        }
        start = previous;
    }
    Range::new(start, lines.end)
}

fn lines_of(statement: Node<'_>) -> Range {
    let (source, range) = (statement.source(), statement.range());
    Range::new(source.line_start(range.start), source.line_end(range.end.saturating_sub(1)))
}
