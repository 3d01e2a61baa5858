//! First pass over the tree: opens scopes and collects what happens to names, in document order.
//!
//! Which variable a name means is decided afterwards, in `bind`: a `global` statement, or the binding that
//! makes a name local, may stand after a use.

use std::borrow::Cow;
use std::collections::HashMap;

use super::roles::{self, Role};
use super::scope::{BindingKind, Scope, ScopeId, ScopeKind, Taints};
use super::taint;
use crate::syntax::{Field, Kind, Node, NodeId, SyntaxTree};
use crate::text::Dialect;

/// The module is opened first.
pub(super) const MODULE: ScopeId = ScopeId(0);

/// The number of a name in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

/// Every name of the file once, as Python knows it: mangled.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'t> {
    ids: HashMap<Cow<'t, str>, NameId>,
    texts: Vec<Cow<'t, str>>,
}

impl<'t> Names<'t> {
    fn intern(&mut self, name: Cow<'t, str>) -> NameId {
        let next = NameId(self.texts.len() as u32);
        let texts = &mut self.texts;
        *self.ids.entry(name).or_insert_with_key(|name| {
            texts.push(name.clone());
            next
        })
    }

    /// The text of a name.
    pub(super) fn text(&self, id: NameId) -> Cow<'t, str> {
        self.texts.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// The name with this text, if the file holds it.
    pub(super) fn find(&self, name: &str) -> Option<NameId> {
        self.ids.get(name).copied()
    }
}

/// A binding whose variable is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawBinding {
    pub name: NameId,
    pub kind: BindingKind,
    pub node: NodeId,
    pub statement: Option<NodeId>,
    pub scope: ScopeId,
}

/// A reference whose variable is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawReference {
    pub name: NameId,
    pub node: NodeId,
    pub scope: ScopeId,
}

/// A name in a `global` or `nonlocal` statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration {
    pub name: NameId,
    pub scope: ScopeId,
    pub kind: DeclarationKind,
}

/// Which statement declares a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeclarationKind {
    Global,
    Nonlocal,
}

/// What the first pass found.
#[derive(Debug)]
pub(super) struct Collected<'t> {
    pub scopes: Vec<Scope<'t>>,
    /// The scope in which each node is evaluated, by node.
    pub node_scopes: Vec<ScopeId>,
    pub opened: HashMap<NodeId, Opened>,
    pub names: Names<'t>,
    pub bindings: Vec<RawBinding>,
    pub references: Vec<RawReference>,
    pub declarations: Vec<Declaration>,
}

/// The scopes that meet at one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// The scope around.
    outer: ScopeId,
    /// The scope of its type parameters; `outer` when it has none.
    types: ScopeId,
    /// The scope of its body.
    pub(super) inner: ScopeId,
    /// The first `for` clause of a comprehension, once it was met.
    first_clause: Option<NodeId>,
}

/// Collects what happens to names in `tree`.
pub(super) fn collect<'t>(tree: &'t SyntaxTree<'t>) -> Collected<'t> {
    let module = Scope {
        kind: ScopeKind::Module,
        node: None,
        parent: None,
        taints: Taints::empty(),
        variables: Vec::new(),
        private: "",
    };
    let mut collected = Collected {
        scopes: vec![module],
        node_scopes: Vec::with_capacity(tree.len()),
        opened: HashMap::new(),
        names: Names::default(),
        bindings: Vec::new(),
        references: Vec::new(),
        declarations: Vec::new(),
    };
    // By node: its role, and the innermost statement that it is or is part of.
    let mut rows: Vec<(Role, Option<NodeId>)> = Vec::with_capacity(tree.len());
    for node in tree.nodes() {
        let parent = node.parent().and_then(|parent| Some((parent, *rows.get(parent.id().index())?)));
        let (role, outer_statement) = parent.map_or((Role::Read, None), |(parent, (role, statement))| {
            (roles::role_of_child(parent, role, node), statement)
        });
        let statement = if node.is_statement() { Some(node.id()) } else { outer_statement };
        rows.push((role, statement));
        let scope = parent.map_or(MODULE, |(parent, (role, _))| collected.scope_of_child(parent, role, node));
        collected.node_scopes.push(scope);
        collected.open(node, role, scope);
        let taints = taint::of_syntax(node);
        collected.taint(scope, taints);
        if node.kind() == Kind::Identifier || roles::is_disguised_name(node) {
            collected.identifier(node, role, scope, statement);
        }
    }
    collected
}

