//! What goes on, on standard error, for a person who watches: a line for every repository that is worked on.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the times are brought up to date.
const TICK: Duration = Duration::from_millis(250);

/// The lines.
pub struct Progress {
    lines: Option<Lines>,
}

struct Lines {
    all: MultiProgress,
    total: ProgressBar,
    /// By the number of the repository.
    active: BTreeMap<usize, ProgressBar>,
}

impl Progress {
    /// Progress over `count` repositories, shown where somebody looks at standard error.
    pub fn new(count: usize, is_watched: bool) -> Self {
        let lines = is_watched.then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            let total = all
                .add(ProgressBar::new(count as u64).with_style(style("{bar:30} {pos}/{len} repositories")));
            total.tick();
            Lines { all, total, active: BTreeMap::new() }
        });
        Self { lines }
    }

    /// The repository `name`, of that number, is at `what`.
    pub fn at(&mut self, number: usize, name: &str, what: &str) {
        let Some(lines) = &mut self.lines else { return };
        let line = lines.active.entry(number).or_insert_with(|| {
            let bar =
                ProgressBar::new_spinner().with_style(style("{spinner} {prefix}: {msg} {elapsed:.dim}"));
            let bar = lines.all.insert_before(&lines.total, bar).with_prefix(name.to_owned());
            bar.enable_steady_tick(TICK);
            bar
        });
        line.set_message(what.to_owned());
    }

    /// The repository of that number is done.
    pub fn done(&mut self, number: usize) {
        let Some(lines) = &mut self.lines else { return };
        if let Some(line) = lines.active.remove(&number) {
            line.finish_and_clear();
            lines.all.remove(&line);
        }
        lines.total.inc(1);
    }

    /// Runs `print` while the lines are out of the way.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.lines {
            Some(lines) => lines.all.suspend(print),
            None => print(),
        }
    }

    /// Takes the lines away.
    pub fn finish(&self) {
        if let Some(lines) = &self.lines {
            lines.total.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
