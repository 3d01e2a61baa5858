//! All facts of one tree, each computed on the first question that needs it.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::rc::Rc;

use super::guards::{Guarded, odd_subclass, stopping_functions};
use super::replacements::Replacements;
use super::types::{Inference, Memo, Sources};
use super::{
    BindingKind, Class, Flow, GuardTrial, Model, Refusal, ScopeId, ScopeKind, Type, VariableId, World,
};
use crate::syntax::{Attribute, Call, Field, Kind, Node, NodeId, SyntaxTree};

/// Whether declared types are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Annotations {
    /// They are, as far as nothing in the project says otherwise.
    #[default]
    Trusted,
    /// They say nothing.
    Ignored,
}

/// All facts of one tree, and the world around its file.
pub struct Facts<'t> {
    tree: &'t SyntaxTree<'t>,
    world: &'t dyn World,
    model: OnceCell<Model<'t>>,
    replacements: OnceCell<Replacements<'t>>,
    words_of_code_text: OnceCell<HashSet<&'t str>>,
    flows: RefCell<HashMap<ScopeId, Rc<Flow>>>,
    /// The names and attributes that calls write for what they call, by their text.
    called: OnceCell<HashMap<&'t str, Vec<NodeId>>>,
    stopping_functions: OnceCell<HashSet<&'t str>>,
    /// Of every scope, the variables that an import binds first.
    imported: OnceCell<HashMap<ScopeId, Vec<VariableId>>>,
    asks_for_identity: OnceCell<bool>,
    odd_subclasses: RefCell<HashMap<Class, Option<String>>>,
    pub(super) types: RefCell<Memo>,
    annotations: Annotations,
    trial: GuardTrial,
}

impl<'t> Facts<'t> {
    /// The facts of `tree` in `world`; nothing is computed yet.
    pub fn new(tree: &'t SyntaxTree<'t>, world: &'t dyn World) -> Self {
        Self {
            tree,
            world,
            model: OnceCell::new(),
            replacements: OnceCell::new(),
            words_of_code_text: OnceCell::new(),
            flows: RefCell::default(),
            called: OnceCell::new(),
            stopping_functions: OnceCell::new(),
            imported: OnceCell::new(),
            asks_for_identity: OnceCell::new(),
            odd_subclasses: RefCell::default(),
            types: RefCell::default(),
            annotations: Annotations::Trusted,
            trial: GuardTrial::default(),
        }
    }

    /// The same, where `annotations` says whether declared types are believed.
    #[must_use]
    pub fn with_annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = annotations;
        self
    }

    /// Whether declared types are believed.
    pub(super) fn annotations(&self) -> Annotations {
        self.annotations
    }

    /// Whether declared types are believed.
    pub(super) fn trusts_annotations(&self) -> bool {
        self.annotations == Annotations::Trusted
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

    /// What the file puts in the place of attributes and builtins.
    pub(super) fn replacements(&self) -> &Replacements<'t> {
        self.replacements.get_or_init(|| Replacements::of(self.tree))
    }

    /// Whether a string of the file is code that runs in this module and holds `name`: a doctest, what `timeit` or a
    /// profiler is given.
    ///
    /// ```python
    /// timeit.timeit('f(x)', setup='from __main__ import x')
    /// ```
    pub(super) fn is_in_code_text(&self, name: &str) -> bool {
        self.words_of_code_text.get_or_init(|| words_of_code_text(self.tree)).contains(name)
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

    /// The names and attributes of the text `function` that calls in `region` call, in document order.
    pub fn called_in<'n>(&self, region: Node<'n>, function: &str) -> impl Iterator<Item = Node<'n>> {
        let called = self.called.get_or_init(|| called(self.tree)).get(function);
        let rows = called.map_or(&[][..], Vec::as_slice);
        let within = region.id_range();
        let from = rows.partition_point(|id| *id < within.start);
        rows.iter().skip(from).take_while(move |id| **id < within.end).map(move |id| region.tree().node(*id))
    }

    /// The names of the functions of the file of which a call may raise `StopIteration`.
    pub(super) fn stopping_functions(&self) -> &HashSet<&'t str> {
        self.stopping_functions.get_or_init(|| stopping_functions(self.tree))
    }

    /// The variables of `scope` that an import binds first, in the order of these imports.
    pub fn imported_in(&self, scope: ScopeId) -> &[VariableId] {
        let imported = self.imported.get_or_init(|| imported(self.model()));
        imported.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// Whether the file asks of any two objects whether they are the same one, and not only for `None` and its like; or
    /// writes objects down, each one once.
    pub fn asks_for_identity(&self) -> bool {
        *self.asks_for_identity.get_or_init(|| asks_for_identity(self.model()))
    }

    /// What in this file may behave otherwise than a builtin `class` that it is declared to be.
    pub(super) fn odd_subclass(&self, class: Class) -> Option<String> {
        let found = self.odd_subclasses.borrow().get(&class).cloned();
        found.unwrap_or_else(|| {
            let found = odd_subclass(self.model(), class);
            self.odd_subclasses.borrow_mut().insert(class, found.clone());
            found
        })
    }

    /// What is known of the values of the expression `node` from the code of its own function and module.
    pub fn type_of(&self, node: Node<'_>) -> Type {
        self.type_by(node, Sources::empty())
    }

    /// The same, when everybody is asked who may know: costly, so for expressions that decide a fix, last.
    pub fn proven_type_of(&self, node: Node<'_>) -> Type {
        self.type_by(node, Sources::all())
    }

    /// The same, when `sources` are asked.
    pub fn type_by(&self, node: Node<'_>, sources: Sources) -> Type {
        Inference { facts: self, sources }.type_of(node)
    }

    /// What the variable that `identifier` reads was bound to, when `sources` are asked. What a test tells that only
    /// some ways to `identifier` pass is left out: it need not hold elsewhere.
    ///
    /// ```python
    /// for x in xs:
    ///     if name is not None: print(len(name))
    /// ```
    pub(super) fn bound_type_by(&self, identifier: Node<'_>, sources: Sources) -> Type {
        Inference { facts: self, sources }.bound(identifier)
    }
}

