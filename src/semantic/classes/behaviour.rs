//! Which attributes of a class change how its instances behave that are taken for those of a builtin class.

use crate::semantic::Class;

/// Whether an attribute `name` of a class, or of an instance of it, may change how instances behave that are taken
/// for a `class`.
pub(super) fn changes_behaviour(name: &str, class: Class) -> bool {
    // `str()` of a number or container falls back to it, that of a string does not.
    if name == "__repr__" && class == Class::Str {
        return false;
    }
    let special = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    (special && !HARMLESS.contains(&name)) || methods(class).contains(&name)
}

/// Methods of the builtin class that others than Python itself call.
fn methods(class: Class) -> &'static [&'static str] {
    match class {
        Class::Str | Class::Bytes | Class::ByteArray => TEXT_METHODS,
        Class::List => LIST_METHODS,
        Class::Tuple | Class::Range => &["count", "index"],
        Class::Set | Class::FrozenSet => SET_METHODS,
        Class::Dict => DICT_METHODS,
        Class::Int | Class::Float | Class::Complex => {
            &["as_integer_ratio", "bit_length", "conjugate", "hex", "imag", "is_integer", "real", "to_bytes"]
        }
        Class::None | Class::Bool | Class::Iterator => &[],
    }
}

const TEXT_METHODS: &[&str] = &[
    "append",
    "capitalize",
    "casefold",
    "center",
    "clear",
    "copy",
    "count",
    "decode",
    "encode",
    "endswith",
    "expandtabs",
    "extend",
    "find",
    "format",
    "format_map",
    "hex",
    "index",
    "insert",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "pop",
    "remove",
    "removeprefix",
    "removesuffix",
    "replace",
    "reverse",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

const LIST_METHODS: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

const SET_METHODS: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
];

const DICT_METHODS: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "has_key",
    "items",
    "iteritems",
    "iterkeys",
    "itervalues",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];

/// Special names that change nothing for who adds, formats, compares, measures or iterates over an instance.
const HARMLESS: &[&str] = &[
    "__all__",
    "__annotations__",
    "__call__",
    "__cause__",
    "__class__",
    "__class_getitem__",
    "__code__",
    "__context__",
    "__copy__",
    "__deepcopy__",
    "__defaults__",
    "__del__",
    "__delattr__",
    "__dict__",
    "__dir__",
    "__doc__",
    "__enter__",
    "__exit__",
    "__file__",
    "__getattr__",
    "__getinitargs__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__getstate__",
    "__html__",
    "__init__",
    "__init_subclass__",
    "__kwdefaults__",
    "__match_args__",
    "__metaclass__",
    "__module__",
    "__name__",
    "__new__",
    "__package__",
    "__path__",
    "__qualname__",
    "__reduce__",
    "__reduce_ex__",
    "__set_name__",
    "__setattr__",
    "__setstate__",
    "__sizeof__",
    "__slots__",
    "__suppress_context__",
    "__test__",
    "__traceback__",
    "__version__",
    "__weakref__",
    "__wrapped__",
];
