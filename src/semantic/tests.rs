//! What `symtable` cannot be asked: dialects, taints, resolution, flags, `__all__`, and size.

#![expect(clippy::redundant_closure_for_method_calls, reason = "the methods themselves fix a lifetime")]

use super::*;
use crate::syntax::{Kind, Regions, parse};
use crate::text::{Dialect, PythonVersion, Range, Source, Target};

fn with_model<T>(dialect: Dialect, target: Target, text: &str, ask: impl FnOnce(&Model<'_>) -> T) -> T {
    let source = Source::new(text.to_owned(), dialect, target);
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {text}") };
    ask(&Model::build(&tree))
}

fn python3<T>(text: &str, ask: impl FnOnce(&Model<'_>) -> T) -> T {
    with_model(Dialect::Python3, Target::default(), text, ask)
}

fn python2<T>(text: &str, ask: impl FnOnce(&Model<'_>) -> T) -> T {
    let target = Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 };
    with_model(Dialect::Python2, target, text, ask)
}

/// The names of the variables of each scope, scope by scope.
fn variables(model: &Model<'_>) -> Vec<String> {
    let names = |scope: &Scope<'_>| {
        let names: Vec<&str> = scope.variables.iter().map(|id| model.variable(*id).name.as_ref()).collect();
        names.join(" ")
    };
    model.scopes().map(|(_, scope)| names(scope)).collect()
}

/// What the last identifier with this text means.
fn resolution(model: &Model<'_>, text: &str) -> Option<Resolution> {
    let nodes = model.tree().nodes();
    let last = nodes.filter(|node| node.kind() == Kind::Identifier && node.text() == text).last()?;
    Some(model.resolve(last))
}

fn flags(model: &Model<'_>, name: &str) -> Option<VariableFlags> {
    model.variables().find(|(_, variable)| variable.name == name).map(|(_, variable)| variable.flags)
}

#[test]
fn python2_binds_where_it_does() {
    python2("[a for b in c]; {d for e in f}; (g for h in i)\n", |model| {
        assert_eq!(variables(model), ["b", "e", "h"]);
    });
    python2("def f(a, (b, (c, d))=e): return lambda (g, h): g\n", |model| {
        assert_eq!(variables(model), ["f", "a b c d", "g h"]);
    });
    python2("try: pass\nexcept A, e: pass\nexcept (B, C), (g, h.i): pass\n", |model| {
        assert_eq!(variables(model), ["e g"]);
        let kinds: Vec<BindingKind> = model.bindings().iter().map(|binding| binding.kind).collect();
        assert_eq!(kinds, [BindingKind::ExceptTarget, BindingKind::ExceptTarget]);
    });
    python3("try: pass\nexcept A, e: pass\n", |model| assert_eq!(variables(model), [""]));
}

#[test]
fn leaking_targets_are_marked_for_both_pythons() {
    let both = Target::from_oldest(PythonVersion::PY27);
    with_model(Dialect::Python3, both, "[a for a in b]; {c for c in d}\n", |model| {
        assert_eq!(flags(model, "a"), Some(VariableFlags::LEAKS_ON_PYTHON2));
        assert_eq!(flags(model, "c"), Some(VariableFlags::empty()));
    });
}

#[test]
fn builtins_are_names_that_nothing_can_bind() {
    let means = |text: &str| python3(text, |model| resolution(model, "len"));
    assert_eq!(means("def f(): return len\n"), Some(Resolution::Builtin));
    assert_eq!(means("def f():\n    exec(x)\ndef g(): len\n"), Some(Resolution::Builtin));
    for hidden in [
        "from m import *\nlen\n",
        "exec(x)\ndef f(): len\n",
        "def f(): globals()['len'] = 1\ndef g(): len\n",
        "class A:\n    locals()['len'] = 1\n    len\n",
    ] {
        assert_eq!(means(hidden), Some(Resolution::Unknown), "{hidden}");
    }
    let bound = means("def f():\n    global len\n    len = 1\ndef g(): return len\n");
    assert!(matches!(bound, Some(Resolution::Variable(_))));
    assert_eq!(python3("undefined\n", |model| resolution(model, "undefined")), Some(Resolution::Unknown));
    assert_eq!(python3("a.len\n", |model| resolution(model, "len")), Some(Resolution::Unknown));
    assert_eq!(python2("unicode\n", |model| resolution(model, "unicode")), Some(Resolution::Builtin));
}

#[test]
fn taints_stand_where_they_happen() {
    let taints =
        |text: &str| python3(text, |model| model.scopes().map(|(_, scope)| scope.taints).collect::<Vec<_>>());
    let none = Taints::empty();
    assert_eq!(taints("def f(): return locals()\n"), [none, Taints::LOCALS]);
    assert_eq!(taints("def f(): return [eval(a) for a in b]\n"), [none, Taints::EVAL, Taints::EVAL]);
    assert_eq!(taints("vars(a); dir(a)\ndef eval(): pass\neval()\n"), [none, none]);
    assert_eq!(taints("vars()\nfrom a import *\n"), [Taints::LOCALS | Taints::STAR_IMPORT]);
    assert_eq!(taints("import sys\nsys._getframe(1)\nglobals\n"), [Taints::FRAMES | Taints::GLOBALS]);
    assert_eq!(taints("from six import exec_\nexec_(a)\n"), [Taints::EVAL]);
    assert_eq!(taints("df.query('a > @b')\nsession.query(A)\n"), [Taints::FRAMES]);
    assert_eq!(python2("def f(): exec a in b\n", |model| model.any_taint()), Taints::EVAL);
    assert_eq!(python2("print `a`\n", |model| model.any_taint()), Taints::EVAL);
}

#[test]
fn flags_say_who_captures() {
    python3("def f(a, b, c, d):\n    [a for _ in b]\n    def g(): return c\n    (d for _ in d)\n", |model| {
        let captured = VariableFlags::PARAMETER | VariableFlags::CAPTURED;
        let closed_over = captured | VariableFlags::CAPTURED_BY_CLOSURE;
        assert_eq!(flags(model, "a"), Some(captured));
        assert_eq!(flags(model, "b"), Some(VariableFlags::PARAMETER));
        assert_eq!(flags(model, "c"), Some(closed_over));
        assert_eq!(flags(model, "d"), Some(closed_over));
    });
    python3("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n", |model| {
        let Some(flags) = flags(model, "x") else { panic!("no x") };
        assert!(flags.contains(VariableFlags::DECLARED_NONLOCAL | VariableFlags::CAPTURED_BY_CLOSURE));
    });
}

#[test]
fn uses_are_found_by_range() {
    let text = "x = x\nx += 1\ndel x\n";
    python3(text, |model| {
        let Some(x) = model.variable_in(model.module(), "x") else { panic!("no x") };
        let kinds = |range| model.bindings_in(x, range).map(|binding| binding.kind).collect::<Vec<_>>();
        assert_eq!(
            kinds(Range::new(0, text.len() as u32)),
            [BindingKind::Assignment, BindingKind::AugmentedAssignment, BindingKind::Delete]
        );
        assert_eq!(kinds(Range::new(6, 13)), [BindingKind::AugmentedAssignment]);
        assert_eq!(model.references_in(x, Range::new(1, 6)).count(), 1);
        assert_eq!(model.references_in(x, Range::new(0, 13)).count(), 2);
    });
}

#[test]
fn exports_are_read_from_literals() {
    let exports = |text: &str| python3(text, |model| model.exported_names());
    let names = |names: &[&str]| Exports::Names(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(exports("x = 1\n"), Exports::Undeclared);
    assert_eq!(exports("__all__ = ['a', 'b']\n__all__ += ('c',)\n"), names(&["a", "b", "c"]));
    assert_eq!(exports("__all__ = 'a', 'b'\n__all__.append('c')\n"), names(&["a", "b", "c"]));
    assert_eq!(exports("__all__ = ['a'] + ['b']\n__all__.extend(['c'])\n"), names(&["a", "b", "c"]));
    assert_eq!(exports("__all__ = [a]\n"), Exports::Unknown);
    assert_eq!(exports("__all__ = ['a']\n__all__ += m.__all__\n"), Exports::Unknown);
    assert_eq!(exports("__all__ = ['a']\nf(__all__)\n"), Exports::Unknown);
    assert_eq!(exports("__all__ = ['a']\n__all__.remove('a')\n"), Exports::Unknown);
    assert_eq!(exports("__all__ = ['a']\ndel __all__\n"), Exports::Unknown);
}

#[test]
fn large_texts_take_linear_time() {
    let many: Vec<String> = (0..100_000).map(|at| format!("x{} = x{at}\n", at / 2)).collect();
    python3(&many.concat(), |model| assert_eq!(model.bindings().len(), 100_000));
    let same: String = "x = x\n".repeat(100_000);
    python3(&same, |model| assert_eq!(model.references().len(), 100_000));
    let chain = format!("y = {}x\n", "(x := x) + ".repeat(10_000));
    python3(&chain, |model| assert_eq!(model.bindings().len(), 10_001));
}
