//! What a run says at its end, on standard error: counts, a few refusals worth knowing, tables on request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use super::args::{Detail, Mode};
use super::names::shown;
use super::profile::Spent;
use super::report::{DeclineRecord, FileReport, FixRecord, Status, by_time};

/// Below so many fixes a run names some of the refusals, so that it never looks broken.
const FEW_FIXES: usize = 5;
const MAX_EXAMPLES: usize = 3;
const MAX_TARGETS: usize = 3;
const MAX_REASONS: usize = 4;
const MAX_HOT: usize = 10;

/// The sum of the reports of a run.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Files that changed, or would change.
    pub changed: usize,
    /// Files with nothing to do.
    pub unchanged: usize,
    /// Files that were left alone, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Files that failed, by reason.
    pub failed: BTreeMap<&'static str, usize>,
    /// Fixes that are part of the change, by transform.
    pub fixes: BTreeMap<&'static str, usize>,
    /// Fixes that `--unsafe-fixes` would add, by transform.
    pub withheld: BTreeMap<&'static str, usize>,
    /// Fixes that comments ask not to make, by transform.
    pub suppressed: BTreeMap<&'static str, usize>,
    /// Candidates that were left alone, by transform and reason.
    pub declines: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
    /// Transforms whose result failed verification, with the number of files.
    pub quarantined: BTreeMap<String, usize>,
    /// Suppression comments that suppress nothing.
    pub unused_suppressions: usize,
    /// Paths that could not be looked at, and wrong configuration files.
    pub errors: usize,
    /// Files that the configuration leaves out.
    pub excluded: usize,
    /// Files by target and where it was found.
    #[serde(skip)]
    targets: BTreeMap<(String, String), usize>,
    #[serde(skip)]
    examples: Vec<Example>,
    /// What was decided where the profiled program spends its time: the most first.
    #[serde(skip)]
    hot: Vec<(Spent, String)>,
    #[serde(skip)]
    skipped_files: Vec<(String, String)>,
}

/// A candidate that was left alone and that the user may want to hear of.
#[derive(Debug)]
struct Example {
    reason: &'static str,
    has_advice: bool,
    line: String,
}

impl Summary {
    /// Adds the report of one file; reports come in the order of the files.
    pub fn add(&mut self, report: &FileReport) {
        let reason = report.reason.as_ref().map_or("unknown", |problem| problem.id);
        match report.status {
            Status::Changed => self.changed += 1,
            Status::Unchanged => self.unchanged += 1,
            Status::Skipped => {
                *self.skipped.entry(reason).or_default() += 1;
                let message = report.reason.as_ref().map(|problem| problem.message.clone());
                self.skipped_files.push((shown(&report.path), message.unwrap_or_default()));
            }
            Status::Failed => *self.failed.entry(reason).or_default() += 1,
        }
        if report.status != Status::Failed {
            report.applied().for_each(|fix| *self.fixes.entry(fix.id).or_default() += 1);
            for fix in report.withheld() {
                *self.withheld.entry(fix.id).or_default() += 1;
                self.offer(withheld_example(report, fix));
            }
        }
        report.suppressed.iter().for_each(|fix| *self.suppressed.entry(fix.id).or_default() += 1);
        for decline in &report.declines {
            let reasons = self.declines.entry(decline.id).or_default();
            *reasons.entry(decline.reason.id()).or_default() += 1;
            self.offer(declined_example(report, decline));
        }
        for quarantined in &report.quarantined {
            *self.quarantined.entry(quarantined.id.clone()).or_default() += 1;
        }
        self.add_hot(report);
        self.unused_suppressions += report.unused_suppressions.len();
        if let Some(nature) = &report.nature {
            let target = (nature.target.oldest.to_string(), nature.target_origin.clone());
            *self.targets.entry(target).or_default() += 1;
        }
    }

    /// How many fixes are part of the change.
    pub fn fix_count(&self) -> usize {
        self.fixes.values().sum()
    }

