//! Whether a name is a module of the standard library, or a function of one.

mod functions;

use super::guards::Guarded;
use super::{Answer, BindingKind, Facts, Reason, Refusal, Resolution, Taints, VariableId};
use crate::syntax::{Attribute, Field, Kind, Node};
use crate::text::Range;

pub use functions::{FUNCTIONS, is_function};

/// That `variable` is always the standard module `module`, under whatever name.
///
/// ```python
/// try: import regex as re
/// except ImportError: import re
/// ```
///
/// # Errors
///
/// When a binding of it does not import that module, a file of the project comes before it, something stores into
/// it, or a star import could hide it.
pub fn standard_module(facts: &Facts<'_>, variable: VariableId, module: &str) -> Guarded {
    let row = facts.model().variable(variable);
    let imports = row.bindings.iter().all(|binding| {
        let binding = facts.model().binding(*binding);
        let identifier = facts.tree().node(binding.node);
        let imported = match identifier.parent().filter(|parent| parent.kind() == Kind::AliasedImport) {
            Some(aliased) => aliased.child(Field::Name),
            // import os.path                  # binds `os`
            None => Some(identifier),
        };
        binding.kind == BindingKind::Import && imported.is_some_and(|name| name.text() == module)
    });
    let refusal = || Refusal::new(Reason::NotStandardModule, first_binding(facts, variable));
    if !imports || row.bindings.is_empty() || is_shadowed(facts, module) {
        facts.refuse(refusal())?;
    }
    if is_stored_into(facts, variable) {
        facts.refuse(refusal())?;
    }
    if star_imported_after(facts, variable) {
        facts.refuse(refusal())?;
    }
    Ok(())
}

/// The name that `variable` has in the standard module `module`, if every binding of it is
/// `from module import name` with the same name.
pub fn standard_function(facts: &Facts<'_>, variable: VariableId, module: &str) -> Option<String> {
    let row = facts.model().variable(variable);
    let mut found: Option<String> = None;
    for binding in &row.bindings {
        let binding = facts.model().binding(*binding);
        let identifier = facts.tree().node(binding.node);
        let statement = identifier.statement()?;
        let imported = match identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport) {
            Some(aliased) => aliased.child(Field::Name)?,
            None => identifier,
        };
        let from = statement.child(Field::ModuleName)?;
        let same = found.as_deref().is_none_or(|found| found == imported.text());
        if binding.kind != BindingKind::FromImport || from.text() != module || !same {
            return None;
        }
        found = Some(imported.text().to_owned());
    }
    if star_imported_after(facts, variable) || is_shadowed(facts, module) {
        let refusal = Refusal::new(Reason::NotStandardModule, first_binding(facts, variable));
        facts.refuse(refusal).ok()?;
    }
    found
}

/// The name, with its module, by which the standard library knows what `expression` reads: a name, or attributes of
/// one, that imports bind to nothing else. Whether the library has such a thing is not asked.
///
/// ```python
/// from os import path as p
/// p.join                                 # os.path.join
/// ```
pub fn qualified_name(facts: &Facts<'_>, expression: Node<'_>) -> Option<String> {
    let mut attributes = Vec::new();
    let mut object = expression;
    while let Some(attribute) = Attribute::cast(object) {
        attributes.push(attribute.name.text());
        object = attribute.object;
    }
    let Resolution::Variable(variable) = facts.model().resolve(object) else { return None };
    let binding = facts.model().binding(*facts.model().variable(variable).bindings.first()?);
    let identifier = facts.tree().node(binding.node);
    let mut name = match binding.kind {
        BindingKind::Import => {
            let aliased = identifier.parent().filter(|parent| parent.kind() == Kind::AliasedImport);
            let module = aliased.map_or(Some(identifier), |aliased| aliased.child(Field::Name))?.text();
            standard_module(facts, variable, module).ok()?;
            module.to_owned()
        }
        BindingKind::FromImport => {
            let module = identifier.statement()?.child(Field::ModuleName)?;
            if module.kind() == Kind::RelativeImport || is_stored_into(facts, variable) {
                return None;
            }
            format!("{}.{}", module.text(), standard_function(facts, variable, module.text())?)
        }
        _ => return None,
    };
    for attribute in attributes.iter().rev() {
        name.push('.');
        name.push_str(attribute);
    }
    Some(name)
}

/// The same, where the module of it is surely there once the name at the root of `expression` has a value.
///
/// ```python
/// import xml.dom
/// xml.sax.saxutils.escape                # there only where somebody else has imported it
/// ```
pub fn reachable_name(facts: &Facts<'_>, expression: Node<'_>) -> Option<String> {
    let qualified = qualified_name(facts, expression)?;
    // The name is bound to a part of the dotted module, and the rest need not have been imported.
    let reaches_in = Attribute::cast(expression)
        .is_some_and(|found| found.object.kind() == Kind::Attribute && !qualified.starts_with("os.path."));
    (!reaches_in).then_some(qualified)
}

fn first_binding(facts: &Facts<'_>, variable: VariableId) -> Range {
    let model = facts.model();
    let first = model.variable(variable).bindings.first().map(|id| model.binding(*id).node);
    first.map_or(Range::empty(0), |node| facts.tree().node(node).range())
}

/// Whether an import of the standard `module` finds a file of the project.
fn is_shadowed(facts: &Facts<'_>, module: &str) -> bool {
    let top = module.split('.').next().unwrap_or(module);
    facts.world().shadows_standard_module(top) != Answer::No
}

/// Whether the file assigns to an attribute of what the variable holds.
fn is_stored_into(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    model.variable(variable).references.iter().any(|reference| {
        let node = facts.tree().node(model.reference(*reference).node);
        node.parent().filter(|parent| parent.kind() == Kind::Attribute).is_some_and(is_target)
    })
}

/// Whether the expression is assigned to or deleted, alone or among others.
///
/// ```python
/// re.search, x = f, 1
/// ```
fn is_target(expression: Node<'_>) -> bool {
    let mut target = expression;
    while let Some(parent) = target.parent() {
        match parent.kind() {
            Kind::DeleteStatement | Kind::AsPatternTarget => return true,
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement | Kind::ForInClause => {
                return target.field() == Field::Left;
            }
            Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::ListSplatPattern
            | Kind::ExpressionList
            | Kind::Tuple
            | Kind::List
            | Kind::ParenthesizedExpression => target = parent,
            _ => return false,
        }
    }
    false
}

/// Whether a star import behind the first binding of the variable may bind the name anew.
fn star_imported_after(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    if !model.scope(row.scope).taints.contains(Taints::STAR_IMPORT) {
        return false;
    }
    let first = row.bindings.iter().map(|binding| model.binding(*binding).node).min();
    facts
        .tree()
        .nodes()
        .any(|node| node.kind() == Kind::WildcardImport && first.is_none_or(|first| node.id() > first))
}
