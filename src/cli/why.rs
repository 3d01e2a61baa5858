//! `pyfix why`: what was decided for the candidates of a file, with the source in view.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use rayon::ThreadPoolBuilder;
use unicode_width::UnicodeWidthStr;

use super::args::Judgement;
use super::diff::Paint;
use super::process::{Examined, Obstacle, examine, read};
use super::settings::SettingsFinder;
use super::surroundings::Landscape;
use super::terminal::Terminal;
use crate::engine::{AppliedFix, DeclinedSite, Registry};
use crate::text::{Range, Source};

/// Candidates that begin or end so many lines away still belong to the question.
const NEARBY: u32 = 3;

const FIX: Style = AnsiColor::Green.on_default().bold();
const WITHHELD: Style = AnsiColor::Yellow.on_default().bold();
const DECLINED: Style = AnsiColor::Magenta.on_default().bold();
const FRAME: Style = AnsiColor::Blue.on_default().bold();

/// What was decided for one candidate.
struct Decision {
    style: Style,
    verdict: &'static str,
    id: &'static str,
    message: String,
    /// What the caret points at.
    pointed: Range,
    /// The candidate.
    site: Range,
    notes: Vec<(&'static str, String)>,
}

/// Shows what was decided in the file at `path`, near `line` if one is given.
///
/// # Errors
///
/// When the file cannot be read or understood, or standard output fails.
pub fn why(
    path: &Path,
    line: Option<u32>,
    judgement: &Judgement,
    registry: &Registry,
    terminal: &mut Terminal,
) -> Result<()> {
    let examined = examine_file(path, judgement, registry)?;
    let decisions = decisions(examined.outcome.fixes, examined.outcome.withheld, &examined.outcome.declined);
    let source = &examined.source;
    let asked: Vec<&Decision> = match line {
        None => decisions.iter().collect(),
        Some(line) => near(&decisions, source, line),
    };
    if let Some(line) = line.filter(|_| asked.is_empty() && !decisions.is_empty()) {
        let distance = |decision: &&Decision| source.line(decision.site.start).abs_diff(line);
        let nearest = decisions.iter().min_by_key(distance).map(|decision| source.line(decision.site.start));
        let hint = nearest.map_or_else(String::new, |nearest| format!("; the nearest is in line {nearest}"));
        terminal.say(&format!("no candidate near line {line}{hint}"));
        return Ok(());
    }
    if asked.is_empty() {
        terminal.say("no candidate: no transform looks at anything in this file");
        return Ok(());
    }
    let paint = terminal.paint();
    let name = path.display().to_string();
    let rendered: Vec<String> = asked.iter().map(|decision| render(decision, source, &name, paint)).collect();
    terminal.out().write_all(rendered.join("\n").as_bytes())?;
    Ok(())
}

fn examine_file(path: &Path, judgement: &Judgement, registry: &Registry) -> Result<Examined> {
    let named = || path.display().to_string();
    let real = fs::canonicalize(path).with_context(named)?;
    let mut finder = SettingsFinder::new(judgement, registry)?;
    let settings = finder.settings_in(real.parent().unwrap_or(&real))?;
    let pool = ThreadPoolBuilder::new().num_threads(1).stack_size(super::run::STACK_SIZE).build()?;
    let examined = pool.install(|| {
        let bytes = read(&real, settings.max_file_size)?;
        examine(bytes, &Landscape::default().around(&real, &settings), &settings, registry)
    });
    match examined {
        Ok(examined) => match &examined.outcome.skipped {
            Some(skip) => bail!("{}: skipped: {skip}", named()),
            None => Ok(examined),
        },
        Err(Obstacle::OffLimits(problem) | Obstacle::NotUnderstood(problem) | Obstacle::Failure(problem)) => {
            bail!("{}: {}", named(), problem.message)
        }
    }
}

fn decisions(fixes: Vec<AppliedFix>, withheld: Vec<AppliedFix>, declined: &[DeclinedSite]) -> Vec<Decision> {
    let mut all: Vec<Decision> = Vec::new();
    all.extend(fixes.into_iter().map(|fix| of_fix(fix, FIX, "fix")));
    all.extend(withheld.into_iter().map(|fix| {
        let mut decision = of_fix(fix, WITHHELD, "withheld");
        decision.notes.push(("to allow", "--unsafe-fixes".to_owned()));
        decision
    }));
    all.extend(declined.iter().map(of_decline));
    all.sort_by_key(|decision| (decision.site.start, decision.site.end));
    all
}

fn of_fix(fix: AppliedFix, style: Style, verdict: &'static str) -> Decision {
    let assumed = fix.assumptions.into_iter().map(|assumption| ("assumes", assumption.sentence));
    Decision {
        style,
        verdict,
        id: fix.transform,
        message: fix.message,
        pointed: fix.range,
        site: fix.range,
        notes: assumed.collect(),
    }
}

fn of_decline(declined: &DeclinedSite) -> Decision {
    let reason = declined.refusal.reason;
    let mut notes = vec![("reason", reason.id().to_owned())];
    if !reason.advice().is_empty() {
        notes.push(("to allow", reason.advice().to_owned()));
    }
    Decision {
        style: DECLINED,
        verdict: "left alone",
        id: declined.transform,
        message: reason.sentence(declined.refusal.subject.as_deref()),
        pointed: declined.refusal.range,
        site: declined.site,
        notes,
    }
}

fn near<'d>(decisions: &'d [Decision], source: &Source, line: u32) -> Vec<&'d Decision> {
    let lines = |decision: &Decision| {
        let whole = decision.site.cover(decision.pointed);
        (source.line(whole.start), source.line(whole.end.saturating_sub(1).max(whole.start)))
    };
    let within = |distance: u32| {
        let is_near = |decision: &&Decision| {
            let (first, last) = lines(decision);
            first.saturating_sub(distance) <= line && line <= last + distance
        };
        decisions.iter().filter(is_near).collect::<Vec<_>>()
    };
    let exact = within(0);
    if exact.is_empty() { within(NEARBY) } else { exact }
}

