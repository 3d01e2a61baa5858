//! Small programs for each question about flow.

use crate::semantic::{Flow, Model, Resolution, ScopeKind};
use crate::syntax::{Call, Field, Kind, Node, Regions, parse};
use crate::text::{Dialect, PythonVersion, Source, Target};

fn with_model<T>(dialect: Dialect, target: Target, text: &str, ask: impl FnOnce(&Model<'_>) -> T) -> T {
    let source = Source::new(text.to_owned(), dialect, target);
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {text}") };
    ask(&Model::build(&tree))
}

/// The flow of the first function, or of the module when there is none.
fn flow(model: &Model<'_>) -> Flow {
    let mut functions = model.scopes().filter(|(_, scope)| scope.kind == ScopeKind::Function);
    let first = functions.find_map(|(_, scope)| scope.node);
    match first.and_then(|node| model.tree().node(node).child(Field::Body)) {
        Some(block) => Flow::of_block(model, block),
        None => Flow::of_module(model),
    }
}

/// For every `use(name)`, what reaches that name: the lines (from 1) of the bindings, and `unbound`. One answer
/// a call, separated by `; `; `?` where there is none.
fn reaching_in(flow: &Flow, model: &Model<'_>) -> String {
    let answer = |node: Node<'_>| {
        let Resolution::Variable(variable) = model.resolve(node) else { return "no variable".to_owned() };
        let Some(found) = flow.reaching_definitions(model, variable, node) else { return "?".to_owned() };
        let lines = found.bindings.iter().map(|id| model.tree().node(model.binding(*id).node).line());
        let unbound = found.unbound.then(|| "unbound".to_owned());
        lines.map(|line| line.to_string()).chain(unbound).collect::<Vec<_>>().join(" ")
    };
    let uses = model.tree().nodes().filter_map(Call::cast).filter(|call| call.function.text() == "use");
    uses.filter_map(|call| call.sole_argument()).map(answer).collect::<Vec<_>>().join("; ")
}

fn reaching_with(dialect: Dialect, target: Target, text: &str) -> String {
    with_model(dialect, target, text, |model| reaching_in(&flow(model), model))
}

fn reaching(text: &str) -> String {
    reaching_with(Dialect::Python3, Target::default(), text)
}

fn reaching_python2(text: &str) -> String {
    let target = Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 };
    reaching_with(Dialect::Python2, target, text)
}

#[test]
fn the_last_binding_on_each_way_reaches() {
    assert_eq!(reaching("x = 1\nx = 2\nuse(x)\n"), "2");
    assert_eq!(reaching("if c:\n    x = 1\nuse(x)\n"), "2 unbound");
    assert_eq!(reaching("if c:\n    x = 1\nelif d:\n    x = 2\nelse:\n    x = 3\nuse(x)\n"), "2 4 6");
    assert_eq!(reaching("x = 1\nx += use(x)\nuse(x)\n"), "1; 2");
    assert_eq!(reaching("x = 1\nx = use(x)\ndel x\nuse(x)\n"), "1; unbound");
    assert_eq!(reaching("import x\nuse(x)\nfrom m import a as x\nuse(x)\n"), "1; 3");
    assert_eq!(reaching("x = 1\n@use(x)\ndef f(a=use(x)): pass\nclass x(use(x)): use(x)\nuse(x)\n"), {
        // The flow is that of `f`, whose scope is not that of `x`.
        "?; ?; ?; ?; ?"
    });
    assert_eq!(reaching("x = 1\n@use(x)\nclass x(use(x)): use(x)\nuse(x)\n"), "1; 1; 1; 3");
}

#[test]
fn parameters_reach_from_the_entry() {
    assert_eq!(reaching("def f(x, *y):\n    use(x)\n    use(y)\n    x = 1\n    use(x)\n"), "1; 1; 4");
    assert_eq!(reaching("def f(x):\n    if c:\n        del x\n    use(x)\n"), "1 unbound");
    assert_eq!(reaching("def f(x=1):\n    while c:\n        use(x)\n        x = 2\n"), "1 4");
}

