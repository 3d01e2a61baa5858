//! The command line as it is typed, and the options that it resolves to.
//!
//! Two stages: clap fills [`Arguments`]; [`Arguments::resolve`] checks what clap cannot, and everything after
//! works from [`Options`]. What the configuration file says is not known here.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};

use super::batch_arguments::{BatchArguments, BatchOptions};
use super::config::NOT_BUILT_IN;
use super::settings::{Overrides, TypeInference, parse_size};
use super::suggest;
use crate::edit::interpolate::StringStyle;
use crate::engine::{Goal, Prefilter, Registry};
use crate::project::TypeEngine;
use crate::text::PythonVersion;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  pyfix src                        preview every change as a diff
  pyfix src | git apply            apply exactly what the preview shows
  pyfix --write src                apply it directly, file by file, atomically
  pyfix --check .                  for CI: exit status 1 when something would change
  pyfix why src/app.py:120         what was decided near a line, and why
  pyfix batch a b --verify 'pytest -q'   migrate repositories, commit by commit, on a new branch
  pyfix explain loop-append        what a transform does, what it gains, when it declines

Exit status:
  0  done, also when a preview shows changes
  1  --check found changes
  2  a usage or configuration error, an unreadable input, a failed write, or a bug in pyfix

A path with the name of a command is written with its directory: ./list";

/// The command line as typed.
#[derive(Debug, Parser)]
#[command(
    name = "pyfix",
    version,
    about = "Rewrites Python source so that it runs faster, and changes nothing else",
    long_about = "Rewrites Python source so that it runs faster and holds less memory, and changes nothing else.\n\n\
        Without a mode it previews: a unified diff that `git apply` accepts goes to standard output, a summary \
        to standard error, and no file is touched.",
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    styles = STYLES,
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    terminal: TerminalArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every transform
    List,
    /// Print the page of a transform: what it does, what it gains, when it declines
    Explain {
        /// The id of the transform, such as `loop-append`
        id: String,
    },
    /// Show what was decided for every candidate of a file, or near one line of it
    Why {
        /// The file, and the line when only its surroundings matter
        #[arg(value_name = "FILE[:LINE]")]
        place: String,
        #[command(flatten)]
        judgement: JudgementArguments,
    },
    /// Migrate Git repositories: one commit for each transform, verified by a command, on a new branch
    Batch(Box<BatchArguments>),
}

#[derive(Debug, Args)]
struct RunArguments {
    /// Files and directories; `-` reads standard input [default: the current directory]
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    mode: ModeArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    /// What goes to standard output [default: diff; with --check: text; with --write: nothing]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    output_format: Option<OutputFormat>,
    /// Add tables of fixes, refusals and skipped files to the summary
    #[arg(long, help_heading = "Output")]
    stats: bool,
    /// Exit with status 2 also when a file found in a directory was skipped because it could not be understood
    #[arg(long, help_heading = "Mode")]
    strict: bool,
    /// Show first what the program spends its time on, as `python -m cProfile -o FILE` found
    #[arg(long, value_name = "FILE", help_heading = "Transforms")]
    profile: Option<PathBuf>,
    /// Rewrite only the functions that together take this percentage of the time in the profile
    #[arg(
        long, value_name = "PERCENT", requires = "profile", help_heading = "Transforms",
        value_parser = clap::value_parser!(u8).range(1..=100),
    )]
    hot: Option<u8>,
    /// Rewrite only functions that were touched since this revision, as Git has it
    #[arg(long, value_name = "REV", help_heading = "Transforms")]
    diff_base: Option<String>,
    /// Judge every file anew, and keep nothing for later runs
    #[arg(long, help_heading = "Files")]
    no_cache: bool,
    /// How many files are worked on at once [default: one for every processor]
    #[arg(long, value_name = "N", help_heading = "Files")]
    jobs: Option<NonZeroUsize>,
    /// The name that standard input goes by in messages, and for finding the configuration
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    stdin_filename: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct ModeArguments {
    /// Print the diff and touch nothing (this is the default)
    #[arg(long, help_heading = "Mode")]
    dry_run: bool,
    /// Rewrite the files; standard input is rewritten to standard output
    #[arg(long, help_heading = "Mode")]
    write: bool,
    /// Touch nothing, and exit with status 1 when something would change
    #[arg(long, help_heading = "Mode")]
    check: bool,
}

