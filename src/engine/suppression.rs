//! What the author of the file asked to be left alone: suppression comments, switched-off formatting,
//! generated files.

use std::collections::BTreeSet;

use crate::engine::{Registry, Skip, UnusedSuppression};
use crate::syntax::{Node, SyntaxTree};
use crate::text::{Range, Source};

/// The first lines in which a marker of a generated file is looked for.
const HEADER_LINES: u32 = 12;

/// The comments of one text that ask for something.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    ignores: Vec<Ignore>,
    /// Where the lines of `ignores` lie.
    lines: Index,
    /// Text in which formatting is switched off.
    protected: Vec<Range>,
    /// Where the bytes of `protected` lie.
    bytes: Index,
}

/// Finds among stretches in any order those near a place, without a look at each where they are nearly sorted.
#[derive(Debug, Default)]
struct Index {
    /// The greatest end up to each.
    ends: Vec<u32>,
    /// The least start from each on.
    starts: Vec<u32>,
}

impl Index {
    fn of(stretches: impl DoubleEndedIterator<Item = (u32, u32)> + Clone) -> Self {
        let up_to = |greatest: &mut u32, (_, end): (u32, u32)| {
            *greatest = end.max(*greatest);
            Some(*greatest)
        };
        let from_on = |least: &mut u32, (start, _): (u32, u32)| {
            *least = start.min(*least);
            Some(*least)
        };
        let ends = stretches.clone().scan(0, up_to).collect();
        let mut starts: Vec<u32> = stretches.rev().scan(u32::MAX, from_on).collect();
        starts.reverse();
        Self { ends, starts }
    }

    /// The numbers of all stretches that may share something with what reaches from `first` to `last`, ends included.
    fn near(&self, first: u32, last: u32) -> std::ops::Range<usize> {
        let from = self.ends.partition_point(|end| *end < first);
        let to = self.starts.partition_point(|start| *start <= last);
        from..to.max(from)
    }
}

/// `# pyfix: ignore[...]` or `# pyfix: file-ignore[...]`.
#[derive(Debug)]
struct Ignore {
    comment: Range,
    /// The lines (from 1, inclusive) that it is about; `None` for the whole file.
    lines: Option<(u32, u32)>,
    /// The ids; empty for all.
    ids: Vec<String>,
}

impl Suppressions {
    pub fn of(tree: &SyntaxTree<'_>) -> Self {
        let source = tree.source();
        let mut found = Self::default();
        let mut off: Option<u32> = None;
        let mut next_code = None;
        for comment in tree.comments() {
            let text = comment.text();
            for (scope, ids) in parts(text).filter_map(directive) {
                let lines = (scope == Scope::Line).then(|| lines_of(source, comment, &mut next_code));
                found.ignores.push(Ignore { comment: comment.range(), lines, ids });
            }
            match formatting(text) {
                Some(Formatting::Off) => off = off.or(Some(comment.range().start)),
                Some(Formatting::On) => {
                    if let Some(start) = off.take() {
                        found.protected.push(Range::new(start, comment.range().end));
                    }
                }
                Some(Formatting::Skip) => found.protected.push(skipped(comment)),
                None => {}
            }
        }
        found.protected.extend(off.map(|start| Range::new(start, source.len())));
        found.lines = Index::of(found.ignores.iter().map(|ignore| ignore.lines.unwrap_or((0, u32::MAX))));
        found.bytes = Index::of(found.protected.iter().map(|range| (range.start, range.end)));
        found
    }

    /// The comment that suppresses `id` at `site`, if one does.
    pub fn suppressing(&self, source: &Source, id: &str, site: Range) -> Option<Range> {
        let (first, last) = (source.line(site.start), source.line(site.end));
        let applies = |ignore: &&Ignore| {
            let named = ignore.ids.is_empty() || ignore.ids.iter().any(|name| name == id);
            named && ignore.lines.is_none_or(|(from, to)| from <= last && first <= to)
        };
        let near = self.ignores.get(self.lines.near(first, last)).unwrap_or_default();
        near.iter().find(applies).map(|ignore| ignore.comment)
    }

