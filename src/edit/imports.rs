//! Where an import that a fix asks for is written.

use super::{Edit, ImportRequest};
use crate::syntax::{Field, Kind, Node, SyntaxTree};
use crate::text::Range;

/// The modules of the standard library of Python 3.11, for the place of imports.
#[rustfmt::skip]
const STANDARD_MODULES: &[&str] = &[
    "abc", "aifc", "argparse", "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audioop",
    "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb",
    "chunk", "cmath", "cmd", "code", "codecs", "codeop", "collections", "colorsys", "compileall",
    "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt", "csv",
    "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils",
    "doctest", "email", "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp",
    "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath", "getopt",
    "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http",
    "imaplib", "imghdr", "imp", "importlib", "inspect", "io", "ipaddress", "itertools", "json",
    "keyword", "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox", "mailcap", "marshal",
    "math", "mimetypes", "mmap", "modulefinder", "msilib", "msvcrt", "multiprocessing", "netrc", "nis",
    "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os",
    "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform",
    "plistlib", "poplib", "posix", "posixpath", "pprint", "profile", "pstats", "pty", "pwd",
    "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random", "re",
    "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched", "secrets", "select",
    "selectors", "shelve", "shlex", "shutil", "signal", "site", "smtpd", "smtplib", "sndhdr", "socket",
    "socketserver", "spwd", "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat",
    "statistics", "string", "stringprep", "struct", "subprocess", "sunau", "symtable", "sys",
    "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile", "termios", "textwrap",
    "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomllib", "trace", "traceback",
    "tracemalloc", "tty", "turtle", "types", "typing", "unicodedata", "unittest", "urllib", "uu",
    "uuid", "venv", "warnings", "wave", "weakref", "webbrowser", "winreg", "winsound", "wsgiref",
    "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
];

/// No line is made longer than this by one more name.
const LINE_LENGTH: usize = 79;

/// The insertions that import everything in `requests` (sorted, without doubles).
///
/// A member is added to the names that the head of the file imports from its module already, where they stand on one
/// line. New lines stand in the order of the alphabet among those of the standard library, else behind the imports at the head
/// of the file, else behind its docstring, else before its first
/// statement, below the comments there.
pub(super) fn insertions(tree: &SyntaxTree<'_>, requests: &[ImportRequest]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for request in requests {
        let added = request.member.as_deref().and_then(|member| added_to_line(tree, request, member));
        match (added, lines.last_mut()) {
            // Two names may go into one place.
            (Some(edit), _) => match edits.iter_mut().find(|other| other.range == edit.range) {
                Some(other) => other.replacement.push_str(&edit.replacement),
                None => edits.push(edit),
            },
            (None, Some(line)) if line.takes(request) => line.requests.push(request),
            (None, _) => lines.push(Line { requests: vec![request] }),
        }
    }
    let section = standard_section(tree);
    let mut rest = Vec::new();
    for line in &lines {
        match line.place_in(&section) {
            Some(at) => put(&mut edits, at, format!("{}{}", line.render(), tree.source().newline_at(at))),
            None => rest.push(line.render()),
        }
    }
    edits.extend(new_lines(tree, &rest));
    edits.sort_by_key(|edit| edit.range);
    edits
}

/// Inserts `text` at `at`, behind what is inserted there already.
fn put(edits: &mut Vec<Edit>, at: u32, text: String) {
    match edits.iter_mut().find(|other| other.range == Range::empty(at)) {
        Some(other) => other.replacement.push_str(&text),
        None => edits.push(Edit::insert(at, text)),
    }
}

/// The imports of the standard library at the head of the file that stand right under one another, each on lines of its
/// own; empty where there are none, or where they are in no order.
fn standard_section<'t>(tree: &'t SyntaxTree<'_>) -> Vec<Node<'t>> {
    let source = tree.source();
    let head = tree.statements().take_while(|statement| is_import(*statement) || is_docstring(*statement));
    let mut section: Vec<Node<'t>> = Vec::new();
    for statement in head.filter(|statement| sort_key(*statement).is_some()) {
        let standard = sort_key(statement).is_some_and(|(_, module)| is_standard(module));
        let apart = section.last().is_some_and(|last| {
            let between = source.slice(Range::new(last.range().end, statement.range().start));
            between.trim_start_matches([' ', '\t']) != source.newline_at(last.range().end)
        });
        if apart || !standard {
            if !section.is_empty() {
                break;
            }
            continue;
        }
        section.push(statement);
    }
    let sorted = section.windows(2).all(|pair| match pair {
        [one, other] => sort_key(*one) <= sort_key(*other),
        _ => true,
    });
    let alone = section.last().is_none_or(|last| {
        let end = source.line_end(last.range().end.saturating_sub(1));
        source.slice(Range::new(last.range().end, end)).trim().is_empty()
            && source.slice(Range::new(0, end)).ends_with('\n')
    });
    if sorted && alone { section } else { Vec::new() }
}

/// Whether `module` is one of the standard library, as far as its name tells.
pub fn is_standard(module: &str) -> bool {
    STANDARD_MODULES.contains(&module.split('.').next().unwrap_or(module))
}

