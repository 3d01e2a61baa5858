//! Counts the `+` chains that mix a string literal with other operands, and how many of them are proven to add
//! nothing but strings, by who was asked.
//!
//! `cargo run --release --example mixed_chains -- [ARGUMENTS OF pyfix] PATHS`: runs the whole of pyfix with one
//! transform that changes nothing. With `MIXED_CHAINS_LIST` in the environment each operand that is not proven is
//! printed.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyfix::edit::{Decline, Verdict};
use pyfix::engine::{Cx, Meta, Registry, Transform};
use pyfix::semantic::{Class, Sources, Subclasses, Type};
use pyfix::syntax::{Field, Kind, Node};
use pyfix::text::PythonVersion;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static META: Meta = Meta {
    id: "mixed-chain",
    summary: "counts `+` chains with a string literal",
    page: "",
    kinds: &[Kind::BinaryOperator],
    needles: &[r"\+", "[\"']"],
    reasons: &[],
    oldest: PythonVersion::PY27,
    priority: 0,
};

/// Who is asked, and how many chains that proves.
static COUNTS: [(&str, Sources, AtomicUsize); 4] = [
    ("the code around alone", Sources::empty(), AtomicUsize::new(0)),
    ("and the calls of functions", Sources::CALLS, AtomicUsize::new(0)),
    ("and the type engine", Sources::ENGINE, AtomicUsize::new(0)),
    ("and both", Sources::all(), AtomicUsize::new(0)),
];
static TOTAL: AtomicUsize = AtomicUsize::new(0);
static SAFE: AtomicUsize = AtomicUsize::new(0);

struct MixedChain;

impl Transform for MixedChain {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let inner =
            node.parent().is_some_and(|up| is_sum(up) || (is_group(up) && up.parent().is_some_and(is_sum)));
        if !is_sum(node) || inner {
            return Err(Decline::NotThisShape);
        }
        let mut operands = Vec::new();
        flatten(node, &mut operands);
        let (literals, others): (Vec<_>, Vec<_>) =
            operands.into_iter().partition(|operand| is_literal(*operand));
        if literals.is_empty() || others.is_empty() {
            return Err(Decline::NotThisShape);
        }
        TOTAL.fetch_add(1, Ordering::Relaxed);
        for (_, sources, count) in &COUNTS {
            let proven = |operand: &Node<'_>| cx.facts.type_by(*operand, *sources).base() == Some(Class::Str);
            if others.iter().all(proven) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        if others.iter().all(|operand| is_plain_string(cx, *operand)) {
            SAFE.fetch_add(1, Ordering::Relaxed);
        }
        if std::env::var_os("MIXED_CHAINS_LIST").is_some() {
            let found = |operand: &Node<'_>| cx.facts.proven_type_of(*operand);
            for operand in others.iter().filter(|operand| matches!(found(operand), Type::Unknown)) {
                #[expect(clippy::print_stderr, reason = "this is what the example is for")]
                {
                    eprintln!(
                        "UNKNOWN\t{}\t{}\t{}",
                        operand.kind().name(),
                        node.line(),
                        operand.text().replace('\n', " ")
                    );
                }
            }
        }
        Err(Decline::NotThisShape)
    }
}

/// Whether `operand` is exactly a `str`, or declared to be one where no subclass is known to behave in its own way.
fn is_plain_string(cx: &Cx<'_>, operand: Node<'_>) -> bool {
    match cx.facts.proven_type_of(operand) {
        Type::Exact(Class::Str, _) => true,
        Type::Instance(Class::Str, _) => cx.facts.world().overriding_subclass(Class::Str) == Subclasses::None,
        _ => false,
    }
}

fn is_sum(node: Node<'_>) -> bool {
    node.kind() == Kind::BinaryOperator
        && node.child(Field::Operator).is_some_and(|operator| operator.is_token("+"))
}

fn is_group(node: Node<'_>) -> bool {
    node.kind() == Kind::ParenthesizedExpression
}

fn is_literal(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::String | Kind::ConcatenatedString)
}

fn flatten<'t>(node: Node<'t>, operands: &mut Vec<Node<'t>>) {
    let inner =
        if is_group(node) { node.named_children().find(|part| !part.is_trivia()) } else { Some(node) };
    match inner.filter(|inner| is_sum(*inner)) {
        Some(sum) => {
            for part in [sum.child(Field::Left), sum.child(Field::Right)].into_iter().flatten() {
                flatten(part, operands);
            }
        }
        None => operands.push(inner.filter(|inner| is_literal(*inner)).unwrap_or(node)),
    }
}

fn main() -> ExitCode {
    static REGISTRY: Registry = Registry::new(&[&MixedChain]);
    let status = pyfix::cli::main(&REGISTRY, pyfix::batch::run);
    let total = TOTAL.load(Ordering::Relaxed);
    let report = |what: &str, count: usize| {
        let tenths = 1000 * count / total.max(1);
        #[expect(clippy::print_stdout, reason = "this is what the example is for")]
        {
            println!("{count:6} {:3}.{}% {what}", tenths / 10, tenths % 10);
        }
    };
    report("mixed chains", total);
    for (what, _, count) in &COUNTS {
        report(&format!("add only strings: {what}"), count.load(Ordering::Relaxed));
    }
    report("of which no subclass behaves in its own way", SAFE.load(Ordering::Relaxed));
    status
}
