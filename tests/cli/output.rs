//! What goes to standard output and standard error, and the exit status.

use std::io::Read;
use std::process::{Command, Stdio};

use super::{DECLINED, LOOP, Project, REWRITTEN};

fn project() -> Project {
    Project::new(&[("a.py", LOOP.as_bytes()), ("b.py", DECLINED.as_bytes())])
}

#[test]
fn a_preview_prints_a_diff_and_touches_nothing() {
    let project = project();
    let expected = "--- a/a.py\n+++ b/a.py\n@@ -1,5 +1,3 @@\n def f(xs):\n-    out = []\n-    for x in xs:\n\
                    -        out.append(x + 1)\n+    out = [x + 1 for x in xs]\n     return out\n";
    for arguments in [&[][..], &["--dry-run"], &["--dry-run", "a.py", "b.py"]] {
        let run = project.run(arguments);
        assert_eq!(run.out(), expected);
        assert_eq!(run.status, 0);
        assert!(run.err.contains("1 file would change, 1 fix (loop-append 1); 1 file unchanged"), "{run:?}");
        assert!(run.err.contains("run with --write to apply"), "{run:?}");
    }
    assert_eq!(project.read("a.py"), LOOP.as_bytes());
}

#[test]
fn a_rewrite_is_quiet_and_comes_to_rest() {
    let project = project();
    let run = project.run(&["--write"]);
    assert_eq!((run.status, run.out()), (0, ""));
    assert_eq!(project.read("a.py"), REWRITTEN.as_bytes());
    let again = project.run(&["--write"]);
    assert!(again.err.contains("nothing to change; 2 files unchanged"), "{again:?}");
    assert_eq!(project.run(&["--check"]).status, 0);
}

#[test]
fn few_fixes_come_with_reasons() {
    let run = project().run(&["b.py"]);
    assert_eq!(run.out(), "");
    assert!(
        run.err.contains("b.py:5 loop-append: the loop has an `else` clause")
            || run.err.contains("b.py:3 loop-append: the loop has an `else` clause"),
        "{run:?}"
    );
}

#[test]
fn statistics_count_fixes_and_reasons() {
    let run = project().run(&["--stats", "--output-format", "text"]);
    assert!(run.out().contains("a.py:2:5: loop-append: fill `out`"), "{run:?}");
    assert!(run.out().contains(": loop-append: declined: the loop has an `else` clause"), "{run:?}");
    for row in ["Fixes\n  loop-append", "Left alone by loop-append\n  loop-else"] {
        assert!(run.err.contains(row), "{run:?}");
    }
}

#[test]
fn json_accounts_for_everything_in_bytes_of_the_file() {
    let latin = [&b"# coding: latin-1\r\ns = '\xe9'\r\n"[..], LOOP.replace('\n', "\r\n").as_bytes()].concat();
    let project = Project::new(&[("a.py", &latin), ("b.py", DECLINED.as_bytes())]);
    let run = project.run(&["--output-format", "json", ".", "missing"]);
    assert_eq!(run.status, 2);
    let document = run.json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["errors"][0]["path"], "missing");
    assert_eq!(document["summary"]["fixes"]["loop-append"], 1);
    assert_eq!(document["files"].as_array().unwrap().len(), 2);
    let file = &document["files"][0];
    assert_eq!((file["path"].as_str(), file["status"].as_str()), (Some("a.py"), Some("changed")));
    assert_eq!(file["encoding"], "iso8859-1");
    let fix = &file["fixes"][0];
    assert_eq!((fix["id"].as_str(), fix["applied"].as_bool()), (Some("loop-append"), Some(true)));
    assert_eq!(fix["line"], 4);
    let declines = document["files"][1]["declines"].as_array().unwrap();
    assert_eq!(declines[0]["reason"], "loop-else");

    // The edits alone give what --write gives.
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for edit in fix["edits"].as_array().unwrap() {
        let at = |end: &str| usize::try_from(edit["range"][end].as_u64().unwrap()).unwrap();
        edits.push((at("start"), at("end"), edit["replacement"].as_str().unwrap().to_owned()));
    }
    let mut edited = latin.clone();
    for (start, end, replacement) in edits.into_iter().rev() {
        edited.splice(start..end, replacement.into_bytes());
    }
    project.run(&["--write", "a.py"]);
    assert_eq!(project.read("a.py"), edited);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let project = project();
    let coloured = |arguments: &[&str]| project.run(arguments).out.contains(&0x1b);
    assert!(!coloured(&[]));
    assert!(!coloured(&["--color", "auto"]));
    assert!(coloured(&["--color", "always"]));
    assert!(!coloured(&["--color", "never"]));
    let mut command = super::command_in(&project.root);
    let forced = command.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!forced.stdout.contains(&0x1b));
}