/// What the calls of `tree` write for what they call, by its text, in document order: names, and attributes of names.
fn called<'t>(tree: &'t SyntaxTree<'t>) -> HashMap<&'t str, Vec<NodeId>> {
    let mut called: HashMap<&str, Vec<NodeId>> = HashMap::new();
    for function in tree.nodes().filter_map(Call::cast).map(|call| call.function) {
        let root = std::iter::successors(Some(function), |it| Some(Attribute::cast(*it)?.object)).last();
        if root.is_some_and(|root| root.kind() == Kind::Identifier) {
            called.entry(function.text()).or_default().push(function.id());
        }
    }
    called
}

/// The words of the strings of `tree` that may be code which runs in its module.
fn words_of_code_text<'t>(tree: &'t SyntaxTree<'t>) -> HashSet<&'t str> {
    const RUNNERS: &[&str] = &["timeit", "profile", "cProfile", "doctest", "trace"];
    let runs_text = RUNNERS.iter().any(|runner| tree.mentions(runner));
    let is_code = |text: &&str| runs_text || text.contains(">>>") || text.contains("__main__");
    let strings = tree.nodes().filter(|node| node.kind() == Kind::String).map(|node| node.text());
    let apart = |character: char| !(character.is_alphanumeric() || character == '_');
    strings.filter(is_code).flat_map(|text| text.split(apart)).collect()
}

/// Of every scope of `model`, the variables that an import binds first.
fn imported(model: &Model<'_>) -> HashMap<ScopeId, Vec<VariableId>> {
    let mut imported: HashMap<ScopeId, Vec<VariableId>> = HashMap::new();
    for (id, row) in model.variables() {
        let first = row.bindings.first().map(|binding| model.binding(*binding).kind);
        if matches!(first, Some(BindingKind::Import | BindingKind::FromImport)) {
            imported.entry(row.scope).or_default().push(id);
        }
    }
    imported
}

fn asks_for_identity(model: &Model<'_>) -> bool {
    const ASKING: &[&str] = &["assertIs", "assertIsNot", "is_", "is_not", "marshal", "pickle", "cPickle"];
    model.tree().nodes().any(|node| match node.kind() {
        Kind::ComparisonOperator => {
            let mut operators = node.children_in(Field::Operators);
            let single = |part: Node<'_>| {
                matches!(part.kind(), Kind::None | Kind::True | Kind::False | Kind::Ellipsis)
            };
            operators.any(|operator| operator.text().starts_with("is")) && !node.named_children().any(single)
        }
        Kind::Identifier => ASKING.contains(&node.text()) || node.text() == "id" && model.is_builtin(node),
        _ => false,
    })
}
