//! The report: what it adds up, and that nothing of a repository is markup in it.

use std::fs;

use serde_json::Value;

use super::{LOOP, Place};

fn report(place: &Place, work_dir: &str) -> Value {
    serde_json::from_slice(&fs::read(place.root.join(work_dir).join("report.json")).unwrap()).unwrap()
}

#[test]
fn the_document_tells_what_was_done() {
    let place = Place::new();
    let fragile = LOOP.replace("x + 1", "x + 2");
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", &fragile)]);
    let verify = "! grep 'x + 2 for' *.py";
    let said = place.run(&["shop", "missing", "--verify", verify, "--output-format", "json"]);
    assert_eq!(said.status, 2, "{}", said.err);
    let printed: Value = serde_json::from_str(&said.out).unwrap();
    let written = report(&place, ".pyfix-batch");
    assert_eq!(printed, written);
    let totals = &written["totals"];
    assert_eq!((&totals["migrated"], &totals["failed"]), (&Value::from(1), &Value::from(1)));
    let shop = &written["repositories"][0];
    assert_eq!(shop["tip"].as_str().unwrap(), repo.git(&["rev-parse", "pyfix"]).trim());
    assert_eq!(shop["status"], "migrated");
    let steps = shop["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["transform"] == "loop-append").unwrap();
    assert_eq!(step["fixes"][0]["file"], "a.py");
    assert_eq!(step["fixes"][0]["line"], 2);
    assert_eq!(step["dropped"][0]["file"], "b.py");
    assert_eq!(step["dropped"][0]["why"], "guilty");
    let output = step["dropped"][0]["failure"]["output"].as_str().unwrap();
    assert!(output.contains("out = [x + 2 for x in xs]"), "{output}");
    assert_eq!(written["repositories"][1]["error"], "no such directory");
}

#[test]
fn what_came_to_nobody_is_not_counted() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    // The patches are the last thing before the commits are handed over.
    std::fs::write(place.root.join("patches"), "a file").unwrap();
    let said = place.run(&["shop", "--format-patch", "patches"]);
    assert_eq!(said.status, 2, "{}", said.err);
    assert!(said.err.contains("1 failed; 0 fixes kept"), "{}", said.err);
    let written = report(&place, ".pyfix-batch");
    assert_eq!(
        (&written["totals"]["fixes"], &written["totals"]["commits"]),
        (&Value::from(0), &Value::from(0))
    );
    assert_eq!(repo.branches(), "main\n");
    std::fs::remove_file(place.root.join("patches")).unwrap();
    let said = place.run(&["shop", "--format-patch", "patches", "--resume"]);
    assert!(
        said.err.contains("1 repository: 1 migrated, 0 with nothing to change; 1 fix kept"),
        "{}",
        said.err
    );
}

#[test]
fn the_page_shows_what_a_repository_says_and_runs_nothing() {
    let place = Place::new();
    let hostile = LOOP.replace("    out = []\n", "    out = []  # </pre><script>alert(1)</script>\n");
    place.repository("shop", &[("<img src=x>.py", &hostile)]);
    let said = place.run(&["shop", "--verify", "echo '<script>alert(2)</script>'"]);
    assert_eq!(said.status, 0, "{}", said.err);
    let page = fs::read_to_string(place.root.join(".pyfix-batch/report.html")).unwrap();
    assert!(page.contains("&lt;img src=x&gt;.py") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert_eq!(page.matches("<script>").count(), 1, "its own");
    assert!(!page.contains("<img"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src=\""));
    assert!(page.contains("default-src 'none'"));
    let opened = page.matches("<details").count();
    assert_eq!(opened, page.matches("</details>").count());
    assert_eq!(page.matches("<div").count(), page.matches("</div>").count());
}

#[test]
fn an_unverified_run_says_so() {
    let place = Place::new();
    place.repository("shop", &[("a.py", LOOP)]);
    place.run(&["shop"]);
    let notes = &report(&place, ".pyfix-batch")["repositories"][0]["notes"];
    assert!(notes[0].as_str().unwrap().contains("no verify command was given"), "{notes}");
}