    /// How much there is to look through for a fix at `site`.
    pub fn count_near(&self, source: &Source, site: Range) -> usize {
        let lines = self.lines.near(source.line(site.start), source.line(site.end));
        lines.len() + self.bytes.near(site.start, site.end).len()
    }

    /// Switched-off formatting that `written` would touch.
    pub fn protecting(&self, mut written: impl Iterator<Item = Range>) -> Option<Range> {
        written.find_map(|range| {
            let near = self.protected.get(self.bytes.near(range.start, range.end)).unwrap_or_default();
            near.iter().copied().find(|off| off.overlaps(range))
        })
    }

    /// Whether a comment asks for the whole file to be left alone by every transform.
    pub fn ignores_file(&self) -> bool {
        self.ignores.iter().any(|ignore| ignore.lines.is_none() && ignore.ids.is_empty())
    }

    /// The comments that suppressed nothing, given those that did.
    pub fn unused(&self, used: &BTreeSet<Range>, registry: &Registry) -> Vec<UnusedSuppression> {
        let mut unused = Vec::new();
        for ignore in &self.ignores {
            for id in ignore.ids.iter().filter(|id| registry.get(id).is_none()) {
                let message = format!("`{id}` in this suppression is no transform; `pyfix list` names them");
                unused.push(UnusedSuppression { range: ignore.comment, message });
            }
            let whole_file = ignore.lines.is_none() && ignore.ids.is_empty();
            if !used.contains(&ignore.comment) && !whole_file {
                let message = "this suppression suppresses nothing; it can be removed".to_owned();
                unused.push(UnusedSuppression { range: ignore.comment, message });
            }
        }
        unused
    }
}

#[derive(PartialEq, Eq)]
enum Scope {
    Line,
    File,
}

/// The comments that share one, each without its `#`.
///
/// ```python
/// x = f(y)  # noqa: E501  # pyfix: ignore
/// ```
fn parts(comment: &str) -> impl Iterator<Item = &str> {
    let begins = |at: &usize| {
        let before = comment.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(['#', ' ', '\t'])
    };
    let starts = comment.match_indices('#').map(|(at, _)| at).filter(begins);
    starts.filter_map(|at| comment.get(at + 1..)).map(str::trim_start)
}

/// Reads `pyfix: ignore`, `pyfix: ignore[a, b]` and the `file-ignore` forms.
fn directive(part: &str) -> Option<(Scope, Vec<String>)> {
    let rest = part.strip_prefix("pyfix:")?.trim_start();
    let (scope, rest) = match rest.strip_prefix("file-ignore") {
        Some(rest) => (Scope::File, rest),
        None => (Scope::Line, rest.strip_prefix("ignore")?),
    };
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
        return None;
    }
    let ids = match rest.trim_start().strip_prefix('[').and_then(|list| list.split_once(']')) {
        Some((list, _)) => {
            list.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
        }
        None => Vec::new(),
    };
    Some((scope, ids))
}

/// A comment behind code is about its own line; a comment on a line of its own is about the next line of code.
///
/// `next_code` remembers from call to call a line that was looked from, and the next line of code.
fn lines_of(source: &Source, comment: Node<'_>, next_code: &mut Option<(u32, u32)>) -> (u32, u32) {
    let line = comment.line();
    let before = source.slice(Range::new(source.line_start(comment.range().start), comment.range().start));
    if !before.trim().is_empty() {
        return (line, line);
    }
    let code = |number: &u32| {
        let text = source.slice(source.line_range(*number)).trim_start();
        !text.is_empty() && !text.starts_with('#')
    };
    // Thousands of comments in a row must not look at one another.
    if let Some((from, found)) = *next_code
        && (from..found).contains(&line)
    {
        return (line, if found == u32::MAX { line } else { found });
    }
    let found = (line + 1..=source.line_count()).find(code);
    *next_code = Some((line, found.unwrap_or(u32::MAX)));
    (line, found.unwrap_or(line))
}

enum Formatting {
    Off,
    On,
    Skip,
}

