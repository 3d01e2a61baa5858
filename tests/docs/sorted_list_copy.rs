//! `sorted-list-copy`: `sorted` makes a list of its own, so the copy that it is given is not needed.
//!
//! See `sorted-list-copy.md`. The example of `docs/adding-a-transform.md`; no built-in.

use pyfix::edit::{Decline, Edit, Fix, Verdict};
use pyfix::engine::{Cx, Meta, Transform};
use pyfix::semantic::comments::comments_in;
use pyfix::semantic::{Reason, Refusal, guards};
use pyfix::syntax::{Call, Kind, Node};
use pyfix::text::PythonVersion;

/// The transform.
pub struct SortedListCopy;

static META: Meta = Meta {
    id: "sorted-list-copy",
    summary: "`sorted(list(x))` becomes `sorted(x)`",
    page: include_str!("sorted-list-copy.md"),
    kinds: &[Kind::Call],
    needles: &["sorted"],
    reasons: &[Reason::NotBuiltin, Reason::CommentInTheWay, Reason::FormattingOff],
    oldest: PythonVersion::PY27,
    priority: 30,
};

impl Transform for SortedListCopy {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        // sorted(list(x), key=pick())        # `pick` may change `x` after it was copied
        let copy = argument_of(node, "sorted").ok_or(Decline::NotThisShape)?;
        let items = argument_of(copy, "list").ok_or(Decline::NotThisShape)?;
        // def list(x): return x[::-1]
        guards::builtin(cx.facts, node, "sorted")?;
        guards::builtin(cx.facts, node, "list")?;
        // sorted(list(  # a copy
        //     x))
        if let Some(comment) = comments_in(cx.tree, copy.range()).next() {
            return Err(Refusal::new(Reason::CommentInTheWay, comment.range()).into());
        }
        Ok(Fix {
            transform: META.id,
            message: "sort without a copy".to_owned(),
            range: node.range(),
            edits: vec![Edit::replace(copy.range(), items.text())],
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: None,
            assumptions: Vec::new(),
            footprint: vec![node.range()],
        })
    }
}

/// The only argument of the call `node`, if it calls something that is called `name`.
fn argument_of<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    let call = Call::cast(node).filter(|call| call.function.kind() == Kind::Identifier)?;
    call.sole_argument().filter(|_| call.function.text() == name)
}
