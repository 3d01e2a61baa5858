//! Why a candidate is left alone: a closed list, each entry with a sentence and with what would help.

use serde::Serialize;

use crate::text::Range;

/// A guard's refusal: why a candidate is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, from a closed list.
    pub reason: Reason,
    /// The text that the refusal is about.
    pub range: Range,
    /// The name that the sentence speaks of, where there is one.
    pub subject: Option<String>,
}

impl Refusal {
    /// A refusal about the text in `range`.
    pub fn new(reason: Reason, range: Range) -> Self {
        Self { reason, range, subject: None }
    }

    /// A refusal about a name or expression, which stands at `range`.
    pub fn about(reason: Reason, range: Range, subject: &str) -> Self {
        Self { reason, range, subject: Some(subject.to_owned()) }
    }

    /// What is in the way, as a clause.
    pub fn sentence(&self) -> String {
        self.reason.sentence(self.subject.as_deref())
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident, $id:literal, $sentence:literal, $advice:literal;)*) => {
        /// The reason of a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[doc = $doc])+ $variant),*
        }

        impl Reason {
            /// Every reason, in the order of the list.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant),*];

            /// Its stable name, for machines and for `unchanged` blocks of pages.
            pub const fn id(self) -> &'static str {
                match self { $(Reason::$variant => $id),* }
            }

            /// What is in the way, as a clause; `{}` stands for the name it is about.
            pub const fn template(self) -> &'static str {
                match self { $(Reason::$variant => $sentence),* }
            }

            /// What a person could do to allow the fix; empty when nothing would help.
            pub const fn advice(self) -> &'static str {
                match self { $(Reason::$variant => $advice),* }
            }
        }
    };
}

