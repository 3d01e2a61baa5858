//! The checks of the other tests can fail: shown with transforms and outcomes made for the purpose.

use pyfix::edit::Edit;
use pyfix::engine::{AppliedFix, DeclinedSite, Meta, Outcome, Registry, Transform};
use pyfix::semantic::{Reason, Refusal};
use pyfix::syntax::Kind;
use pyfix::text::{Range, Target};

use crate::behaviour::pythons::pythons;
use crate::pages::check_page;
use crate::support::check::{Setup, audit, fix};
use crate::support::replace::{Replace, meta};

const RENAME_PAGE: &str = "\
# rename-alpha

Calls alpha beta.

Status: test. Python 3.6.

## Why it is faster

It is not.

## When it declines

In a class.

## Examples

```python before
alpha = 1
print(alpha)
```

```python after
beta = 1
print(beta)
```

```python unchanged: class-scope
class C:
    alpha = 1
```
";

static RENAME: Replace = Replace { meta: &RENAME_META, from: "alpha", to: "beta" };
static RENAME_META: Meta = meta("rename-alpha", RENAME_PAGE, &[Kind::Identifier], &["alpha"]);
const RENAMING: Registry = Registry::new(RENAMING_LIST);
const RENAMING_LIST: &[&dyn Transform] = &[&RENAME];

/// Changes what a program does.
static WRONG: Replace = Replace { meta: &WRONG_META, from: "1", to: "2" };
static WRONG_META: Meta = meta("rename-alpha", RENAME_PAGE, &[Kind::Integer], &["1"]);
/// A registry with one transform, which changes what programs do.
pub const WRONG_RENAMING: Registry = Registry::new(WRONG_LIST);
const WRONG_LIST: &[&dyn Transform] = &[&WRONG];

fn faults_of(page: String) -> String {
    let meta = Meta { page: page.leak(), ..meta("rename-alpha", "", &[Kind::Identifier], &["alpha"]) };
    check_page(&meta, &RENAMING, "").join("\n")
}

#[test]
fn a_true_page_has_no_faults() {
    assert_eq!(faults_of(RENAME_PAGE.to_owned()), "");
}

#[test]
fn a_page_that_lies_has_faults() {
    let lies = [
        ("Calls alpha beta.", "Calls.", "not the summary"),
        ("# rename-alpha", "# rename", "does not begin with the title"),
        ("Python 3.6", "Python 3.9", "the second paragraph"),
        ("## Examples", "## Example", "the sections are"),
        ("print(beta)", "print(alpha)", "the result is another"),
        ("```\n\n```python after", "```\n\nand\n\n```python after", "no `python after` follows"),
        ("python unchanged: class-scope", "python unchanged: loop-else", "its reasons are [\"class-scope\"]"),
        ("python unchanged: class-scope", "text", "no example and no test shows the reason class-scope"),
        ("class C:\n    alpha", "if 1:\n    alpha", "it should decline for class-scope, but gives"),
        ("print(", "str(", "nothing can be compared"),
        ("python before", "python before fast", "`fast` is no option"),
        ("python before", "python before unsafe", "marked unsafe, but rewritten by default"),
        ("print(alpha)\n", "print(alpha)\n# one\n", "the result is another"),
        ("= 1\nprint(alpha)", "= 1 $\nprint(alpha)", "the result is another"),
    ];
    let runs = !pythons().within(Target::default()).is_empty();
    for (from, to, fault) in lies {
        assert!(RENAME_PAGE.contains(from));
        if fault == "nothing can be compared" && !runs {
            continue;
        }
        let faults = faults_of(RENAME_PAGE.replace(from, to));
        assert!(faults.contains(fault), "`{to}` should give `{fault}`, but gives:\n{faults}");
    }
}

#[test]
fn a_rewrite_that_changes_behaviour_is_noticed() {
    if pythons().within(Target::default()).is_empty() {
        return;
    }
    let page = RENAME_PAGE.replace("beta = 1\nprint(beta)", "alpha = 2\nprint(alpha)");
    let meta = Meta { page: page.leak(), ..meta("rename-alpha", "", &[], &[]) };
    let faults = check_page(&meta, &WRONG_RENAMING, "").join("\n");
    assert!(faults.contains("it behaved so:\nFinished \n1\n"), "{faults}");
}

