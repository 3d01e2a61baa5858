//! Bad input of every kind: one clear line, the right exit status, and the rest of the run unharmed.

use std::fs;

use super::{DECLINED, LOOP, Project, REWRITTEN};

#[test]
fn a_missing_path_stops_nothing() {
    let project = Project::new(&[("a.py", LOOP.as_bytes())]);
    let run = project.run(&["--write", "missing.py", "a.py"]);
    assert_eq!(run.errors(), ["missing.py: no such file or directory"]);
    assert_eq!(run.status, 2);
    assert_eq!(project.read("a.py"), REWRITTEN.as_bytes());
}

// Whoever runs the tests may be root, who can read everything: a link that leads nowhere and a directory in
// place of a file cannot be read by anybody.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_stops_nothing() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("a.py", LOOP.as_bytes()), ("x.py/inner.py", LOOP.as_bytes())]);
    symlink("nowhere", project.root.join("dangling.py")).unwrap();
    let run = project.run(&["--write", "dangling.py", "."]);
    assert_eq!(run.errors(), ["dangling.py: the link leads nowhere"]);
    assert_eq!(run.status, 2);
    assert_eq!(project.read("a.py"), REWRITTEN.as_bytes());
    assert_eq!(project.read("x.py/inner.py"), REWRITTEN.as_bytes());
}

#[cfg(unix)]
#[test]
fn a_device_is_no_source() {
    let project = Project::new(&[]);
    let run = project.run(&["/dev/zero"]);
    assert_eq!(run.errors().len(), 1, "{run:?}");
    assert!(run.err.contains("is neither a file nor a directory"), "{run:?}");
    assert_eq!(run.status, 2);
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("p/a.py", LOOP.as_bytes())]);
    symlink("..", project.root.join("p/up")).unwrap();
    let run = project.run(&["--check", "."]);
    assert_eq!(run.out(), "p/a.py:2:5: loop-append: fill `out` with a comprehension (1.7x faster on 3.8)\n");
    assert_eq!(run.status, 1);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_rewritten_once() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("real.py", LOOP.as_bytes())]);
    symlink("real.py", project.root.join("link.py")).unwrap();
    let run = project.run(&["--write", "link.py", "real.py", "."]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.err.contains("1 file changed, 1 fix"), "{run:?}");
    assert_eq!(project.read("real.py"), REWRITTEN.as_bytes());
    assert!(project.root.join("link.py").is_symlink());
}

/// Contents that cannot be understood, each with the id of the reason and a part of its line.
fn unintelligible() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let with_loop = |before: &[u8], after: &[u8]| [before, LOOP.as_bytes(), after].concat();
    vec![
        ("binary.py", with_loop(b"", b"\0\x01"), "binary", "NUL"),
        ("bytes.py", with_loop(b"", b"s = '\xff'\n"), "undecodable", "is not valid utf-8"),
        ("cookie.py", with_loop(b"# coding: no-such\n", b""), "unknown-encoding", "no-such"),
        (
            "bom.py",
            with_loop(b"\xef\xbb\xbf# coding: latin-1\n", b""),
            "bom-cookie-conflict",
            "byte order mark",
        ),
        ("return.py", with_loop(b"x = 1\ry = 2\n", b""), "lone-carriage-return", "carriage return"),
        ("letters.py", with_loop("ｎame = 1\n".as_bytes(), b""), "respelled-name", "another spelling"),
        ("private.py", with_loop(b"class C: pass\n_C__x = 1\n", b""), "respelled-name", "another spelling"),
        ("syntax.py", with_loop(b"", b"def (:\n"), "syntax-error", "syntax error at line"),
        (
            "deep.py",
            with_loop(b"", &[vec![b'('; 50_000], vec![b')'; 50_000]].concat()),
            "too-deep",
            "too deeply",
        ),
        ("large.py", with_loop(&[b'\n'; 20_000], b""), "too-large", "more than the limit of 10000"),
    ]
}

/// The deep file is larger than the others need.
fn limit_for(id: &str) -> &'static str {
    if id == "too-deep" { "1MB" } else { "10KB" }
}

