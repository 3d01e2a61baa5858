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
use super::names::shown;
use super::process::{Examined, Limits, Obstacle, examine, read};
use super::settings::{Settings, SettingsFinder};
use super::surroundings::Landscape;
use super::terminal::Terminal;
use crate::engine::{AppliedFix, DeclinedSite, Gain, Outcome, Prefilter, Registry, SuppressedFix};
use crate::semantic::guards::header;
use crate::syntax::{Kind, Node, Regions, parse};
use crate::text::{PythonVersion, Range, Source};

/// Candidates that begin or end so many lines away still belong to the question.
const NEARBY: u32 = 3;

const FIX: Style = AnsiColor::Green.on_default().bold();
const WITHHELD: Style = AnsiColor::Yellow.on_default().bold();
const DECLINED: Style = AnsiColor::Magenta.on_default().bold();
const FRAME: Style = AnsiColor::Blue.on_default().bold();

/// What was decided for one candidate.
struct Decision {
    style: Style,
    /// The verdict, with the id of the transform where one gave it.
    verdict: String,
    message: String,
    /// What the caret points at.
    pointed: Range,
    /// The candidate.
    site: Range,
    /// All that it is about; a question about a line of it is one about the candidate.
    extent: Range,
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
    let source = &examined.source;
    let decisions = decisions(examined.outcome, source, examined.target.oldest);
    let asked = match line {
        None => decisions.iter().collect(),
        Some(line) => within(&decisions, source, line, 0),
    };
    let unknown = line.filter(|_| asked.is_empty()).and_then(|line| unknown_loop(source, line, registry));
    let asked = match line {
        Some(line) if asked.is_empty() => within(&decisions, source, line, NEARBY),
        _ => asked,
    };
    if asked.is_empty() && unknown.is_none() {
        let nearest = line.and_then(|line| {
            let starts = decisions.iter().map(|decision| source.line(decision.site.start));
            starts.min_by_key(|start| start.abs_diff(line))
        });
        let place = line.map_or_else(|| "in this file".to_owned(), |line| format!("near line {line}"));
        let hint = match (nearest, line) {
            (Some(nearest), _) => format!("; the nearest is in line {nearest}"),
            (None, Some(_)) => "; `pyfix list` says what transforms look for".to_owned(),
            (None, None) => {
                "; `pyfix list` says what transforms look for, and `pyfix why FILE:LINE` looks at one loop"
                    .to_owned()
            }
        };
        terminal.say(&format!("no candidate: no transform looks at anything {place}{hint}"));
        return Ok(());
    }
    let paint = terminal.paint();
    let name = shown(path);
    let rendered: Vec<String> =
        unknown.iter().chain(asked).map(|decision| render(decision, source, &name, paint)).collect();
    terminal.out().write_all(rendered.join("\n").as_bytes())?;
    Ok(())
}

