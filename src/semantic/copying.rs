//! Whether anybody could copy or pickle an object of this file.
//!
//! Both make an instance without calling its class. Whoever does so imports a module for it, so that this looks at
//! imports alone: at those of this file here, at those of the project through [`World`](super::World).

use super::{Answer, Facts};
use crate::syntax::{Field, Kind, Node};

/// Modules that keep, show or compare what they are given, and make no other object of it.
#[rustfmt::skip]
const QUIET_MODULES: &[&str] = &[
    "__future__", "abc", "array", "ast", "atexit", "base64", "binascii", "bisect", "builtins", "bz2", "calendar", "cmath",
    "codecs", "collections", "colorsys", "contextlib", "csv", "datetime", "decimal", "difflib", "enum", "errno",
    "fnmatch", "fractions", "functools", "getopt", "getpass", "glob", "gzip", "hashlib", "heapq", "hmac", "html",
    "io", "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma", "math", "mimetypes", "numbers",
    "operator", "os", "pathlib", "platform", "pprint", "queue", "random", "re", "secrets", "select", "shlex", "shutil",
    "signal", "socket", "sqlite3", "stat", "statistics", "string", "stringprep", "struct", "subprocess", "sys",
    "tempfile", "textwrap", "threading", "time", "timeit", "token", "tokenize", "traceback", "types", "typing",
    "typing_extensions", "unicodedata", "unittest", "urllib", "uuid", "warnings", "weakref", "zlib",
];

/// Whether an object of this file may be copied or pickled by code that can be told apart from any other by its
/// imports.
pub fn may_copy(facts: &Facts<'_>) -> bool {
    let mut others: Vec<&str> = loud_imports(facts.tree().nodes()).collect();
    others.sort_unstable();
    others.dedup();
    facts.world().copies_objects(&others) != Answer::No
}

/// The modules that `nodes` import and that may copy or pickle what they are given, as the imports spell them.
pub fn loud_imports<'t>(nodes: impl Iterator<Item = Node<'t>>) -> impl Iterator<Item = &'t str> {
    nodes
        .flat_map(|node| match node.kind() {
            Kind::ImportStatement => {
                let names = node.children_in(Field::Name).map(|name| name.child(Field::Name).unwrap_or(name));
                names.map(|module| module.text()).collect()
            }
            Kind::ImportFromStatement => {
                node.child(Field::ModuleName).into_iter().map(|it| it.text()).collect()
            }
            // Modules by computed names.
            Kind::Identifier if node.text() == "__import__" => vec!["__import__"],
            _ => Vec::new(),
        })
        .filter(|module| {
            // They send and read what they are given.
            let passes_on = matches!(*module, "logging.handlers" | "logging.config" | "unittest.mock");
            passes_on || !QUIET_MODULES.contains(&module.split('.').next().unwrap_or_default())
        })
}
