//! Hands files to threads and takes what comes back in the order of the files.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use rayon::ThreadPool;

use super::process::FileJob;
use super::report::FileReport;

/// Reserved, not used: a guard may recurse as deep as `syntax` lets a file nest.
pub const STACK_SIZE: usize = 64 << 20;

/// How often the collector is told that time passes while no file gets done.
const TICK: Duration = Duration::from_millis(100);

/// What the collector of [`in_order`] is told.
pub enum Event {
    /// The next file is done.
    Done(Box<FileReport>),
    /// Some time passed.
    Tick,
}

/// Whether work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Continue,
    /// It does not.
    Stop,
}

/// Works on all `jobs` with the threads of `pool`, and hands the reports to `collect` in the order of the jobs.
pub fn in_order(
    pool: &ThreadPool,
    jobs: &[FileJob],
    work: impl Fn(&FileJob) -> FileReport + Sync,
    mut collect: impl FnMut(Event) -> Flow,
) {
    let next = AtomicUsize::new(0);
    let is_stopped = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sender = sender;
            // Each thread takes the next file, not a share of the list: so that the first files get done first.
            pool.broadcast(|_| work_off(jobs, &next, &is_stopped, &work, &sender.clone()));
        });
        if deliver(&receiver, &mut collect) == Flow::Stop {
            is_stopped.store(true, Ordering::Relaxed);
        }
    });
}

fn work_off(
    jobs: &[FileJob],
    next: &AtomicUsize,
    is_stopped: &AtomicBool,
    work: &impl Fn(&FileJob) -> FileReport,
    sender: &Sender<(usize, FileReport)>,
) {
    while !is_stopped.load(Ordering::Relaxed) {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(job) = jobs.get(index) else { return };
        // Without a receiver nobody wants the rest.
        if sender.send((index, work(job))).is_err() {
            return;
        }
    }
}

fn deliver(receiver: &Receiver<(usize, FileReport)>, collect: &mut impl FnMut(Event) -> Flow) -> Flow {
    let mut early = BTreeMap::new();
    let mut expected = 0;
    loop {
        match receiver.recv_timeout(TICK) {
            Ok((index, report)) => early.insert(index, report),
            Err(RecvTimeoutError::Disconnected) => return Flow::Continue,
            Err(RecvTimeoutError::Timeout) => {
                collect(Event::Tick);
                continue;
            }
        };
        while let Some(report) = early.remove(&expected) {
            expected += 1;
            if collect(Event::Done(Box::new(report))) == Flow::Stop {
                return Flow::Stop;
            }
        }
    }
}