impl<'t> Collected<'t> {
    /// The scope in which `child` is evaluated, whose parent `parent` has the role `role`.
    fn scope_of_child(&mut self, parent: Node<'t>, role: Role, child: Node<'t>) -> ScopeId {
        let around = self.node_scopes.get(parent.id().index()).copied().unwrap_or(MODULE);
        let opened_by = |node: Option<Node<'_>>| node.and_then(|node| self.opened.get(&node.id()).copied());
        match (parent.kind(), child.field()) {
            (Kind::FunctionDefinition | Kind::Lambda, Field::Parameters | Field::Body)
            | (Kind::ClassDefinition, Field::Body)
            | (Kind::TypeAliasStatement, Field::Right) => {
                opened_by(Some(parent)).map_or(around, |opened| opened.inner)
            }
            (Kind::FunctionDefinition, Field::TypeParameters | Field::ReturnType)
            | (Kind::ClassDefinition, Field::TypeParameters | Field::Superclasses) => {
                opened_by(Some(parent)).map_or(around, |opened| opened.types)
            }
            (Kind::DefaultParameter | Kind::TypedDefaultParameter, Field::Value) => {
                opened_by(parent.ancestors().nth(1)).map_or(around, |opened| opened.outer)
            }
            (Kind::TypedParameter | Kind::TypedDefaultParameter, Field::Type) => {
                opened_by(parent.ancestors().nth(1)).map_or(around, |opened| opened.types)
            }
            (Kind::GenericType, _) if role == Role::AliasHead && child.kind() == Kind::TypeParameter => {
                opened_by(parent.ancestors().nth(1)).map_or(around, |opened| opened.types)
            }
            (Kind::ConstrainedType, _) if role == Role::TypeParameters && roles::is_bound(child) => {
                opened_by(Some(parent)).map_or(around, |opened| opened.inner)
            }
            (Kind::ForInClause, Field::Right) => match opened_by(parent.parent()) {
                Some(opened) if opened.first_clause == Some(parent.id()) => opened.outer,
                _ => around,
            },
            (kind, _) if is_comprehension(kind) => {
                let Some(opened) = self.opened.get_mut(&parent.id()) else { return around };
                if child.kind() == Kind::ForInClause {
                    opened.first_clause.get_or_insert(child.id());
                }
                opened.inner
            }
            _ => around,
        }
    }

    /// Opens the scopes that belong to `node`, which is evaluated in `outer`.
    fn open(&mut self, node: Node<'t>, role: Role, outer: ScopeId) {
        let name = node.child(Field::Name);
        let outer_private = self.scopes.get(outer.index()).map_or("", |scope| scope.private);
        let (kind, private) = match node.kind() {
            Kind::FunctionDefinition => (ScopeKind::Function, outer_private),
            Kind::Lambda => (ScopeKind::Lambda, outer_private),
            Kind::ClassDefinition => {
                (ScopeKind::Class, name.map_or("", |name| name.text().trim_start_matches('_')))
            }
            Kind::TypeAliasStatement if roles::is_type_alias(node) => {
                (ScopeKind::TypeExpression, outer_private)
            }
            Kind::ConstrainedType if role == Role::TypeParameters => {
                (ScopeKind::TypeExpression, outer_private)
            }
            Kind::ListComprehension if node.source().dialect() == Dialect::Python2 => return,
            kind if is_comprehension(kind) => (ScopeKind::Comprehension, outer_private),
            _ => return,
        };
        let mut types = outer;
        if has_type_parameters(node) {
            types = self.push(ScopeKind::TypeParameters, node, outer, private);
        }
        let inner = self.push(kind, node, types, private);
        self.opened.insert(node.id(), Opened { outer, types, inner, first_clause: None });
    }

    fn push(&mut self, kind: ScopeKind, node: Node<'t>, parent: ScopeId, private: &'t str) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        self.scopes.push(Scope {
            kind,
            node: Some(node.id()),
            parent: Some(parent),
            taints: Taints::empty(),
            variables: Vec::new(),
            private,
        });
        id
    }

    /// Taints `scope`, and what it shares its frame with: since 3.12 Python runs comprehensions in place.
    pub(super) fn taint(&mut self, scope: ScopeId, taints: Taints) {
        if taints.is_empty() {
            return;
        }
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|scope| self.scopes.get_mut(scope.index())) {
            scope.taints |= taints;
            next = scope.parent.filter(|_| scope.kind == ScopeKind::Comprehension);
        }
    }

    fn identifier(&mut self, node: Node<'t>, role: Role, scope: ScopeId, statement: Option<NodeId>) {
        let kind = match role {
            Role::Bind(kind) => Some(kind),
            Role::AliasHead => Some(BindingKind::TypeAlias),
            Role::TypeParameters => Some(BindingKind::TypeParameter),
            Role::Read | Role::Global | Role::Nonlocal => None,
            Role::NotAName | Role::ReadFirst | Role::ImportFirst | Role::Pattern => return,
        };
        let private = self.scopes.get(scope.index()).map_or("", |scope| scope.private);
        let name = self.names.intern(mangle(node.text(), private));
        let node = node.id();
        let declaration = match role {
            Role::Global => Some(DeclarationKind::Global),
            Role::Nonlocal => Some(DeclarationKind::Nonlocal),
            _ => None,
        };
        if let Some(kind) = declaration {
            self.declarations.push(Declaration { name, scope, kind });
        } else if let Some(kind) = kind {
            self.bindings.push(RawBinding { name, kind, node, statement, scope });
        }
        if role == Role::Read || kind == Some(BindingKind::AugmentedAssignment) {
            self.references.push(RawReference { name, node, scope });
        }
    }
}

/// Whether nodes of this kind are comprehensions or generator expressions.
pub(super) fn is_comprehension(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression
    )
}

fn has_type_parameters(node: Node<'_>) -> bool {
    if node.kind() != Kind::TypeAliasStatement {
        return node.child(Field::TypeParameters).is_some();
    }
    let head = node.child(Field::Left).and_then(|head| head.named_children().next());
    head.is_some_and(|head| head.kind() == Kind::GenericType)
}

/// The name that Python uses for `name` inside the class whose name without leading underscores is
/// `private`.
pub(super) fn mangle<'n>(name: &'n str, private: &str) -> Cow<'n, str> {
    if private.is_empty() || !name.starts_with("__") || name.ends_with("__") {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("_{private}{name}"))
}