#[test]
fn escape_sequences_of_the_source_survive() {
    let text = ["s = '\x1b[31m'\n", LOOP].concat();
    let project = Project::new(&[("a.py", text.as_bytes())]);
    assert!(project.run(&[]).out().contains(" s = '\x1b[31m'\n"));
}

#[test]
fn a_reader_may_leave_early() {
    let many: Vec<(String, Vec<u8>)> =
        (0..300).map(|number| (format!("m{number}.py"), LOOP.repeat(20).into_bytes())).collect();
    let files: Vec<(&str, &[u8])> =
        many.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    let project = Project::new(&files);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("pyfix"))
        .current_dir(&project.root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let many: Vec<(String, Vec<u8>)> =
        (0..60).map(|number| (format!("m{number}.py"), LOOP.repeat(number % 7 + 1).into_bytes())).collect();
    let files: Vec<(&str, &[u8])> =
        many.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    let project = Project::new(&files);
    let one = project.run(&["--jobs", "1"]);
    assert_eq!(one.out().matches("+++ b/").count(), 60);
    for _ in 0..3 {
        assert_eq!(project.run(&["--jobs", "4"]).out(), one.out());
    }
}

#[test]
fn commands_explain_themselves() {
    let project = project();
    assert!(project.run(&["list"]).out().contains("loop-append"));
    assert!(project.run(&["explain", "loop-append"]).out().starts_with("# "));
    let explained = project.run(&["explain", "loop-sum"]);
    assert!(explained.out().contains("sum-items") && explained.out().contains("  3.13  "), "{explained:?}");
    assert!(!explained.out().contains("<!--"), "{explained:?}");
    assert!(project.run(&["--help"]).out().contains("Exit status:"));
    assert!(project.run(&["--version"]).out().starts_with("pyfix "));
    let why = project.run(&["why", "b.py:4"]);
    assert_eq!(why.status, 0);
    assert!(why.out().contains("left alone: loop-append: the loop has an `else` clause"), "{why:?}");
    assert!(why.out().contains("reason: loop-else"), "{why:?}");
    assert!(project.run(&["why", "a.py"]).out().contains("fix: loop-append"));
    assert_eq!(project.run(&["why", "missing.py"]).status, 2);
}

#[test]
fn a_directory_may_be_named_like_a_command() {
    let project = Project::new(&[("list/a.py", LOOP.as_bytes())]);
    assert!(project.run(&["./list"]).out().starts_with("--- a/list/a.py"));
}

#[test]
fn the_summary_counts_refusals_and_unsafe_fixes() {
    let unsafe_loop = "def h(self, xs):\n    for x in xs:\n        self.items.append(x)\n";
    let many = DECLINED.replace('g', "g2")
        + DECLINED
        + "def k(xs):\n    out = []\n    for x in xs:\n        if x in out:\n            out.append(x)\n    return out\n";
    let project = Project::new(&[("a.py", many.as_bytes()), ("b.py", unsafe_loop.as_bytes())]);
    for mode in ["--dry-run", "--check"] {
        let run = project.run(&[mode]);
        assert!(
            run.err.contains(
                "5 candidates were left alone (2 loop else, 2 receiver rebound, 1 accumulator read in loop); `pyfix why FILE` shows each"
            ),
            "{run:?}"
        );
        assert!(run.err.contains("1 more fix rests on an assumption: --unsafe-fixes includes it"), "{run:?}");
    }
    let quiet = Project::new(&[("a.py", LOOP.as_bytes())]).run(&[]);
    assert!(!quiet.err.contains("left alone") && !quiet.err.contains("assumption"), "{quiet:?}");
}

