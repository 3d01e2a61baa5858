//! Second pass: finds the variable that each collected name means.

use std::collections::{HashMap, HashSet};

use super::build::{Collected, DeclarationKind, MODULE, NameId, Names, RawBinding};
use super::scope::{
    Binding, BindingId, BindingKind, Reference, ReferenceId, Scope, ScopeId, ScopeKind, Variable,
    VariableFlags, VariableId,
};
use crate::syntax::{Kind, SyntaxTree};
use crate::text::Dialect;

/// What a name means in one scope.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// A variable of this scope.
    Local(VariableId),
    /// A variable of the module.
    Global,
    /// The variable of a scope around that a `nonlocal` statement means.
    Nonlocal(VariableId),
}

/// What each name means in each scope that binds or declares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    slots: HashMap<(ScopeId, NameId), Slot>,
}

impl Slots {
    /// What `name` means in `scope` itself, scopes around left out.
    pub(super) fn own(&self, scope: ScopeId, name: NameId) -> Option<VariableId> {
        match self.slots.get(&(scope, name))? {
            Slot::Local(variable) | Slot::Nonlocal(variable) => Some(*variable),
            Slot::Global => self.in_module(name),
        }
    }

    /// The variable that `scope` itself holds under `name`.
    pub(super) fn local(&self, scope: ScopeId, name: NameId) -> Option<VariableId> {
        match self.slots.get(&(scope, name))? {
            Slot::Local(variable) => Some(*variable),
            Slot::Global | Slot::Nonlocal(_) => None,
        }
    }

    /// The variable that a read of `name` in `from` means.
    pub(super) fn lookup(&self, scopes: &[Scope<'_>], from: ScopeId, name: NameId) -> Option<VariableId> {
        // A class is seen by its own body, and by the type parameters and lazy types written in it:
        // class A:
        //     x = 1
        //     def f(self): return x   # the module's
        let mut sees_class = true;
        let mut next = Some(from);
        while let Some(id) = next {
            let scope = scopes.get(id.index())?;
            if (scope.kind != ScopeKind::Class || sees_class)
                && let Some(variable) = self.own(id, name)
            {
                return Some(variable);
            }
            sees_class &= matches!(scope.kind, ScopeKind::TypeParameters | ScopeKind::TypeExpression);
            next = scope.parent;
        }
        None
    }

    fn in_module(&self, name: NameId) -> Option<VariableId> {
        match self.slots.get(&(MODULE, name))? {
            Slot::Local(variable) => Some(*variable),
            Slot::Global | Slot::Nonlocal(_) => None,
        }
    }
}

/// The tables of variables and of what happens to them.
#[derive(Debug, Default)]
pub(super) struct Bound<'t> {
    pub variables: Vec<Variable<'t>>,
    pub bindings: Vec<Binding>,
    pub references: Vec<Reference>,
    pub slots: Slots,
}

/// Finds the variables of everything collected.
pub(super) fn bind<'t>(tree: &'t SyntaxTree<'t>, collected: &mut Collected<'t>) -> Bound<'t> {
    let mut binder = Binder { tree, scopes: &mut collected.scopes, bound: Bound::default() };
    let names = &collected.names;
    for declaration in &collected.declarations {
        if declaration.kind == DeclarationKind::Global {
            binder.bound.slots.slots.insert((declaration.scope, declaration.name), Slot::Global);
        }
    }
    let nonlocals: HashSet<(ScopeId, NameId)> = collected
        .declarations
        .iter()
        .filter(|declaration| declaration.kind == DeclarationKind::Nonlocal)
        .map(|declaration| (declaration.scope, declaration.name))
        .collect();
    // First every variable has to be there, then those that `nonlocal` means can be found.
    for binding in &collected.bindings {
        let scope = binder.binding_scope(binding);
        if !nonlocals.contains(&(scope, binding.name)) {
            binder.ensure(scope, binding.name, names);
        }
    }
    for declaration in &collected.declarations {
        match declaration.kind {
            DeclarationKind::Global => {
                let variable = binder.ensure(MODULE, declaration.name, names);
                binder.flag(variable, VariableFlags::DECLARED_GLOBAL);
            }
            DeclarationKind::Nonlocal => binder.declare_nonlocal(declaration.scope, declaration.name, names),
        }
    }
    for binding in &collected.bindings {
        binder.bind(binding, names);
    }
    for reference in &collected.references {
        let variable = binder.bound.slots.lookup(binder.scopes, reference.scope, reference.name);
        let id = ReferenceId(binder.bound.references.len() as u32);
        binder.bound.references.push(Reference { variable, node: reference.node, scope: reference.scope });
        if let Some(variable) = variable {
            binder.capture(variable, reference.scope);
            if let Some(row) = binder.bound.variables.get_mut(variable.index()) {
                row.references.push(id);
            }
        }
    }
    binder.bound
}

