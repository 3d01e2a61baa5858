//! A metaclass that the file has already, or imports from the project.

use crate::edit::ImportRequest;
use crate::edit::imports::is_standard;
use crate::semantic::{Answer, BindingKind, Callee, Facts, Importable, Resolution};
use crate::syntax::{Call, Field, Kind, Node};
use crate::text::Range;

use super::shape::Shape;
use super::users;

/// The metaclass of a class.
pub(super) enum Metaclass {
    /// It is added; its code behind its name.
    New(String),
    /// There is one.
    Known(Known),
}

/// A metaclass that is there.
pub(super) struct Known {
    /// Its name here.
    pub name: String,
    /// What it does.
    pub keeping: Keeping,
    /// The import that brings it here.
    pub import: Option<ImportRequest>,
}

/// How a metaclass keeps instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// As one that is added does.
    Same,
    /// Those of all its classes in a dictionary of its own.
    Shared,
}

/// What people write who know metaclasses.
const SHARED: &str = "(type): _instances = {} def __call__(cls, *args, **kwargs): if cls not in cls._instances: \
                      cls._instances[cls] = super().__call__(*args, **kwargs) return cls._instances[cls]";

impl Metaclass {
    /// The import that it needs.
    pub fn import(&self) -> Option<&ImportRequest> {
        match self {
            Self::Known(known) => known.import.as_ref(),
            Self::New(_) => None,
        }
    }

    /// The metaclass for `shape`, which does what `code` does. `gives_arguments` says whether instances are
    /// initialized with the arguments of a call.
    pub fn find(facts: &Facts<'_>, shape: &Shape<'_>, code: String, gives_arguments: bool) -> Self {
        let wanted = squeezed("", &code);
        let takes_shared = shape.asked.key().is_none()
            && users::names_attribute(facts, shape).is_none()
            && !users::binds(facts, shape, "_instances")
            && if shape.parameters.is_empty() { calls_are_empty(facts, shape) } else { gives_arguments };
        let keeping = |name: &str, code: &str| {
            let found = squeezed(name, code);
            let shared = found == SHARED && takes_shared;
            if found == wanted { Some(Keeping::Same) } else { shared.then_some(Keeping::Shared) }
        };
        for (name, code) in candidates(facts, shape) {
            if let Some(keeping) = keeping(&name, &code) {
                return Self::Known(Known { name, keeping, import: None });
            }
        }
        let free = |name: &str| facts.model().is_fresh(name);
        let seen = |name: &str| facts.world().name_used_elsewhere(name) == Answer::Yes;
        for other in facts.world().importable_metaclasses() {
            let fits = free(&other.name) && !seen(&other.name) && !is_standard(&other.module);
            if let Some(keeping) = keeping(&other.name, &other.code).filter(|_| fits) {
                let Importable { module, name, .. } = other;
                let member = Some(name.clone().into());
                let import = Some(ImportRequest { module: module.into(), member, name: name.clone() });
                return Self::Known(Known { name, keeping, import });
            }
        }
        Self::New(code)
    }
}

/// The classes that are bound at the module level before `shape` once and for all, each with its code behind its name.
fn candidates(facts: &Facts<'_>, shape: &Shape<'_>) -> Vec<(String, String)> {
    let (tree, model) = (facts.tree(), facts.model());
    let before = tree.statements().take_while(|statement| !statement.holds(shape.class));
    let names = before.flat_map(|statement| match statement.kind() {
        Kind::ClassDefinition => statement.child(Field::Name).into_iter().collect::<Vec<_>>(),
        Kind::ImportFromStatement => {
            let names = statement.children_in(Field::Name);
            names
                .filter_map(|name| name.child(Field::Alias).or_else(|| name.named_children().next()))
                .collect()
        }
        _ => Vec::new(),
    });
    let steady = names.filter(|name| {
        let Resolution::Variable(id) = model.lookup(model.module(), name.text()) else { return false };
        model.variable(id).bindings.len() == 1
    });
    steady.filter_map(|name| Some((name.text().to_owned(), code_of(facts, name)?))).collect()
}

/// The code of the class that `name` is bound to, behind its name.
fn code_of(facts: &Facts<'_>, name: Node<'_>) -> Option<String> {
    let holder = name.statement()?;
    if holder.kind() == Kind::ClassDefinition {
        let rest = Range::new(name.range().end, holder.range().end);
        return Some(holder.source().slice(rest).to_owned());
    }
    let is_import = facts.model().binding_at(name).is_some_and(|it| it.kind == BindingKind::FromImport);
    let module = holder.child(Field::ModuleName).filter(|_| is_import)?;
    let alias = name.parent().filter(|up| up.kind() == Kind::AliasedImport);
    let imported = alias.and_then(|alias| alias.child(Field::Name)).map_or(name.text(), |it| it.text());
    facts.world().class_elsewhere(module.text(), imported)
}

/// Whether no call of the class has arguments, so that nobody misses the exception.
fn calls_are_empty(facts: &Facts<'_>, shape: &Shape<'_>) -> bool {
    let of_class = |call: &Call<'_>| call.function.text() == shape.name.text();
    let mut own = facts.tree().nodes().filter_map(Call::cast).filter(of_class);
    let elsewhere = facts.world().calls_elsewhere(Callee::Function(shape.name.text()));
    own.all(|call| call.arguments().list.is_empty())
        && elsewhere
            .is_some_and(|sites| sites.iter().all(|it| it.positional.is_empty() && it.keywords.is_empty()))
}

/// The code of the class `name`, spelled in one way: without its docstring and its layout.
fn squeezed(name: &str, code: &str) -> String {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let without_docstring = ["\"\"\"", "'''"].iter().find_map(|quotes| {
        let (head, rest) = code.split_once(&format!("(type): {quotes}"))?;
        let (_, rest) = rest.split_once(quotes)?;
        head.is_empty().then(|| format!("(type):{rest}"))
    });
    let code = without_docstring.unwrap_or(code);
    if name.is_empty() {
        return code;
    }
    code.replace(&format!("super({name}, cls)"), "super()")
        .replace(&format!("{name}._instances"), "cls._instances")
        .replace("type.__call__(cls, *", "super().__call__(*")
}