    /// The lines to print.
    pub fn render(&self, mode: Mode, detail: Detail) -> Vec<String> {
        let mut lines = Vec::new();
        if detail == Detail::Statistics {
            self.render_tables(&mut lines);
        }
        lines.extend(self.hot_spots());
        if self.fix_count() < FEW_FIXES && self.hot.is_empty() {
            lines.extend(self.examples.iter().map(|example| example.line.clone()));
        }
        lines.extend(self.refusals());
        lines.extend(self.unsafe_fixes());
        lines.push(self.headline(mode));
        if mode == Mode::Preview && self.changed > 0 {
            lines.push("run with --write to apply".to_owned());
        }
        if mode == Mode::Preview && self.changed == 0 && self.unchanged > 0 && lines.len() == 1 {
            lines.push(
                "no transform found a candidate; `pyfix list` says what they look for, and `pyfix why FILE:LINE` \
                 looks at one place"
                    .to_owned(),
            );
        }
        lines
    }

    fn headline(&self, mode: Mode) -> String {
        let skipped: usize = self.skipped.values().sum();
        let failed: usize = self.failed.values().sum();
        let verb = if mode == Mode::Write { "changed" } else { "would change" };
        let mut text = match self.changed {
            0 => "nothing to change".to_owned(),
            count => format!("{} {verb}, {}", files(count), self.counted_fixes()),
        };
        let _ = write!(text, "; {} unchanged", files(self.unchanged));
        if skipped > 0 {
            let _ = write!(text, ", {skipped} skipped ({})", by_reason(&self.skipped));
        }
        if failed > 0 {
            let _ = write!(text, ", {failed} failed ({})", by_reason(&self.failed));
        }
        if self.excluded > 0 {
            let _ = write!(text, ", {} excluded", self.excluded);
        }
        if !self.targets.is_empty() {
            let _ = write!(text, "; {}", self.named_targets());
        }
        text
    }

    fn counted_fixes(&self) -> String {
        let each: Vec<String> =
            by_count(&self.fixes).iter().map(|(id, count)| format!("{id} {count}")).collect();
        let total = self.fix_count();
        format!("{total} {} ({})", if total == 1 { "fix" } else { "fixes" }, each.join(", "))
    }

    fn named_targets(&self) -> String {
        let named = |((version, origin), _): &(&(String, String), usize)| format!("{version} ({origin})");
        let mut targets: Vec<_> = self.targets.iter().map(|(target, count)| (target, *count)).collect();
        targets.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let shown: Vec<String> = targets.iter().take(MAX_TARGETS).map(named).collect();
        let rest = targets.len().saturating_sub(MAX_TARGETS);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!("target Python {}{more}", shown.join(", "))
    }

    /// Keeps the hottest fixes and refusals of `report`.
    fn add_hot(&mut self, report: &FileReport) {
        let path = shown(&report.path);
        let fixes = report.fixes.iter().filter_map(|fix| {
            let unless = if fix.applied { "" } else { " (with --unsafe-fixes)" };
            let text = format!("{path}:{} {}: {}{unless}", fix.place.line, fix.id, fix.message);
            Some((fix.profile.clone()?, text))
        });
        let declines = report.declines.iter().filter_map(|decline| {
            let (line, id, sentence) = (decline.place.line, decline.id, &decline.sentence);
            Some((decline.profile.clone()?, format!("{path}:{line} {id} left it alone: {sentence}")))
        });
        self.hot.extend(fixes.chain(declines).filter(|(spent, _)| spent.seconds > 0.0));
        self.hot.sort_by(|a, b| by_time(Some(&a.0), Some(&b.0)));
        self.hot.truncate(MAX_HOT);
    }

    /// What was decided where the time goes.
    fn hot_spots(&self) -> Vec<String> {
        let line = |(spent, text): &(Spent, String)| {
            format!("  {:5.1}%  in {}: {text}", 100.0 * spent.share, spent.function)
        };
        let head = (!self.hot.is_empty()).then(|| "where the profiled program spends its time:".to_owned());
        head.into_iter().chain(self.hot.iter().map(line)).collect()
    }

