//! A progress bar on standard error, for a person who has been waiting for a while.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs show none.
const PATIENCE: Duration = Duration::from_millis(500);

/// Progress over a known number of files.
pub struct Progress {
    started: Instant,
    total: u64,
    done: u64,
    /// Whether somebody looks at standard error.
    is_watched: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Progress over `total` files that starts now.
    pub fn new(total: usize, is_watched: bool) -> Self {
        Self { started: Instant::now(), total: total as u64, done: 0, is_watched, bar: None }
    }

    /// Counts one file.
    pub fn advance(&mut self) {
        self.done += 1;
        self.show();
    }

    /// Draws the bar once the time has come.
    pub fn show(&mut self) {
        if !self.is_watched || (self.bar.is_none() && self.started.elapsed() < PATIENCE) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files");
            let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_position(self.done);
    }

    /// Runs `print` while the bar is out of the way.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
