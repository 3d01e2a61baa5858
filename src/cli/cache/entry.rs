//! What is kept of one file: the engine's account in a form that can be written down.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cli::settings::Settings;
use crate::edit::{Applicability, Assumption, Edit, Measured, apply};
use crate::engine::{AppliedFix, DeclinedSite, Outcome, Registry, Skip, SuppressedFix, UnusedSuppression};
use crate::project::{Fingerprint, Questions};
use crate::semantic::{Reason, Refusal};
use crate::text::{Dialect, PythonVersion, Range, Target};

/// Stands for a content, or for everything that a judgement depends on.
pub type Hash = [u8; 32];

/// The hash of `bytes`.
pub fn hash(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}

/// Stands for all of `settings` that the judgement of a file depends on.
pub fn hash_of_settings(settings: &Settings) -> Hash {
    hash(format!("{:?} {:?}", settings.engine, settings.types).as_bytes())
}

/// What is kept of one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Of its bytes.
    pub content: Hash,
    /// Of the settings and of what was decided for its project.
    pub judgement: Hash,
    /// Of the files of its project when the answers to its questions were last found to be the same.
    pub fingerprint: Option<Fingerprint>,
    /// What it asked of its project.
    pub questions: Questions,
    target: (Version, Version),
    target_origin: String,
    is_python2: bool,
    outcome: Account,
}

type Version = (u8, u8);
type Span = (u32, u32);