#[test]
fn loops_that_are_rewritten_have_to_run_over_nothing_and_into_exceptions() {
    if pythons().within(Target::default()).is_empty() {
        return;
    }
    let program = |name: &str, last: &str| {
        format!(
            "def f(items):\n    for item in items:\n        print({name}, 1 / item)\n{name} = 1\nf([1])\n{last}"
        )
    };
    let faults = |before: &str, last: &str| {
        let page = RENAME_PAGE
            .replace("python before", before)
            .replace("alpha = 1\nprint(alpha)\n", &program("alpha", last))
            .replace("beta = 1\nprint(beta)\n", &program("beta", last));
        faults_of(page)
    };
    let all = "f([])\ntry:\n    f([0])\nexcept ZeroDivisionError:\n    print(0)\n";
    assert_eq!(faults("python before", all), "");
    assert_eq!(faults("python before never-empty never-raises", ""), "");
    let missing = faults("python before", "");
    assert!(missing.contains("line 2 of the program does not run over nothing"), "{missing}");
    assert!(missing.contains("line 2 of the program does not run into an exception"), "{missing}");
    let excused = faults("python before never-empty", all);
    assert!(excused.contains("never does, but runs over nothing"), "{excused}");
}

#[test]
fn text_around_a_fix_stays() {
    let setup = Setup { registry: RENAMING, ..Setup::default() };
    let outcome = fix("x = 'é'  # é\r\nif x:\r\n\talpha = 'ü' ; y = \\\r\n\t\talpha", &setup);
    let expected = "x = 'é'  # é\r\nif x:\r\n\tbeta = 'ü' ; y = \\\r\n\t\tbeta";
    assert_eq!(outcome.text.as_deref(), Some(expected));
}

/// An outcome in which `alpha` at `range` became `word`.
fn outcome(text: &str, range: Range, word: &str) -> Outcome {
    let edit = Edit::replace(range, word);
    let mut new = text.to_owned();
    new.replace_range(range.as_usize(), word);
    let fix = AppliedFix {
        transform: "rename-alpha",
        message: String::new(),
        range,
        applicability: pyfix::edit::Applicability::Safe,
        assumptions: Vec::new(),
        measured: None,
        edits: vec![edit.clone()],
        round: 1,
    };
    Outcome { text: Some(new), edits: vec![edit], fixes: vec![fix], rounds: 2, ..Outcome::default() }
}

#[test]
fn broken_outcomes_are_noticed() {
    let setup = Setup { registry: RENAMING, ..Setup::default() };
    let fault = |text: &str, outcome: &Outcome| audit(text, &setup, outcome).err().unwrap_or_default();
    let word = Range::new(0, 5);
    let check = |text: &str, word_after: &str, range: Range, expected: &str| {
        let fault = fault(text, &outcome(text, range, word_after));
        assert!(fault.contains(expected), "`{text}` with `{word_after}`: {fault}");
    };
    assert_eq!(fault("alpha\n", &outcome("alpha\n", word, "beta")), "");
    check("alpha # one\n", "beta", Range::new(0, 11), "comments were lost");
    check("alpha # one\n", "beta # one", word, "comments were lost, added or changed");
    check("alpha\n", "(", word, "syntax errors");
    check("alpha\n", "x = 'a'.b = f(**a, *b)", word, "no Python");
    check("alpha\n", "type x = int", word, "no Python 3.8");
    check("alpha\r\n", "a\nb", word, "a line ending that the text does not use");
    check("alpha\n", "a\r\nb", word, "a line ending that the text does not use");
    check("alpha\n", "beta", Range::new(0, 6), "the last line's ending changed");

    let mut broken = outcome("alpha\n", word, "beta");
    broken.text = Some("gamma\n".to_owned());
    assert!(fault("alpha\n", &broken).contains("the edits give another text"));
    broken = outcome("alpha\n", word, "beta");
    broken.edits.push(Edit::replace(Range::new(3, 4), ""));
    assert!(fault("alpha\n", &broken).contains("not sorted and disjoint"));
    broken = outcome("é\n", Range::new(0, 2), "beta");
    broken.fixes[0].range = Range::new(1, 2);
    assert!(fault("é\n", &broken).contains("no range of the text"));

    let refusal = Refusal { reason: Reason::LoopElse, range: word, subject: None };
    let declined = vec![DeclinedSite { transform: "rename-alpha", site: word, refusal }];
    let broken = Outcome { declined, ..Outcome::default() };
    assert!(fault("alpha\n", &broken).contains("loop-else, which it does not declare"));
}
