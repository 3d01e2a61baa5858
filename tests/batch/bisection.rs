//! A transform that is wrong in one place of many: that fix is found and dropped, and all others are kept.

use pyfix::cli::ExitStatus;
use pyfix::engine::{Meta, Registry, Transform};
use pyfix::syntax::Kind;

use super::{Place, Repo};
use crate::support::replace::{Replace, meta};

/// Calls `slow` `quick`, which is right as long as both are the same.
static QUICK: Replace = Replace { meta: &QUICK_META, from: "slow", to: "quick" };
static QUICK_META: Meta = meta("slow-name", "", &[Kind::Identifier], &["slow"]);
const QUICK_LIST: &[&dyn Transform] = &[&QUICK];
const REGISTRY: Registry = Registry::new(QUICK_LIST);

/// `files` files with `sites` sites each. On the lines in `fragile`, counted over all files, the rewrite is wrong.
fn planted(place: &Place, files: usize, sites: usize, fragile: &[usize]) -> Repo {
    let repo = place.repository("planted", &[("readme", "x")]);
    for file in 0..files {
        let line = |site: usize| {
            let mark = if fragile.contains(&(file * sites + site)) { "  # fragile" } else { "" };
            format!("v{site} = slow{mark}\n")
        };
        let text: String = (0..sites).map(line).collect();
        repo.write(&format!("m{file:02}.py"), text.as_bytes());
    }
    repo.commit();
    repo
}

/// Fails, and says where, when a fragile line is rewritten.
const VERIFY: &str = "! grep -n 'quick  # fragile' *.py";

fn check(files: usize, sites: usize, fragile: &[usize]) -> usize {
    let place = Place::new();
    let repo = planted(&place, files, sites, fragile);
    let status = place.run_with_registry(&repo, &["--verify", VERIFY], &REGISTRY);
    assert_eq!(status, ExitStatus::Success);
    let left = repo.git(&["grep", "-c", "slow", "pyfix", "--", "*.py"]);
    let left: usize =
        left.lines().map(|line| line.rsplit(':').next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(left, fragile.len(), "only what breaks is left alone");
    let rewritten = repo.git(&["grep", "quick", "pyfix", "--", "*.py"]);
    assert_eq!(rewritten.lines().count(), files * sites - fragile.len());
    assert!(!rewritten.contains("fragile"));
    place.journal("work", "\"verified\"").len()
}

#[test]
fn one_breaking_fix_is_dropped_and_the_rest_kept() {
    for guilty in [0, 31, 37, 63] {
        let runs = check(8, 8, &[guilty]);
        // The run over everything is not part of the search.
        assert!(runs - 1 <= 2 * 6, "{runs} runs to find one of 64 fixes");
    }
}

#[test]
fn several_breaking_fixes_are_dropped() {
    let runs = check(5, 13, &[3, 4, 40, 64]);
    assert!(runs - 1 <= 4 * 2 * 6, "{runs} runs");
}

#[test]
fn what_was_dropped_is_recorded_with_what_the_command_said() {
    let place = Place::new();
    let repo = planted(&place, 2, 4, &[5]);
    place.run_with_registry(&repo, &["--verify", VERIFY], &REGISTRY);
    let message = repo.git(&["log", "-1", "--format=%B", "pyfix"]);
    assert!(message.starts_with("Apply slow-name: 7 fixes in 2 files\n"), "{message}");
    assert!(
        message.contains("Left out, because the verify command fails with it:\n- m01.py:2\n"),
        "{message}"
    );
    let failed = place.journal("work", "\"failure\"");
    assert!(failed.iter().all(|line| line.contains("m01.py:2:v1 = quick  # fragile")), "{failed:?}");
}

#[test]
fn fixes_that_only_fail_together_are_parted() {
    let place = Place::new();
    let repo = planted(&place, 2, 4, &[1, 6]);
    let both = "test $(cat *.py | grep -c 'quick  # fragile') -lt 2";
    place.run_with_registry(&repo, &["--verify", both], &REGISTRY);
    assert_eq!(repo.git(&["grep", "-c", "slow", "pyfix"]), "pyfix:m01.py:1\n");
}

#[test]
fn the_budget_bounds_the_runs() {
    let place = Place::new();
    let repo = planted(&place, 8, 8, &[37]);
    place.run_with_registry(&repo, &["--verify", VERIFY, "--verify-budget", "4"], &REGISTRY);
    assert_eq!(place.journal("work", "\"verified\"").len(), 3, "and one before any change");
    let kept = repo.git(&["grep", "-c", "quick", "pyfix"]);
    assert!(!repo.git(&["grep", "quick", "pyfix"]).contains("fragile"));
    let names: Vec<String> = (0..4).map(|file| format!("pyfix:m{file:02}.py:8")).collect();
    assert_eq!(kept.lines().collect::<Vec<_>>(), names);
}

#[test]
fn without_a_command_everything_is_kept() {
    let place = Place::new();
    let repo = planted(&place, 2, 2, &[1]);
    place.run_with_registry(&repo, &[], &REGISTRY);
    assert_eq!(repo.git(&["grep", "-c", "quick", "pyfix"]), "pyfix:m00.py:2\npyfix:m01.py:2\n");
}

#[test]
fn tests_are_compared_one_by_one() {
    let place = Place::new();
    let repo = planted(&place, 2, 4, &[2]);
    // One test fails anyway, one fails with the fix, one passes.
    let script = "\
report() { echo \"<testcase name='$1'>$2</testcase>\"; }
{
  echo '<testsuite>'
  report bad '<failure/>'
  report good ''
  if grep -q 'quick  # fragile' *.py; then report fragile '<error/>'; else report fragile ''; fi
  echo '</testsuite>'
} > report.xml
exit 1
";
    repo.write("run.sh", script.as_bytes());
    repo.commit();
    let arguments = ["--verify", "sh run.sh", "--verify-junit", "report.xml"];
    place.run_with_registry(&repo, &arguments, &REGISTRY);
    assert_eq!(repo.git(&["grep", "-c", "slow", "pyfix"]), "pyfix:m00.py:1\n");
    let failed = place.journal("work", "\"failure\"");
    assert!(failed.iter().all(|line| line.contains("a test that passed before does not now: fragile")));
}
