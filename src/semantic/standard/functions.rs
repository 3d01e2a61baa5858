//! Cheap functions of the standard library that calls find by looking them up, with the releases that have them.
//!
//! Each stands in its module on every platform, and nothing in the library ever puts another one in its place. A test
//! looks on every Python that it finds.

use crate::text::{PythonVersion, Source};

/// Functions of one module that came with the same release.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The module.
    pub module: &'static str,
    /// The oldest Python that has them; every newer one has them, too.
    pub since: PythonVersion,
    /// Their names.
    pub names: &'static [&'static str],
}

/// Whether `qualified`, a module and a name, is such a function on every Python that `source` is for.
pub fn is_function(source: &Source, qualified: &str) -> bool {
    let Some((module, name)) = qualified.rsplit_once('.') else { return false };
    let oldest = if source.may_run_on_python2() { PythonVersion::PY27 } else { source.target().oldest };
    FUNCTIONS.iter().any(|row| row.module == module && row.since <= oldest && row.names.contains(&name))
}

const PY3: PythonVersion = PythonVersion::new(3, 6);

const fn row(module: &'static str, since: PythonVersion, names: &'static [&'static str]) -> Row {
    Row { module, since, names }
}

const fn always(module: &'static str, names: &'static [&'static str]) -> Row {
    row(module, PythonVersion::PY27, names)
}

/// All of them.
pub const FUNCTIONS: &[Row] = &[
    always("base64", &["b64decode", "b64encode"]),
    always("binascii", &["a2b_hex", "b2a_hex", "crc32", "hexlify", "unhexlify"]),
    always("bisect", &["bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right"]),
    always("cmath", &["exp", "phase", "polar", "rect", "sqrt"]),
    always("copy", &["copy", "deepcopy"]),
    always("fnmatch", &["fnmatch", "fnmatchcase"]),
    always("functools", &["partial"]),
    always(
        "heapq",
        &["heapify", "heappop", "heappush", "heappushpop", "heapreplace", "nlargest", "nsmallest"],
    ),
    row("html", PY3, &["escape", "unescape"]),
    always(
        "itertools",
        &[
            "chain",
            "combinations",
            "combinations_with_replacement",
            "compress",
            "count",
            "cycle",
            "dropwhile",
            "groupby",
            "islice",
            "permutations",
            "product",
            "repeat",
            "starmap",
            "takewhile",
        ],
    ),
    row("itertools", PY3, &["accumulate", "filterfalse", "zip_longest"]),
    row("itertools", PythonVersion::new(3, 10), &["pairwise"]),
    always("keyword", &["iskeyword"]),
    always(
        "math",
        &[
            "acos",
            "acosh",
            "asin",
            "asinh",
            "atan",
            "atan2",
            "atanh",
            "ceil",
            "copysign",
            "cos",
            "cosh",
            "degrees",
            "erf",
            "erfc",
            "exp",
            "expm1",
            "fabs",
            "factorial",
            "floor",
            "fmod",
            "frexp",
            "fsum",
            "gamma",
            "hypot",
            "isinf",
            "isnan",
            "ldexp",
            "lgamma",
            "log",
            "log10",
            "log1p",
            "modf",
            "pow",
            "radians",
            "sin",
            "sinh",
            "sqrt",
            "tan",
            "tanh",
            "trunc",
        ],
    ),
    row("math", PY3, &["gcd", "isclose", "isfinite", "log2"]),
    row("math", PythonVersion::new(3, 8), &["comb", "dist", "isqrt", "perm", "prod"]),
    row("math", PythonVersion::new(3, 9), &["lcm", "nextafter", "ulp"]),
    row("math", PythonVersion::new(3, 11), &["cbrt", "exp2"]),
    always(
        "operator",
        &[
            "add",
            "and_",
            "concat",
            "contains",
            "delitem",
            "eq",
            "floordiv",
            "ge",
            "getitem",
            "gt",
            "index",
            "invert",
            "is_",
            "is_not",
            "itemgetter",
            "le",
            "lshift",
            "lt",
            "mod",
            "mul",
            "ne",
            "neg",
            "not_",
            "or_",
            "pos",
            "pow",
            "rshift",
            "setitem",
            "sub",
            "truediv",
            "truth",
            "xor",
        ],
    ),
    always(
        "os.path",
        &[
            "basename",
            "commonprefix",
            "dirname",
            "isabs",
            "join",
            "normcase",
            "normpath",
            "split",
            "splitdrive",
            "splitext",
        ],
    ),
    always(
        "random",
        &["choice", "gauss", "getrandbits", "randint", "random", "randrange", "sample", "shuffle", "uniform"],
    ),
    row("random", PY3, &["choices"]),
    always("re", &["compile", "escape", "findall", "finditer", "match", "search", "split", "sub", "subn"]),
    row("re", PY3, &["fullmatch"]),
    row("shlex", PY3, &["quote"]),
    always("struct", &["calcsize", "pack", "pack_into", "unpack", "unpack_from"]),
    row("struct", PY3, &["iter_unpack"]),
    always(
        "unicodedata",
        &["bidirectional", "category", "combining", "east_asian_width", "name", "normalize"],
    ),
    row("urllib.parse", PY3, &["quote", "quote_plus", "unquote", "unquote_plus", "urljoin"]),
    always("zlib", &["adler32", "crc32"]),
];
