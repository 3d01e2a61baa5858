//! The document of `--output-format sarif`: the Static Analysis Results Interchange Format, version 2.1.0 of
//! OASIS, as code-scanning services read it.
//!
//! Holds the fixes, applied or not, with their edits; refusals are in the JSON document alone.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::report::{FileReport, FixRecord};
use crate::engine::Registry;
use crate::text::Range;

/// Writes the fixes of `reports` and a last newline.
///
/// # Errors
///
/// When `out` fails.
pub fn write(reports: &[FileReport], registry: &Registry, out: &mut dyn Write) -> io::Result<()> {
    let found: BTreeSet<&str> = reports.iter().flat_map(|report| &report.fixes).map(|fix| fix.id).collect();
    let rules: Vec<Value> = registry
        .transforms()
        .map(crate::engine::Transform::meta)
        .filter(|meta| found.contains(meta.id))
        .map(|meta| json!({ "id": meta.id, "shortDescription": { "text": meta.summary } }))
        .collect();
    let results: Vec<Value> =
        reports.iter().flat_map(|report| report.fixes.iter().map(|fix| result(report, fix))).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "pyfix", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn result(report: &FileReport, fix: &FixRecord) -> Value {
    let artifact = json!({ "uri": uri(report) });
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({ "deletedRegion": bytes(edit.range), "insertedContent": { "text": edit.replacement } })
        })
        .collect();
    let region = json!({
        "startLine": fix.place.line,
        "startColumn": fix.place.column,
        "endLine": fix.place.end_line,
        "byteOffset": fix.place.range.start,
        "byteLength": fix.place.range.len(),
    });
    // The edits of a later round are written against the text of that round, not against the file.
    let fixes = if fix.round <= 1 && !replacements.is_empty() {
        json!([{
            "description": { "text": fix.message },
            "artifactChanges": [{ "artifactLocation": artifact, "replacements": replacements }],
        }])
    } else {
        json!([])
    };
    json!({
        "ruleId": fix.id,
        "level": "note",
        "message": { "text": fix.message },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact, "region": region } }],
        "fixes": fixes,
        "properties": {
            "applicability": fix.applicability,
            "assumptions": fix.assumptions,
            "applied": fix.applied,
            "gain": fix.gain,
            "round": fix.round,
        },
    })
}

fn bytes(range: Range) -> Value {
    json!({ "byteOffset": range.start, "byteLength": range.len() })
}

/// The path as a relative reference: everything but unreserved characters and slashes is escaped.
fn uri(report: &FileReport) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    let escape = |byte: u8| match byte {
        b'\\' => "/".to_owned(),
        _ if plain(&byte) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    report.path.to_string_lossy().bytes().map(escape).collect()
}
