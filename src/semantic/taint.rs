//! Which code makes names visible to, or changeable by, code that cannot be seen.

use super::scope::{BindingKind, Taints};
use crate::syntax::{Argument, Call, Field, Kind, Node};

/// The taint that `node` brings by its syntax alone.
pub(super) fn of_syntax(node: Node<'_>) -> Taints {
    match node.kind() {
        Kind::WildcardImport => Taints::STAR_IMPORT,
        Kind::ExecStatement => Taints::EVAL,
        Kind::ImportStatement | Kind::ImportFromStatement if imports_main(node) => Taints::MODULE_OBJECT,
        Kind::String if is_backticks(node) => Taints::EVAL,
        Kind::String if is_given_main(node) => Taints::MODULE_OBJECT,
        Kind::Attribute => of_attribute(node),
        _ => Taints::empty(),
    }
}

/// `importlib.import_module('__main__')`, `sys.modules['__main__']`, but not `__name__ == '__main__'`.
fn is_given_main(string: Node<'_>) -> bool {
    let holder = string.parent().map(|up| up.kind());
    !matches!(holder, Some(Kind::ComparisonOperator | Kind::ExpressionStatement))
        && string.text().trim_matches(['"', '\'']) == "__main__"
}

/// Whether a string node is Python 2's `` `x` ``, whose names the grammar takes for text.
pub(super) fn is_backticks(string: Node<'_>) -> bool {
    string.source().byte(string.range().start) == Some(b'`')
}

fn of_attribute(node: Node<'_>) -> Taints {
    let (Some(object), Some(name)) = (node.child(Field::Object), node.child(Field::Attribute)) else {
        return Taints::empty();
    };
    match name.text() {
        "_getframe" | "_current_frames" | "currentframe" | "set_trace" => Taints::FRAMES,
        "stack" | "trace" | "getouterframes" | "getinnerframes" if object.text() == "inspect" => {
            Taints::FRAMES
        }
        // f.__globals__['x'] = 1
        "__globals__" | "func_globals" => Taints::GLOBALS,
        // sys.modules[__name__].x
        "modules" if object.text() == "sys" => Taints::MODULE_OBJECT,
        "import_module" if is_given_own_name(node) => Taints::MODULE_OBJECT,
        // frame.query("price > @limit")   # pandas reads the caller's `limit`
        "query" | "eval" if is_given_at_sign(node) => Taints::FRAMES,
        name if is_home_of_builtins(object.text()) => of_name(name, node),
        _ => Taints::empty(),
    }
}

/// Whether this is the way modules that hold the builtins, or stand-ins for them, are written.
fn is_home_of_builtins(object: &str) -> bool {
    matches!(object, "builtins" | "__builtin__" | "__builtins__" | "moves" | "six" | "six.moves.builtins")
}

/// `import __main__`, and `from sys import modules`.
fn imports_main(statement: Node<'_>) -> bool {
    let from_sys = statement.child(Field::ModuleName).is_some_and(|module| module.text() == "sys");
    statement.descendants().any(|node| match node.text() {
        "__main__" => true,
        "modules" => from_sys,
        _ => false,
    })
}

/// `import_module(__name__)`, which gives the module that is running.
fn is_given_own_name(function: Node<'_>) -> bool {
    let call = function.parent().filter(|_| function.field() == Field::Function).and_then(Call::cast);
    call.is_some_and(|call| call.arguments.text().contains("__name__"))
}

fn is_given_at_sign(function: Node<'_>) -> bool {
    let call = function.parent().filter(|_| function.field() == Field::Function).and_then(Call::cast);
    call.is_some_and(|call| call.arguments.text().contains('@'))
}

/// Whether a name with these bindings (all of them) may still be the builtin that it is called.
pub(super) fn may_be_builtin(bindings: impl IntoIterator<Item = BindingKind>) -> bool {
    bindings.into_iter().all(|kind| matches!(kind, BindingKind::Import | BindingKind::FromImport))
}

/// The taint of reading `name`, which `expression` (the name, or an attribute ending in it) does.
pub(super) fn of_name(name: &str, expression: Node<'_>) -> Taints {
    match name {
        "locals" => Taints::LOCALS,
        "vars" | "dir" if !has_arguments(expression) => Taints::LOCALS,
        "globals" => Taints::GLOBALS,
        "import_module" | "__import__" if is_given_own_name(expression) => Taints::MODULE_OBJECT,
        "eval" | "exec" | "exec_" | "execfile" => Taints::EVAL,
        "input" if expression.source().may_run_on_python2() => Taints::EVAL,
        "_getframe" | "currentframe" | "set_trace" | "breakpoint" => Taints::FRAMES,
        _ => Taints::empty(),
    }
}

/// Whether `function` is called with arguments right where it stands.
fn has_arguments(function: Node<'_>) -> bool {
    let call = function.parent().filter(|_| function.field() == Field::Function).and_then(Call::cast);
    call.is_some_and(|call| {
        let list = call.arguments().list;
        list.iter().any(|argument| !matches!(argument, Argument::Unpacked(_)))
    })
}