/// What is not empty of an [`Outcome`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Account {
    is_changed: bool,
    edits: Vec<(Span, String)>,
    fixes: Vec<KeptFix>,
    withheld: Vec<KeptFix>,
    suppressed: Vec<(String, String, Span, Span)>,
    declined: Vec<KeptDecline>,
    unused_suppressions: Vec<(Span, String)>,
    skipped: Option<KeptSkip>,
    rounds: u32,
    target: Option<(Version, Version)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptFix {
    transform: String,
    message: String,
    range: Span,
    applicability: u8,
    assumptions: Vec<(String, String, Vec<String>)>,
    measured: Option<(String, String)>,
    edits: Vec<(Span, String)>,
    round: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptDecline {
    transform: String,
    site: Span,
    reason: String,
    range: Span,
    subject: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum KeptSkip {
    SyntaxError(u32),
    TooDeep(u32),
    LoneCarriageReturn(u32),
    RespelledName(u32, String),
    TooCostly(u64),
    Generated,
    FileIgnored,
    ParserFailed,
}

/// An account that was kept, and what was found out about the text.
pub struct Kept {
    /// The language of the text.
    pub dialect: Dialect,
    /// The Pythons that it was to run on before its own syntax was looked at.
    pub target: Target,
    /// Where they were found.
    pub target_origin: String,
    /// The account.
    pub outcome: Outcome,
}

impl Entry {
    /// What to keep of `kept`; `None` for an account of a bug in pyfix, which nobody wants to see twice.
    pub fn new(content: Hash, judgement: Hash, questions: Questions, kept: &Kept) -> Option<Self> {
        let Kept { dialect, target, target_origin, outcome } = kept;
        if !outcome.quarantined.is_empty() || !outcome.unequal_strings.is_empty() {
            return None;
        }
        Some(Self {
            content,
            judgement,
            fingerprint: None,
            questions,
            target: versions(*target),
            target_origin: target_origin.clone(),
            is_python2: *dialect == Dialect::Python2,
            outcome: Account::of(outcome),
        })
    }

    /// What was kept about `text`; `None` when it names something that `registry` does not have.
    pub fn kept(&self, text: &str, registry: &Registry) -> Option<Kept> {
        Some(Kept {
            dialect: if self.is_python2 { Dialect::Python2 } else { Dialect::Python3 },
            target: target(self.target),
            target_origin: self.target_origin.clone(),
            outcome: self.outcome.restored(text, registry)?,
        })
    }
}

impl Account {
    fn of(outcome: &Outcome) -> Self {
        let suppressed = |fix: &SuppressedFix| {
            (fix.transform.to_owned(), fix.message.clone(), span(fix.range), span(fix.comment))
        };
        Self {
            is_changed: outcome.text.is_some(),
            edits: spans(&outcome.edits),
            fixes: outcome.fixes.iter().map(KeptFix::of).collect(),
            withheld: outcome.withheld.iter().map(KeptFix::of).collect(),
            suppressed: outcome.suppressed.iter().map(suppressed).collect(),
            declined: outcome.declined.iter().map(KeptDecline::of).collect(),
            unused_suppressions: outcome
                .unused_suppressions
                .iter()
                .map(|unused| (span(unused.range), unused.message.clone()))
                .collect(),
            skipped: outcome.skipped.as_ref().map(KeptSkip::of),
            rounds: outcome.rounds,
            target: outcome.target.map(versions),
        }
    }

    fn restored(&self, text: &str, registry: &Registry) -> Option<Outcome> {
        let edits = edits(&self.edits);
        let suppressed = |(transform, message, site, comment): &(String, String, Span, Span)| {
            Some(SuppressedFix {
                transform: registry.get(transform)?.meta().id,
                message: message.clone(),
                range: range(*site),
                comment: range(*comment),
            })
        };
        Some(Outcome {
            text: self.is_changed.then(|| apply(text, &edits)),
            edits,
            fixes: self.fixes.iter().map(|fix| fix.restored(registry)).collect::<Option<_>>()?,
            withheld: self.withheld.iter().map(|fix| fix.restored(registry)).collect::<Option<_>>()?,
            suppressed: self.suppressed.iter().map(suppressed).collect::<Option<_>>()?,
            declined: self
                .declined
                .iter()
                .map(|decline| decline.restored(registry))
                .collect::<Option<_>>()?,
            unused_suppressions: self
                .unused_suppressions
                .iter()
                .map(|(place, message)| UnusedSuppression { range: range(*place), message: message.clone() })
                .collect(),
            skipped: self.skipped.as_ref().map(KeptSkip::restored),
            rounds: self.rounds,
            target: self.target.map(target),
            ..Outcome::default()
        })
    }
}

impl KeptFix {
    fn of(fix: &AppliedFix) -> Self {
        let assumption = |it: &Assumption| (it.id.to_owned(), it.sentence.clone(), it.unproven.clone());
        Self {
            transform: fix.transform.to_owned(),
            message: fix.message.clone(),
            range: span(fix.range),
            applicability: fix.applicability as u8,
            assumptions: fix.assumptions.iter().map(assumption).collect(),
            measured: fix.measured.map(|it| (it.case.to_owned(), it.form.to_owned())),
            edits: spans(&fix.edits),
            round: fix.round,
        }
    }

    fn restored(&self, registry: &Registry) -> Option<AppliedFix> {
        let levels = [Applicability::DisplayOnly, Applicability::Unsafe, Applicability::Safe];
        let assumption = |(id, sentence, unproven): &(String, String, Vec<String>)| Assumption {
            id: interned(id),
            sentence: sentence.clone(),
            unproven: unproven.clone(),
        };
        Some(AppliedFix {
            transform: registry.get(&self.transform)?.meta().id,
            message: self.message.clone(),
            range: range(self.range),
            applicability: levels.into_iter().find(|level| *level as u8 == self.applicability)?,
            assumptions: self.assumptions.iter().map(assumption).collect(),
            measured: self
                .measured
                .as_ref()
                .map(|(case, form)| Measured::new(interned(case), interned(form))),
            edits: edits(&self.edits),
            round: self.round,
        })
    }
}

impl KeptDecline {
    fn of(site: &DeclinedSite) -> Self {
        Self {
            transform: site.transform.to_owned(),
            site: span(site.site),
            reason: site.refusal.reason.id().to_owned(),
            range: span(site.refusal.range),
            subject: site.refusal.subject.clone(),
        }
    }

    fn restored(&self, registry: &Registry) -> Option<DeclinedSite> {
        let reason = *Reason::ALL.iter().find(|reason| reason.id() == self.reason)?;
        let refusal = Refusal { reason, range: range(self.range), subject: self.subject.clone() };
        Some(DeclinedSite {
            transform: registry.get(&self.transform)?.meta().id,
            site: range(self.site),
            refusal,
        })
    }
}

impl KeptSkip {
    fn of(skip: &Skip) -> Self {
        match skip {
            Skip::SyntaxError { line } => Self::SyntaxError(*line),
            Skip::TooDeep { line } => Self::TooDeep(*line),
            Skip::LoneCarriageReturn { line } => Self::LoneCarriageReturn(*line),
            Skip::RespelledName { line, name } => Self::RespelledName(*line, name.clone()),
            Skip::TooCostly { limit } => Self::TooCostly(*limit),
            Skip::Generated => Self::Generated,
            Skip::FileIgnored => Self::FileIgnored,
            Skip::ParserFailed => Self::ParserFailed,
        }
    }

    fn restored(&self) -> Skip {
        match self {
            Self::SyntaxError(line) => Skip::SyntaxError { line: *line },
            Self::TooDeep(line) => Skip::TooDeep { line: *line },
            Self::LoneCarriageReturn(line) => Skip::LoneCarriageReturn { line: *line },
            Self::RespelledName(line, name) => Skip::RespelledName { line: *line, name: name.clone() },
            Self::TooCostly(limit) => Skip::TooCostly { limit: *limit },
            Self::Generated => Skip::Generated,
            Self::FileIgnored => Skip::FileIgnored,
            Self::ParserFailed => Skip::ParserFailed,
        }
    }
}

const fn span(range: Range) -> Span {
    (range.start, range.end)
}

const fn range(span: Span) -> Range {
    Range { start: span.0, end: span.1 }
}

fn spans(edits: &[Edit]) -> Vec<(Span, String)> {
    edits.iter().map(|edit| (span(edit.range), edit.replacement.clone())).collect()
}

fn edits(spans: &[(Span, String)]) -> Vec<Edit> {
    spans.iter().map(|(place, replacement)| Edit::replace(range(*place), replacement.clone())).collect()
}

const fn versions(target: Target) -> (Version, Version) {
    let Target { oldest, newest } = target;
    ((oldest.major, oldest.minor), (newest.major, newest.minor))
}

const fn target((oldest, newest): (Version, Version)) -> Target {
    Target { oldest: PythonVersion::new(oldest.0, oldest.1), newest: PythonVersion::new(newest.0, newest.1) }
}

/// The same text for the rest of the process: ids are few, and each is kept once.
fn interned(text: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(same) = known.get(text) {
        return same;
    }
    let kept: &'static str = text.to_owned().leak();
    known.insert(kept);
    kept
}
