//! The one place that writes to standard output and standard error.
//!
//! Standard output gets exactly the bytes that it is handed: a filter that drops escape sequences would also
//! drop those of the user's source from a diff. Standard error is for people and goes through such a filter.

use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;

use super::diff::Paint;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Standard output and standard error.
pub struct Terminal {
    out: BufWriter<Stdout>,
    err: AutoStream<Stderr>,
    paint: Paint,
    is_watched: bool,
}

impl Terminal {
    /// A terminal that colours as `color` says: `auto` only where a person looks, and never with `NO_COLOR`.
    pub fn new(color: ColorChoice) -> Self {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        let is_coloured = match choice {
            anstream::ColorChoice::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
            decided => decided != anstream::ColorChoice::Never,
        };
        Self {
            out: BufWriter::new(io::stdout()),
            err: AutoStream::new(io::stderr(), choice),
            paint: if is_coloured { Paint::Coloured } else { Paint::Plain },
            is_watched: io::stderr().is_terminal(),
        }
    }

    /// How standard output is painted.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// Standard output.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Hands everything written so far to the system.
    ///
    /// # Errors
    ///
    /// When standard output is closed or full.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Whether a person watches standard error.
    pub fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Tells of a failure, in one line.
    pub fn error(&mut self, message: &str) {
        self.say(&format!("{ERROR}error:{ERROR:#} {}", one_line(message)));
    }

    /// Tells of something that the user should look at, in one line.
    pub fn warning(&mut self, message: &str) {
        self.say(&format!("{WARNING}warning:{WARNING:#} {}", one_line(message)));
    }

    /// Writes a line to standard error. Nobody can be told when that fails.
    pub fn say(&mut self, line: &str) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{line}");
    }
}

/// Names of files may hold anything, line ends included.
fn one_line(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
