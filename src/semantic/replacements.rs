//! What a file puts in the place of something else, as far as it spells names.

use std::collections::{HashMap, HashSet};

use crate::syntax::{Attribute, Call, Kind, SyntaxTree, is_target};

/// The names under which a file replaces attributes.
///
/// ```python
/// self.go = self.stop
/// mock.patch('os.getcwd', fake)
/// setattr(math, spelled(), fake)
/// ```
#[derive(Debug)]
pub(super) struct Replacements<'t> {
    /// By the names of attributes that something is assigned to: the texts of their objects.
    assigned: HashMap<&'t str, HashSet<&'t str>>,
    /// The last parts of strings that are dotted names.
    dotted: HashSet<&'t str>,
    /// Strings that are plain names.
    spelled: HashSet<&'t str>,
    /// Objects whose attributes are set by computed names.
    changed: HashSet<&'t str>,
}

impl<'t> Replacements<'t> {
    /// Those in `tree`.
    pub fn of(tree: &'t SyntaxTree<'t>) -> Self {
        let mut found = Self {
            assigned: HashMap::new(),
            dotted: HashSet::new(),
            spelled: HashSet::new(),
            changed: HashSet::new(),
        };
        for node in tree.nodes() {
            match node.kind() {
                Kind::Attribute if is_target(node) => {
                    if let Some(attribute) = Attribute::cast(node) {
                        let objects = found.assigned.entry(attribute.name.text()).or_default();
                        objects.insert(attribute.object.text());
                    }
                }
                Kind::String => found.enter_string(node.text()),
                Kind::Call => found.changed.extend(Call::cast(node).and_then(|call| changed_by(&call))),
                _ => {}
            }
        }
        found
    }

    fn enter_string(&mut self, literal: &'t str) {
        let text = literal.trim_start_matches(|prefix: char| prefix.is_ascii_alphabetic());
        let text = text.trim_matches(['\'', '"']);
        if !text.chars().all(|part| part.is_alphanumeric() || part == '_' || part == '.') {
            return;
        }
        match text.rsplit_once('.') {
            Some((_, last)) => self.dotted.insert(last),
            None => self.spelled.insert(text),
        };
    }

    /// Whether the attribute `name` of `object` may get another value.
    pub fn may_replace_attribute(&self, object: &str, name: &str) -> bool {
        self.assigned.contains_key(name)
            || self.dotted.contains(name)
            || self.spelled.contains(name)
            || self.changed.contains(object)
    }

    /// Whether the function `name` of the interpreter or of a module, which is called `module` here, may get another
    /// value in a way that is no plain assignment.
    pub fn may_replace_function(&self, module: &str, name: &str) -> bool {
        const BUILTINS: &[&str] = &["builtins", "__builtin__", "__builtins__"];
        self.dotted.contains(name)
            || self.changed.contains(module)
            || self.assigned.get(name).is_some_and(|objects| BUILTINS.iter().any(|it| objects.contains(it)))
    }
}

/// The object whose attributes a call may set by names that it computes.
fn changed_by<'t>(call: &Call<'t>) -> Option<&'t str> {
    const CHANGERS: &[&str] =
        &["setattr", "delattr", "object", "multiple", "dict", "vars", "reload", "setitem", "delitem"];
    let called = Attribute::cast(call.function).map_or(call.function, |method| method.name);
    CHANGERS.contains(&called.text()).then_some(())?;
    call.arguments.named_children().next().map(|first| first.text())
}
