//! Everything that the user touches: arguments, configuration, files, output.
//!
//! Decides nothing about Python: that is the engine's business, which knows nothing of files or terminals.
//!
//! ```text
//! args -> Options -> walk -> files -> settings -> process (threads) -> report -> output   (standard output)
//!                                                                            \-> summary  (standard error)
//! ```

mod args;
mod base;
mod batch_arguments;
mod cache;
mod catalogue;
mod config;
mod definitions;
mod diff;
pub mod git;
mod in_order;
mod json;
mod names;
mod output;
mod panics;
mod process;
mod profile;
mod progress;
mod report;
mod run;
mod sarif;
mod settings;
mod suggest;
mod summary;
mod surroundings;
mod survey;
mod terminal;
mod touched;
mod walk;
mod why;
mod write;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};

use self::args::{Arguments, Task};
use crate::engine::Registry;

pub use self::args::{ConfigurationSource, Judgement, Mode, Strictness};
pub use self::batch_arguments::{BatchOptions, DocumentFormat, Overriding, Shard, parse_duration};
pub use self::diff::{Paint, hunks};
pub use self::in_order::{Event, Flow, STACK_SIZE, in_order};
pub use self::panics::catch as catch_panic;
pub use self::process::{FileJob, Pipeline};
pub use self::report::{DeclineRecord, FileReport, FixRecord, Problem, Status};
pub use self::settings::{Overrides, Settings, SettingsFinder};
pub use self::suggest::hint;
pub use self::surroundings::Landscape;
pub use self::survey::Survey;
pub use self::terminal::Terminal;
pub use self::touched::Since;
pub use self::write::{clear_away, replace};

/// What carries out `pyfix batch`, which is built on top of this module.
pub type Batch = fn(&BatchOptions, &Registry, &mut Terminal) -> Result<ExitStatus>;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Success,
    /// `--check` found changes.
    WouldChange,
    /// Something named could not be read, understood or written, or pyfix has a bug.
    Failure,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Success => ExitCode::SUCCESS,
            ExitStatus::WouldChange => ExitCode::from(1),
            ExitStatus::Failure => ExitCode::from(2),
        }
    }
}

/// Does what the command line of this process says, with the transforms of `registry`; `batch` where it says so.
///
/// A reader of the output who has seen enough (a broken pipe) is no failure.
pub fn main(registry: &Registry, batch: Batch) -> ExitCode {
    panics::install_hook();
    let parsed =
        Arguments::command().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too; clap knows which stream and status each has.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut terminal = Terminal::new(arguments.color());
    match perform(arguments, registry, batch, &mut terminal) {
        Ok(status) => status.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&format!("{error:#}"));
            ExitStatus::Failure.into()
        }
    }
}

/// What `pyfix batch` with these `arguments` is to do with the transforms of `registry`.
///
/// # Errors
///
/// When they make no sense.
pub fn batch_options(arguments: &[&str], registry: &Registry) -> Result<BatchOptions> {
    let typed = [&["pyfix", "batch"], arguments].concat();
    let parsed = Arguments::from_arg_matches(&Arguments::command().try_get_matches_from(typed)?)?;
    match parsed.resolve(registry)? {
        Task::Batch(options) => Ok(*options),
        other => anyhow::bail!("not a batch: {other:?}"),
    }
}

fn perform(
    arguments: Arguments,
    registry: &Registry,
    batch: Batch,
    terminal: &mut Terminal,
) -> Result<ExitStatus> {
    match arguments.resolve(registry)? {
        Task::Run(options) => return run::run(&options, registry, terminal),
        Task::Batch(options) => return batch(&options, registry, terminal),
        Task::List => catalogue::list(registry, terminal.out())?,
        Task::Explain(id) => catalogue::explain(&id, registry, terminal.out())?,
        Task::Why { file, line, judgement } => why::why(&file, line, &judgement, registry, terminal)?,
    }
    terminal.flush()?;
    Ok(ExitStatus::Success)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is_broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(is_broken)
            || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind)
                == Some(io::ErrorKind::BrokenPipe)
    })
}