#[test]
fn loops_bring_later_bindings_back() {
    let text = "x = 1\nfor y in ys:\n    use(x)\n    x = 2\n    use(x)\nelse:\n    use(x)\nuse(y)\n";
    assert_eq!(reaching(text), "1 4; 4; 1 4; 2 unbound");
    let text = "x = 1\nwhile use(x):\n    if c:\n        x = 2\n        break\n    x = 3\nelse:\n    use(x)\nuse(x)\n";
    assert_eq!(reaching(text), "1 6; 1 6; 1 4 6");
    let text = "x = 1\nfor y in ys:\n    if c:\n        continue\n    x = 2\nuse(x)\n";
    assert_eq!(reaching(text), "1 5");
    assert_eq!(reaching("while True:\n    x = 1\n    if c: break\nuse(x)\n"), "2");
    assert_eq!(reaching("for x in use(x): pass\n"), "unbound");
    assert_eq!(reaching("for x, a[use(x)] in ys: pass\n"), "1 unbound");
    assert_eq!(
        reaching("async def f():\n    async for x in ys:\n        use(x)\n    use(x)\n"),
        "2; 2 unbound"
    );
}

#[test]
fn exceptions_leave_before_a_binding_and_behind_it() {
    let text = "x = 1\ntry:\n    x = f()\nexcept E:\n    use(x)\nelse:\n    use(x)\nuse(x)\n";
    assert_eq!(reaching(text), "1; 3; 1 3");
    let text = "x = 1\ntry:\n    x = 2\n    f()\nexcept E:\n    use(x)\n";
    assert_eq!(reaching(text), "1 3");
    // The second target fails when the first one is bound.
    for statement in
        ["x, a[0] = 1, 2", "x = a[0] = 1", "x, (y, z) = f()", "import x, y", "from m import x, y"]
    {
        let text = format!("x = 1\ntry:\n    {statement}\nexcept E:\n    use(x)\n");
        assert_eq!(reaching(&text), "1 3", "{statement}");
    }
    for statement in ["x, y = f()", "[x, y] = f()", "import x", "from m import x", "def x(): pass", "x += 1"]
    {
        let text = format!("x = 1\ntry:\n    {statement}\nexcept E:\n    use(x)\n");
        assert_eq!(reaching(&text), if statement.contains("def") { "?" } else { "1" }, "{statement}");
    }
    assert_eq!(reaching("x = 1\ntry:\n    f(x := 2)\nexcept E:\n    use(x)\n"), "1 3");
    assert_eq!(reaching("x = 1\ntry:\n    x: y = 2\nexcept E:\n    use(x)\n"), "1 3");
    assert_eq!(reaching("try:\n    del x, y\nexcept E:\n    use(x)\n"), "unbound");
    assert_eq!(reaching("x = 1\ntry:\n    del x, y\nexcept E:\n    use(x)\n"), "1 unbound");
}

#[test]
fn finally_clauses_are_passed_by_exceptions_too() {
    let text = "x = 1\ntry:\n    x = f()\nfinally:\n    use(x)\nuse(x)\n";
    assert_eq!(reaching(text), "1 3; 1 3");
    let text = "try:\n    try:\n        f()\n    finally:\n        x = 1\nexcept E:\n    use(x)\n";
    assert_eq!(reaching(text), "5 unbound");
    let text = "for y in ys:\n    try:\n        x = 1\n        break\n    finally:\n        x = 2\nuse(x)\n";
    assert_eq!(reaching(text), "6 unbound");
    let text = "def f():\n    x = 1\n    try:\n        return\n    finally:\n        use(x)\n";
    assert_eq!(reaching(text), "2");
}

#[test]
fn names_of_exceptions_are_deleted() {
    let text = "try:\n    f()\nexcept E as x:\n    use(x)\nuse(x)\n";
    assert_eq!(reaching(text), "3; 3 unbound");
    let text = "try: f()\nexcept E as x:\n    try: g()\n    except F as x: use(x)\n    use(x)\n";
    assert_eq!(reaching(text), "4; 2 4 unbound");
    // Also when it was bound anew in the clause.
    assert_eq!(reaching("x = 1\ntry: x = f()\nexcept E as x: x = 1\nuse(x)\n"), "2 3 unbound");
    let text = "for y in ys:\n    try: f()\n    except use(x) as x: pass\n";
    assert_eq!(reaching(text), "3 unbound");
    assert_eq!(reaching_python2("try: f()\nexcept E, x: use(x)\nuse(x)\n"), "2; 2 unbound");
}