impl Reason {
    /// The sentence, about `subject`.
    pub fn sentence(self, subject: Option<&str>) -> String {
        let quoted = subject.map_or_else(|| "it".to_owned(), |subject| format!("`{subject}`"));
        self.template().replace("{}", &quoted)
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

reasons! {
    /// Names bound in a class body are attributes, and a comprehension in it cannot see them.
    ClassScope, "class-scope",
        "it runs in a class body, whose names are attributes that a comprehension cannot see",
        "move it into a function";
    /// `for ... else`.
    LoopElse, "loop-else", "the loop has an `else` clause", "write what it holds behind the loop";
    /// The target of the loop stores into an object.
    TargetNotName, "target-not-name", "the loop stores into {}, which others can see",
        "use a plain name as the loop variable";
    /// The loop variable is read after the loop.
    TargetReadLater, "target-read-later", "the loop variable {} may be read after the loop", "use another name there";
    /// A nested function, class or comprehension reads the loop variable.
    TargetCaptured, "target-captured", "the loop variable {} is used by a nested scope",
        "use another name in one of the two";
    /// The loop variable is declared `global` or `nonlocal`.
    TargetNotLocal, "target-not-local", "the loop variable {} is declared global or nonlocal",
        "use a local name";
    /// Another file could read the loop variable of a module-level loop.
    TargetPublic, "target-public",
        "the loop variable {} is a name of the module, and another file may use it",
        "move the loop into a function";
    /// The collection is read inside the loop.
    AccumulatorReadInLoop, "accumulator-read-in-loop", "{} is read inside the loop", "";
    /// Somebody could see the collection while it is being filled.
    AccumulatorObservable, "accumulator-observable",
        "{} can be seen by other code while it is being filled", "build it in a local variable";
    /// An exception handler or later code could see a half-filled collection.
    PartialResult, "partial-result", "after an exception {} is used half filled",
        "fill another name, and assign it when it is complete";
    /// Somebody may want more of what a function gives than to iterate over it.
    NotOnlyIterated, "not-only-iterated", "what {} gives may be used for more than one iteration",
        "make `list` of it where it is used";
    /// A generator would keep something open, or catch what it should not, while an item is out.
    HeldOpen, "held-open", "what is opened or tried here would stay so while an item is out", "";
    /// An item is changed, or could be, after it was added.
    ItemUsedLater, "item-used-later", "{} is used after it was added, and may not be complete before",
        "add it when it is complete";
    /// The collection is not known to be created empty right before the loop.
    NotFresh, "not-fresh", "{} is not known to be a new, empty collection here", "create it right before the loop";
    /// The collection is not known to be a builtin one.
    ReceiverUnknown, "receiver-unknown",
        "{} is not known to be a builtin collection", "create it in this function";
    /// A function that fills in or translates templates by itself.
    LazyMessage, "lazy-message", "{} wants a template and its values, not a finished string",
        "pass the values as arguments of their own";
    /// A literal cannot be written on one line.
    TextNotOneLine, "text-not-one-line", "a literal runs over several lines, or cannot be written with the others", "";
    /// A field of a template has no counterpart.
    FieldNotMapped, "field-not-mapped", "a field of the template has no counterpart in an f-string for every value",
        "";
    /// What a template is given, and does not show.
    ArgumentNotShown, "argument-not-shown", "{} is given to the template, which does not show it", "remove it";
    /// An f-string evaluates and shows one value after the other, a template evaluates all of them first.
    TextOrder, "text-order", "an f-string would evaluate {} in another order, or behind text that was made already",
        "compute it in a variable first";
    /// The result would be a line longer than those that are there.
    LineTooLong, "line-too-long", "the lines would become one that is too long", "";
    /// An expression cannot stand in an f-string of the oldest target.
    ExpressionNotEmbeddable, "expression-not-embeddable",
        "an f-string of the oldest target cannot hold this expression",
        "compute it in a variable first";
    /// Nobody could tell what class a value has.
    ClassUnknown, "class-unknown", "nothing tells what class {} has",
        "annotate it, or give it a value of that class on every way here";
    /// A value that is declared to be of a builtin class may be of a subclass that behaves in its own way.
    SubclassInTheWay, "subclass-in-the-way",
        "a subclass may stand for the declared class: {} may behave in its own way",
        "use a value that is made in this function";
    /// Names of the scope can be reached by their spelling.
    DynamicScope, "dynamic-scope",
        "the scope's names can be reached through `locals`, `globals`, `eval`, `exec` or a frame",
        "move it into a function of its own";
    /// A star import may rebind the name of a builtin.
    NotBuiltin, "not-builtin", "the name {} is not known to be the builtin", "";
    /// `yield` cannot move into a comprehension.
    Yields, "yields", "a comprehension cannot hold `yield`", "";
    /// `await` cannot move into a generator that `extend` consumes.
    Awaits, "awaits", "`await` or `async for` cannot move there", "";
    /// A `StopIteration` from an element ends a generator in another way than a loop.
    StopsIteration, "stops-iteration",
        "an element may raise `StopIteration`, which leaves a generator as another exception",
        "build a list in a local variable first";
    /// `super()` and `__class__` do not work in a comprehension.
    ZeroArgumentSuper, "zero-argument-super", "`super()` or `__class__` does not work in a comprehension",
        "name what it gives in front of the loop";
    /// Before Python 3.2 a name cannot be deleted that a nested scope reads.
    Deleted, "deleted", "{} is deleted in this function, and before Python 3.2 no comprehension may read such a name",
        "do without `del`";
    /// An assignment expression that Python does not allow in a comprehension.
    Walrus, "walrus", "the assignment expression to {} is not allowed in a comprehension", "";
    /// A starred argument.
    UnpackedArgument, "unpacked-argument", "an argument is unpacked", "";
    /// Key and value would be evaluated in the other order.
    EvaluationOrder, "evaluation-order",
        "key and value may have effects, and a comprehension evaluates them in another order",
        "compute one of them in a variable first";
    /// An expression that stands there several times would be evaluated once.
    EvaluatedOnce, "evaluated-once", "{} may have effects, and would be evaluated once in a turn instead of several times",
        "compute it in a variable first";
    /// A builtin would leave out the turns behind the one that decides.
    StopsEarly, "stops-early", "a builtin stops at the first item that passes, and later turns may have effects",
        "leave the loop with `break`";
    /// A name that is read in the loop may have no value.
    MaybeUnbound, "maybe-unbound",
        "{} may have no value here, and the exception would be another one in a comprehension",
        "give it a value on every way to the loop";
    /// What would be evaluated for fewer items than before is surely noticed.
    NotForEveryItem, "not-for-every-item",
        "{} does something or may fail, and would not be evaluated for every item any more", "";
    /// What is iterated over may change, so that a copy or a number for each item is what makes the loop right.
    ChangedInLoop, "changed-in-loop", "{} may change while it is iterated over",
        "iterate over something that only this function knows";
    /// A counter does not count turns alone.
    CounterNotSteady, "counter-not-steady", "{} is not simply the number of the turn",
        "count with a name that is used for nothing else";
    /// A comment would lose its place.
    CommentInTheWay, "comment-in-the-way", "a comment would lose its place", "move the comment";
    /// A comment for tools would apply to other code than before.
    PragmaInTheWay, "pragma-in-the-way", "a comment for a tool would apply to other code", "remove the comment";
    /// Formatting is switched off here.
    FormattingOff, "formatting-off", "`# fmt: off` or `# fmt: skip` protects this code",
        "remove the comment";
    /// Statements share a line in a way that the edit cannot keep.
    SharedLine, "shared-line", "other statements share its line", "put each statement on its own line";
    /// Tabs and blanks indent lines of one block.
    MixedIndentation, "mixed-indentation", "its lines are indented by tabs and by blanks",
        "indent all of them in one way";
    /// The module is not known to be the standard one.
    NotStandardModule, "not-standard-module", "{} is not known to be the standard module", "";
    /// The import may not have run when the loop begins.
    ImportMayNotHaveRun, "import-may-not-have-run",
        "the import of {} is not known to have run before the loop", "import it at the top of the module";
    /// The pattern is not a literal.
    PatternNotLiteral, "pattern-not-literal", "the pattern is not a literal", "compile it before the loop";
    /// The pattern may fail or warn when compiled.
    PatternMayNotCompile, "pattern-may-not-compile",
        "the pattern is not known to compile on every supported Python without a warning", "";
    /// The flags are not known constants.
    FlagsNotLiteral, "flags-not-literal", "the flags are not a literal combination", "";
    /// The arguments have no counterpart on a compiled pattern.
    ArgumentsNotMapped, "arguments-not-mapped", "the arguments have no counterpart on a compiled pattern", "";
    /// What is iterated over may be an iterator, or give other items the next time.
    PoolUnknown, "pool-unknown", "{} is not known to give the same items at every turn",
        "use a list or tuple that nothing changes meanwhile";
    /// What is iterated over may not fit into memory.
    PoolTooLarge, "pool-too-large", "{} is too long to be held in memory at once", "";
    /// A `break` leaves one of the loops alone.
    BreakInLoop, "break-in-loop", "`break` leaves the inner loop alone", "";
    /// The loop variable of an outer loop changes between turns of the inner one.
    TargetRebound, "target-rebound", "the loop variable {} gets another value inside the loop", "use another name";
    /// What the loop variable is may be taken apart in another way the next time.
    TargetUnpacked, "target-unpacked", "what is unpacked into {} is not known to be a tuple", "";
    /// A class that others have a hand in.
    ClassHasBase, "class-has-base",
        "{} has a base class, a decorator or a metaclass, which need not go together with another metaclass", "";
    /// A class that is looked at.
    ClassUsedOtherwise, "class-used-otherwise",
        "{} is not only called: a subclass, or code that looks at the class, could tell", "";
    /// `not cls._instance`, of an instance that may be false.
    InstanceMayBeFalse, "instance-may-be-false",
        "an instance of {} may be false, and another one is made then", "ask for `is None`";
    /// An attribute that keeps the instance, and is used by other code.
    AttributeUsedElsewhere, "attribute-used-elsewhere",
        "{} is used by other code, which could tell that a metaclass keeps it", "call the class there";
    /// `__init__` runs at every call of a class, with the arguments of that call.
    InitializerMatters, "initializer-matters",
        "`__init__` of {} runs at every call, and takes other arguments each time", "";
    /// No spelling of a metaclass means the same to Python 2 and Python 3.
    MetaclassSpelling, "metaclass-spelling",
        "Python 2 and Python 3 spell the metaclass of {} in two ways", "name a target without Python 2";
    /// An operand may be another one at some turn, or have no value before the loop.
    OperandChanges, "operand-changes", "{} may change while the loop runs, or have no value before it",
        "compute it in front of the loop by hand";
    /// What would be evaluated before the loop may fail or do something else.
    MayFailEarly, "may-fail-early",
        "{} may fail or do something else, and would be evaluated even if the loop makes no turn", "";
    /// Every turn makes an object of its own, which may be changed or told from others.
    FreshObject, "fresh-object", "{} gives every turn an object of its own", "make it once, if one is enough";
    /// What costs time would be evaluated although no turn may want it.
    NotEveryTurn, "not-every-turn", "{} is evaluated in some turns only, and takes time", "";
    /// The form that would be right was measured to be slower on every Python that is asked for.
    NoGain, "no-gain", "what would be right here was measured to be no faster on the target version",
        "select the transform by name";
    /// The loop runs at the module level.
    ModuleLevel, "module-level", "a name of the module is no local variable, so that nothing would be gained",
        "move the loop into a function";
    /// What holds the attribute is not the same all the time.
    ReceiverRebound, "receiver-rebound", "{} gets another value or is deleted, in the loop or behind it",
        "use another name for the other value";
    /// The name may have no value before the loop, where it would be read.
    UnboundBefore, "unbound-before", "{} may have no value yet before the loop",
        "give it a value on every way to the loop";
    /// The file itself puts another function in the place of one.
    Replaced, "replaced", "this file may put something else in the place of {}", "";
    /// Other code runs while the loop is suspended.
    Suspended, "suspended", "the loop stops at `yield` or `await`, and other code may replace {} meanwhile", "";
    /// The goal that the user stated is not met.
    GoalNotMet, "goal-not-met", "it was not measured to gain what `--goal` asks for", "leave `--goal` out";
    /// The function that holds it takes little of the time.
    NotHot, "not-hot", "the profile spends little time in the function around it", "leave `--hot` out, or raise it";
    /// The function that holds it is as it was at the revision that changes are counted from.
    NotTouched, "not-touched", "the function around it was not touched since the revision",
        "leave `--diff-base` out, or name an older revision";
}
