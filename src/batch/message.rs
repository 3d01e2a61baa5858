//! What a commit says of itself: what was done, how often, why it is faster, and where to read more.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::record::{DropReason, StepRecord};
use crate::engine::Meta;

/// Lines of a message are broken before this column.
const WIDTH: usize = 72;

/// How many different gains, and how many dropped fixes, are named.
const NAMED: usize = 6;

/// The message for the commit of `step`, which `meta` is the transform of.
pub fn commit_message(meta: &Meta, step: &StepRecord) -> String {
    let files = step.diffs.len();
    let mut message = format!(
        "Apply {}: {} in {}\n\n",
        meta.id,
        counted(step.fixes.len(), "fix", "fixes"),
        counted(files, "file", "files")
    );
    let summary = meta.summary.trim_end_matches('.');
    let _ = writeln!(message, "{}", wrapped(&format!("{}.", capitalized(summary))));
    let gains = gains(step);
    if !gains.is_empty() {
        let _ = writeln!(message, "\nMeasured in the example that is nearest:");
        for (gain, count) in gains {
            let _ = writeln!(message, "- {gain} ({})", counted(count, "fix", "fixes"));
        }
    }
    let guilty: Vec<_> = step.dropped.iter().filter(|fix| fix.why == DropReason::Guilty).collect();
    if !guilty.is_empty() {
        let _ = writeln!(message, "\nLeft out, because the verify command fails with it:");
        for fix in guilty.iter().take(NAMED) {
            let _ = writeln!(message, "- {}:{}", fix.file, fix.line);
        }
        if guilty.len() > NAMED {
            let _ = writeln!(message, "- and {} more", guilty.len() - NAMED);
        }
    }
    let _ = writeln!(
        message,
        "\n{}",
        wrapped(&format!(
            "Made by pyfix {}; `pyfix explain {}` tells what it proves before it rewrites, and what was measured.",
            env!("CARGO_PKG_VERSION"),
            meta.id
        ))
    );
    message
}

/// What was measured, with the number of fixes, the most frequent first.
fn gains(step: &StepRecord) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for gain in step.fixes.iter().filter_map(|fix| fix.gain.as_deref()) {
        *counts.entry(gain).or_default() += 1;
    }
    let mut gains: Vec<(&str, usize)> = counts.into_iter().collect();
    gains.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    gains.truncate(NAMED);
    gains
}

/// Such as `1 fix` or `3 fixes`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        let text = wrapped(&"word ".repeat(40));
        assert!(text.lines().all(|line| line.len() <= WIDTH && !line.ends_with(' ')));
        assert_eq!(text.split_whitespace().count(), 40);
        assert_eq!(capitalized("a loop"), "A loop");
    }
}
