//! The name by which new code reaches a member of a standard module: one that the file has already, else a new import.
//!
//! Whether the library has such a member is the business of whoever asks.

use crate::edit::ImportRequest;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{
    Answer, BindingKind, Facts, Reason, Refusal, Resolution, Taints, VariableId, standard,
};
use crate::syntax::Node;

/// What new code calls a member of a module.
#[derive(Debug)]
pub(super) struct ImportedMember {
    /// The expression, such as `product` or `itertools.product`.
    pub text: String,
    /// The import that it needs.
    pub imports: Vec<ImportRequest>,
}

/// The name of `member` of the standard `module` for code that takes the place of the statement `site`.
///
/// ```python
/// product = price * count
/// for a in (1, 2): ...                   # itertools.product must get another name
/// ```
///
/// # Errors
///
/// When a file of the project comes before the module, or no name is free.
pub(super) fn imported_member(
    facts: &Facts<'_>,
    module: &'static str,
    member: &'static str,
    site: Node<'_>,
) -> Guarded<ImportedMember> {
    if let Some(text) = known_name(facts, module, member, site) {
        return Ok(ImportedMember { text, imports: Vec::new() });
    }
    let private = format!("_{member}");
    let free = |name: &str| facts.model().is_fresh(name);
    // from this_module import *            # gives its reader a `product`, too
    let unseen = facts.world().name_used_elsewhere(member) == Answer::No;
    // sorted(globals())
    let listed = facts.model().any_taint().intersects(Taints::all());
    let name = if free(member) && unseen && !listed { member.to_owned() } else { private };
    if !free(&name) || facts.world().shadows_standard_module(module) != Answer::No {
        facts.refuse(Refusal::about(Reason::NotStandardModule, guards::header(site), module))?;
    }
    let imports =
        vec![ImportRequest { module: module.into(), member: Some(member.into()), name: name.clone() }];
    Ok(ImportedMember { text: name, imports })
}

/// A name that the file has for it already, and that has its value where `site` begins.
fn known_name(facts: &Facts<'_>, module: &str, member: &str, site: Node<'_>) -> Option<String> {
    let model = facts.model();
    let scope = model.scope_of(site);
    let mut imported: Vec<VariableId> =
        model.enclosing(scope).flat_map(|scope| facts.imported_in(scope)).copied().collect();
    imported.sort_unstable();
    imported.into_iter().find_map(|variable| {
        let row = model.variable(variable);
        let binding = model.binding(*row.bindings.first()?);
        let visible =
            matches!(model.lookup(scope, &row.name), Resolution::Variable(seen) if seen == variable);
        let text = match binding.kind {
            _ if !visible => return None,
            BindingKind::Import if imports_module(facts, variable, module) => {
                format!("{}.{member}", row.name)
            }
            BindingKind::FromImport
                if standard::standard_function(facts, variable, module).as_deref() == Some(member) =>
            {
                row.name.to_string()
            }
            _ => return None,
        };
        guards::has_run(facts, variable, site).then_some(text)
    })
}

fn imports_module(facts: &Facts<'_>, variable: VariableId, module: &str) -> bool {
    let model = facts.model();
    let first = model.variable(variable).bindings.first();
    let statement = first.and_then(|binding| facts.tree().node(model.binding(*binding).node).statement());
    statement.is_some_and(|statement| statement.text().contains(module))
        && standard::standard_module(facts, variable, module).is_ok()
}
