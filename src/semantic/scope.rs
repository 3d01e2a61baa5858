//! The rows of the model: scopes, variables, bindings, references.
//!
//! Plain data; how it comes about is the business of `build`, what can be asked of it that of `model`.

use std::borrow::Cow;

use bitflags::bitflags;

use crate::syntax::NodeId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub(super) u32);

            impl $name {
                /// As an index into a table with one row for each.
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// The number of a scope in its model; the module is the first.
    ScopeId,
    /// The number of a variable in its model.
    VariableId,
    /// The number of a binding in its model: its place in document order.
    BindingId,
    /// The number of a reference in its model: its place in document order.
    ReferenceId,
}

/// What opens a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// The file.
    Module,
    /// The body of a class.
    Class,
    /// Parameters and body of a `def`.
    Function,
    /// Parameters and body of a `lambda`.
    Lambda,
    /// A comprehension or generator expression, its first iterable left out.
    Comprehension,
    /// The `[T]` of a definition or type alias, with the annotations or base classes that see it.
    TypeParameters,
    /// The value of a type alias or the bound of a type parameter, which Python evaluates when asked for it.
    TypeExpression,
}

bitflags! {
    /// What makes names of a scope visible to, or changeable by, code that cannot be seen.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Taints: u8 {
        /// `locals()`, or `vars()` and `dir()` without arguments.
        const LOCALS = 1;
        /// Runs text as code: `eval`, `exec`, `execfile`, Python 2's `input`, `exec` statement and backticks.
        const EVAL = 1 << 1;
        /// `globals()`.
        const GLOBALS = 1 << 2;
        /// `from m import *`.
        const STAR_IMPORT = 1 << 3;
        /// Looks at frames: `sys._getframe`, `inspect.currentframe`, `inspect.stack`, a debugger.
        const FRAMES = 1 << 4;
        /// Gets hold of the module that is running as an object: `sys.modules`, `import __main__`.
        const MODULE_OBJECT = 1 << 5;
    }
}

bitflags! {
    /// How a variable is used besides being read and written in its own scope.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct VariableFlags: u8 {
        /// A parameter of its function or lambda.
        const PARAMETER = 1;
        /// Read or written in a scope nested in its own, comprehensions included.
        const CAPTURED = 1 << 1;
        /// Captured by code that may run later or more than once: a function, a lambda, a generator
        /// expression, a lazily evaluated type. Implies `CAPTURED`.
        const CAPTURED_BY_CLOSURE = 1 << 2;
        /// Some `global` statement names it.
        const DECLARED_GLOBAL = 1 << 3;
        /// Some `nonlocal` statement names it.
        const DECLARED_NONLOCAL = 1 << 4;
        /// A list comprehension's target that Python 3 keeps inside and Python 2, which may run this text
        /// too, binds in the scope around.
        const LEAKS_ON_PYTHON2 = 1 << 5;
    }
}

/// A region of code with its own names.
#[derive(Clone, Debug)]
pub struct Scope<'t> {
    /// What opens it.
    pub kind: ScopeKind,
    /// The definition, lambda, comprehension or alias that opens it; `None` for the module. A definition
    /// with type parameters opens two scopes, a type parameter with a bound is the node of its bound's scope.
    pub node: Option<NodeId>,
    /// The scope around it; `None` for the module.
    pub parent: Option<ScopeId>,
    /// What happens right in it. A comprehension's taints are its surrounding scope's too.
    pub taints: Taints,
    /// Its variables, in the order of their first bindings.
    pub variables: Vec<VariableId>,
    /// Name of the nearest class around, for the mangling of private names; empty outside classes.
    pub(super) private: &'t str,
}

/// A name of one scope.
#[derive(Clone, Debug)]
pub struct Variable<'t> {
    /// The scope whose namespace holds it.
    pub scope: ScopeId,
    /// Its name as Python knows it: mangled where it is private to a class.
    pub name: Cow<'t, str>,
    /// Where it is bound, in document order. Empty when it is only declared `global`.
    pub bindings: Vec<BindingId>,
    /// Where it is read, in document order.
    pub references: Vec<ReferenceId>,
    /// How else it is used.
    pub flags: VariableFlags,
}

impl Variable<'_> {
    /// Whether a nested scope (a comprehension, too) reads or writes it.
    pub fn is_captured(&self) -> bool {
        self.flags.contains(VariableFlags::CAPTURED)
    }

    /// Whether a nested scope that may run at another time reads or writes it.
    pub fn is_captured_by_closure(&self) -> bool {
        self.flags.contains(VariableFlags::CAPTURED_BY_CLOSURE)
    }

    /// Whether it is a parameter.
    pub fn is_parameter(&self) -> bool {
        self.flags.contains(VariableFlags::PARAMETER)
    }

    /// Whether some `global` statement names it.
    pub fn is_declared_global(&self) -> bool {
        self.flags.contains(VariableFlags::DECLARED_GLOBAL)
    }

    /// Whether some `nonlocal` statement names it.
    pub fn is_declared_nonlocal(&self) -> bool {
        self.flags.contains(VariableFlags::DECLARED_NONLOCAL)
    }
}

/// What binds (or unbinds) a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// `x = ...`, also inside a tuple of targets.
    Assignment,
    /// `x: int = ...`.
    AnnotatedAssignment,
    /// `x: int`, which makes the name local and binds nothing.
    Annotation,
    /// `x += ...`; the same identifier is a reference too.
    AugmentedAssignment,
    /// The target of a `for` statement.
    LoopTarget,
    /// The target of a `for` clause in a comprehension.
    ComprehensionTarget,
    /// `with ... as x`.
    WithTarget,
    /// `except ... as x`, or Python 2's `except ..., x`. Python 3 deletes the name when the clause ends.
    ExceptTarget,
    /// `import x`, `import x.y`, `import y as x`.
    Import,
    /// `from m import x`.
    FromImport,
    /// A parameter.
    Parameter,
    /// The name of a `def`.
    FunctionDefinition,
    /// The name of a `class`.
    ClassDefinition,
    /// `(x := ...)`.
    Walrus,
    /// `del x`.
    Delete,
    /// A name captured by a `case` pattern.
    MatchCapture,
    /// The name of a `type` statement.
    TypeAlias,
    /// A name in the `[T]` of a definition or alias.
    TypeParameter,
}

/// One place where a name is bound or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What it binds.
    pub variable: VariableId,
    /// How.
    pub kind: BindingKind,
    /// The identifier that is bound.
    pub node: NodeId,
    /// The innermost statement around it; the `def` for a parameter.
    pub statement: Option<NodeId>,
    /// The scope in which it happens; another one than the variable's for `global`, `nonlocal` and for a
    /// walrus in a comprehension.
    pub scope: ScopeId,
}

/// One place where a name is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it reads; `None` when no scope of the file binds the name: a builtin, or undefined.
    pub variable: Option<VariableId>,
    /// The identifier.
    pub node: NodeId,
    /// The scope in which it is evaluated.
    pub scope: ScopeId,
}