#[test]
fn an_empty_preview_says_how_to_go_on() {
    let project = Project::new(&[("a.py", b"x = 1\n")]);
    assert!(project.run(&[]).err.contains("no transform found a candidate; `pyfix list` says"));
    assert!(!project.run(&["--check"]).err.contains("no transform found"));
    assert!(project.run(&["why", "a.py"]).err.contains("`pyfix why FILE:LINE` looks at one loop"));
}

#[test]
fn why_shows_what_a_comment_suppresses() {
    let inside = LOOP.replace("    for", "    # pyfix: ignore[loop-append]\n    for");
    let above = LOOP.replace("    out = []", "    out = []  # pyfix: ignore");
    let project = Project::new(&[("a.py", inside.as_bytes()), ("b.py", above.as_bytes())]);
    let why = project.run(&["why", "a.py:3"]);
    assert!(why.out().contains("suppressed: loop-append: "), "{why:?}");
    assert!(why.out().contains("suppressed by: `# pyfix: ignore[loop-append]` in line 3"), "{why:?}");
    assert!(project.run(&["why", "b.py"]).out().contains("suppressed by: `# pyfix: ignore` in line 2"));
    let run = project.run(&["--output-format", "text", "--stats"]);
    assert!(!run.err.contains("suppresses nothing"), "{run:?}");
    assert!(run.err.contains("2 fixes are suppressed by comments"), "{run:?}");
    assert!(run.out().contains("a.py:4:5: loop-append: suppressed by a comment: "), "{run:?}");
    let document = project.run(&["--output-format", "json"]).json();
    assert_eq!(document["summary"]["suppressed"]["loop-append"], 2);
    let record = &document["files"][0]["suppressed"][0];
    let start = record["comment"]["start"].as_u64().unwrap() as usize;
    assert!(inside[start..].starts_with("# pyfix"), "{record}");
}

#[test]
fn why_says_what_stood_in_the_way_of_a_proof() {
    let shown = |files: &[(&str, &str)]| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        Project::new(&files).run(&["why", "a.py"]).out().to_owned()
    };
    let package = ("pyproject.toml", "[project]\nname = 'a'\n");
    let fill = "def fill(r, xs):\n    for x in xs:\n        r.append(x)\n";
    let called = format!("{fill}fill([], [1])\n");
    let library = shown(&[package, ("a.py", &called)]);
    assert!(library.contains("withheld: loop-append"), "{library}");
    assert!(library.contains("not proven: nothing tells what class `r` has"), "{library}");
    assert!(library.contains("may call `fill`: `closed-world = true` says"), "{library}");
    let closed = ("pyproject.toml", "[tool.pyfix]\nclosed-world = true\n");
    assert!(shown(&[closed, ("a.py", &called)]).contains("fix: loop-append"));
    let unknown = shown(&[closed, ("a.py", &format!("{called}fill(xs, [2])\n"))]);
    assert!(unknown.contains("the call in line 5 passes something whose class is not known"), "{unknown}");
    let elsewhere = shown(&[closed, ("a.py", &called), ("b.py", "exec(text)\n")]);
    assert!(elsewhere.contains("`fill` may be called, or handed on, in ways"), "{elsewhere}");
    let declared = fill.replace("(r,", "(r: list,");
    assert!(shown(&[closed, ("a.py", &declared)]).contains("fix: loop-append"));
    let subclass = ("b.py", "class Journal(list):\n    def append(self, x): pass\n");
    let subclass = shown(&[closed, ("a.py", &declared), subclass]);
    assert!(subclass.contains("`Journal in b.py` may behave in its own way"), "{subclass}");
    let distrusted = ("pyproject.toml", "[tool.pyfix]\nclosed-world = true\ntrust-annotations = false\n");
    let distrusted = shown(&[distrusted, ("a.py", &declared)]);
    assert!(distrusted.contains("`trust-annotations = true` changes that"), "{distrusted}");
}