#[test]
fn managers_may_swallow_exceptions() {
    let text = "x = 1\nwith m as y:\n    x = f()\nuse(x)\nuse(y)\n";
    assert_eq!(reaching(text), "1 3; 2");
    assert_eq!(reaching("x = 1\nwith open(x) as x, g(use(x)) as y: pass\n"), "2");
    assert_eq!(reaching("x = 1\nwith (open(x) as x, g(use(x)) as y): use(x)\n"), "2; 2");
    assert_eq!(reaching("with open(y) as f:\n    x = 1\nuse(x)\n"), "2");
    assert_eq!(reaching("with a as (x, b[use(x)]): pass\n"), "1 unbound");
}

#[test]
fn what_may_not_run_does_not_kill() {
    assert_eq!(reaching("x = 1\nif c and (x := 2): pass\nuse(x)\n"), "1 2");
    assert_eq!(reaching("x = 1\nf(x := 2, use(x))\n"), "1 2");
    assert_eq!(reaching("x = 1\n[x := y for y in ys]\nuse(x)\n"), "1 2");
    assert_eq!(reaching("x = 1\nf((x := y) for y in ys)\nuse(x)\n"), "?");
    let text = "x = 1\nmatch a:\n    case [x, 1] if use(x): use(x)\n    case _: use(x)\nuse(x)\n";
    assert_eq!(reaching(text), "1 3; 1 3; 1 3; 1 3");
    assert_eq!(reaching_python2("x = 1\n[x for x in xs]\nuse(x)\n"), "1 2");
}

#[test]
fn unseen_bindings_give_no_answer() {
    let both = Target::from_oldest(PythonVersion::PY27);
    assert_eq!(reaching_with(Dialect::Python3, both, "x = 1\n[x for x in xs]\nuse(x)\n"), "?");
    assert_eq!(reaching("x = 1\n[x for x in xs]\nuse(x)\n"), "1");
    assert_eq!(
        reaching("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    use(x)\n"),
        "?"
    );
    assert_eq!(reaching("def f():\n    global x\n    x = 1\n    use(x)\n"), "?");
    assert_eq!(reaching("x = 1\nclass A:\n    global x\n    x = 2\nuse(x)\n"), "?");
    assert_eq!(reaching_python2("def f():\n    x = 1\n    exec y\n    use(x)\n"), "?");
    for taint in ["from m import *", "exec(y)", "vars()", "sys._getframe()", "sys.modules[y]"] {
        assert_eq!(reaching(&format!("x = 1\n{taint}\nuse(x)\n")), "?", "{taint}");
    }
}

#[test]
fn reads_that_run_later_have_no_answer() {
    let inner = |text: &str| reaching(&format!("def f():\n    x = 1\n    {text}\n    x = 2\n    use(x)\n"));
    assert_eq!(inner("g = lambda: use(x)"), "?; 4");
    assert_eq!(inner("g = (use(x) for y in ys)"), "?; 4");
    assert_eq!(inner("g = (y for y in use(x))"), "2; 4");
    assert_eq!(inner("g = [use(x) for y in ys]"), "2; 4");
    assert_eq!(inner("g = [[use(x) for z in y] for y in ys]"), "2; 4");
    assert_eq!(inner("def g(): use(x)"), "?; 4");
    assert_eq!(inner("class A: use(x)"), "2; 4");
    assert_eq!(inner("y: use(x) = 1"), "?; 4");
}

#[test]
fn code_that_never_runs_is_reached_by_nothing() {
    assert_eq!(reaching("def f():\n    return\n    x = 1\n    use(x)\n"), "");
    assert_eq!(reaching("def f():\n    if c:\n        x = 1\n        raise E\n    x = 2\n    use(x)\n"), "5");
}

