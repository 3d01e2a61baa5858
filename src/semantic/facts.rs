//! All facts of one tree, each computed on the first question that needs it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

use super::guards::Guarded;
use super::{Flow, GuardTrial, Model, Refusal, ScopeId, ScopeKind, Type, VariableId, World, types};
use crate::syntax::{Field, Node, SyntaxTree};

/// All facts of one tree, and the world around its file.
pub struct Facts<'t> {
    tree: &'t SyntaxTree<'t>,
    world: &'t dyn World,
    model: OnceCell<Model<'t>>,
    flows: RefCell<HashMap<ScopeId, Rc<Flow>>>,
    /// The types of variables; `None` while one is being worked out.
    pub(super) variable_types: RefCell<HashMap<VariableId, Option<Type>>>,
    trial: GuardTrial,
}

impl<'t> Facts<'t> {
    /// The facts of `tree` in `world`; nothing is computed yet.
    pub fn new(tree: &'t SyntaxTree<'t>, world: &'t dyn World) -> Self {
        Self {
            tree,
            world,
            model: OnceCell::new(),
            flows: RefCell::default(),
            variable_types: RefCell::default(),
            trial: GuardTrial::default(),
        }
    }

    /// The same facts, with the refusals of guards on trial.
    #[doc(hidden)]
    #[must_use]
    pub fn on_trial(mut self, trial: GuardTrial) -> Self {
        self.trial = trial;
        self
    }

    /// What every guard ends with that found something in the way.
    ///
    /// # Errors
    ///
    /// With `refusal`, always, but in a test that mutes the place of this call: then the guard goes on as if it
    /// had found nothing.
    #[track_caller]
    pub fn refuse(&self, refusal: Refusal) -> Guarded {
        self.trial.judge(refusal, Location::caller())
    }

    /// The tree.
    pub fn tree(&self) -> &'t SyntaxTree<'t> {
        self.tree
    }

    /// What lies outside the file.
    pub fn world(&self) -> &'t dyn World {
        self.world
    }

    /// Scopes, bindings and references.
    pub fn model(&self) -> &Model<'t> {
        self.model.get_or_init(|| Model::build(self.tree))
    }

    /// The scope whose body runs `node`: a function, a class, a lambda or the module.
    pub fn body_scope(&self, node: Node<'_>) -> ScopeId {
        let model = self.model();
        model.function_scope_of(model.scope_of(node))
    }

    /// The control flow of the body of a function, a class or the module; `None` for other scopes.
    pub fn flow(&self, scope: ScopeId) -> Option<Rc<Flow>> {
        if let Some(flow) = self.flows.borrow().get(&scope) {
            return Some(Rc::clone(flow));
        }
        let row = self.model().scope(scope);
        let flow = match row.kind {
            ScopeKind::Module => Flow::of_module(self.model()),
            ScopeKind::Function | ScopeKind::Class => {
                let definition = self.tree.node(row.node?);
                Flow::of_block(self.model(), definition.child(Field::Body)?)
            }
            _ => return None,
        };
        let flow = Rc::new(flow);
        self.flows.borrow_mut().insert(scope, Rc::clone(&flow));
        Some(flow)
    }

    /// What is known of the values of the expression `node`.
    pub fn type_of(&self, node: Node<'_>) -> Type {
        types::infer(self, node)
    }
}