fn formatting(comment: &str) -> Option<Formatting> {
    let words = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.trim_start_matches(['#', ' ']) {
        "fmt: off" | "fmt:off" | "yapf: disable" => Some(Formatting::Off),
        "fmt: on" | "fmt:on" | "yapf: enable" => Some(Formatting::On),
        _ => {
            let skips = |part: &str| part.starts_with("fmt: skip") || part.starts_with("fmt:skip");
            parts(&words).any(skips).then_some(Formatting::Skip)
        }
    }
}

/// What `# fmt: skip` protects: the statement that it stands behind, or the header of a compound one.
fn skipped(comment: Node<'_>) -> Range {
    let source = comment.source();
    let start = source.line_start(comment.range().start);
    let before = comment.tree().covering(Range::empty(comment.range().start.saturating_sub(1).max(start)));
    let statement =
        before.and_then(|node| node.statement()).map_or(start, |statement| statement.range().start);
    Range::new(statement.min(start), comment.range().end)
}

/// Why a file is left alone as a whole, judged by its comments alone.
pub(super) fn skip_file(tree: &SyntaxTree<'_>, suppressions: &Suppressions) -> Option<Skip> {
    if suppressions.ignores_file() {
        return Some(Skip::FileIgnored);
    }
    let first = tree.statements().next().map_or(u32::MAX, |statement| statement.range().start);
    let header =
        tree.comments().take_while(|comment| comment.range().start < first && comment.line() <= HEADER_LINES);
    header.into_iter().any(|comment| is_generated_marker(comment.text())).then_some(Skip::Generated)
}

fn is_generated_marker(comment: &str) -> bool {
    let text = comment.to_ascii_lowercase();
    let says = |words: &str| text.contains(words);
    says("@generated")
        || says("autogenerated")
        || says("auto-generated")
        || says("automatically generated")
        || says("generated by ")
        || (says("generated") && (says("do not edit") || says("do not modify")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn directives() {
        let ids = |text: &str| {
            let mut found = parts(text).filter_map(directive);
            found.next().map(|(scope, ids)| (scope == Scope::File, ids.join("+")))
        };
        assert_eq!(ids("# pyfix: ignore"), Some((false, String::new())));
        assert_eq!(ids("#pyfix:ignore[a, b]  because"), Some((false, "a+b".to_owned())));
        assert_eq!(ids("# pyfix: file-ignore[a]"), Some((true, "a".to_owned())));
        assert_eq!(ids("# pyfix: ignored"), None);
        assert_eq!(ids("# see pyfix: ignore"), None);
        assert_eq!(ids("# noqa: E501  # pyfix: ignore"), Some((false, String::new())));
        assert_eq!(ids("# type: ignore[a] #pyfix: ignore[b]"), Some((false, "b".to_owned())));
        assert_eq!(ids("# as `# pyfix: ignore` does"), None);
        assert_eq!(parts("# pyfix: ignore[a]  # pyfix: ignore[b]").filter_map(directive).count(), 2);
    }

    proptest! {
        #[test]
        fn an_index_leaves_out_only_what_is_elsewhere(
            pairs in prop::collection::vec((0..30_u32, 0..6_u32), 0..12),
            first in 0..36_u32,
            length in 0..6_u32,
        ) {
            let stretches: Vec<(u32, u32)> = pairs.iter().map(|(start, length)| (*start, start + length)).collect();
            let last = first + length;
            let near = Index::of(stretches.iter().copied()).near(first, last);
            for (number, (start, end)) in stretches.iter().enumerate() {
                prop_assert!(near.contains(&number) || *start > last || *end < first);
            }
        }
    }

    #[test]
    fn formatting_is_switched() {
        assert!(matches!(formatting("# fmt: off"), Some(Formatting::Off)));
        assert!(matches!(formatting("# fmt:  skip"), Some(Formatting::Skip)));
        assert!(matches!(formatting("# noqa  # fmt: skip"), Some(Formatting::Skip)));
        assert!(formatting("# no # fmt").is_none());
    }
}
