//! A metaclass that the project has is imported, where that is possible and changes nothing else.

use super::Project;

const META: &str = "\"\"\"Metaclasses.\"\"\"\n\nclass OnlyOne(type):\n    _instances = {}\n    def __call__(cls, *args, **kwargs):\n        if cls not in cls._instances:\n            cls._instances[cls] = super().__call__(*args, **kwargs)\n        return cls._instances[cls]\n";

const BODY: &str = "\n\n\nclass Bus:\n    _instance = None\n    def __new__(cls):\n        if cls._instance is None:\n            cls._instance = super().__new__(cls)\n        return cls._instance\n\n\nprint(Bus() is Bus())\n";

/// What becomes of `head` and the class behind it, in `app/buses/one.py` of a project with these files.
fn rewritten(head: &str, files: &[(&str, &str)]) -> String {
    let text = format!("{head}{BODY}");
    let more = files.iter().map(|(path, text)| (*path, text.as_bytes()));
    let own =
        [("app/__init__.py", ""), ("app/buses/__init__.py", ""), ("app/other.py", ""), (".git/HEAD", "")];
    let own = own.iter().map(|(path, text)| (*path, text.as_bytes()));
    let all: Vec<(&str, &[u8])> = own.chain(more).chain([("app/buses/one.py", text.as_bytes())]).collect();
    let project = Project::new(&all);
    let run = project.run(&["--select", "singleton-new", "--write", "app"]);
    assert_eq!(run.status, 0, "{}", run.err);
    String::from_utf8(project.read("app/buses/one.py")).unwrap()
}

#[test]
fn a_metaclass_of_the_project_is_imported() {
    for (head, path, import) in [
        ("import os\nimport app.other", "app/meta.py", "from app.meta import OnlyOne"),
        ("from app.other import x", "app/meta.py", "from app.meta import OnlyOne"),
        ("from .. import other", "app/meta.py", "from ..meta import OnlyOne"),
        ("from . import two", "app/buses/meta.py", "from .meta import OnlyOne"),
    ] {
        let text = rewritten(head, &[(path, META), ("app/buses/two.py", "")]);
        let wanted = format!("{head}\n{import}\n\n\nclass Bus(metaclass=OnlyOne):\n    pass\n");
        assert!(text.starts_with(&wanted), "{text}");
    }
}

#[test]
fn a_metaclass_that_is_imported_already_is_used() {
    let text =
        rewritten("from app.meta import OnlyOne as One", &[("app/meta.py", &format!("import os\n{META}"))]);
    assert!(text.contains("class Bus(metaclass=One):\n    pass\n"), "{text}");
}

/// Where an import could change something, or lead nowhere, the file gets a metaclass of its own.
#[test]
fn other_metaclasses_are_not_imported() {
    let changed = META.replace("return cls", "return not cls");
    let busy = format!("print('imported')\n{META}");
    let importing = format!("from app.buses import one\n{META}");
    for (head, path, text) in [
        ("import os", "app/meta.py", META),
        ("from app.other import x", "app/meta.py", &changed),
        ("from app.other import x", "app/meta.py", &busy),
        ("from app.other import x", "app/meta.py", &importing),
        ("from app.other import x", "app/more/meta.py", META),
        ("from app.other import x\nOnlyOne = 1", "app/meta.py", META),
    ] {
        let text = rewritten(head, &[(path, text)]);
        assert!(text.contains("class Bus(metaclass=Singleton):\n    pass\n"), "{text}");
    }
}
