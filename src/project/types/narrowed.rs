//! Whether ty's type of a place rests on what was assigned to it or tested of it before, on the way to its use.
//!
//! ```python
//! self.name = 'a'
//! self.finish()      # may assign something else
//! self.name          # `Literal['a']` for ty
//! ```

use ruff_python_ast::{Expr, ExprRef};
use ty_python_core::ast_ids::HasScopedUseId;
use ty_python_core::narrowing_constraints::ScopedNarrowingConstraint;
use ty_python_core::place::{PlaceExpr, PlaceExprRef};
use ty_python_core::{
    BindingWithConstraints, BindingWithConstraintsIterator, EnclosingSnapshotResult, semantic_index,
};
use ty_python_semantic::SemanticModel;

/// Whether ty may have narrowed `expr`, a name that is no local variable, an attribute or a subscript that is
/// read. Other expressions are no places and are not narrowed.
pub(super) fn is_narrowed(model: &SemanticModel<'_>, expr: &Expr) -> bool {
    let Some(place) = PlaceExpr::try_from_expr(expr) else { return false };
    // A place that is written to has no value there that anything could be said of.
    let context = match expr {
        Expr::Name(name) => name.ctx,
        Expr::Attribute(attribute) => attribute.ctx,
        Expr::Subscript(subscript) => subscript.ctx,
        _ => return true,
    };
    if !context.is_load() {
        return true;
    }
    let place = PlaceExprRef::from(&place);
    let index = semantic_index(model.db(), model.program_file());
    let Some(scope) = index.try_expression_scope_id(expr) else { return true };
    if index.place_table(scope).place_id(place).is_some() {
        let use_id = ExprRef::from(expr).scoped_use_id(model.db(), model.program_file());
        let uses = index.use_def_map(scope);
        if touches(uses.bindings_at_use(use_id)) || uses.multi_bindings_at_use(use_id).any(touches) {
            return true;
        }
    }
    // A name has its bindings in an outer scope; only a member has no business there.
    let touches = if place.is_symbol() { tests } else { touches };
    index.ancestor_scopes(scope).skip(1).any(|(outer, _)| {
        let Some(id) = index.place_table(outer).place_id(place) else { return false };
        match index.enclosing_snapshot(outer, place, scope) {
            EnclosingSnapshotResult::FoundConstraint(constraint) => {
                constraint != ScopedNarrowingConstraint::ALWAYS_TRUE
            }
            EnclosingSnapshotResult::FoundBindings(bindings) => touches(bindings),
            EnclosingSnapshotResult::NotFound => false,
            EnclosingSnapshotResult::NoLongerInEagerContext => {
                touches(index.use_def_map(outer).reachable_bindings(id))
            }
        }
    })
}

/// Whether one of `bindings` is a real one, or carries a test.
fn touches(mut bindings: BindingWithConstraintsIterator<'_, '_>) -> bool {
    bindings.any(|binding| binding.binding.definition().is_some() || is_tested(&binding))
}

/// Whether one of `bindings` carries a test.
fn tests(mut bindings: BindingWithConstraintsIterator<'_, '_>) -> bool {
    bindings.any(|binding| is_tested(&binding))
}

fn is_tested(binding: &BindingWithConstraints<'_, '_>) -> bool {
    binding.narrowing_constraint.constraint() != ScopedNarrowingConstraint::ALWAYS_TRUE
}
