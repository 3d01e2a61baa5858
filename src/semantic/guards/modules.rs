//! Guards about modules of the standard library: that one has been imported, and by which name it can be had.

use super::super::{Answer, Facts, Reason, Refusal, Resolution, ScopeKind, Taints, VariableId, standard};
use super::{Guarded, header, unseen_outside};
use crate::syntax::{Field, Kind, Node};

/// That `variable`, which imports bind and which `name` shows, surely has its value where the statement `anchor`
/// begins.
///
/// ```python
/// def f(lines):
///     for line in lines: re.search('a', line)
/// f([])                                  # fine
/// import re
/// ```
///
/// # Errors
///
/// When there may be a way there past the import, or a function around holds it.
pub fn import_has_run(facts: &Facts<'_>, variable: VariableId, name: Node<'_>, anchor: Node<'_>) -> Guarded {
    if has_run(facts, variable, anchor) {
        return Ok(());
    }
    facts.refuse(Refusal::about(Reason::ImportMayNotHaveRun, name.range(), name.text()))
}

/// Whether `variable`, of the module or of the body of `anchor`, surely has its value where the statement `anchor` begins.
pub fn has_run(facts: &Facts<'_>, variable: VariableId, anchor: Node<'_>) -> bool {
    let model = facts.model();
    let holder = model.variable(variable).scope;
    let place = if holder == facts.body_scope(anchor) {
        Some(anchor)
    } else if model.scope(holder).kind == ScopeKind::Module {
        anchor.chain().last()
    } else {
        // A closure over the import of a function around: that function may be anywhere in its run.
        None
    };
    match (place, facts.flow(holder)) {
        (Some(place), Some(flow)) => !flow.maybe_unbound(model, variable, first_run(place)),
        // Without a place or a flow there is nothing to go on with.
        _ => false,
    }
}

/// What runs first of a statement.
pub(super) fn first_run(statement: Node<'_>) -> Node<'_> {
    let first = match statement.kind() {
        Kind::ForStatement => statement.child(Field::Right),
        Kind::WhileStatement | Kind::IfStatement => statement.child(Field::Condition),
        Kind::WithStatement => statement
            .named_children()
            .find(|child| child.kind() == Kind::WithClause)
            .and_then(|clause| clause.named_children().next()),
        Kind::TryStatement => {
            statement.child(Field::Body).and_then(|block| block.statements().next()).map(first_run)
        }
        Kind::MatchStatement => statement.child(Field::Subject),
        _ => None,
    };
    first.unwrap_or(statement)
}

/// How code can name something of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardName {
    /// The expression.
    pub text: String,
    /// The name under which the module has to be imported for it; `None` where it is there already.
    pub import: Option<String>,
}

/// How the statement `anchor` can name `member` of the standard `module`, or the module itself where that is `None`: by
/// a name that the file has imported before, else by a new one that nothing in the file has and nobody else can see.
///
/// ```python
/// from collections import *              # a `Counter` of whatever kind
/// collections = [1]
/// ```
///
/// # Errors
///
/// When a file of the project comes before the module, or every name is taken.
pub fn standard_name(
    facts: &Facts<'_>,
    module: &str,
    member: Option<&str>,
    anchor: Node<'_>,
) -> Guarded<StandardName> {
    let model = facts.model();
    let there = |name: &str| match model.lookup(model.scope_of(anchor), name) {
        Resolution::Variable(variable) => has_run(facts, variable, anchor).then_some(variable),
        _ => None,
    };
    let whole = |name: &str| member.map_or_else(|| name.to_owned(), |member| format!("{name}.{member}"));
    if let Some(member) = member
        && let Some(variable) = there(member)
        && standard::standard_function(facts, variable, module).as_deref() == Some(member)
    {
        return Ok(StandardName { text: member.to_owned(), import: None });
    }
    let private = format!("_{module}");
    for name in [module, &private] {
        if there(name).is_some_and(|variable| standard::standard_module(facts, variable, module).is_ok()) {
            return Ok(StandardName { text: whole(name), import: None });
        }
    }
    let refusal = || Refusal::about(Reason::NotStandardModule, header(anchor), module);
    if facts.world().shadows_standard_module(module) != Answer::No {
        // Without the module there is nothing to go on with.
        return Err(refusal());
    }
    let names_listed = model.any_taint().intersects(Taints::all());
    let hidden =
        || !names_listed && unseen_outside(facts, module, header(anchor), Reason::TargetPublic).is_ok();
    let name = match () {
        () if is_free(facts, module) && hidden() => module.to_owned(),
        () if is_free(facts, &private) => private,
        // Without a name there is nothing to go on with.
        () => return Err(refusal()),
    };
    Ok(StandardName { text: whole(&name), import: Some(name) })
}

/// Whether nothing in the file is called `name`, but for modules that something is imported from.
fn is_free(facts: &Facts<'_>, name: &str) -> bool {
    let found = facts.model().occurrences(name);
    found.all == found.of_modules
}
