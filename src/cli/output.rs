//! What goes to standard output, file by file and in order: a diff, lines, workflow commands or one document.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{Detail, Mode, OutputFormat};
use super::base::Base;
use super::diff::{self, Paint};
use super::json::{self, Document};
use super::names::shown;
use super::profile::Spent;
use super::report::{FileReport, FixRecord, Place, by_time};
use super::sarif;
use super::summary::Summary;
use super::walk::InputError;
use crate::engine::Registry;

/// A sink for reports.
pub struct Output {
    format: Option<OutputFormat>,
    mode: Mode,
    detail: Detail,
    paint: Paint,
    names: Names,
    reports: Vec<FileReport>,
}

/// How the files of a diff are named.
pub enum Names {
    /// Relative to this base, known before the first file is done.
    Settled(Base),
    /// Relative to `here` if all changed files lie under it, else to `otherwise`; known at the end.
    Open {
        /// The current directory.
        here: PathBuf,
        /// The common directory of the arguments.
        otherwise: PathBuf,
    },
}

impl Names {
    /// Names for files under `roots`, for somebody who stands in `here`.
    pub fn new(here: PathBuf, roots: &[PathBuf]) -> Self {
        if roots.iter().all(|root| root.starts_with(&here)) {
            return Names::Settled(Base::new(here));
        }
        Names::Open { here, otherwise: super::base::common_directory(roots) }
    }
}

impl Output {
    /// A sink for reports in `format`.
    pub fn new(format: Option<OutputFormat>, mode: Mode, detail: Detail, paint: Paint, names: Names) -> Self {
        Self { format, mode, detail, paint, names, reports: Vec::new() }
    }

    /// Takes the next report. Writes it at once where that is possible.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn add(&mut self, report: FileReport, out: &mut dyn Write) -> io::Result<()> {
        match (self.format, &self.names) {
            (None, _) => Ok(()),
            (Some(OutputFormat::Diff), Names::Settled(base)) => write_diff(&report, base, self.paint, out),
            (Some(OutputFormat::Diff), Names::Open { .. }) => {
                if !report.hunks.is_empty() {
                    self.reports.push(report);
                }
                Ok(())
            }
            (Some(OutputFormat::Text), _) => write_text(&report, self.detail, out),
            (Some(OutputFormat::Github), _) => write_github(&report, out),
            (Some(OutputFormat::Json | OutputFormat::Sarif), _) => {
                self.reports.push(report);
                Ok(())
            }
        }
    }

    /// Writes what had to wait for the last report. Returns the directory that the diff is to be applied in,
    /// where it is not the current one.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn finish(
        mut self,
        errors: &[InputError],
        summary: &Summary,
        registry: &Registry,
        out: &mut dyn Write,
    ) -> io::Result<Option<PathBuf>> {
        if self.format == Some(OutputFormat::Sarif) {
            sarif::write(&self.reports, registry, out)?;
            return Ok(None);
        }
        if self.format == Some(OutputFormat::Json) {
            self.reports.sort_by(|a, b| by_time(a.hottest(), b.hottest()));
            json::write(&Document::new(self.mode, &self.reports, errors, summary), out)?;
            return Ok(None);
        }
        let Names::Open { here, otherwise } = self.names else { return Ok(None) };
        let is_here = self.reports.iter().all(|report| report.real.starts_with(&here));
        let base = Base::new(if is_here { here } else { otherwise });
        for report in &self.reports {
            write_diff(report, &base, self.paint, out)?;
        }
        Ok((!is_here).then_some(base.directory))
    }
}

fn write_diff(report: &FileReport, base: &Base, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if report.hunks.is_empty() {
        return Ok(());
    }
    diff::write_header(out, &base.name(&report.real), paint)?;
    out.write_all(&report.hunks)
}

fn write_text(report: &FileReport, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<(Option<&Spent>, Place, String)> = Vec::new();
    for fix in report.applied() {
        lines.push((fix.profile.as_ref(), fix.place, format!("{}: {}", fix.id, described(fix))));
    }
    if detail == Detail::Statistics {
        for fix in report.withheld() {
            let assumed = assumed(fix);
            let text = format!("{}: withheld: assumes that {assumed}", fix.id);
            lines.push((fix.profile.as_ref(), fix.place, text));
        }
        for fix in &report.suppressed {
            lines.push((None, fix.place, format!("{}: suppressed by a comment: {}", fix.id, fix.message)));
        }
        for decline in &report.declines {
            let text = format!("{}: declined: {}", decline.id, decline.sentence);
            lines.push((decline.profile.as_ref(), decline.place, text));
        }
    }
    lines.sort_by(|a, b| by_time(a.0, b.0).then(a.1.range.cmp(&b.1.range)));
    for (_, place, text) in lines {
        write_place(&report.path, place, &text, out)?;
    }
    Ok(())
}

fn write_place(path: &Path, place: Place, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}:{}:{}: {text}", shown(path), place.line, place.column)
}

/// See "Workflow commands for GitHub Actions" in GitHub's documentation.
fn write_github(report: &FileReport, out: &mut dyn Write) -> io::Result<()> {
    let path = report.path.to_string_lossy();
    for fix in report.applied() {
        let Place { line, end_line, column, .. } = fix.place;
        writeln!(
            out,
            "::warning title=pyfix ({}),file={},line={line},endLine={end_line},col={column}::{}",
            fix.id,
            escaped(&path, &[':', ',']),
            escaped(&described(fix), &[]),
        )?;
    }
    Ok(())
}

fn escaped(text: &str, also: &[char]) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if matches!(c, '%' | '\r' | '\n') || also.contains(&c) {
            let _ = write!(escaped, "%{:02X}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// What a fix does, and what that was measured to gain.
fn described(fix: &FixRecord) -> String {
    let gain = fix.gain.map(|gain| format!(" ({gain})")).unwrap_or_default();
    format!("{}{gain}", fix.message)
}

/// What a fix takes on trust, as a clause.
pub fn assumed(fix: &FixRecord) -> String {
    fix.assumptions.iter().map(|assumption| assumption.sentence.as_str()).collect::<Vec<_>>().join(", ")
}