/// How tools sort imports: plain ones first, then by module. `None` for what is no import of one absolute module.
fn sort_key(statement: Node<'_>) -> Option<(bool, &str)> {
    match statement.kind() {
        Kind::ImportStatement => {
            let mut names = statement.children_in(Field::Name);
            let (only, more) = (names.next()?, names.next());
            let module = only.child(Field::Name).unwrap_or(only);
            more.is_none().then(|| (false, module.text()))
        }
        Kind::ImportFromStatement => {
            let module = statement.child(Field::ModuleName)?;
            (!module.text().starts_with('.')).then(|| (true, module.text()))
        }
        _ => None,
    }
}

/// One import statement.
struct Line<'r> {
    /// Of one module; several only for members of it.
    requests: Vec<&'r ImportRequest>,
}

impl Line<'_> {
    fn takes(&self, request: &ImportRequest) -> bool {
        request.member.is_some()
            && self.requests.iter().all(|other| other.member.is_some() && other.module == request.module)
    }

    /// Where it stands among the imports of `section`; `None` where there are none.
    fn place_in(&self, section: &[Node<'_>]) -> Option<u32> {
        let first = self.requests.first()?;
        let key = (first.member.is_some(), &*first.module);
        let last = section.last().filter(|_| is_standard(&first.module))?;
        match section.iter().find(|statement| sort_key(**statement).is_some_and(|other| other > key)) {
            Some(next) => Some(next.range().start),
            None => Some(last.source().line_end(last.range().end.saturating_sub(1))),
        }
    }

    fn render(&self) -> String {
        let Some(first) = self.requests.first() else { return String::new() };
        let Some(member) = &first.member else { return format!("import {}", renamed(&first.module, first)) };
        let others = self.requests.iter().skip(1);
        let names = others.filter_map(|request| Some(renamed(request.member.as_deref()?, request)));
        let names: Vec<String> = std::iter::once(renamed(member, first)).chain(names).collect();
        format!("from {} import {}", first.module, names.join(", "))
    }
}

/// What is imported, with the name that it gets.
fn renamed(imported: &str, request: &ImportRequest) -> String {
    if imported == request.name { imported.to_owned() } else { format!("{imported} as {}", request.name) }
}

/// The insertion of one more name into a line at the head of the file, in the order of the alphabet where the names are.
fn added_to_line(tree: &SyntaxTree<'_>, request: &ImportRequest, member: &str) -> Option<Edit> {
    let source = tree.source();
    let head = tree.statements().take_while(|statement| is_import(*statement) || is_docstring(*statement));
    let line = head.into_iter().find(|statement| {
        statement.kind() == Kind::ImportFromStatement
            && statement.child(Field::ModuleName).is_some_and(|module| module.text() == request.module)
            && !statement.text().contains(['\n', '(', '*'])
    })?;
    let wanted = renamed(member, request);
    let end = source.line_end(line.range().end.saturating_sub(1));
    let whole = source.slice(Range::new(source.line_start(line.range().start), end)).trim_end();
    (whole.chars().count() + wanted.len() + 2 <= LINE_LENGTH).then_some(())?;
    let mut names = line.children_in(Field::Name);
    Some(match names.find(|name| name.text() > wanted.as_str()) {
        Some(next) => Edit::insert(next.range().start, format!("{wanted}, ")),
        None => Edit::insert(line.range().end, format!(", {wanted}")),
    })
}

/// The insertion of these lines; `None` for none.
fn new_lines(tree: &SyntaxTree<'_>, lines: &[String]) -> Option<Edit> {
    if lines.is_empty() {
        return None;
    }
    let source = tree.source();
    let statements: Vec<Node<'_>> = tree.statements().collect();
    let head = statements.iter().take_while(|statement| is_import(**statement) || is_docstring(**statement));
    let Some(index) = head.count().checked_sub(1) else {
        let first = statements.first()?;
        let newline = source.newline_at(first.range().start);
        let text = lines.join(newline) + newline;
        return Some(Edit::insert(source.line_start(first.range().start), text));
    };
    // Statements that share a logical line with the last import come before the new line too.
    let mut last = *statements.get(index)?;
    for next in statements.get(index + 1..).unwrap_or(&[]) {
        let between = source.slice(Range::new(last.range().end, next.range().start));
        let joined = between.replace("\\\n", "").replace("\\\r\n", "");
        if joined.contains('\n') {
            break;
        }
        last = *next;
    }
    let at = source.line_end(last.range().end.saturating_sub(1));
    let newline = source.newline_at(last.range().start);
    let ends_in_newline = source.slice(Range::new(0, at)).ends_with('\n');
    let text = lines.join(newline);
    let text = if ends_in_newline { text + newline } else { newline.to_owned() + &text };
    Some(Edit::insert(at, text))
}

fn is_import(statement: Node<'_>) -> bool {
    matches!(
        statement.kind(),
        Kind::ImportStatement | Kind::ImportFromStatement | Kind::FutureImportStatement
    )
}

fn is_docstring(statement: Node<'_>) -> bool {
    let mut inner = statement.named_children().next();
    while let Some(brackets) = inner.filter(|inner| inner.kind() == Kind::ParenthesizedExpression) {
        inner = brackets.named_children().find(|inner| !inner.is_trivia());
    }
    statement.kind() == Kind::ExpressionStatement
        && statement.previous_statement().is_none()
        && inner.is_some_and(|inner| matches!(inner.kind(), Kind::String | Kind::ConcatenatedString))
}