/// ```text
/// left alone: loop-append: the loop has an `else` clause
///   --> app.py:12:5
///    |
/// 12 |     for x in xs:
///    |     ^^^^^^^^^^^^
///    = to allow: ...
/// ```
fn render(decision: &Decision, source: &Source, name: &str, paint: Paint) -> String {
    let painted = |style: Style, text: &str| match paint {
        Paint::Plain => text.to_owned(),
        Paint::Coloured => format!("{style}{text}{style:#}"),
    };
    let site_line = source.line(decision.site.start);
    let (line, column) = source.position(decision.pointed.start);
    let width = line.max(site_line).to_string().len();
    let bar = painted(FRAME, "|");
    let blank = format!("{:width$} {bar}", "");
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {}: {}",
        painted(decision.style, decision.verdict),
        decision.id,
        decision.message
    );
    let _ = writeln!(text, "{:width$}{} {name}:{line}:{column}", "", painted(FRAME, "-->"));
    let _ = writeln!(text, "{blank}");
    let numbered = |number: u32, text: &mut String| {
        let shown = shown_line(source, number);
        let number = painted(FRAME, &format!("{number:width$}"));
        let _ = writeln!(text, "{number} {bar} {shown}");
    };
    // The head of the candidate first, when the reason lies elsewhere.
    if site_line < line {
        numbered(site_line, &mut text);
        if site_line + 1 < line {
            let _ = writeln!(text, "{}", painted(FRAME, "..."));
        }
    }
    numbered(line, &mut text);
    let (before, carets) = caret(source, decision.pointed);
    let _ = writeln!(text, "{blank} {before}{}", painted(decision.style, &carets));
    for (label, note) in &decision.notes {
        let _ = writeln!(text, "{:width$} {} {label}: {note}", "", painted(FRAME, "="));
    }
    text
}

/// A line for display: tabs as four spaces, other control characters replaced.
fn shown_line(source: &Source, number: u32) -> String {
    shown(source.slice(source.line_range(number)).trim_end_matches(['\r', '\n']))
}

fn shown(text: &str) -> String {
    let shown = text.replace('\t', "    ");
    shown.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The blanks before the carets, and the carets: under the part of `range` that is on its first line.
fn caret(source: &Source, range: Range) -> (String, String) {
    let line_start = source.line_start(range.start);
    let line_end = source.line_end(range.start);
    let before = shown(source.slice(Range::new(line_start, range.start)));
    let pointed = source.slice(Range::new(range.start, range.end.min(line_end)));
    let carets = shown(pointed.trim_end()).width().max(1);
    (" ".repeat(before.width()), "^".repeat(carets))
}
