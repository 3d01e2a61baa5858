//! The questions about names: which variable, builtin or neither a name means, and who else uses it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::bind::{self, Slots};
use super::build::{self, MODULE, Names, Opened};
use super::builtins::is_builtin_name;
use super::scope::{
    Binding, BindingId, Reference, ReferenceId, Scope, ScopeId, ScopeKind, Taints, Variable, VariableId,
};
use super::taint;
use crate::syntax::{Attribute, Call, Field, Kind, Node, NodeId, SyntaxTree, is_target};
use crate::text::Range;

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A variable that the file binds. At the level of a class or of the module Python goes on to look
    /// outside when it is not bound yet.
    Variable(VariableId),
    /// The builtin of that name: no scope of the file binds it, and nothing unseen can.
    Builtin,
    /// Anything else: an undefined name, or one that a star import, `exec` or the like may bind.
    Unknown,
}

/// The scopes, variables, bindings and references of one tree.
#[derive(Debug)]
pub struct Model<'t> {
    tree: &'t SyntaxTree<'t>,
    scopes: Vec<Scope<'t>>,
    node_scopes: Vec<ScopeId>,
    opened: HashMap<NodeId, Opened>,
    names: Names<'t>,
    slots: Slots,
    variables: Vec<Variable<'t>>,
    bindings: Vec<Binding>,
    references: Vec<Reference>,
    taints: Taints,
    /// What attributes are set to, where the file may hold its own module as an object.
    stored: Stored<'t>,
    /// Owns its names, so that a model may stand for one of a shorter life.
    occurrences: OnceCell<HashMap<String, Occurrences>>,
}

/// How often a name stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// Anywhere.
    pub all: usize,
    /// In the name of a module that something is imported from.
    pub of_modules: usize,
}

/// The names under which a file sets attributes.
///
/// ```python
/// sys.modules[__name__].sum = f
/// ```
#[derive(Debug)]
enum Stored<'t> {
    Names(HashSet<&'t str>),
    /// Some are computed.
    Any,
}

impl<'t> Stored<'t> {
    fn of(tree: &'t SyntaxTree<'t>) -> Self {
        let mut names = HashSet::new();
        for node in tree.nodes() {
            if let Some(attribute) = Attribute::cast(node) {
                if attribute.name.text() == "__dict__" {
                    return Self::Any;
                }
                names.extend(is_target(node).then_some(attribute.name.text()));
            } else if let Some(call) = Call::cast(node)
                && matches!(call.function.text(), "setattr" | "delattr")
            {
                let name = call.arguments.named_children().filter(|part| !part.is_trivia()).nth(1);
                let Some(name) = name.filter(|name| name.kind() == Kind::String) else { return Self::Any };
                names.insert(name.text().trim_matches(['"', '\'']));
            }
        }
        Self::Names(names)
    }

    fn may_hold(&self, name: &str) -> bool {
        match self {
            Self::Names(names) => names.contains(name),
            Self::Any => true,
        }
    }
}

impl<'t> Model<'t> {
    /// Builds the model of `tree`, in time linear in its size.
    pub fn build(tree: &'t SyntaxTree<'t>) -> Self {
        let mut collected = build::collect(tree);
        let bound = bind::bind(tree, &mut collected);
        for reference in &bound.references {
            let node = tree.node(reference.node);
            let taints = taint::of_name(node.text(), node);
            if taints.is_empty() {
                continue;
            }
            let variable = reference.variable.and_then(|variable| bound.variables.get(variable.index()));
            let bindings = variable.map_or(&[][..], |variable| &variable.bindings);
            let kinds = bindings.iter().filter_map(|id| bound.bindings.get(id.index())).map(|row| row.kind);
            if taint::may_be_builtin(kinds) {
                collected.taint(reference.scope, taints);
            }
        }
        let taints = collected.scopes.iter().fold(Taints::empty(), |taints, scope| taints | scope.taints);
        let stored = if taints.contains(Taints::MODULE_OBJECT) {
            Stored::of(tree)
        } else {
            Stored::Names(HashSet::new())
        };
        Self {
            tree,
            taints,
            stored,
            occurrences: OnceCell::new(),
            scopes: collected.scopes,
            node_scopes: collected.node_scopes,
            opened: collected.opened,
            names: collected.names,
            slots: bound.slots,
            variables: bound.variables,
            bindings: bound.bindings,
            references: bound.references,
        }
    }