#[derive(Debug, Args)]
pub(super) struct JudgementArguments {
    /// Run only these transforms
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Transforms")]
    select: Vec<String>,
    /// Never run these transforms
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Transforms")]
    ignore: Vec<String>,
    /// Also apply fixes that rest on a named assumption
    #[arg(long, help_heading = "Transforms")]
    unsafe_fixes: bool,
    /// The oldest Python that the result must run on, such as `py38` or `3.8`
    #[arg(long, value_name = "VERSION", help_heading = "Transforms")]
    target_version: Option<String>,
    /// New lines are broken where they would be longer than this many characters
    #[arg(long, value_name = "N", help_heading = "Transforms")]
    line_length: Option<usize>,
    /// How strings with values in them are spelled: as the target runs them fastest, or in one way
    #[arg(long, value_name = "STYLE", help_heading = "Transforms", value_parser = string_style())]
    string_style: Option<StringStyle>,
    /// Only fixes that were measured to gain this on the oldest Python: that are faster, or hold less memory
    #[arg(long, value_name = "GOAL", help_heading = "Transforms", value_parser = goal())]
    goal: Option<Goal>,
    /// Whether to infer the types of a Python 3 project where a fix depends on them [default: on]
    #[arg(long, value_name = "WHETHER", help_heading = "Transforms")]
    types: Option<TypeInference>,
    /// Parse every file, also those without a candidate; the result is the same
    #[arg(long, help_heading = "Transforms")]
    no_prefilter: bool,
    /// Take the configuration from this file only
    #[arg(long, value_name = "FILE", conflicts_with = "isolated", help_heading = "Files")]
    config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long, help_heading = "Files")]
    isolated: bool,
    /// Skip files that are larger than this, such as `500KB` or `20MB` [default: 10MB]
    #[arg(long, value_name = "SIZE", help_heading = "Files")]
    max_file_size: Option<String>,
    /// Skip files that take more steps than this to judge, about a hundred million a second [default: 2000000000]
    #[arg(long, value_name = "N", help_heading = "Files")]
    max_effort: Option<NonZeroU64>,
}

#[derive(Debug, Args)]
struct TerminalArguments {
    /// When to use colour; `auto` respects the variable `NO_COLOR`
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Output")]
    color: ColorChoice,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// A unified diff that `git apply` accepts.
    Diff,
    /// One line for every fix.
    Text,
    /// One document with everything.
    Json,
    /// The interchange format of code-scanning services.
    Sarif,
    /// Workflow commands that GitHub shows beside the code.
    Github,
}

/// Whether what earlier runs found out is used, and what this one finds out is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Yes.
    On,
    /// No.
    Off,
}

/// What happens to the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing; the changes are shown.
    Preview,
    /// They are rewritten.
    Write,
    /// Nothing; the exit status tells whether they would change.
    Check,
}

/// How much the summary tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A line or two.
    Brief,
    /// Tables.
    Statistics,
}

/// What a skipped file means for the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Only files named on the command line have to be understood.
    NamedFiles,
    /// All files have to be understood.
    AllFiles,
}

/// Where the text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input, under this name.
    Stdin(PathBuf),
    /// Files and directories.
    Paths(Vec<PathBuf>),
}

/// Where the configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigurationSource {
    /// The nearest file above each source file.
    Discovered,
    /// This file.
    File(PathBuf),
    /// Nowhere.
    Isolated,
}

/// How files are judged, as far as the command line tells.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What wins over the configuration.
    pub overrides: Overrides,
    /// Where the configuration comes from.
    pub configuration: ConfigurationSource,
}

/// A run over files, resolved.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the text comes from.
    pub input: Input,
    /// What happens to the files.
    pub mode: Mode,
    /// How files are judged.
    pub judgement: Judgement,
    /// What goes to standard output; nothing when `None`.
    pub format: Option<OutputFormat>,
    /// How much the summary tells.
    pub detail: Detail,
    /// What a skipped file means.
    pub strictness: Strictness,
    /// Whether what earlier runs found out is used.
    pub caching: Caching,
    /// How many threads work.
    pub jobs: Option<NonZeroUsize>,
    /// The profile of the program.
    pub profile: Option<PathBuf>,
    /// Only the functions that take so many percent of the time are rewritten.
    pub hot: Option<u8>,
    /// Only functions that were touched since this revision are rewritten.
    pub diff_base: Option<String>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// `pyfix PATHS`.
    Run(Options),
    /// `pyfix list`.
    List,
    /// `pyfix explain ID`.
    Explain(String),
    /// `pyfix why FILE[:LINE]`.
    Why {
        /// The file.
        file: PathBuf,
        /// The line (from 1) whose surroundings matter.
        line: Option<u32>,
        /// How the file is judged.
        judgement: Judgement,
    },
    /// `pyfix batch`.
    Batch(Box<BatchOptions>),
}

