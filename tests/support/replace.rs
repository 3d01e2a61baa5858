//! Transforms for tests of the engine and of the checks: they replace words.

use pyfix::edit::{Decline, Edit, Fix, Hoist, HoistForm, ImportRequest, Verdict};
use pyfix::engine::{Cx, Meta, Transform};
use pyfix::semantic::{Reason, Refusal};
use pyfix::syntax::{Kind, Node};
use pyfix::text::PythonVersion;

/// Replaces one word by another, except in a class.
pub struct Replace {
    /// What is known of it.
    pub meta: &'static Meta,
    /// The text of the nodes that it replaces.
    pub from: &'static str,
    /// What takes its place.
    pub to: &'static str,
}

impl Transform for Replace {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn check(&self, node: Node<'_>, _cx: &Cx<'_>) -> Verdict {
        if node.text() != self.from {
            return Err(Decline::NotThisShape);
        }
        if node.ancestors().any(|ancestor| ancestor.kind() == Kind::ClassDefinition) {
            let refusal = Refusal { reason: Reason::ClassScope, range: node.range(), subject: None };
            return Err(refusal.into());
        }
        Ok(Fix {
            transform: self.meta.id,
            message: "a word".to_owned(),
            range: node.range(),
            edits: vec![Edit::replace(node.range(), self.to)],
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: None,
            assumptions: Vec::new(),
            footprint: vec![node.range()],
        })
    }
}

/// What is known of a transform that calls alpha beta, or so.
pub const fn meta(
    id: &'static str,
    page: &'static str,
    kinds: &'static [Kind],
    needles: &'static [&'static str],
) -> Meta {
    Meta {
        id,
        summary: "Calls alpha beta.",
        page,
        kinds,
        needles,
        reasons: &[Reason::ClassScope],
        oldest: PythonVersion::PY36,
        priority: 0,
    }
}

/// In a loop, `alpha` becomes a pattern that is compiled before the loop, with a module imported for it.
pub struct HoistAlpha {
    /// What is known of it.
    pub meta: &'static Meta,
}

impl Transform for HoistAlpha {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn check(&self, node: Node<'_>, _cx: &Cx<'_>) -> Verdict {
        let loops = node.ancestors().filter(|it| it.kind() == Kind::ForStatement);
        let Some(outermost) = loops.last().filter(|_| node.text() == "alpha") else {
            return Err(Decline::NotThisShape);
        };
        let function = node.ancestors().find(|it| it.kind() == Kind::FunctionDefinition);
        let hoist = Hoist {
            form: HoistForm::Value,
            anchor: outermost.range().start,
            expression: "re.compile('a')".to_owned(),
            name: "_pattern".to_owned(),
            scope: function.map_or(node.source().full_range(), |it| it.range()),
            uses: vec![Edit::replace(node.range(), ".pattern")],
        };
        Ok(Fix {
            transform: self.meta.id,
            message: "a pattern".to_owned(),
            range: node.range(),
            edits: Vec::new(),
            strings: Vec::new(),
            hoists: vec![hoist],
            imports: vec![ImportRequest { module: "re".into(), member: None, name: "re".to_owned() }],
            measured: None,
            assumptions: Vec::new(),
            footprint: vec![node.range()],
        })
    }
}
