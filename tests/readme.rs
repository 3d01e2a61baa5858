//! The diff that the README shows is what pyfix prints.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

#[test]
fn the_diff_in_the_readme_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::cargo_bin("pyfix")
        .unwrap()
        .args(["--isolated", "report.py"])
        .current_dir(root.join("tests/fixtures/readme"))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    // A page has no blanks at the end of lines, an empty line of a diff has one.
    let printed = printed.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
    let path = root.join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let start = readme.find("```diff\n").unwrap() + "```diff\n".len();
    let end = start + readme[start..].find("```").unwrap();
    if std::env::var_os("PYFIX_BLESS").is_some() {
        fs::write(&path, format!("{}{printed}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    assert_eq!(&readme[start..end], printed, "run with PYFIX_BLESS=1 to show the new diff");
}
