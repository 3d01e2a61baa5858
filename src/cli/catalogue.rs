//! `pyfix list` and `pyfix explain`: what the transforms say of themselves.

use std::io::{self, Write};

use crate::engine::Registry;

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

/// Writes the page of the transform `id`.
///
/// # Errors
///
/// When `out` fails.
pub fn explain(id: &str, registry: &Registry, out: &mut dyn Write) -> io::Result<()> {
    let Some(transform) = registry.get(id) else { return Ok(()) };
    let page = transform.meta().page;
    out.write_all(page.as_bytes())?;
    if page.ends_with('\n') { Ok(()) } else { writeln!(out) }
}