#[test]
fn a_named_file_that_is_not_understood_is_a_failure() {
    for (name, content, id, words) in unintelligible() {
        let project = Project::new(&[("a.py", LOOP.as_bytes()), (name, &content)]);
        let run = project.run(&["--write", "--max-file-size", limit_for(id), "a.py", name]);
        let [line] = run.errors()[..] else { panic!("{name}: {run:?}") };
        assert!(line.starts_with(&format!("{name}: skipped: ")) && line.contains(words), "{line}");
        assert_eq!(run.status, 2, "{name}");
        assert_eq!(project.read("a.py"), REWRITTEN.as_bytes(), "{name}");
        assert_eq!(project.read(name), content, "{name}");
    }
}

#[test]
fn a_found_file_that_is_not_understood_is_counted() {
    for (name, content, id, words) in unintelligible() {
        let project = Project::new(&[("a.py", LOOP.as_bytes()), (name, &content)]);
        let limit = limit_for(id);
        let run = project.run(&["--stats", "--max-file-size", limit, "."]);
        assert_eq!((run.status, run.errors().len()), (0, 0), "{run:?}");
        assert!(run.err.contains("1 skipped"), "{run:?}");
        assert!(run.err.contains(words), "{run:?}");

        let run = project.run(&["--output-format", "json", "--max-file-size", limit, "."]);
        let files = run.json()["files"].as_array().unwrap().clone();
        let file = files.iter().find(|file| file["path"] == name).unwrap();
        assert_eq!(file["status"], "skipped");
        assert_eq!(file["reason"]["id"], id);

        assert_eq!(project.run(&["--strict", "--max-file-size", limit, "."]).status, 2, "{name}");
    }
}

#[test]
fn protected_files_are_no_failure() {
    let generated = ["# Generated by a tool. DO NOT EDIT.\n", LOOP].concat();
    let ignored = ["# pyfix: file-ignore\n", LOOP].concat();
    for text in [generated, ignored] {
        let project = Project::new(&[("a.py", text.as_bytes())]);
        let run = project.run(&["--strict", "--write", "a.py"]);
        assert_eq!((run.status, run.errors().len()), (0, 0), "{run:?}");
        assert_eq!(project.read("a.py"), text.as_bytes());
    }
}

#[test]
fn mistyped_words_are_corrected() {
    let project = Project::new(&[("a.py", LOOP.as_bytes())]);
    for (arguments, hint) in [
        (&["--selct", "loop-append"][..], "--select"),
        (&["--select", "loop-apend"], "did you mean `loop-append`?"),
        (&["--ignore", "lop-append"], "did you mean `loop-append`?"),
        (&["explain", "loop-appended"], "did you mean `loop-append`?"),
        (&["--target-version", "py99"], "write it like `py38`"),
        (&["--max-file-size", "big"], "write it like `500KB`"),
    ] {
        let run = project.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.err.contains(hint), "{arguments:?}: {run:?}");
        assert_eq!(run.out(), "");
    }
}

#[test]
fn a_wrong_configuration_spares_the_files_that_it_is_not_for() {
    let project = Project::new(&[
        ("good/a.py", LOOP.as_bytes()),
        ("bad/a.py", LOOP.as_bytes()),
        ("bad/b.py", LOOP.as_bytes()),
        ("bad/pyproject.toml", b"[tool.pyfix]\nline-length = 80\nunsafe-fix = true\n"),
    ]);
    let run = project.run(&["--write", "."]);
    let [line] = run.errors()[..] else { panic!("{run:?}") };
    assert!(
        line.ends_with("bad/pyproject.toml: line 3: unknown key `unsafe-fix` (did you mean `unsafe-fixes`?)"),
        "{line}"
    );
    assert_eq!(run.status, 2);
    assert_eq!(project.read("good/a.py"), REWRITTEN.as_bytes());
    assert_eq!(project.read("bad/a.py"), LOOP.as_bytes());
    assert_eq!(project.run(&["--isolated", "--write", "."]).status, 0);
    assert_eq!(project.read("bad/a.py"), REWRITTEN.as_bytes());
}