struct Binder<'a, 't> {
    tree: &'t SyntaxTree<'t>,
    scopes: &'a mut Vec<Scope<'t>>,
    bound: Bound<'t>,
}

impl<'t> Binder<'_, 't> {
    /// The scope whose declarations and variables decide about `binding`: a walrus in a comprehension
    /// binds around it.
    fn binding_scope(&self, binding: &RawBinding) -> ScopeId {
        let mut id = binding.scope;
        if binding.kind != BindingKind::Walrus {
            return id;
        }
        while let Some(scope) = self.scopes.get(id.index())
            && scope.kind == ScopeKind::Comprehension
            && let Some(parent) = scope.parent
        {
            id = parent;
        }
        id
    }

    /// The variable that `name` means in `scope`, made there if nothing says otherwise.
    fn ensure(&mut self, scope: ScopeId, name: NameId, names: &Names<'t>) -> VariableId {
        let scope = match self.bound.slots.slots.get(&(scope, name)) {
            Some(Slot::Local(variable) | Slot::Nonlocal(variable)) => return *variable,
            Some(Slot::Global) => MODULE,
            None => scope,
        };
        if let Some(variable) = self.bound.slots.in_module(name).filter(|_| scope == MODULE) {
            return variable;
        }
        let variable = VariableId(self.bound.variables.len() as u32);
        self.bound.variables.push(Variable {
            scope,
            name: names.text(name),
            bindings: Vec::new(),
            references: Vec::new(),
            flags: VariableFlags::empty(),
        });
        if let Some(row) = self.scopes.get_mut(scope.index()) {
            row.variables.push(variable);
        }
        self.bound.slots.slots.insert((scope, name), Slot::Local(variable));
        variable
    }

    fn declare_nonlocal(&mut self, scope: ScopeId, name: NameId, names: &Names<'t>) {
        let parent = self.scopes.get(scope.index()).and_then(|row| row.parent);
        let around = std::iter::successors(parent, |id| self.scopes.get(id.index())?.parent);
        let functions = around.filter(|id| {
            let kind = self.scopes.get(id.index()).map(|row| row.kind);
            !matches!(kind, None | Some(ScopeKind::Module | ScopeKind::Class))
        });
        let found = functions.into_iter().find_map(|id| self.bound.slots.local(id, name));
        // Python refuses a `nonlocal` that finds nothing; any variable will do for it.
        let variable = found.unwrap_or_else(|| self.ensure(scope, name, names));
        if found.is_some() {
            self.bound.slots.slots.insert((scope, name), Slot::Nonlocal(variable));
        }
        self.flag(variable, VariableFlags::DECLARED_NONLOCAL);
    }

    fn bind(&mut self, binding: &RawBinding, names: &Names<'t>) {
        let variable = self.ensure(self.binding_scope(binding), binding.name, names);
        let id = BindingId(self.bound.bindings.len() as u32);
        self.bound.bindings.push(Binding {
            variable,
            kind: binding.kind,
            node: binding.node,
            statement: binding.statement,
            scope: binding.scope,
        });
        if let Some(row) = self.bound.variables.get_mut(variable.index()) {
            row.bindings.push(id);
        }
        self.capture(variable, binding.scope);
        if binding.kind == BindingKind::Parameter {
            self.flag(variable, VariableFlags::PARAMETER);
        }
        if binding.kind == BindingKind::ComprehensionTarget
            && self.tree.source().may_run_on_python2()
            && self.tree.source().dialect() != Dialect::Python2
            && self.opener(binding.scope) == Some(Kind::ListComprehension)
        {
            self.flag(variable, VariableFlags::LEAKS_ON_PYTHON2);
        }
    }

    /// Notes that code in `scope` uses `variable`.
    fn capture(&mut self, variable: VariableId, scope: ScopeId) {
        let Some(home) = self.bound.variables.get(variable.index()).map(|row| row.scope) else { return };
        let mut id = scope;
        while id != home
            && let Some((kind, parent)) = self.scopes.get(id.index()).map(|row| (row.kind, row.parent))
        {
            self.flag(variable, VariableFlags::CAPTURED);
            let later = match kind {
                ScopeKind::Function | ScopeKind::Lambda | ScopeKind::TypeExpression => true,
                ScopeKind::Comprehension => self.opener(id) == Some(Kind::GeneratorExpression),
                ScopeKind::Module | ScopeKind::Class | ScopeKind::TypeParameters => false,
            };
            if later {
                self.flag(variable, VariableFlags::CAPTURED_BY_CLOSURE);
                return;
            }
            let Some(parent) = parent else { return };
            id = parent;
        }
    }

    fn opener(&self, scope: ScopeId) -> Option<Kind> {
        let node = self.scopes.get(scope.index())?.node?;
        Some(self.tree.node(node).kind())
    }

    fn flag(&mut self, variable: VariableId, flags: VariableFlags) {
        if let Some(row) = self.bound.variables.get_mut(variable.index()) {
            row.flags |= flags;
        }
    }
}