    /// How many candidates were left alone, and why: the most frequent reasons first.
    fn refusals(&self) -> Option<String> {
        let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (reason, count) in self.declines.values().flatten() {
            *reasons.entry(reason).or_default() += count;
        }
        let declined: usize = reasons.values().sum();
        let suppressed: usize = self.suppressed.values().sum();
        let mut text = match declined {
            0 => String::new(),
            1 => "1 candidate was left alone".to_owned(),
            count => format!("{count} candidates were left alone"),
        };
        if declined > 0 {
            let sorted = by_count(&reasons);
            let named = |(id, count): &(String, usize)| format!("{count} {}", id.replace('-', " "));
            let mut each: Vec<String> = sorted.iter().take(MAX_REASONS).map(named).collect();
            let rest: usize = sorted.iter().skip(MAX_REASONS).map(|(_, count)| count).sum();
            if rest > 0 {
                each.push(format!("{rest} for other reasons"));
            }
            let _ = write!(text, " ({})", each.join(", "));
        }
        if suppressed > 0 {
            let between = if declined > 0 { ", and " } else { "" };
            let noun = if suppressed == 1 { "fix is" } else { "fixes are" };
            let _ = write!(text, "{between}{suppressed} {noun} suppressed by comments");
        }
        (!text.is_empty()).then(|| format!("{text}; `pyfix why FILE` shows each, --stats counts all"))
    }

    fn unsafe_fixes(&self) -> Option<String> {
        let text = match self.withheld.values().sum::<usize>() {
            0 => return None,
            1 => "1 more fix rests on an assumption: --unsafe-fixes includes it".to_owned(),
            count => format!("{count} more fixes each rest on an assumption: --unsafe-fixes includes them"),
        };
        Some(format!("{text}, `pyfix why FILE` names the assumption"))
    }

    /// Keeps at most three examples, each with a reason of its own, those with advice before others.
    fn offer(&mut self, example: Example) {
        if self.examples.iter().any(|kept| kept.reason == example.reason) {
            return;
        }
        if self.examples.len() < MAX_EXAMPLES {
            self.examples.push(example);
            return;
        }
        if example.has_advice
            && let Some(worse) = self.examples.iter_mut().rfind(|kept| !kept.has_advice)
        {
            *worse = example;
        }
    }

    fn render_tables(&self, lines: &mut Vec<String>) {
        let table = |lines: &mut Vec<String>, title: &str, rows: Vec<(String, usize)>| {
            if rows.is_empty() {
                return;
            }
            let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            lines.push(title.to_owned());
            lines.extend(rows.iter().map(|(name, count)| format!("  {name:width$}  {count:>6}")));
            lines.push(String::new());
        };
        table(lines, "Fixes", by_count(&self.fixes));
        table(lines, "Fixes that --unsafe-fixes would add", by_count(&self.withheld));
        table(lines, "Fixes suppressed by comments", by_count(&self.suppressed));
        for (id, reasons) in &self.declines {
            table(lines, &format!("Left alone by {id}"), by_count(reasons));
        }
        table(lines, "Quarantined", by_count(&self.quarantined));
        if !self.skipped_files.is_empty() {
            lines.push("Skipped files".to_owned());
            lines.extend(self.skipped_files.iter().map(|(path, message)| format!("  {path}: {message}")));
            lines.push(String::new());
        }
    }
}

fn declined_example(report: &FileReport, decline: &DeclineRecord) -> Example {
    let mut line =
        format!("{}:{} {}: {}", shown(&report.path), decline.place.line, decline.id, decline.sentence);
    if !decline.advice.is_empty() {
        let _ = write!(line, "; to allow: {}", decline.advice);
    }
    Example { reason: decline.reason.id(), has_advice: !decline.advice.is_empty(), line }
}

fn withheld_example(report: &FileReport, fix: &FixRecord) -> Example {
    let sentences: BTreeSet<&str> = fix.assumptions.iter().map(|one| one.sentence.as_str()).collect();
    let assumed = sentences.into_iter().collect::<Vec<_>>().join(", ");
    let line = format!(
        "{}:{} {}: assumes that {assumed}; to allow: --unsafe-fixes",
        shown(&report.path),
        fix.place.line,
        fix.id
    );
    let reason = fix.assumptions.first().map_or("unsafe", |assumption| assumption.id);
    Example { reason, has_advice: true, line }
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}

fn by_reason(counts: &BTreeMap<&'static str, usize>) -> String {
    let named = |(id, count): &(String, usize)| format!("{count} {}", id.replace('-', " "));
    by_count(counts).iter().map(named).collect::<Vec<_>>().join(", ")
}

/// The largest count first; equal ones by name.
fn by_count<K: AsRef<str>>(counts: &BTreeMap<K, usize>) -> Vec<(String, usize)> {
    let mut sorted: Vec<(String, usize)> =
        counts.iter().map(|(name, count)| (name.as_ref().to_owned(), *count)).collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sorted
}
