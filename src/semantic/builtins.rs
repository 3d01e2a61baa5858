//! Which names are builtins of which Python, as the interpreters list them.
//!
//! Names that only the interactive interpreter has (`help`, `copyright`) are left out.

use crate::text::{Dialect, PythonVersion, Source};

/// Whether `name` is a builtin of some Python that may run `source`. On the others reading the name raises
/// an error, so that it is never anything else.
pub fn is_builtin_name(source: &Source, name: &str) -> bool {
    let has = |names: &[&str]| names.binary_search(&name).is_ok();
    if has(EVERYWHERE) {
        return true;
    }
    if source.may_run_on_python2() && has(PYTHON2) {
        return true;
    }
    if source.dialect() == Dialect::Python2 {
        return false;
    }
    let newest = source.target().newest;
    has(PYTHON3) || SINCE.iter().any(|(since, added)| *since <= newest && *added == name)
}

/// Whether `name` is a builtin of every Python that may run `source`.
///
/// ```python
/// for x in xs:
///     if PY2: unichr(x)                  # no such name on Python 3
///     if sys.version_info >= (3, 11): ExceptionGroup
/// ```
pub fn is_builtin_everywhere(source: &Source, name: &str) -> bool {
    let has = |names: &[&str]| names.binary_search(&name).is_ok();
    let oldest = source.target().oldest;
    let python3 = || has(PYTHON3) || SINCE.iter().any(|(since, added)| *since <= oldest && *added == name);
    has(EVERYWHERE)
        || match source.dialect() {
            Dialect::Python2 => has(PYTHON2),
            Dialect::Python3 => !source.may_run_on_python2() && python3(),
        }
}

/// Builtins of Python 2.7 and of every Python 3, sorted.
const EVERYWHERE: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "BytesWarning",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EnvironmentError",
    "Exception",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "ReferenceError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__debug__",
    "__import__",
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// Builtins of Python 2.7 alone, sorted.
const PYTHON2: &[&str] = &[
    "StandardError",
    "apply",
    "basestring",
    "buffer",
    "cmp",
    "coerce",
    "execfile",
    "file",
    "intern",
    "long",
    "raw_input",
    "reduce",
    "reload",
    "unichr",
    "unicode",
    "xrange",
];

/// Builtins of every Python from 3.6 on and not of 2.7, sorted.
const PYTHON3: &[&str] = &[
    "BlockingIOError",
    "BrokenPipeError",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "FileExistsError",
    "FileNotFoundError",
    "InterruptedError",
    "IsADirectoryError",
    "ModuleNotFoundError",
    "NotADirectoryError",
    "PermissionError",
    "ProcessLookupError",
    "RecursionError",
    "ResourceWarning",
    "StopAsyncIteration",
    "TimeoutError",
    "ascii",
    "exec",
];

/// Builtins added since, with the release that brought them.
const SINCE: &[(PythonVersion, &str)] = &[
    (PythonVersion::new(3, 7), "breakpoint"),
    (PythonVersion::new(3, 10), "EncodingWarning"),
    (PythonVersion::new(3, 10), "aiter"),
    (PythonVersion::new(3, 10), "anext"),
    (PythonVersion::new(3, 11), "BaseExceptionGroup"),
    (PythonVersion::new(3, 11), "ExceptionGroup"),
    (PythonVersion::new(3, 13), "PythonFinalizationError"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Target;

    #[test]
    fn tables_are_sorted() {
        for table in [EVERYWHERE, PYTHON2, PYTHON3] {
            assert!(table.is_sorted());
        }
    }

    #[test]
    fn depends_on_the_pythons() {
        let target = |oldest, newest| Target { oldest, newest };
        let source = |dialect, target| Source::new(String::new(), dialect, target);
        let old = source(Dialect::Python2, target(PythonVersion::PY27, PythonVersion::PY27));
        let both = source(Dialect::Python3, target(PythonVersion::PY27, PythonVersion::new(3, 8)));
        let new = source(Dialect::Python3, Target::default());
        let known = |name| [&old, &both, &new].map(|source| is_builtin_name(source, name));
        assert_eq!(known("len"), [true, true, true]);
        assert_eq!(known("unicode"), [true, true, false]);
        assert_eq!(known("ascii"), [false, true, true]);
        assert_eq!(known("aiter"), [false, false, true]);
        assert_eq!(known("nothing"), [false, false, false]);
    }
}