impl Arguments {
    /// When to use colour.
    pub fn color(&self) -> ColorChoice {
        self.terminal.color
    }

    /// What is to be done with the transforms of `registry`.
    ///
    /// # Errors
    ///
    /// For a value that clap cannot judge: an unknown transform or version, a size that is none, arguments
    /// that make no sense together.
    pub fn resolve(self, registry: &Registry) -> Result<Task> {
        match self.command {
            None => Ok(Task::Run(self.run.resolve(registry)?)),
            Some(Command::List) => Ok(Task::List),
            Some(Command::Explain { id }) => {
                known_transform(&id, registry)?;
                Ok(Task::Explain(id))
            }
            Some(Command::Why { place, judgement }) => {
                let (file, line) = split_place(&place)?;
                Ok(Task::Why { file, line, judgement: judgement.resolve(registry)? })
            }
            Some(Command::Batch(batch)) => Ok(Task::Batch(Box::new(batch.resolve(registry)?))),
        }
    }
}

impl RunArguments {
    fn resolve(self, registry: &Registry) -> Result<Options> {
        let mode = match (self.mode.write, self.mode.check) {
            (true, _) => Mode::Write,
            (_, true) => Mode::Check,
            _ => Mode::Preview,
        };
        let by_default = match mode {
            Mode::Preview => Some(OutputFormat::Diff),
            Mode::Check => Some(OutputFormat::Text),
            Mode::Write => None,
        };
        let input = resolve_input(self.paths, self.stdin_filename)?;
        let rewrites_stdin = mode == Mode::Write && matches!(input, Input::Stdin(_));
        if rewrites_stdin && self.output_format.is_some() {
            bail!("--write with `-` writes the new text to standard output, so --output-format has no place");
        }
        Ok(Options {
            input,
            mode,
            judgement: self.judgement.resolve(registry)?,
            format: self.output_format.or(by_default),
            detail: if self.stats { Detail::Statistics } else { Detail::Brief },
            strictness: if self.strict { Strictness::AllFiles } else { Strictness::NamedFiles },
            caching: if self.no_cache { Caching::Off } else { Caching::On },
            jobs: self.jobs,
            profile: self.profile,
            hot: self.hot,
            diff_base: self.diff_base,
        })
    }
}

fn resolve_input(mut paths: Vec<PathBuf>, stdin_filename: Option<PathBuf>) -> Result<Input> {
    let stdin = paths.iter().filter(|path| path.as_os_str() == "-").count();
    if stdin > 0 {
        if paths.len() > 1 {
            bail!("`-` reads standard input and cannot stand beside other paths");
        }
        return Ok(Input::Stdin(stdin_filename.unwrap_or_else(|| PathBuf::from("<stdin>"))));
    }
    if stdin_filename.is_some() {
        bail!("--stdin-filename needs `-` as the only path");
    }
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    Ok(Input::Paths(paths))
}

fn goal() -> impl TypedValueParser<Value = Goal> {
    PossibleValuesParser::new(Goal::NAMES).map(|name| Goal::named(&name).unwrap_or_default())
}

fn string_style() -> impl TypedValueParser<Value = StringStyle> {
    PossibleValuesParser::new(StringStyle::NAMES).map(|name| StringStyle::named(&name).unwrap_or_default())
}

impl JudgementArguments {
    pub(super) fn resolve(self, registry: &Registry) -> Result<Judgement> {
        for id in self.select.iter().chain(&self.ignore) {
            known_transform(id, registry)?;
        }
        let target = self.target_version.map(|text| match PythonVersion::parse(&text) {
            Some(version) => Ok(version),
            None => bail!(
                "--target-version: `{text}` is no version that pyfix knows; write it like `py38` or `3.8`"
            ),
        });
        let max_file_size = self.max_file_size.map(|text| match parse_size(&text) {
            Some(size) => Ok(size),
            None => bail!(
                "--max-file-size: `{text}` is no size; write it like `500KB`, `20MB` or a number of bytes"
            ),
        });
        if self.line_length == Some(0) {
            bail!("--line-length must be at least 1");
        }
        if self.types == Some(TypeInference::On) && !TypeEngine::IS_BUILT_IN {
            bail!("--types on: {NOT_BUILT_IN}");
        }
        let overrides = Overrides {
            select: (!self.select.is_empty()).then_some(self.select),
            ignore: (!self.ignore.is_empty()).then_some(self.ignore),
            unsafe_fixes: self.unsafe_fixes.then_some(true),
            target: target.transpose()?,
            line_length: self.line_length,
            max_file_size: max_file_size.transpose()?,
            max_effort: self.max_effort.map(NonZeroU64::get),
            string_style: self.string_style,
            goal: self.goal,
            types: self.types,
            prefilter: if self.no_prefilter { Prefilter::Off } else { Prefilter::On },
        };
        let configuration = match (self.config, self.isolated) {
            (Some(file), _) => ConfigurationSource::File(file),
            (None, true) => ConfigurationSource::Isolated,
            (None, false) => ConfigurationSource::Discovered,
        };
        Ok(Judgement { overrides, configuration })
    }
}

