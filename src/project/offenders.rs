//! Modules of other people that hand out subclasses of builtin classes which behave otherwise.

use memchr::memmem::Finder;

use super::usage::{self, ImportClause};
use crate::semantic::Class;

/// A module that hands out such values.
struct Offender {
    /// The first part of its path, or more of it.
    module: &'static str,
    classes: &'static [Class],
    /// What it hands out.
    gives: &'static str,
}

const STR: &[Class] = &[Class::Str];
const NUMBERS: &[Class] = &[Class::Int, Class::Float, Class::Complex];

const fn offender(module: &'static str, classes: &'static [Class], gives: &'static str) -> Offender {
    Offender { module, classes, gives }
}

/// Reviewed by hand; each with what its values do that those of the builtin class do not.
const OFFENDERS: &[Offender] = &[
    // `Markup('<b>') + '<'` escapes what is added, and so does `%`; f'{markup}' does not.
    offender("markupsafe", STR, "Markup in markupsafe"),
    offender("jinja2", STR, "Markup in jinja2"),
    offender("flask", STR, "Markup in flask"),
    offender("wtforms", STR, "Markup in wtforms"),
    offender("webhelpers", STR, "literal in webhelpers"),
    offender("genshi", STR, "Markup in genshi"),
    offender("mako", STR, "Markup in mako.filters"),
    offender("kajiki", STR, "Markup in kajiki"),
    offender("chameleon", STR, "Markup in chameleon"),
    // The sum of two safe strings is safe; the f-string of them is not, and is escaped later.
    offender("django.utils.safestring", STR, "SafeString in django.utils.safestring"),
    offender("django.utils.html", STR, "SafeString in django.utils.html"),
    offender("django.template", STR, "SafeString in django.template"),
    offender("django.forms", STR, "SafeString in django.forms"),
    // Proxies that people declare as `str`, though they are none: `+` and f-strings take different methods.
    offender("django.utils.translation", STR, "a lazy translation of django.utils.translation"),
    offender("django.utils.functional", STR, "a lazy string of django.utils.functional"),
    offender("flask_babel", STR, "a lazy translation of flask_babel"),
    offender("babel.support", STR, "LazyProxy in babel.support"),
    offender("speaklater", STR, "a lazy string of speaklater"),
    // Members are strings with the `__format__` and `__str__` of their own, which changed with Python 3.12.
    offender("django.db.models", &[Class::Str, Class::Int], "TextChoices in django.db.models"),
    // Elements and results that are strings and know their document.
    offender("lxml", STR, "_ElementUnicodeResult in lxml"),
    offender("bs4", STR, "NavigableString in bs4"),
    offender("BeautifulSoup", STR, "NavigableString in BeautifulSoup"),
    offender("parsel", STR, "results of lxml in parsel"),
    // `float64` is a `float` and `str_` a `str`, with arithmetic and formats of their own.
    offender("numpy", &[Class::Str, Class::Float, Class::Complex], "float64 or str_ in numpy"),
    offender("pandas", &[Class::Str, Class::Float, Class::Complex], "float64 or str_ of numpy in pandas"),
    offender("scipy", &[Class::Float, Class::Complex], "float64 of numpy in scipy"),
    offender("sklearn", &[Class::Float, Class::Complex], "float64 of numpy in sklearn"),
    offender("torch", NUMBERS, "numbers of torch"),
    // `quoted_name` has `lower` and `upper` of its own.
    offender("sqlalchemy.sql", STR, "quoted_name in sqlalchemy.sql"),
    // Strings, numbers and containers that remember how they were written.
    offender("ruamel", ALL, "scalars and containers of ruamel.yaml"),
    offender("tomlkit", ALL, "items of tomlkit"),
    // `newstr` and `newint` for Python 2.
    offender("future", ALL, "types of future"),
    // `signal.SIGTERM` and `socket.AF_INET` are ints whose `__str__` and `__format__` differ up to Python 3.10.
    offender("signal", &[Class::Int], "Signals in signal"),
    offender("socket", &[Class::Int], "AddressFamily in socket"),
    offender("ssl", &[Class::Int], "enums of ints in ssl"),
    offender("http", &[Class::Int], "HTTPStatus in http"),
    offender("re", &[Class::Int], "RegexFlag in re"),
    // Containers whose look-up or comparison is their own.
    offender("collections", &[Class::Dict], "defaultdict, OrderedDict or Counter in collections"),
    offender("time", &[Class::Tuple], "struct_time in time"),
    offender("urllib.parse", &[Class::Tuple], "results of urllib.parse"),
];

const ALL: &[Class] =
    &[Class::Str, Class::Bytes, Class::Int, Class::Float, Class::List, Class::Dict, Class::Set, Class::Tuple];

/// What hands out values of a subclass of `class` among the modules that a file with these imports uses.
pub(super) fn touched(text: &[u8], imports: &[ImportClause], class: Class) -> Option<&'static str> {
    let concerned = OFFENDERS.iter().filter(|offender| offender.classes.contains(&class));
    concerned.into_iter().find(|offender| imports_it(text, imports, offender.module)).map(|found| found.gives)
}

/// Whether one of `imports` imports `module`, something in it, or from it.
fn imports_it(text: &[u8], imports: &[ImportClause], module: &str) -> bool {
    let last = module.rsplit('.').next().unwrap_or(module);
    let package = module.strip_suffix(last).unwrap_or_default().trim_end_matches('.');
    imports.iter().any(|clause| {
        let from = String::from_utf8_lossy(&clause.module);
        if !from.is_empty() {
            let names = text.get(clause.names.clone()).unwrap_or_default();
            let listed = usage::words(names, &Finder::new(last)).next().is_some();
            return is_within(&from, module) || (from == package && listed);
        }
        let names = text.get(clause.names.clone()).unwrap_or_default();
        let names = String::from_utf8_lossy(names);
        names.split(',').any(|name| is_within(name.split_whitespace().next().unwrap_or_default(), module))
    })
}

fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
