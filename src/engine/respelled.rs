//! Names that are spelled otherwise than Python reads them. Whoever compares spellings is mistaken about such a file.

use std::collections::HashSet;

use unicode_normalization::is_nfkc;

use crate::syntax::{Field, Kind, Node, SyntaxTree};

/// The first name in `tree` that Python takes for one which is spelled otherwise: by compatible letters, or as a class
/// spells its private names for others.
///
/// ```python
/// class C:
///     def f(self, xs):
///         __out = []
///         for x in xs: __out.append(x + len(_C__out))
/// ```
pub(super) fn respelled<'t>(tree: &'t SyntaxTree<'t>) -> Option<Node<'t>> {
    let names = || tree.nodes().filter(|node| node.kind() == Kind::Identifier);
    let other_letters = || names().find(|name| !name.text().is_ascii() && !is_nfkc(name.text()));
    let spelled_out = || {
        let mut candidates = names().filter(|name| parts(name.text()).is_some()).filter(|name| {
            name.field() != Field::Attribute || name.parent().map(|up| up.kind()) != Some(Kind::Attribute)
        });
        let first = candidates.next()?;
        let classes: HashSet<&str> = names()
            .filter(|name| name.parent().map(|up| up.kind()) == Some(Kind::ClassDefinition))
            .map(|name| name.text().trim_start_matches('_'))
            .collect();
        let private = |name: &Node<'_>| parts(name.text()).is_some_and(|class| classes.contains(class));
        std::iter::once(first).chain(candidates).find(private)
    };
    let text = tree.source().text();
    let letters = if text.is_ascii() { None } else { other_letters() };
    letters.or_else(spelled_out)
}

/// The class whose private name this would be: `C` of `_C__out`.
fn parts(name: &str) -> Option<&str> {
    let rest = name.strip_prefix('_').filter(|rest| !rest.starts_with('_') && !rest.ends_with("__"))?;
    rest.split_once("__").map(|(class, _)| class)
}
