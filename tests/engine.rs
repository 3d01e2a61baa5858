//! The engine with transforms that depend on one another, or misbehave.

use pyfix::engine::{Meta, Outcome, Registry, Transform, fix_source};
use pyfix::syntax::Kind;
use pyfix::text::{Dialect, PythonVersion, Source};

use crate::support::check::{Setup, fix};
use crate::support::diff::diff;
use crate::support::replace::{HoistAlpha, Replace, meta};

const IDENTIFIER: &[Kind] = &[Kind::Identifier];

fn setup(list: &[&'static dyn Transform]) -> Setup {
    Setup { registry: Registry::new(list.to_vec().leak()), ..Setup::default() }
}

/// The outcome without the checks that a misbehaving transform must not pass.
fn unchecked(text: &str, setup: &Setup) -> Outcome {
    let source = Source::new(text.to_owned(), setup.dialect, setup.target);
    fix_source(&source, &setup.registry, &setup.config, setup.world)
}

static ALPHA: Replace = Replace { meta: &ALPHA_META, from: "alpha", to: "beta" };
static ALPHA_META: Meta = meta("alpha-to-beta", "", IDENTIFIER, &["alpha"]);
static BETA: Replace = Replace { meta: &BETA_META, from: "beta", to: "gamma" };
static BETA_META: Meta = meta("beta-to-gamma", "", IDENTIFIER, &["beta"]);
static BACK: Replace = Replace { meta: &BACK_META, from: "beta", to: "alpha" };
static BACK_META: Meta = meta("beta-to-alpha", "", IDENTIFIER, &["beta"]);
static BROKEN: Replace = Replace { meta: &BROKEN_META, from: "delta", to: "(" };
static BROKEN_META: Meta = meta("delta-to-error", "", IDENTIFIER, &["delta"]);
static COMMENT: Replace = Replace { meta: &COMMENT_META, from: "delta", to: "eta # new" };
static COMMENT_META: Meta = meta("delta-to-comment", "", IDENTIFIER, &["delta"]);
static NEWER: Replace = Replace { meta: &NEWER_META, from: "alpha", to: "beta" };
static NEWER_META: Meta =
    Meta { oldest: PythonVersion::new(3, 12), ..meta("newer", "", IDENTIFIER, &["alpha"]) };
static GROWING: Replace = Replace { meta: &GROWING_META, from: "alpha", to: "(alpha)" };
static GROWING_META: Meta = meta("growing", "", IDENTIFIER, &["alpha"]);
static SPACED: Replace = Replace { meta: &SPACED_META, from: "delta", to: "eta\u{a0}" };
static SPACED_META: Meta = meta("delta-to-no-break-space", "", IDENTIFIER, &["delta"]);

#[test]
fn a_fix_makes_room_for_the_next() {
    let outcome = fix("x = alpha\ny = beta  # alpha\n", &setup(&[&ALPHA, &BETA]));
    assert_eq!(outcome.text.as_deref(), Some("x = gamma\ny = gamma  # alpha\n"));
}

#[test]
fn a_fix_makes_a_candidate_where_there_was_none() {
    let outcome = fix("x = alpha\n", &setup(&[&ALPHA, &BETA]));
    assert_eq!(outcome.text.as_deref(), Some("x = gamma\n"));
}

#[test]
fn a_new_syntax_is_kept_from_old_pythons() {
    let setup = setup(&[&NEWER]);
    assert_eq!(fix("alpha\n", &setup).text, None);
    // The syntax shows that the text is for newer ones; the prefilter must not say otherwise.
    let typed = fix("type X = int\nalpha\n", &setup);
    assert_eq!(typed.text.as_deref(), Some("type X = int\nbeta\n"));
    let newer = setup.for_oldest(PythonVersion::new(3, 12));
    assert_eq!(fix("alpha\n", &newer).text.as_deref(), Some("beta\n"));
}

#[test]
fn two_that_undo_one_another_are_stopped() {
    let outcome = unchecked("x = alpha\n", &setup(&[&ALPHA, &BACK]));
    assert!(!outcome.quarantined.is_empty(), "{outcome:?}");
    assert!(outcome.rounds < 100);
}

#[test]
fn one_that_feeds_itself_is_stopped() {
    let outcome = unchecked("x = alpha\n", &setup(&[&GROWING]));
    assert_eq!(outcome.quarantined.len(), 1, "{outcome:?}");
    assert_eq!(outcome.text, None);
    assert!(outcome.fixes.is_empty());
}

#[test]
fn the_guilty_is_put_in_quarantine_and_the_others_go_on() {
    let registries: [&[&'static dyn Transform]; 3] =
        [&[&ALPHA, &BROKEN], &[&COMMENT, &ALPHA], &[&ALPHA, &SPACED]];
    for list in registries {
        let outcome = unchecked("x = alpha\ny = delta\nz = alpha  # kept\n", &setup(list));
        assert_eq!(outcome.text.as_deref(), Some("x = beta\ny = delta\nz = beta  # kept\n"), "{outcome:?}");
        assert_eq!(outcome.quarantined.len(), 1, "{outcome:?}");
        assert!(outcome.quarantined[0].transform.starts_with("delta-to-"), "{outcome:?}");
        assert!(outcome.fixes.iter().all(|fix| fix.transform == "alpha-to-beta"));
    }
}

#[test]
fn ranges_of_later_rounds_are_of_the_original() {
    let text = "if alpha:\n    x = (alpha, beta)\n\nclass C: alpha = 1\n";
    let outcome = fix(text, &setup(&[&ALPHA, &BETA]));
    let expected = "if gamma:\n    x = (gamma, gamma)\n\nclass C: alpha = 1\n";
    assert_eq!(outcome.text.as_deref(), Some(expected));
    for fix in &outcome.fixes {
        let word = &text[fix.range.as_usize()];
        assert!(word == "alpha" || word == "beta", "{fix:?}");
    }
    let declined: Vec<&str> = outcome.declined.iter().map(|decline| &text[decline.site.as_usize()]).collect();
    assert_eq!(declined, ["alpha"]);
}

#[test]
fn suppressions_are_obeyed() {
    let list: &[&'static dyn Transform] = &[&ALPHA, &BETA];
    let outcome =
        fix("x = alpha  # pyfix: ignore\ny = alpha  # pyfix: ignore[beta-to-gamma]\nalpha\n", &setup(list));
    let expected = "x = alpha  # pyfix: ignore\ny = beta  # pyfix: ignore[beta-to-gamma]\ngamma\n";
    assert_eq!(outcome.text.as_deref(), Some(expected), "{outcome:?}");
    assert_eq!(fix("# pyfix: file-ignore\nalpha\n", &setup(list)).text, None);
    let unused = fix("x = 1  # pyfix: ignore[alpha-to-beta]\nalpha\n", &setup(list));
    assert_eq!(unused.unused_suppressions.len(), 1, "{unused:?}");
}

#[test]
fn odd_texts_do_no_harm() {
    let setup = setup(&[&ALPHA, &BETA]);
    for text in
        ["", "\n", "alpha", "\\\nalpha", "alpha;", "alpha\r\n", "\x0calpha\n", "\t\n alpha\n", "(alpha\n"]
    {
        fix(text, &setup);
    }
    for text in ["def f(:\n alpha\n", "alpha = = 1\n", "if alpha:\n", "alpha\rbeta\n", &"(".repeat(60_000)] {
        let outcome = fix(text, &setup);
        assert!(outcome.text.is_none(), "{text:.40}: {:?}", outcome.text);
    }
    let deep = format!("{}alpha{}\n", "(".repeat(600), ")".repeat(600));
    assert!(fix(&deep, &setup).skipped.is_some());
    let chain = format!("alpha{}\n", " + alpha".repeat(3_000));
    assert_eq!(fix(&chain, &setup).text, Some(chain.replace("alpha", "gamma")));
}

static HOIST: HoistAlpha = HoistAlpha { meta: &HOIST_META };
static HOIST_META: Meta = meta("hoist-alpha", "", IDENTIFIER, &["alpha"]);

/// Checks what becomes of a text in which `alpha` is to be hoisted.
fn hoisted(before: &str, after: &str) {
    let outcome = fix(before, &setup(&[&HOIST]));
    let actual = outcome.text.unwrap_or_default();
    assert!(actual == after, "{}", diff(after, &actual));
}

#[test]
fn what_is_hoisted_stands_before_the_loop() {
    hoisted(
        "\"\"\"Doc.\"\"\"\nfor x in y:\n    for z in x:\n        alpha\n    alpha\n",
        "\"\"\"Doc.\"\"\"\nimport re\n_pattern = re.compile('a')\n\
         for x in y:\n    for z in x:\n        _pattern.pattern\n    _pattern.pattern\n",
    );
    hoisted(
        "from __future__ import x; import b\r\ndef f():\r\n\tasync for x in y:\r\n\t\talpha",
        "from __future__ import x; import b\r\nimport re\r\ndef f():\r\n\t_pattern = re.compile('a')\r\n\
         \tasync for x in y:\r\n\t\t_pattern.pattern",
    );
    hoisted(
        "#!python\n# comment\n\nfor x in y: alpha; _pattern\n",
        "#!python\n# comment\n\nimport re\n_pattern_2 = re.compile('a')\nfor x in y: _pattern_2.pattern; _pattern\n",
    );
}

#[test]
fn what_is_hoisted_follows_the_import_that_it_needs() {
    hoisted(
        "from os import path\nfor x in y:\n    alpha\n",
        "import re\nfrom os import path\n_pattern = re.compile('a')\nfor x in y:\n    _pattern.pattern\n",
    );
}

#[test]
fn a_comment_above_the_loop_stays_there() {
    hoisted(
        "import a\n\n# about the loop\nfor x in y:\n    alpha\n",
        "import a\nimport re\n\n# about the loop\n_pattern = re.compile('a')\nfor x in y:\n    _pattern.pattern\n",
    );
}

/// The line of the loop does not show how deep the loop is: its logical line begins above.
#[test]
fn a_loop_behind_a_backslash_stays_in_its_function() {
    let text = "import a\ndef f():\n    \\\nfor x in y:\n      alpha\nprint(1)\n";
    let outcome = unchecked(text, &setup(&[&HOIST]));
    assert!(outcome.quarantined.is_empty(), "{outcome:?}");
    let new = outcome.text.unwrap_or_else(|| text.to_owned());
    let left_alone = new == text;
    let kept_deep = new.contains("\n    for x in y:") || new.contains("    \\\nfor x in y:");
    assert!(left_alone || kept_deep, "{new}");
}

#[test]
fn hoists_of_one_loop_are_merged_and_named_apart() {
    let text = "def f():\n    for x in y:\n        alpha, alpha\n\n\ndef g(_pattern):\n    for x in y: alpha\n    \
                for x in y:\n        if x: alpha\n        else: alpha\n";
    let outcome = fix(text, &setup(&[&HOIST]));
    let new = outcome.text.unwrap();
    assert_eq!(new.matches("re.compile").count(), 3, "{new}");
    assert_eq!(new.matches("import re\n").count(), 1, "{new}");
    assert!(new.contains("_pattern_2 = ") && new.contains("_pattern_3 = "), "{new}");
}

/// A page cannot hold a tab.
#[test]
fn reason_mixed_indentation() {
    let setup = Setup { dialect: Dialect::Python2, ..Setup::default() }.for_oldest(PythonVersion::PY27);
    let outcome = unchecked("for x in (1, 2):\n    for y in 'ab':\n\tprint x, y\n", &setup);
    let reasons: Vec<_> = outcome.declined.iter().map(|declined| declined.refusal.reason.id()).collect();
    assert_eq!((outcome.text, reasons), (None, vec!["mixed-indentation"]));
}
