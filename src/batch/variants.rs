//! The files that a transform changes, with some of its fixes and without others.

use std::collections::HashMap;
use std::path::PathBuf;

use super::bisect::Kept;
use super::judge::{FileChange, Judge};

/// The files of a transform with some of its fixes.
pub struct Variants<'c, 'j> {
    changes: &'c [FileChange],
    judge: &'c Judge<'j>,
    /// What became of the file of that number with those fixes.
    partial: HashMap<(usize, Vec<bool>), Made>,
}

/// A file with some fixes: its bytes where they differ, and which of the fixes were made.
pub type Made = (Option<Vec<u8>>, Vec<bool>);

impl<'c, 'j> Variants<'c, 'j> {
    /// The files `changes`, as `judge` sees them.
    pub fn new(changes: &'c [FileChange], judge: &'c Judge<'j>) -> Self {
        Self { changes, judge, partial: HashMap::new() }
    }

    /// Whether a file has to be judged anew to make the fixes that `kept` says.
    pub fn lacks(&self, kept: &Kept) -> bool {
        let is_partial = |fixes: &Vec<bool>| fixes.contains(&true) && fixes.contains(&false);
        kept.iter()
            .enumerate()
            .any(|(at, fixes)| is_partial(fixes) && !self.partial.contains_key(&(at, fixes.clone())))
    }

    /// The files that differ from what they were with the fixes that `kept` says.
    pub fn files(&mut self, kept: &Kept) -> Vec<(&PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for (at, (change, kept)) in self.changes.iter().zip(kept).enumerate() {
            if let (Some(bytes), _) = self.made(at, kept) {
                files.push((&change.name, bytes));
            }
        }
        files
    }

    /// The file of that number with the fixes that `kept` says.
    pub fn made(&mut self, at: usize, kept: &[bool]) -> Made {
        let Some(change) = self.changes.get(at) else { return (None, Vec::new()) };
        if !kept.contains(&true) {
            return (None, kept.to_vec());
        }
        if !kept.contains(&false) {
            return (Some(change.new.clone()), kept.to_vec());
        }
        let key = (at, kept.to_vec());
        if let Some(known) = self.partial.get(&key) {
            return known.clone();
        }
        let made = self.judge.with_some(change, kept);
        self.partial.insert(key, made.clone());
        made
    }
}