fn examine_file(path: &Path, judgement: &Judgement, registry: &Registry) -> Result<Examined> {
    let named = || shown(path);
    let real = fs::canonicalize(path).with_context(named)?;
    let mut finder = SettingsFinder::new(judgement, registry)?;
    let settings = finder.settings_in(real.parent().unwrap_or(&real))?;
    let pool = ThreadPoolBuilder::new().num_threads(1).stack_size(super::in_order::STACK_SIZE).build()?;
    let examined = pool.install(|| {
        let bytes = read(&real, settings.max_file_size)?;
        // Whoever asks about a file wants to hear of its syntax errors, whether or not it holds a candidate.
        let mut settings = Settings::clone(&settings);
        settings.engine.prefilter = Prefilter::Off;
        examine(
            bytes,
            &Landscape::default().around(&real, &settings),
            &settings,
            registry,
            Limits { times: None, since: None, path: &real },
        )
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

fn decisions(outcome: Outcome, source: &Source, oldest: PythonVersion) -> Vec<Decision> {
    let mut all: Vec<Decision> = Vec::new();
    all.extend(outcome.fixes.into_iter().map(|fix| of_fix(fix, FIX, "fix", oldest)));
    all.extend(outcome.withheld.into_iter().map(|fix| {
        let mut decision = of_fix(fix, WITHHELD, "withheld", oldest);
        decision.notes.push(("to allow", "--unsafe-fixes".to_owned()));
        decision
    }));
    all.extend(outcome.suppressed.into_iter().map(|fix| of_suppressed(fix, source)));
    all.extend(outcome.declined.iter().map(of_decline));
    all.sort_by_key(|decision| (decision.site.start, decision.site.end));
    all
}

fn of_fix(fix: AppliedFix, style: Style, verdict: &str, oldest: PythonVersion) -> Decision {
    let gain = fix.measured.and_then(|measured| Gain::of(fix.transform, measured, oldest));
    let measured =
        gain.map(|gain| ("measured", format!("{gain}, in the nearest example of `pyfix explain`")));
    let assumed = fix.assumptions.into_iter().flat_map(|assumption| {
        let unproven = assumption.unproven.into_iter().map(|sentence| ("not proven", sentence));
        std::iter::once(("assumes", assumption.sentence)).chain(unproven)
    });
    Decision {
        style,
        verdict: format!("{verdict}: {}", fix.transform),
        message: fix.message,
        pointed: fix.range,
        site: fix.range,
        extent: fix.range,
        notes: measured.into_iter().chain(assumed).collect(),
    }
}

fn of_suppressed(fix: SuppressedFix, source: &Source) -> Decision {
    let comment = source.slice(fix.comment);
    let place = format!("`{comment}` in line {}", source.line(fix.comment.start));
    Decision {
        style: WITHHELD,
        verdict: format!("suppressed: {}", fix.transform),
        message: fix.message,
        pointed: fix.range,
        site: fix.range,
        extent: fix.range.cover(fix.comment),
        notes: vec![("suppressed by", place), ("to allow", "remove the comment".to_owned())],
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
        verdict: format!("left alone: {}", declined.transform),
        message: reason.sentence(declined.refusal.subject.as_deref()),
        pointed: declined.refusal.range,
        site: declined.site,
        extent: declined.site.cover(declined.refusal.range),
        notes,
    }
}

/// The innermost loop around `line`, of which no transform has anything to say.
fn unknown_loop(source: &Source, line: u32, registry: &Registry) -> Option<Decision> {
    let tree = parse(source, &Regions::whole(source)).ok()?;
    let is_loop = |node: &Node<'_>| matches!(node.kind(), Kind::ForStatement | Kind::WhileStatement);
    let around = |node: &Node<'_>| {
        let (first, last) = lines_of(source, node.range());
        first <= line && line <= last
    };
    let site = tree.nodes().filter(|node| is_loop(node) && around(node)).last()?;
    let mut notes = Vec::new();
    for transform in registry.transforms() {
        let meta = transform.meta();
        if meta.kinds.contains(&site.kind()) {
            notes.push(("looked for", format!("{}: {}", meta.id, meta.summary)));
        }
    }
    if notes.is_empty() {
        notes.push((
            "looked for",
            "nothing in loops of this kind; `pyfix list` names the transforms".to_owned(),
        ));
    }
    Some(Decision {
        style: FRAME,
        verdict: "no candidate".to_owned(),
        message: "no transform knows the shape of this loop".to_owned(),
        pointed: header(site),
        site: site.range(),
        extent: site.range(),
        notes,
    })
}

/// The decisions about text that is at most `distance` lines away from `line`.
fn within<'d>(decisions: &'d [Decision], source: &Source, line: u32, distance: u32) -> Vec<&'d Decision> {
    let is_near = |decision: &&Decision| {
        let (first, last) = lines_of(source, decision.extent);
        first.saturating_sub(distance) <= line && line <= last + distance
    };
    decisions.iter().filter(is_near).collect()
}

/// The first and the last line of the text in `range`.
fn lines_of(source: &Source, range: Range) -> (u32, u32) {
    (source.line(range.start), source.line(range.end.saturating_sub(1).max(range.start)))
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
    let _ = writeln!(text, "{}: {}", painted(decision.style, &decision.verdict), decision.message);
    let _ = writeln!(text, "{:width$}{} {name}:{line}:{column}", "", painted(FRAME, "-->"));
    let _ = writeln!(text, "{blank}");
    let numbered = |number: u32, text: &mut String| {
        let line = visible_line(source, number);
        let number = painted(FRAME, &format!("{number:width$}"));
        let _ = writeln!(text, "{number} {bar} {line}");
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
fn visible_line(source: &Source, number: u32) -> String {
    visible(source.slice(source.line_range(number)).trim_end_matches(['\r', '\n']))
}

fn visible(text: &str) -> String {
    let spaced = text.replace('\t', "    ");
    spaced.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The blanks before the carets, and the carets: under the part of `range` that is on its first line.
fn caret(source: &Source, range: Range) -> (String, String) {
    let line_start = source.line_start(range.start);
    let line_end = source.line_end(range.start);
    let before = visible(source.slice(Range::new(line_start, range.start)));
    let pointed = source.slice(Range::new(range.start, range.end.min(line_end)));
    let carets = visible(pointed.trim_end()).width().max(1);
    (" ".repeat(before.width()), "^".repeat(carets))
}
