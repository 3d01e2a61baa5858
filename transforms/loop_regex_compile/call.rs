//! Calls of the functions of `re`: which one it is, and what its arguments mean.

use crate::edit::Edit;
use crate::edit::render::{Bracketed, Page, moved};
use crate::semantic::guards::Guarded;
use crate::semantic::regex_syntax::Flags;
use crate::semantic::standard;
use crate::semantic::{Facts, Reason, Refusal, Resolution, VariableId};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node};

/// A function of `re` that takes a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Compile,
    Match,
    Search,
    Fullmatch,
    Sub,
    Subn,
    Split,
    Findall,
    Finditer,
}

impl Function {
    fn of(name: &str) -> Option<Self> {
        const ALL: &[Function] = &[
            Function::Compile,
            Function::Match,
            Function::Search,
            Function::Fullmatch,
            Function::Sub,
            Function::Subn,
            Function::Split,
            Function::Findall,
            Function::Finditer,
        ];
        ALL.iter().copied().find(|function| function.name() == name)
    }

    /// Its name, also as a method of a compiled pattern.
    pub const fn name(self) -> &'static str {
        match self {
            Function::Compile => "compile",
            Function::Match => "match",
            Function::Search => "search",
            Function::Fullmatch => "fullmatch",
            Function::Sub => "sub",
            Function::Subn => "subn",
            Function::Split => "split",
            Function::Findall => "findall",
            Function::Finditer => "finditer",
        }
    }

    /// How many arguments stand between the pattern and the flags: those that must be there, and all.
    const fn between(self) -> (usize, usize) {
        match self {
            Function::Compile => (0, 0),
            Function::Match
            | Function::Search
            | Function::Fullmatch
            | Function::Findall
            | Function::Finditer => (1, 1),
            Function::Split => (1, 2),
            Function::Sub | Function::Subn => (2, 3),
        }
    }

    /// The keyword that the method knows under the same name.
    const fn keyword(self) -> Option<&'static str> {
        match self {
            Function::Sub | Function::Subn => Some("count"),
            Function::Split => Some("maxsplit"),
            _ => None,
        }
    }
}

/// A call of a function of `re`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RegexCall<'t> {
    /// The call.
    pub node: Node<'t>,
    /// What is called.
    pub function: Function,
    /// The identifier through which it is reached: the module's name, or the function's own.
    pub name: Node<'t>,
    /// What that identifier means.
    pub variable: VariableId,
    /// Whether it is the module's name.
    pub through_module: bool,
    call: Call<'t>,
}

/// The arguments of a call that a compiled pattern can take over.
pub(super) struct RegexArguments<'t> {
    pub pattern: Node<'t>,
    pub flags: Option<Node<'t>>,
    /// The whole argument that holds the flags, with its keyword.
    flags_argument: Option<Node<'t>>,
}

impl<'t> RegexCall<'t> {
    /// The call at `node`, if its function is surely one of the standard module's.
    pub fn of(facts: &Facts<'_>, node: Node<'t>) -> Option<Self> {
        let call = Call::cast(node)?;
        let (name, function, through_module) = match Attribute::cast(call.function) {
            Some(attribute) => (attribute.object, Function::of(attribute.name.text())?, true),
            None => (call.function, Function::Compile, false),
        };
        (name.kind() == Kind::Identifier).then_some(())?;
        let Resolution::Variable(variable) = facts.model().resolve(name) else { return None };
        if through_module {
            standard::standard_module(facts, variable, "re").ok()?;
            return Some(Self { node, function, name, variable, through_module, call });
        }
        let imported = standard::standard_function(facts, variable, "re")?;
        Some(Self { node, function: Function::of(&imported)?, name, variable, through_module, call })
    }

