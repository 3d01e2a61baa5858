//! `pyfix list` and `pyfix explain`: what the transforms say of themselves.

use std::io::{self, Write};

use crate::engine::{Gain, Measurement, Registry};
use crate::text::PythonVersion;

/// Between these lines a page has the ranges of figures that stand in its place here.
const FIGURES: (&str, &str) = ("<!-- measured -->", "<!-- end of measured -->\n");

/// Writes one line for every transform of `registry`.
///
/// # Errors
///
/// When `out` fails.
pub fn list(registry: &Registry, out: &mut dyn Write) -> io::Result<()> {
    let longest = registry.transforms().map(|transform| transform.meta().id.len()).max().unwrap_or(0);
    let width = longest.max("transform".len());
    writeln!(out, "{:width$}  {:8}  what it does", "transform", "python")?;
    for transform in registry.transforms() {
        let meta = transform.meta();
        let oldest = format!("{}+", meta.oldest);
        writeln!(out, "{:width$}  {oldest:8}  {}", meta.id, meta.summary)?;
    }
    Ok(())
}

/// Writes the page of the transform `id`, with everything that was measured of it.
///
/// # Errors
///
/// When `out` fails.
pub fn explain(id: &str, registry: &Registry, out: &mut dyn Write) -> io::Result<()> {
    let Some(transform) = registry.get(id) else { return Ok(()) };
    let page = transform.meta().page;
    let parts =
        page.split_once(FIGURES.0).and_then(|(head, rest)| Some((head, rest.split_once(FIGURES.1)?.1)));
    match parts {
        Some((head, tail)) => {
            out.write_all(head.as_bytes())?;
            write_figures(id, out)?;
            out.write_all(tail.as_bytes())?;
        }
        None => out.write_all(page.as_bytes())?,
    }
    if page.ends_with('\n') { Ok(()) } else { writeln!(out) }
}

/// Writes how many times faster each form of the transform `id` is, by Python, and how many times the memory it takes.
fn write_figures(id: &str, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Measurement> = Measurement::of(id).collect();
    let mut versions: Vec<PythonVersion> =
        rows.iter().flat_map(|row| row.gains.iter().map(|gain| gain.version)).collect();
    versions.sort_unstable();
    versions.dedup();
    let titles = ["case", "becomes"].map(str::to_owned).into_iter();
    let titles = titles.chain(versions.iter().map(ToString::to_string)).chain(["memory".to_owned()]);
    let mut table: Vec<Vec<String>> = vec![titles.collect()];
    for row in rows {
        let speed = |version: &PythonVersion| {
            let gain = row.gains.iter().find(|gain| gain.version == *version);
            gain.map_or_else(String::new, |gain| figure(gain.speed))
        };
        let memory = row.gains.iter().rev().find_map(|gain: &Gain| gain.memory);
        let names = [row.case.clone(), row.form.clone()].into_iter();
        let figures = versions.iter().map(speed).chain([memory.map_or_else(String::new, figure)]);
        table.push(names.chain(figures).collect());
    }
    let width =
        |column: usize| table.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..versions.len() + 3).map(width).collect();
    for row in &table {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < 2 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    writeln!(
        out,
        "\nby Python, with 1,000 items; memory on the newest; docs/evidence.md shows the code, sizes and spread"
    )
}

/// A ratio with as many digits as it is worth.
fn figure(ratio: f64) -> String {
    if ratio >= 9.5 { format!("{ratio:.0}") } else { format!("{ratio:.1}") }
}