#[test]
fn long_bodies_stay_fast() {
    let near: Vec<String> = (0..10_000).map(|at| format!("x{at} = 1\nuse(x{at})\n")).collect();
    let far = format!("x = 1\n{}", "use(x)\nif c: use(x)\n".repeat(5_000));
    let rebound = "if c: x = 1\n".repeat(3_000) + "use(x)\n";
    let managed = "with m: x = 1\n".repeat(3_000) + "use(x)\n";
    for text in [near.concat(), far, rebound, managed] {
        assert_ne!(reaching(&text), "");
    }
}

/// What `ask` says about the first loop of `text`, and the last `use` in it.
fn about_loop<T>(
    dialect: Dialect,
    text: &str,
    ask: impl Fn(&Flow, &Model<'_>, Node<'_>, Node<'_>) -> T,
) -> T {
    with_model(dialect, Target::default(), text, |model| {
        let is_loop = |node: &Node<'_>| matches!(node.kind(), Kind::ForStatement | Kind::WhileStatement);
        let statement = model.tree().nodes().find(is_loop);
        let place = model.tree().nodes().filter(|node| node.text() == "use").last();
        let (Some(statement), Some(place)) = (statement, place) else {
            panic!("no loop or no `use`: {text}")
        };
        ask(&flow(model), model, statement, place)
    })
}

#[test]
fn some_loops_surely_run() {
    let runs = |header: &str| {
        let text = format!("{header}\n    use\n");
        about_loop(Dialect::Python3, &text, |flow, model, statement, _| {
            flow.runs_at_least_once(model, statement)
        })
    };
    for header in [
        "for x in [1]:",
        "for x in ([1, *y]):",
        "for x in 1, 2:",
        "for x in {1: 2}:",
        "for x in 'a':",
        "for x in range(3):",
        "for x in range(5, 1, -1):",
        "for x in enumerate(sorted('ab')):",
        "while True:",
        "while (1):",
    ] {
        assert!(runs(header), "{header}");
    }
    for header in [
        "for x in y:",
        "for x in []:",
        "for x in [*y]:",
        "for x in {**y}:",
        "for x in '':",
        "for x in f'{y}':",
        "for x in range(0):",
        "for x in range(1, 5, -1):",
        "for x in range(y):",
        "for x in iter([1], 1):",
        "while x:",
        "while 0:",
    ] {
        assert!(!runs(header), "{header}");
    }
    assert!(!runs("def range(x): pass\nfor x in range(3):"));
    let python2 = "for x in xrange(2): use\n";
    assert!(about_loop(Dialect::Python2, python2, |flow, model, it, _| flow.runs_at_least_once(model, it)));
    let other_body = "def f(): pass\nfor x in [1]: use\n";
    assert!(
        !about_loop(Dialect::Python3, other_body, |flow, model, it, _| flow.runs_at_least_once(model, it))
    );
}

#[test]
fn some_places_run_in_each_turn() {
    let runs = |body: &str| {
        let text = format!("async def f():\n    while c:\n        {}\n", body.replace('\n', "\n        "));
        about_loop(Dialect::Python3, &text, |flow, _, statement, place| {
            flow.unconditional_in_loop(place, statement)
        })
    };
    for body in [
        "use",
        "f(); use; return",
        "if a: b\nuse",
        "if a: raise E\nuse",
        "for x in xs: pass\nelse: use",
        "if use: a",
        "for x in use: pass",
        "while use: pass",
        "while True:\n    if a: break\nuse",
        "while a:\n    try: break\n    finally: f()\nuse",
        "try: f()\nfinally: use",
        "try: f()\nexcept E: g()\nuse",
        "with open(a) as b: use",
        "x = a if use else b",
        "a < use < b",
        "use and a",
        "f(y for y in use)",
        "await use",
        "yield use",
        "@use\ndef g(a=b): pass",
    ] {
        assert!(runs(body), "{body}");
    }
    for body in [
        "if a: use",
        "if a: continue\nuse",
        "if a: break\nuse",
        "if a: return\nuse",
        "a and use",
        "a < b < use",
        "use if a else b",
        "a if b else use if c else d",
        "if a: break\nelse: use",
        // The graph does not know with what a `finally` clause was entered.
        "try: use\nfinally: f()",
        "assert use",
        "lambda: use",
        "def g(): use",
        "class A:\n    use",
        "[use for y in ys]",
        "for x in xs: use",
        "for x in xs:\n    if a: break\nelse: use",
        "try: f()\nexcept E: use",
        "try: f(a, use)\nexcept E: pass",
        "try:\n    f()\n    use\nexcept E: pass",
        "with a: use",
        "try:\n    if a: return\n    use\nfinally: f()",
        "try:\n    if a: return\nfinally: f()\nuse",
        "try:\n    if a: break\nfinally: f()\nuse",
        "for x in xs: pass\nelse:\n    try: break\n    finally: f()\nuse",
        "match a:\n    case use.b: pass",
        "match a:\n    case _: use",
    ] {
        assert!(!runs(body), "{body}");
    }
    let conditional = |text: &str| {
        !about_loop(Dialect::Python3, text, |flow, _, statement, place| {
            flow.unconditional_in_loop(place, statement)
        })
    };
    assert!(!conditional("while use: pass\n"));
    assert!(conditional("while a and use: pass\n"));
    assert!(conditional("for x in use: pass\n"));
    assert!(conditional("for x in xs: pass\nuse\n"));
    assert!(!about_loop(Dialect::Python2, "for x in xs: print use\n", |flow, _, it, place| {
        !flow.unconditional_in_loop(place, it)
    }));
}

/// The line of a read of `x` between the first assignment to `a` and the first to `b`.
fn read_between(text: &str) -> Option<u32> {
    with_model(Dialect::Python3, Target::default(), text, |model| {
        let assigns = |name: &str| {
            let mut nodes = model.tree().nodes();
            nodes.find(|node| node.kind() == Kind::ExpressionStatement && node.text().starts_with(name))
        };
        let variable = model.variables().find(|(_, variable)| variable.name == "x").map(|(id, _)| id);
        let (Some(from), Some(to), Some(variable)) = (assigns("a ="), assigns("b ="), variable) else {
            panic!("no such statements: {text}")
        };
        let read = flow(model).read_between(model, variable, from, to)?;
        Some(model.tree().node(read).line())
    })
}

#[test]
fn reads_between_two_statements_are_found() {
    assert_eq!(read_between("x = 1\na = x\nb = x\nf(x)\n"), None);
    assert_eq!(read_between("x = 1\na = 1\nf(x)\nb = 1\n"), Some(3));
    assert_eq!(read_between("x = 1\na = 1\nif c: f(x)\nb = 1\n"), Some(3));
    assert_eq!(read_between("def f():\n    x = a = 1\n    a = 1\n    if c: return x\n    b = 1\n"), None);
    assert_eq!(read_between("def f():\n    x = 1\n    a = 1\n    if c: return x\n    b = 1\n"), None);
    assert_eq!(read_between("x = 1\na = 1\ntry:\n    g()\nexcept E: f(x)\nb = 1\n"), Some(5));
    assert_eq!(read_between("x = 1\na = 1\ntry: g()\nfinally: f(x)\nb = 1\n"), Some(4));
    assert_eq!(read_between("x = 1\na = 1\ntry: h = 1\nexcept E:\n    f(x)\n    raise\nb = 1\n"), None);
    // Around the loop, but not through one of the two once more.
    let text = "x = 1\nfor y in ys:\n    b = 1\n    a = 1\n    f(x)\n";
    assert_eq!(read_between(text), Some(5));
    let text = "x = 1\nfor y in ys:\n    f(x)\n    a = 1\n    b = 1\n    f(x)\n";
    assert_eq!(read_between(text), None);
    assert_eq!(read_between("x = 1\na = 1\ndef g(): return x\nb = 1\n"), None);
    let text = "def f():\n    x = 1\n    a = 1\n    def g(): return x\n    b = 1\n";
    assert_eq!(read_between(text), Some(4));
    let text = "async def f():\n    x = 1\n    a = 1\n    async with g(x) as y: await y\n    b = 1\n";
    assert_eq!(read_between(text), Some(4));
    assert_eq!(read_between("x = 1\na = 1\nmatch y:\n    case 1 if x: pass\nb = 1\n"), Some(4));
    assert_eq!(read_between("x = 1\na = 1\ndel x\nb = 1\n"), Some(3));
}
