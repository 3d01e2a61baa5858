//! `loop-regex-compile`: a pattern that a loop looks up again and again is compiled once, before the loop.
//!
//! See `loop-regex-compile.md`. Calls of the module's functions become methods of the compiled pattern; a
//! call of `re.compile` itself moves out of the loop.

#[path = "loop_regex_compile/call.rs"]
mod call;

use crate::edit::render::moved;
use crate::edit::{Decline, Fix, Hoist, HoistForm, ImportRequest, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::regex_syntax::{Flags, Oldest, PatternKind, surely_compiles};
use crate::semantic::{Facts, Reason, Refusal, ScopeId};
use crate::syntax::{Field, Kind, Literal, LiteralKind, Node};
use crate::text::PythonVersion;

use super::hoisting::{anchor, moved_assignment, name_scope};
use call::{Function, RegexCall};

/// The transform.
pub struct LoopRegexCompile;

static META: Meta = Meta {
    id: "loop-regex-compile",
    summary: "a regular expression used in a loop is compiled once, in front of it",
    page: include_str!("loop-regex-compile.md"),
    kinds: &[Kind::Call],
    needles: &[r"\bre\b", r"(?:for|while)\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotStandardModule,
        Reason::ImportMayNotHaveRun,
        Reason::PatternNotLiteral,
        Reason::PatternMayNotCompile,
        Reason::FlagsNotLiteral,
        Reason::ArgumentsNotMapped,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 20,
};

/// What a compiled pattern is called.
const NAME: &str = "_pattern";

impl Transform for LoopRegexCompile {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let call = RegexCall::of(cx.facts, node).ok_or(Decline::NotThisShape)?;
        let anchor = anchor(cx.facts, node).ok_or(Decline::NotThisShape)?;
        let scope = guards::own_names(cx.facts, anchor)?;
        let arguments = call.arguments(cx.facts)?;
        pattern_compiles(cx.facts, arguments.pattern, &call, arguments.flags)?;
        guards::import_has_run(cx.facts, call.variable, call.name, anchor)?;
        if call.function == Function::Compile
            && let Some(fix) = moved_statement(cx, &call, anchor, scope)
        {
            return Ok(fix);
        }
        // re.search('a'  # the first letter
        //           'b', line)
        if let Some(comment) = comments_in(cx.tree, node.range()).next() {
            cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
        }
        let (module, imports) = module_name(cx.facts, &call, anchor)?;
        let expression = compilation(cx, &module, arguments.pattern, arguments.flags, anchor);
        let hoist = Hoist {
            form: HoistForm::Value,
            anchor: anchor.range().start,
            expression,
            name: NAME.to_owned(),
            scope: name_scope(cx.facts, scope),
            uses: call.uses(&arguments, NAME, cx.config.line_length),
        };
        Ok(Fix {
            transform: META.id,
            message: format!("compile the pattern of `{}` before the loop", call.function.name()),
            range: node.range(),
            edits: Vec::new(),
            footprint: vec![node.range()],
            strings: Vec::new(),
            hoists: vec![hoist],
            imports,
            measured: Some(measured(call.function, arguments.flags)),
            assumptions: Vec::new(),
        })
    }
}

/// ```python
/// for line in lines: re.search(pattern, line)
/// for line in lines: re.search('(', line)
/// ```
fn pattern_compiles(
    facts: &Facts<'_>,
    pattern: Node<'_>,
    call: &RegexCall<'_>,
    flags: Option<Node<'_>>,
) -> Guarded {
    let python2 = pattern.source().may_run_on_python2();
    let Some(literal) = Literal::evaluate(pattern) else {
        return facts.refuse(Refusal::new(Reason::PatternNotLiteral, pattern.range()));
    };
    let value = flags.map_or(Some(Flags::empty()), |flags| call.flags_value(flags));
    if let (None, Some(flags)) = (value, flags) {
        facts.refuse(Refusal::new(Reason::FlagsNotLiteral, flags.range()))?;
    }
    let kind = match literal.kind {
        LiteralKind::Text => PatternKind::Text,
        LiteralKind::Bytes => PatternKind::Bytes,
    };
    let oldest = if python2 { Oldest::Python27 } else { Oldest::Python36 };
    let portable = literal.portable || !python2;
    let refusal = || Refusal::new(Reason::PatternMayNotCompile, pattern.range());
    if !portable {
        facts.refuse(refusal())?;
    }
    if surely_compiles(&literal.value, kind, value.unwrap_or(Flags::empty()), oldest).is_err() {
        facts.refuse(refusal())?;
    }
    Ok(())
}

/// The call of `compile` before `anchor`. Pieces of a pattern that stand on lines of their own keep them.
fn compilation(
    cx: &Cx<'_>,
    module: &str,
    pattern: Node<'_>,
    flags: Option<Node<'_>>,
    anchor: Node<'_>,
) -> String {
    let source = anchor.source();
    let indentation = source.slice(source.indentation(anchor.range().start));
    if pattern.kind() != Kind::ConcatenatedString || !pattern.text().contains('\n') {
        let arguments: Vec<String> =
            std::iter::once(pattern).chain(flags).map(|argument| moved(argument, indentation)).collect();
        return format!("{module}.compile({})", arguments.join(", "));
    }
    let newline = source.newline_at(anchor.range().start);
    let inner = format!("{indentation}{}", cx.tree.indent_unit());
    let pattern = moved(pattern, &inner);
    let flags = flags.map(|flags| format!(",{newline}{inner}{},", moved(flags, &inner))).unwrap_or_default();
    format!("{module}.compile({newline}{inner}{pattern}{flags}{newline}{indentation})")
}

/// The name that `compile` is called on, and the import that gives it where the file has none.
fn module_name(
    facts: &Facts<'_>,
    call: &RegexCall<'_>,
    anchor: Node<'_>,
) -> Guarded<(String, Vec<ImportRequest>)> {
    if call.through_module {
        return Ok((call.name.text().to_owned(), Vec::new()));
    }
    let found = guards::standard_name(facts, "re", None, anchor)?;
    Ok((
        found.text,
        found
            .import
            .map(|name| ImportRequest { module: "re".into(), member: None, name })
            .into_iter()
            .collect(),
    ))
}

/// `name = re.compile(...)`, moved as a whole, where nothing can tell when it ran.
fn moved_statement(cx: &Cx<'_>, call: &RegexCall<'_>, anchor: Node<'_>, scope: ScopeId) -> Option<Fix> {
    let (edits, lines) = moved_assignment(cx.facts, call.node, anchor, scope)?;
    let name = call.node.parent()?.child(Field::Left)?;
    Some(Fix {
        transform: META.id,
        message: format!("compile `{}` before the loop", name.text()),
        range: call.node.range(),
        edits,
        footprint: vec![lines],
        strings: Vec::new(),
        hoists: Vec::new(),
        imports: Vec::new(),
        measured: Some(measured(call.function, None)),
        assumptions: Vec::new(),
    })
}

/// What was measured for a call of `function`.
fn measured(function: Function, flags: Option<Node<'_>>) -> Measured {
    let case = match function.name() {
        "compile" => "compile",
        "match" | "fullmatch" => "match",
        "sub" | "subn" => "sub",
        "findall" | "finditer" => "findall",
        _ if flags.is_some() => "search-flags",
        _ => "search",
    };
    Measured::new(case, "compiled")
}
