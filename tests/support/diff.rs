//! Two texts side by side, for the messages of failing tests.

use similar::TextDiff;

/// A unified diff from what was expected to what there is; blanks that end a line are made visible.
pub fn diff(expected: &str, actual: &str) -> String {
    let visible = |text: &str| text.replace('\r', "\\r").replace('\t', "\\t").replace(" \n", "·\n");
    let (expected, actual) = (visible(expected), visible(actual));
    TextDiff::from_lines(&expected, &actual).unified_diff().header("expected", "actual").to_string()
}