#[test]
fn the_configuration_is_obeyed() {
    let project = Project::new(&[
        ("a.py", LOOP.as_bytes()),
        ("old/a.py", LOOP.as_bytes()),
        ("pyfix.toml", b"exclude = ['old/']\ntarget-version = 'py39'\n"),
    ]);
    let run = project.run(&["--check"]);
    assert!(run.out().starts_with("a.py:2:5: "), "{run:?}");
    assert!(run.err.contains("1 excluded; target Python 3.9 (target-version in pyfix.toml)"), "{run:?}");
    assert!(project.run(&["--check", "old/a.py"]).out().starts_with("old/a.py:2:5: "));
    fs::write(project.root.join("other.toml"), "ignore = ['loop-append', 'loop-attribute-lookup']\n")
        .unwrap();
    assert_eq!(project.run(&["--check", "--config", "other.toml"]).status, 0);
    assert_eq!(project.run(&["--config", "missing.toml"]).status, 2);
}

#[test]
fn standard_input_is_previewed_and_rewritten() {
    let project = Project::new(&[]);
    let run = project.run_with_input(&["-", "--stdin-filename", "pkg/a.py"], LOOP.as_bytes());
    assert!(run.out().starts_with("--- a/pkg/a.py\n+++ b/pkg/a.py\n@@ "), "{run:?}");
    assert_eq!(run.status, 0);
    assert_eq!(project.run_with_input(&["-", "--write"], LOOP.as_bytes()).out(), REWRITTEN);
    assert_eq!(project.run_with_input(&["-", "--check"], LOOP.as_bytes()).status, 1);
    assert_eq!(project.run_with_input(&["-", "--check"], DECLINED.as_bytes()).status, 0);
    let broken = project.run_with_input(&["-", "--write"], b"s = '\xff'\n");
    assert_eq!((broken.status, broken.out.as_slice()), (2, &b"s = '\xff'\n"[..]));
}

#[test]
fn the_target_comes_from_the_project() {
    let project = Project::new(&[
        ("a.py", LOOP.as_bytes()),
        ("pyproject.toml", b"[project]\nname = 'x'\nrequires-python = '>=3.10'\n"),
    ]);
    let run = project.run(&[]);
    assert!(run.err.contains("target Python 3.10 (requires-python in pyproject.toml)"), "{run:?}");
    let run = project.run(&["--target-version", "py39"]);
    assert!(run.err.contains("target Python 3.9 (--target-version)"), "{run:?}");
}

#[test]
fn the_syntax_of_a_file_may_ask_for_a_newer_target() {
    let newer = LOOP.replace("    return", "    match out:\n        case _:\n            pass\n    return");
    let older = format!("import six\n{LOOP}");
    let project =
        Project::new(&[("a.py", newer.as_bytes()), ("b.py", older.as_bytes()), ("c.py", LOOP.as_bytes())]);
    let run = project.run(&["--output-format", "json"]);
    let document = run.json();
    let of = |index: usize| {
        let file = &document["files"][index];
        (file["target"]["oldest"].clone(), file["target_origin"].clone())
    };
    assert_eq!(of(0), ("3.10".into(), "the syntax of the file".into()));
    assert_eq!(of(1), ("2.7".into(), "no version stated, and the file supports Python 2".into()));
    assert_eq!(of(2), ("3.8".into(), "the default".into()));
    assert!(run.err.contains("3.10 (the syntax of the file)"), "{run:?}");
}

