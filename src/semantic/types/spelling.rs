//! Names that code reaches without writing them down as names: in strings, as attributes of their own module, or
//! computed.
//!
//! ```python
//! getattr(self, 'visit_' + kind)(node)
//! mock.patch('package.module.LIMIT', 1)
//! import package.module; package.module.LIMIT = 1
//! ```

use std::collections::{HashMap, HashSet};

use crate::semantic::{BindingKind, Facts, Resolution};
use crate::syntax::{Argument, Call, Field, Kind, Node, NodeId};

/// How names occur in a file, besides what the model says of them.
#[derive(Debug)]
pub(super) struct Mentions {
    /// Every identifier, by its text, in document order.
    pub identifiers: HashMap<String, Vec<NodeId>>,
    /// The words in strings: `getattr` and a doctest name what they want.
    pub strings: HashSet<String>,
    /// Whether attributes are taken by names that are computed.
    pub computes_names: bool,
}

impl Mentions {
    /// Those in the file of `facts`.
    pub fn of(facts: &Facts<'_>) -> Self {
        let apart = |character: char| !(character.is_alphanumeric() || character == '_');
        let mut identifiers: HashMap<String, Vec<NodeId>> = HashMap::new();
        let mut strings = HashSet::new();
        for node in facts.tree().nodes() {
            match node.kind() {
                Kind::Identifier => identifiers.entry(node.text().to_owned()).or_default().push(node.id()),
                Kind::String => {
                    let words = node.text().split(apart).filter(|word| !word.is_empty());
                    for word in words {
                        if !strings.contains(word) {
                            strings.insert(word.to_owned());
                        }
                        // '\nname'
                        strings
                            .extend(word.get(1..).filter(|_| node.text().contains('\\')).map(str::to_owned));
                    }
                }
                _ => {}
            }
        }
        Self { identifiers, strings, computes_names: computes_names(facts) }
    }
}

/// Whether the file takes attributes by names that it computes, or all of them.
fn computes_names(facts: &Facts<'_>) -> bool {
    facts.tree().nodes().any(|node| match node.kind() {
        Kind::Identifier => node.text() == "__dict__",
        Kind::Call => Call::cast(node).is_some_and(|call| {
            let name_at = match last_part(call.function) {
                "getattr" | "__getattribute__" | "__getattr__" => 1,
                "attrgetter" | "methodcaller" => 0,
                "getmembers" | "vars" => return true,
                _ => return false,
            };
            let mut arguments = call.arguments().list.into_iter();
            // object.__getattribute__(self, name), super().__getattr__(name)
            let plain = last_part(call.function) == "getattr" || name_at == 0;
            let name = if plain { arguments.nth(name_at) } else { arguments.last() };
            !matches!(name, Some(Argument::Positional(name)) if is_plain_string(name))
        }),
        _ => false,
    })
}

/// The names of this module's level that the file may bind without naming them: what strings spell out in the
/// arguments of calls, or are assigned to attributes of modules.
pub(super) fn bound_by_spelling(facts: &Facts<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    for node in facts.tree().nodes() {
        match node.kind() {
            Kind::String if node.parent().is_some_and(|up| up.kind() == Kind::ArgumentList) => {
                let content = node.text().trim_start_matches(char::is_alphabetic).trim_matches(['"', '\'']);
                let dotted = |character: char| character.is_alphanumeric() || "_.:".contains(character);
                // A name alone is anything, unless it is handed to what binds attributes.
                let path = content.contains(['.', ':']) || is_handed_to_setter(node);
                let name = content.rsplit(['.', ':']).next().filter(|_| path && content.chars().all(dotted));
                names.extend(name.map(str::to_owned));
            }
            // mock.patch.multiple('package.module', LIMIT=1)
            Kind::KeywordArgument => {
                let call = node.parent().and_then(|list| list.parent()).and_then(Call::cast);
                let patches = call.is_some_and(|call| call.function.text().ends_with("patch.multiple"));
                let name = node.child(Field::Name).filter(|_| patches);
                names.extend(name.map(|name| name.text().to_owned()));
            }
            Kind::Attribute if !is_read(node) => {
                let module = node.child(Field::Object).is_some_and(|object| is_imported(facts, object));
                let name = node.child(Field::Attribute).filter(|_| module);
                names.extend(name.map(|name| name.text().to_owned()));
            }
            _ => {}
        }
    }
    names
}

fn last_part(function: Node<'_>) -> &str {
    function.text().rsplit('.').next().unwrap_or_default().trim()
}

/// Whether the string is an argument of `setattr`, `mock.patch.object`, `support.swap_attr` or their like.
fn is_handed_to_setter(string: Node<'_>) -> bool {
    let call = string.parent().and_then(|list| list.parent()).and_then(Call::cast);
    let setters =
        ["setattr", "delattr", "__setattr__", "object", "swap_attr", "swap_item", "setitem", "patch"];
    call.is_some_and(|call| setters.contains(&last_part(call.function)))
}

fn is_plain_string(node: Node<'_>) -> bool {
    node.kind() == Kind::String && node.children().all(|child| child.kind() != Kind::Interpolation)
}

/// Whether the attribute is not bound or deleted where it stands, nor a part of such a target.
fn is_read(attribute: Node<'_>) -> bool {
    let Some(parent) = attribute.parent() else { return true };
    let target = matches!(
        parent.kind(),
        Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::ListSplatPattern
            | Kind::AsPatternTarget
            | Kind::DeleteStatement
    );
    !target && attribute.field() != Field::Left
}

/// Whether an import gives the name at the beginning of a dotted name.
fn is_imported(facts: &Facts<'_>, dotted: Node<'_>) -> bool {
    let mut first = dotted;
    while first.kind() == Kind::Attribute {
        let Some(object) = first.child(Field::Object) else { return false };
        first = object;
    }
    let Resolution::Variable(variable) = facts.model().resolve(first) else { return false };
    let mut bindings = facts.model().variable(variable).bindings.iter();
    bindings
        .any(|id| matches!(facts.model().binding(*id).kind, BindingKind::Import | BindingKind::FromImport))
}
