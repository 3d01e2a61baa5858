//! What a file asks of its project, and whether the project would still answer the same.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::semantic::{Answer, CallSite, Callee, Class, EngineType, Importable, Subclasses, World};
use crate::text::Range;

/// A question of [`World`], with all that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Question {
    NameUsedElsewhere(String),
    TypeAt(u32, u32),
    HasUnseenUsers,
    CallsOfFunction(String),
    CallsOfMethod(String),
    ShadowsStandardModule(String),
    CopiesObjects(Vec<String>),
    ClassElsewhere(String, String),
    ImportableMetaclasses,
    OverridingSubclass(Class),
}

/// Stands for an answer: equal answers have equal ones.
type AnswerHash = [u8; 16];

impl Question {
    fn ask(&self, world: &dyn World) -> AnswerHash {
        match self {
            Self::NameUsedElsewhere(name) => hash(&world.name_used_elsewhere(name)),
            Self::TypeAt(start, end) => hash(&world.type_at(Range::new(*start, *end))),
            Self::HasUnseenUsers => hash(&world.has_unseen_users()),
            Self::CallsOfFunction(name) => hash(&world.calls_elsewhere(Callee::Function(name))),
            Self::CallsOfMethod(name) => hash(&world.calls_elsewhere(Callee::Method(name))),
            Self::ShadowsStandardModule(name) => hash(&world.shadows_standard_module(name)),
            Self::CopiesObjects(imports) => {
                let imports: Vec<&str> = imports.iter().map(String::as_str).collect();
                hash(&world.copies_objects(&imports))
            }
            Self::ClassElsewhere(module, name) => hash(&world.class_elsewhere(module, name)),
            Self::ImportableMetaclasses => hash(&world.importable_metaclasses()),
            Self::OverridingSubclass(class) => hash(&world.overriding_subclass(*class)),
        }
    }
}

fn hash(answer: &impl Debug) -> AnswerHash {
    let hash = blake3::hash(format!("{answer:?}").as_bytes());
    let mut short = AnswerHash::default();
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}

/// What one file asked, and what was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questions {
    asked: BTreeMap<Question, AnswerHash>,
    /// Whether the type engine helped to answer.
    with_types: bool,
}

impl Questions {
    /// Whether nothing was asked, so that nothing outside the file matters.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Whether the type engine was asked, which reads more than the files of the project.
    pub fn ask_for_types(&self) -> bool {
        let is_typed = |question: &Question| {
            matches!(
                question,
                Question::TypeAt(..) | Question::CallsOfFunction(_) | Question::CallsOfMethod(_)
            )
        };
        self.with_types && self.asked.keys().any(is_typed)
    }

    /// Whether `world` answers each of them as it was answered.
    pub fn are_answered_alike(&self, world: &dyn World) -> bool {
        self.asked.iter().all(|(question, answer)| question.ask(world) == *answer)
    }
}

/// A world that remembers what it was asked.
pub struct Recorder<'w> {
    world: &'w dyn World,
    asked: Mutex<Questions>,
}

impl<'w> Recorder<'w> {
    /// A recorder of what is asked of `world`.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, asked: Mutex::default() }
    }

    /// The same recorder, of a world that answers with the help of the type engine or not.
    #[must_use]
    pub fn with_types(self, with_types: bool) -> Self {
        let asked = Questions { asked: BTreeMap::new(), with_types };
        Self { asked: Mutex::new(asked), ..self }
    }

    /// What was asked.
    pub fn questions(self) -> Questions {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<T: Debug>(&self, question: Question, answer: T) -> T {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.asked.entry(question).or_insert_with(|| hash(&answer));
        answer
    }
}

impl World for Recorder<'_> {
    fn name_used_elsewhere(&self, name: &str) -> Answer {
        self.note(Question::NameUsedElsewhere(name.to_owned()), self.world.name_used_elsewhere(name))
    }

    fn type_at(&self, range: Range) -> Option<EngineType> {
        self.note(Question::TypeAt(range.start, range.end), self.world.type_at(range))
    }

    fn has_unseen_users(&self) -> Answer {
        self.note(Question::HasUnseenUsers, self.world.has_unseen_users())
    }

    fn calls_elsewhere(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        let question = match callee {
            Callee::Function(name) => Question::CallsOfFunction(name.to_owned()),
            Callee::Method(name) => Question::CallsOfMethod(name.to_owned()),
        };
        self.note(question, self.world.calls_elsewhere(callee))
    }

    fn shadows_standard_module(&self, name: &str) -> Answer {
        self.note(Question::ShadowsStandardModule(name.to_owned()), self.world.shadows_standard_module(name))
    }

    fn copies_objects(&self, imports: &[&str]) -> Answer {
        let owned = imports.iter().map(|&module| module.to_owned()).collect();
        self.note(Question::CopiesObjects(owned), self.world.copies_objects(imports))
    }

    fn class_elsewhere(&self, module: &str, name: &str) -> Option<String> {
        let question = Question::ClassElsewhere(module.to_owned(), name.to_owned());
        self.note(question, self.world.class_elsewhere(module, name))
    }

    fn importable_metaclasses(&self) -> Vec<Importable> {
        self.note(Question::ImportableMetaclasses, self.world.importable_metaclasses())
    }

    fn overriding_subclass(&self, class: Class) -> Subclasses {
        self.note(Question::OverridingSubclass(class), self.world.overriding_subclass(class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::{LoneFile, UnknownWorld};

    #[test]
    fn another_answer_is_noticed() {
        let recorder = Recorder::new(&LoneFile);
        assert_eq!(recorder.name_used_elsewhere("x"), Answer::No);
        assert_eq!(recorder.overriding_subclass(Class::Str), Subclasses::None);
        let questions = recorder.questions();
        assert!(questions.are_answered_alike(&LoneFile));
        assert!(!questions.are_answered_alike(&UnknownWorld));
    }

    #[test]
    fn every_question_is_recorded() {
        let recorder = Recorder::new(&UnknownWorld).with_types(true);
        recorder.name_used_elsewhere("x");
        recorder.type_at(Range::new(1, 2));
        recorder.has_unseen_users();
        recorder.calls_elsewhere(Callee::Function("f"));
        recorder.calls_elsewhere(Callee::Method("f"));
        recorder.shadows_standard_module("re");
        recorder.copies_objects(&["copy"]);
        recorder.class_elsewhere("m", "C");
        recorder.importable_metaclasses();
        recorder.overriding_subclass(Class::Str);
        let questions = recorder.questions();
        assert_eq!(questions.asked.len(), 10);
        assert!(questions.ask_for_types());
        let recorder = Recorder::new(&UnknownWorld).with_types(true);
        recorder.calls_elsewhere(Callee::Function("f"));
        assert!(recorder.questions().ask_for_types(), "what is passed has a type, too");
        assert!(questions.are_answered_alike(&UnknownWorld));
    }
}
