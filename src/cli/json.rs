//! The document of `--output-format json`; `docs/json.md` and `docs/output.schema.json` describe it.

use std::io::{self, Write};

use serde::Serialize;

use super::args::Mode;
use super::report::FileReport;
use super::summary::Summary;
use super::walk::InputError;

/// Raised when a reader of the present schema would misunderstand a document.
const SCHEMA: u32 = 1;

/// Everything about one run.
#[derive(Serialize)]
pub struct Document<'a> {
    schema: u32,
    version: &'static str,
    mode: &'static str,
    files: &'a [FileReport],
    errors: Vec<ErrorRecord<'a>>,
    summary: &'a Summary,
}

/// A path that could not be looked at, or a wrong configuration file.
#[derive(Serialize)]
struct ErrorRecord<'a> {
    path: std::borrow::Cow<'a, str>,
    message: &'a str,
}

impl<'a> Document<'a> {
    /// The document of a run.
    pub fn new(mode: Mode, files: &'a [FileReport], errors: &'a [InputError], summary: &'a Summary) -> Self {
        let record = |error: &'a InputError| ErrorRecord {
            path: error.path.to_string_lossy(),
            message: &error.message,
        };
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            mode: match mode {
                Mode::Preview => "preview",
                Mode::Write => "write",
                Mode::Check => "check",
            },
            files,
            errors: errors.iter().map(record).collect(),
            summary,
        }
    }
}

/// Writes `document` and a last newline.
///
/// # Errors
///
/// When `out` fails.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
