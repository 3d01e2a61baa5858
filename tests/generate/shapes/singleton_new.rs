//! Classes that hand out one instance, or one for each key.

use super::Shape;
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "singleton-new",
    hazards: &[
        "class-derived-from",
        "class-looked-at",
        "instance-empty",
        "instance-reset",
        "initialized-each-time",
        "instance-copied",
        "set-up-by-method",
    ],
    opening,
    inputs: &["[1, 2, 3]", "[]", "'ab'"],
    write,
};

fn opening(draft: &mut Draft) {
    if draft.risk("instance-copied") {
        draft.line("import copy");
    }
    let based = !draft.is_three() || draft.chance(30);
    let head = if based { "class One(object):" } else { "class One:" };
    let keyed = draft.chance(25);
    let attribute = if keyed { "_cache" } else { draft.pick(&["_instance", "_instance", "_one", "__one"]) };
    let asks_for_attribute = !keyed && !attribute.starts_with("__") && draft.chance(20);
    draft.block(head, |draft| {
        if draft.chance(30) {
            draft.line("'''One for all.'''");
        }
        match (keyed, asks_for_attribute) {
            (true, _) => draft.line("_cache = {}"),
            (false, true) => {}
            (false, false) => draft.line(format!("{attribute} = None")),
        }
        let header = match (keyed, draft.chance(20)) {
            (true, _) => "def __new__(cls, key=None):",
            (false, true) => "def __new__(cls, *args, **kwargs):",
            (false, false) => "def __new__(cls):",
        };
        let owner = draft.pick(&["cls", "cls", "One"]);
        draft.block(header, |draft| {
            let kept = if keyed { format!("{owner}._cache[key]") } else { format!("{owner}.{attribute}") };
            let condition = match (keyed, asks_for_attribute) {
                (true, _) => format!("key not in {owner}._cache"),
                (false, true) => format!("not hasattr({owner}, '{attribute}')"),
                (false, false) if draft.chance(40) => format!("not {kept}"),
                (false, false) => format!("{kept} is None"),
            };
            draft.block(format!("if {condition}:"), |draft| make(draft, &kept));
            draft.line(format!("return {kept}"));
        });
        if draft.risk("initialized-each-time") {
            draft.block("def __init__(self, key=None):", |draft| draft.show("'initialized', key"));
        }
        if draft.risk("instance-empty") {
            draft.line("def __len__(self): return 0");
        }
        draft.block("def load(self):", |draft| draft.show("'loaded', One() is self"));
        draft.block("def size(self):", |draft| draft.line("return len(vars(self))"));
    });
    if draft.risk("class-derived-from") {
        draft.line("class Two(One): pass");
        draft.show("type(Two()).__name__, type(One()).__name__");
    }
    if draft.risk("class-looked-at") {
        let look = draft.pick(&[
            "type(One).__name__",
            "hasattr(One, '_instance')",
            "sorted(vars(One))",
            "One.__new__",
        ]);
        draft.show(&format!("{look} != 7"));
        draft.show(&format!("repr({look})[:8]"));
    }
}

/// What happens at the first call.
fn make(draft: &mut Draft, kept: &str) {
    let mut creations = vec!["super(One, cls).__new__(cls)", "object.__new__(cls)"];
    if draft.is_three() {
        creations.push("super().__new__(cls)");
    }
    let creation = draft.pick(&creations);
    let by_name = draft.chance(30);
    let name = if by_name { "self" } else { kept };
    draft.line(format!("{name} = {creation}"));
    if draft.chance(40) {
        draft.line(format!("{name}.items = []"));
    }
    if draft.chance(20) {
        draft.line(format!("{name}.table = {{'a': 1}}"));
    }
    if draft.risk("set-up-by-method") {
        draft.line(format!("{name}.load()"));
    }
    if by_name {
        draft.line(format!("{kept} = self"));
    }
}

fn write(draft: &mut Draft) {
    draft.show("One() is One(), type(One()).__name__, One().size()");
    if draft.chance(30) {
        let value = draft.name();
        draft.line(format!("One().value = {value}"));
        draft.show("One().value, One().size()");
    }
    if draft.risk("instance-reset") {
        draft.line("first = One()");
        let line = draft.pick(&["One._instance = None", "One._one = None", "del One._instance"]);
        draft.line(line);
        draft.show("One() is first");
    }
    if draft.risk("instance-copied") && draft.text().contains("import copy") {
        draft.show("copy.copy(One()) is One()");
    }
}