    /// What the arguments are.
    ///
    /// # Errors
    ///
    /// When they are unpacked, missing, or given by keywords that a compiled pattern does not know.
    pub fn arguments(&self, facts: &Facts<'_>) -> Guarded<RegexArguments<'t>> {
        let refusal = |node: Node<'_>| Refusal::new(Reason::ArgumentsNotMapped, node.range());
        let (least, most) = self.function.between();
        let mut positional = Vec::new();
        let (mut flags, mut flags_argument) = (None, None);
        for argument in self.call.arguments().list {
            match argument {
                Argument::Positional(value) => positional.push(value),
                Argument::Keyword { name, value } if name.text() == "flags" => {
                    flags = Some(value);
                    flags_argument = name.parent();
                }
                Argument::Keyword { name, .. } if Some(name.text()) == self.function.keyword() => {}
                Argument::Keyword { name, .. } => facts.refuse(refusal(name))?,
                Argument::Unpacked(value) => facts.refuse(refusal(value))?,
            }
        }
        let count = positional.len();
        if count < least + 1 {
            facts.refuse(refusal(self.call.arguments))?;
        }
        if count > most + 2 || (count == most + 2 && flags.is_some()) {
            facts.refuse(refusal(self.call.arguments))?;
        }
        // Without a pattern there is nothing to go on with.
        let Some(&pattern) = positional.first() else { return Err(refusal(self.call.arguments)) };
        if count == most + 2 {
            flags = positional.last().copied();
            flags_argument = flags;
        }
        Ok(RegexArguments { pattern, flags, flags_argument })
    }

    /// What the compiled pattern's name replaces, with what follows the name; `name` is about what the name
    /// will be, for the sake of the line's length.
    pub fn uses(&self, arguments: &RegexArguments<'t>, name: &str, width: usize) -> Vec<Edit> {
        if self.function == Function::Compile {
            return vec![Edit::replace(self.node.range(), "")];
        }
        let method = self.function.name();
        let kept = self
            .call
            .arguments
            .named_children()
            .filter(|child| *child != arguments.pattern && Some(*child) != arguments.flags_argument);
        let mut page = Page::at(self.node.tree(), self.node.range(), width);
        page.used += name.len();
        let inner = page.inner();
        // A call on one line stays on one line, however long the line is.
        if !self.node.text().contains('\n') {
            page.width = usize::MAX;
        }
        let call = Bracketed {
            head: format!(".{method}("),
            parts: kept.map(|argument| moved(argument, &inner)).collect(),
            separator: ", ",
            tail: ")".to_owned(),
        };
        vec![Edit::replace(self.node.range(), call.lay_out(&page))]
    }

    /// The value of flags that are names of `re`'s constants, joined by `|`.
    pub fn flags_value(&self, flags: Node<'_>) -> Option<Flags> {
        match flags.kind() {
            Kind::ParenthesizedExpression => self.flags_value(flags.named_children().next()?),
            Kind::BinaryOperator if flags.child(Field::Operator)?.text() == "|" => Some(
                self.flags_value(flags.child(Field::Left)?)?
                    | self.flags_value(flags.child(Field::Right)?)?,
            ),
            Kind::Integer if flags.text() == "0" => Some(Flags::empty()),
            Kind::Attribute if self.through_module => {
                let attribute = Attribute::cast(flags)?;
                (attribute.object.text() == self.name.text()).then_some(())?;
                flag(attribute.name.text())
            }
            _ => None,
        }
    }
}

fn flag(name: &str) -> Option<Flags> {
    Some(match name {
        "I" | "IGNORECASE" => Flags::IGNORECASE,
        "M" | "MULTILINE" => Flags::MULTILINE,
        "S" | "DOTALL" => Flags::DOTALL,
        "X" | "VERBOSE" => Flags::VERBOSE,
        "U" | "UNICODE" => Flags::UNICODE,
        "A" | "ASCII" => Flags::ASCII,
        "L" | "LOCALE" => Flags::LOCALE,
        "DEBUG" => Flags::DEBUG,
        _ => return None,
    })
}