#[test]
fn configuration_that_means_nothing_is_named() {
    let project = Project::new(&[("a.py", LOOP.as_bytes())]);
    project.write("pyproject.toml", b"[tool.pyfix]\nexclude = [\n  'old/',\n  'a[',\n]\n");
    let run = project.run(&[]);
    assert_eq!(run.status, 2);
    let [error] = run.errors()[..] else { panic!("{run:?}") };
    assert!(
        error.contains("pyproject.toml: line 4: the pattern \"a[\" in `exclude` has a `[` without"),
        "{error}"
    );

    project.write("pyproject.toml", b"[tool.black]\nline-length = '99'\n[project]\nrequires-python = 3.9\n");
    let run = project.run(&[]);
    assert_eq!(run.status, 0);
    let warned = |text: &str| run.err.lines().filter(|line| line.contains(text)).count();
    assert_eq!(warned("line 2: `tool.black.line-length` must be a whole number above 0"), 1, "{run:?}");
    assert_eq!(warned("requires-python in pyproject.toml must be a string such as"), 1, "{run:?}");
    assert!(run.err.contains("warning: "), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.py", LOOP.as_bytes()), ("b.py", LOOP.as_bytes())]);
    fs::set_permissions(project.root.join("a.py"), fs::Permissions::from_mode(0o444)).unwrap();
    let run = project.run(&["--write"]);
    assert_eq!(run.errors(), ["a.py: is read-only; make it writable first"]);
    assert_eq!(run.status, 2);
    assert_eq!(project.read("a.py"), LOOP.as_bytes());
    assert_eq!(project.read("b.py"), REWRITTEN.as_bytes());
    assert_eq!(fs::read_dir(&project.root).unwrap().count(), 2);
}

#[test]
fn what_takes_too_long_to_judge_is_skipped() {
    let project = Project::new(&[("a.py", LOOP.as_bytes()), ("long.py", LOOP.repeat(200).as_bytes())]);
    let run = project.run(&["--write", "--max-effort", "20000", "long.py", "a.py"]);
    let message = "long.py: skipped: takes more than 20000 steps to judge; raise `max-effort` or --max-effort to include it";
    assert_eq!(run.errors(), [message]);
    assert_eq!(run.status, 2);
    assert_eq!(project.read("a.py"), REWRITTEN.as_bytes());
    assert_eq!(project.read("long.py"), LOOP.repeat(200).as_bytes());
    project.write("pyfix.toml", b"max-effort = 20000\n");
    let report = project.run(&["--output-format", "json", "long.py"]).json();
    assert_eq!(report["files"][0]["reason"]["id"], "too-costly");
    assert_eq!(project.run(&["--max-effort", "2000000000", "--write", "long.py"]).status, 0);
    assert_eq!(project.read("long.py"), REWRITTEN.repeat(200).as_bytes());
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let project = Project::new(&[
        ("a.py", LOOP.as_bytes()),
        ("p/.pyfix-Ab12Cd.tmp", b"x = 1\n"),
        ("p/done.py", b""),
        ("p/.pyfix-mine.tmp", b""),
        (".pyfix-Zz99zZ.tmp", b"x = 1\n"),
    ]);
    let used = fs::File::open(project.root.join(".pyfix-Zz99zZ.tmp")).unwrap();
    used.lock().unwrap();
    let exists = |name: &str| project.root.join(name).exists();
    project.run(&["--check"]);
    assert!(exists("p/.pyfix-Ab12Cd.tmp"), "a run that writes nothing removes nothing");
    let run = project.run(&["--write"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(project.read("a.py"), REWRITTEN.as_bytes());
    assert!(!exists("p/.pyfix-Ab12Cd.tmp"));
    assert!(exists("p/.pyfix-mine.tmp"), "no name that pyfix gives");
    assert!(exists(".pyfix-Zz99zZ.tmp"), "another run uses it");
}

// Another file reads the loop variable from outside.
#[test]
fn what_other_files_use_is_kept() {
    let library = "xs = [1]\nout = []\nfor item in xs:\n    out.append(item + 1)\n";
    let user = "import lib\n\n\ndef f():\n    return lib.item\n";
    let project =
        Project::new(&[("setup.py", b""), ("lib.py", library.as_bytes()), ("user.py", user.as_bytes())]);
    let run = project.run(&["--write", "--stats"]);
    assert!(run.err.contains("target-public"), "{run:?}");
    assert_eq!(project.read("lib.py"), library.as_bytes());
}