    /// The tree that the model describes.
    pub fn tree(&self) -> &'t SyntaxTree<'t> {
        self.tree
    }

    /// The scope of the file.
    pub fn module(&self) -> ScopeId {
        MODULE
    }

    /// The scope with this id.
    pub fn scope(&self, id: ScopeId) -> &Scope<'t> {
        self.tree.spend(1);
        // Ids are made by the builder alone, so the row is always there; so below.
        &self.scopes[id.index()]
    }

    /// Every scope, a scope before those in it.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, &Scope<'t>)> {
        self.tree.spend(self.scopes.len());
        self.scopes.iter().enumerate().map(|(index, scope)| (ScopeId(index as u32), scope))
    }

    /// The variable with this id.
    pub fn variable(&self, id: VariableId) -> &Variable<'t> {
        self.tree.spend(1);
        &self.variables[id.index()]
    }

    /// Every variable.
    pub fn variables(&self) -> impl Iterator<Item = (VariableId, &Variable<'t>)> {
        self.tree.spend(self.variables.len());
        self.variables.iter().enumerate().map(|(index, variable)| (VariableId(index as u32), variable))
    }

    /// The binding with this id.
    pub fn binding(&self, id: BindingId) -> &Binding {
        self.tree.spend(1);
        &self.bindings[id.index()]
    }

    /// Every binding, in document order.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The reference with this id.
    pub fn reference(&self, id: ReferenceId) -> &Reference {
        self.tree.spend(1);
        &self.references[id.index()]
    }

    /// Every reference, in document order.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The scope in which the code of `node` is evaluated. Decorators, defaults, base classes and the first
    /// iterable of a comprehension belong to the scope around, parameters and targets to the inner one;
    /// annotations and base classes see type parameters where there are any.
    pub fn scope_of(&self, node: Node<'_>) -> ScopeId {
        self.node_scopes.get(node.id().index()).copied().unwrap_or(MODULE)
    }

    /// The scope of the body of this definition, lambda, comprehension or type alias.
    pub fn scope_opened_by(&self, node: Node<'_>) -> Option<ScopeId> {
        self.opened.get(&node.id()).map(|opened| opened.inner)
    }

    /// The nearest class, function, lambda or module that `scope` is or is in: comprehensions and type
    /// scopes are passed through.
    pub fn function_scope_of(&self, scope: ScopeId) -> ScopeId {
        let holds_code = |id: &ScopeId| {
            matches!(
                self.scope(*id).kind,
                ScopeKind::Module | ScopeKind::Class | ScopeKind::Function | ScopeKind::Lambda
            )
        };
        self.enclosing(scope).find(holds_code).unwrap_or(MODULE)
    }

    /// `scope` itself, then the scopes around it, innermost first.
    pub fn enclosing(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |id| self.scope(*id).parent)
    }

    /// What an identifier means that is read, written, deleted or declared; `Unknown` for one that is no name of a
    /// scope (an attribute, a keyword).
    pub fn resolve(&self, identifier: Node<'_>) -> Resolution {
        if let Some(binding) = self.binding_at(identifier) {
            return Resolution::Variable(binding.variable);
        }
        match self.reference_at(identifier) {
            Some(Reference { variable: Some(variable), .. }) => Resolution::Variable(*variable),
            Some(reference) => {
                self.unbound(reference.scope, &self.mangled(reference.scope, identifier.text()))
            }
            None if is_declaration(identifier) => self.lookup(self.scope_of(identifier), identifier.text()),
            None => Resolution::Unknown,
        }
    }

    /// The name that Python uses for `name` in `scope`: another one for private names in classes.
    pub fn mangled<'n>(&self, scope: ScopeId, name: &'n str) -> Cow<'n, str> {
        build::mangle(name, self.scope(scope).private)
    }

    /// What a read of `name` in the scope `from` would mean.
    pub fn lookup(&self, from: ScopeId, name: &str) -> Resolution {
        let mangled = self.mangled(from, name);
        let known = self.names.find(&mangled);
        match known.and_then(|known| self.slots.lookup(&self.scopes, from, known)) {
            Some(variable) => Resolution::Variable(variable),
            None => self.unbound(from, &mangled),
        }
    }

    /// What `name` means, which no scope seen from `from` binds.
    fn unbound(&self, from: ScopeId, name: &str) -> Resolution {
        if !is_builtin_name(self.tree.source(), name) {
            return Resolution::Unknown;
        }
        let hidden = self.enclosing(from).any(|id| {
            let scope = self.scope(id);
            // Changes of `locals()` take effect where it is the namespace itself.
            let writable = match scope.kind {
                ScopeKind::Module | ScopeKind::Class => Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT,
                _ => Taints::EVAL | Taints::STAR_IMPORT,
            };
            scope.taints.intersects(writable)
        });
        // `globals()["len"] = ...` works from anywhere.
        if hidden || self.taints.contains(Taints::GLOBALS) || self.stored.may_hold(name) {
            return Resolution::Unknown;
        }
        Resolution::Builtin
    }

    /// The variable that `scope` itself holds under `name`.
    pub fn variable_in(&self, scope: ScopeId, name: &str) -> Option<VariableId> {
        let mangled = self.mangled(scope, name);
        self.slots.local(scope, self.names.find(&mangled)?)
    }

    /// The binding that this identifier is.
    pub fn binding_at(&self, identifier: Node<'_>) -> Option<&Binding> {
        let at = self.bindings.binary_search_by_key(&identifier.id(), |binding| binding.node).ok()?;
        self.bindings.get(at)
    }

    /// The reference that this identifier is; the target of `+=` is a binding, too.
    pub fn reference_at(&self, identifier: Node<'_>) -> Option<&Reference> {
        let at = self.references.binary_search_by_key(&identifier.id(), |reference| reference.node).ok()?;
        self.references.get(at)
    }

    /// Whether this identifier means the builtin of its name.
    pub fn is_builtin(&self, identifier: Node<'_>) -> bool {
        self.resolve(identifier) == Resolution::Builtin
    }

    /// The references to `variable` in `range`, in document order.
    pub fn references_in(&self, variable: VariableId, range: Range) -> impl Iterator<Item = &Reference> {
        let rows = &self.variable(variable).references;
        let start = |id: &ReferenceId| self.tree.node(self.reference(*id).node).range().start;
        let from = rows.partition_point(|id| start(id) < range.start);
        let rows = rows.get(from..).unwrap_or_default();
        rows.iter().take_while(move |id| start(id) < range.end).map(|id| self.reference(*id))
    }

    /// The bindings of `variable` in `range`, in document order.
    pub fn bindings_in(&self, variable: VariableId, range: Range) -> impl Iterator<Item = &Binding> {
        let rows = &self.variable(variable).bindings;
        let start = |id: &BindingId| self.tree.node(self.binding(*id).node).range().start;
        let from = rows.partition_point(|id| start(id) < range.start);
        let rows = rows.get(from..).unwrap_or_default();
        rows.iter().take_while(move |id| start(id) < range.end).map(|id| self.binding(*id))
    }

    /// The taints of all scopes together.
    pub fn any_taint(&self) -> Taints {
        self.taints
    }

    /// How often `name` stands in the file, attributes, keywords and declarations included: a name that never does is
    /// fresh. Words in Python 2's backticks count.
    pub fn occurrences(&self, name: &str) -> Occurrences {
        let all = self.occurrences.get_or_init(|| {
            let mut all: HashMap<String, Occurrences> = HashMap::new();
            for node in self.tree.nodes() {
                let words = match node.kind() {
                    Kind::Identifier => node.text(),
                    Kind::String if taint::is_backticks(node) => node.text(),
                    _ => continue,
                };
                let of_module = node.parent().is_some_and(|up| up.field() == Field::ModuleName);
                let apart = |character: char| !(character.is_alphanumeric() || character == '_');
                for word in words.split(apart).filter(|word| !word.is_empty()) {
                    if !all.contains_key(word) {
                        all.insert(word.to_owned(), Occurrences::default());
                    }
                    if let Some(found) = all.get_mut(word) {
                        found.all += 1;
                        found.of_modules += usize::from(of_module);
                    }
                }
            }
            all
        });
        all.get(name).copied().unwrap_or_default()
    }

    /// Whether `name` stands nowhere in the file.
    pub fn is_fresh(&self, name: &str) -> bool {
        self.occurrences(name).all == 0
    }
}

/// Whether `identifier` stands in a `global` or `nonlocal` statement.
fn is_declaration(identifier: Node<'_>) -> bool {
    let parent = identifier.parent().map(|parent| parent.kind());
    matches!(parent, Some(Kind::GlobalStatement | Kind::NonlocalStatement))
}