#[test]
fn why_speaks_of_loops_that_no_transform_knows() {
    let text = "def f(xs):\n    for x in xs:\n        show(x)\n        sell(x)\n    while xs:\n        xs = xs[1:]\n";
    let project = Project::new(&[("a.py", text.as_bytes())]);
    let why = project.run(&["why", "a.py:4"]);
    assert!(why.out().contains("no candidate: no transform knows the shape of this loop"), "{why:?}");
    assert!(why.out().contains("--> a.py:2:5"), "{why:?}");
    assert!(why.out().contains("looked for: loop-append: a loop that only fills"), "{why:?}");
    let why = project.run(&["why", "a.py:5"]);
    assert!(why.out().contains("5 |     while xs:"), "{why:?}");
    assert!(why.out().contains("looked for: string-augment-loop: a loop that adds"), "{why:?}");
    assert!(project.run(&["why", "a.py:1"]).err.contains("near line 1; `pyfix list` says"));
}

#[test]
fn a_fix_of_a_later_round_is_placed_where_its_text_stood() {
    let text = "import re\n\n\ndef f(lines):\n    out = []\n    for line in lines:\n        out.append(re.sub(r'a+', 'b', line))\n    return out\n";
    let project = Project::new(&[("a.py", text.as_bytes())]);
    let document = project.run(&["--output-format", "json"]).json();
    let fixes = document["files"][0]["fixes"].as_array().unwrap();
    let place = |id: &str| {
        let fix = fixes.iter().find(|fix| fix["id"] == id).unwrap();
        (fix["line"].as_u64().unwrap(), fix["column"].as_u64().unwrap())
    };
    assert_eq!((place("loop-append"), place("loop-regex-compile")), ((5, 5), (7, 20)));
    assert!(project.run(&["why", "a.py:7"]).out().contains("--> a.py:7:20"));
}

#[cfg(unix)]
#[test]
fn names_of_files_cannot_speak_to_the_terminal() {
    let name = "a\n\u{1b}[31m.py";
    let project = Project::new(&[(name, (LOOP.to_owned() + DECLINED).as_bytes())]);
    let shown = "\"a\\n\\033[31m.py\"";
    for arguments in [&["--output-format", "text"][..], &["--check"], &["why", name]] {
        let run = project.run(arguments);
        assert!(run.out().contains(&format!("{shown}:")), "{run:?}");
        assert!(!run.out().contains('\u{1b}') && !run.err.contains('\u{1b}'), "{run:?}");
    }
    assert!(project.run(&[]).err.contains(&format!("{shown}:")));
}

#[test]
fn goals_keep_what_was_measured_to_reach_them() {
    let copy = b"def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out\n";
    let project = Project::new(&[("a.py", copy), ("b.py", b"def f(n):\n    return 'number ' + str(n)\n")]);
    let ids = |arguments: &[&str]| {
        let run = project.run(&[&["--output-format", "text", "--stats"], arguments].concat());
        let applied = |line: &&str| !line.contains("declined");
        let lines = run.out().lines().filter(applied).map(str::to_owned).collect::<Vec<_>>();
        (lines.join("\n"), run.err)
    };
    let (fast, _) = ids(&["--goal", "speed", "--target-version", "3.8"]);
    assert!(fast.contains("a.py") && fast.contains("x faster on 3.8)"), "{fast}");
    assert!(fast.contains("b.py"), "{fast}");
    let (newer, said) = ids(&["--goal", "speed", "--target-version", "2.7"]);
    assert!(newer.contains("a.py") && !newer.contains("b.py"), "{newer}");
    assert!(said.contains("goal-not-met"), "{said}");
    let (small, said) = ids(&["--goal", "memory", "--target-version", "3.8"]);
    assert_eq!(small, "", "{said}");
    let held = b"def f():\n    return sum([x + 1 for x in [1, 2]])\n";
    let project = Project::new(&[("a.py", held)]);
    assert_eq!(project.run(&["--output-format", "text"]).out(), "");
    let run = project.run(&["--output-format", "text", "--goal", "memory"]);
    assert!(run.out().contains("saves memory"), "{run:?}");
}
