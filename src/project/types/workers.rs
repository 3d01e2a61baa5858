//! The threads on which ty works, and what becomes of its panics.
//!
//! A question is answered on a thread made for it, never on the asker's: how deep inference goes depends on code
//! that pyfix did not measure, so its stack is stated here.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use super::database::Database;
use super::judge;
use super::view::AskedFile;
use crate::semantic::EngineType;
use crate::text::{PythonVersion, Range};

/// Reserved for each thread, not used: ty recurses over operator chains and class hierarchies of any file.
const STACK_SIZE: usize = 256 << 20;

/// Threads of this name panic in silence.
const NAME: &str = "pyfix-types";

/// The threads for one project. As many as ask at once; they end with the value.
#[derive(Debug)]
pub(super) struct Workers {
    root: PathBuf,
    oldest: PythonVersion,
    database: Mutex<Opened>,
    idle: Mutex<Vec<Worker>>,
}

/// The database that all threads share, opened by the first.
enum Opened {
    NotYet,
    Failed,
    Open(Box<Database>),
}

#[derive(Debug)]
struct Worker {
    questions: Sender<(Arc<AskedFile>, Range)>,
    answers: Receiver<Option<EngineType>>,
}

impl Workers {
    pub fn new(root: &Path, oldest: PythonVersion) -> Self {
        Self { root: root.to_owned(), oldest, database: Mutex::new(Opened::NotYet), idle: Mutex::default() }
    }

    /// What is known of the expression at `range` of `file`.
    pub fn ask(&self, file: &Arc<AskedFile>, range: Range) -> Option<EngineType> {
        file.once(range, || self.answer(file, range))
    }

    /// The answer of a thread; `None` when it fails.
    #[expect(
        clippy::option_option,
        reason = "that nothing is known is an answer, too, and worth remembering"
    )]
    fn answer(&self, file: &Arc<AskedFile>, range: Range) -> Option<Option<EngineType>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = idle.or_else(|| self.start())?;
        worker.questions.send((Arc::clone(file), range)).ok()?;
        // A worker that panicked ends, and is not asked again.
        let answer = worker.answers.recv().ok()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        Some(answer)
    }

    fn start(&self) -> Option<Worker> {
        silence_workers();
        let database = self.database()?;
        let (questions, asked) = mpsc::channel::<(Arc<AskedFile>, Range)>();
        let (answered, answers) = mpsc::channel();
        let work = move || {
            for (file, range) in asked {
                // Whatever a panic left behind in the handle goes with the handle.
                let answer =
                    panic::catch_unwind(AssertUnwindSafe(|| judge::type_at(&database, &file, range)));
                let Ok(answer) = answer else { return };
                if answered.send(answer).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name(NAME.to_owned()).stack_size(STACK_SIZE).spawn(work).ok()?;
        Some(Worker { questions, answers })
    }

    fn database(&self) -> Option<Database> {
        let mut opened = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*opened, Opened::NotYet) {
            *opened = match Database::open(&self.root, self.oldest) {
                Some(database) => Opened::Open(Box::new(database)),
                None => Opened::Failed,
            };
        }
        match &*opened {
            Opened::Open(database) => Some(Database::clone(database)),
            Opened::NotYet | Opened::Failed => None,
        }
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Opened::NotYet => "NotYet",
            Opened::Failed => "Failed",
            Opened::Open(_) => "Open",
        })
    }
}

/// Keeps what a panic on one of these threads says from standard error; all other threads go on as before.
fn silence_workers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(NAME) {
                before(info);
            }
        }));
    });
}