pub(super) fn known_transform(id: &str, registry: &Registry) -> Result<()> {
    if registry.get(id).is_some() {
        return Ok(());
    }
    let ids: Vec<&str> = registry.transforms().map(|transform| transform.meta().id).collect();
    bail!("there is no transform `{id}`{}; `pyfix list` shows all", suggest::hint(id, &ids))
}

/// Takes `FILE:LINE` or `FILE:LINE:COLUMN` apart; a file that exists under the whole text wins.
fn split_place(place: &str) -> Result<(PathBuf, Option<u32>)> {
    let whole = PathBuf::from(place);
    if whole.exists() {
        return Ok((whole, None));
    }
    let Some((file, number)) = place.rsplit_once(':') else { return Ok((whole, None)) };
    let Ok(number) = number.parse::<u32>() else {
        bail!("`{place}`: what follows the colon is no line number");
    };
    // What editors and linters print has a column behind the line; it is allowed, and not needed.
    if let Some((file, line)) = file.rsplit_once(':')
        && let Ok(line) = line.parse::<u32>()
    {
        return Ok((PathBuf::from(file), Some(line)));
    }
    Ok((PathBuf::from(file), Some(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    const NONE: Registry = Registry::new(&[]);

    fn options(arguments: &[&str]) -> Result<Options> {
        let parsed = Arguments::try_parse_from([&["pyfix"], arguments].concat())?;
        match parsed.resolve(&NONE)? {
            Task::Run(options) => Ok(options),
            other => bail!("not a run: {other:?}"),
        }
    }

    #[test]
    fn the_command_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_format_follows_the_mode() {
        assert_eq!(options(&["a.py"]).unwrap().format, Some(OutputFormat::Diff));
        assert_eq!(options(&["--check"]).unwrap().format, Some(OutputFormat::Text));
        assert_eq!(options(&["--write"]).unwrap().format, None);
        assert_eq!(
            options(&["--write", "--output-format", "json"]).unwrap().format,
            Some(OutputFormat::Json)
        );
    }

    #[test]
    fn no_path_is_the_current_directory() {
        assert_eq!(options(&[]).unwrap().input, Input::Paths(vec![PathBuf::from(".")]));
    }

    #[test]
    fn modes_exclude_each_other() {
        for pair in [["--write", "--check"], ["--dry-run", "--write"], ["--check", "--dry-run"]] {
            assert!(options(&pair).is_err(), "{pair:?}");
        }
        assert!(options(&["--config", "x", "--isolated"]).is_err());
    }

    #[test]
    fn standard_input_stands_alone() {
        assert_eq!(
            options(&["-", "--stdin-filename", "a.py"]).unwrap().input,
            Input::Stdin(PathBuf::from("a.py"))
        );
        assert!(options(&["-", "a.py"]).is_err());
        assert!(options(&["a.py", "--stdin-filename", "a.py"]).is_err());
        assert!(options(&["-", "--write", "--output-format", "json"]).is_err());
    }

    #[test]
    fn a_path_may_be_named_like_a_command() {
        assert_eq!(options(&["./list"]).unwrap().input, Input::Paths(vec![PathBuf::from("./list")]));
    }

    #[test]
    fn places_are_taken_apart() {
        assert_eq!(split_place("a.py:12").unwrap(), (PathBuf::from("a.py"), Some(12)));
        assert_eq!(split_place("a.py:12:5").unwrap(), (PathBuf::from("a.py"), Some(12)));
        assert_eq!(split_place("a.py").unwrap(), (PathBuf::from("a.py"), None));
        assert!(split_place("a.py:here").is_err());
    }
}
