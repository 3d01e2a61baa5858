//! The table of known functions, one line for each of them and for each of the types that it takes.

use super::{Classes as C, Gives, Parameter, Python2, Row};
use crate::semantic::Class;

const fn one(classes: C) -> Parameter {
    Parameter { classes, items: C::empty(), repeated: false }
}

/// Any number of them, none included.
const fn many(classes: C) -> Parameter {
    Parameter { classes, items: C::empty(), repeated: true }
}

const fn holding(classes: C, items: C) -> Parameter {
    Parameter { classes, items, repeated: false }
}

const fn row(name: &'static str, takes: &'static [Parameter], gives: Gives) -> Row {
    Row { name, takes, gives, raises: false, python2: Python2::Same }
}

impl Row {
    const fn raising(mut self) -> Self {
        self.raises = true;
        self
    }

    const fn python3_only(mut self) -> Self {
        self.python2 = Python2::Absent;
        self
    }

    const fn other_in_python2(mut self) -> Self {
        self.python2 = Python2::Other;
        self
    }
}

/// Every known function, sorted by name. Where several rows of one name fit, the first counts.
pub const CALLS: &[Row] = &[
    row("builtins.abs", &[one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("builtins.abs", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Int)).other_in_python2(),
    row("builtins.all", &[holding(C::HOLDER, C::PLAIN)], Gives::Exactly(Class::Bool)),
    row("builtins.any", &[holding(C::HOLDER, C::PLAIN)], Gives::Exactly(Class::Bool)),
    row(
        "builtins.ascii",
        &[one(C::BOOL.union(C::FLOAT).union(C::NONE).union(C::STR).union(C::BYTES))],
        Gives::Exactly(Class::Str),
    )
    .python3_only(),
    row("builtins.ascii", &[one(C::INT)], Gives::Exactly(Class::Str)).raising().python3_only(),
    row("builtins.bin", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Str)),
    row("builtins.bool", &[one(C::PLAIN.union(C::HOLDER))], Gives::Exactly(Class::Bool)),
    row("builtins.callable", &[one(C::PLAIN)], Gives::Exactly(Class::Bool)),
    row("builtins.chr", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Str)).raising(),
    row(
        "builtins.enumerate",
        &[one(C::HOLDER.union(C::STR).union(C::BYTES))],
        Gives::Exactly(Class::Iterator),
    ),
    row("builtins.float", &[one(C::FLOAT.union(C::BOOL))], Gives::Exactly(Class::Float)),
    row("builtins.float", &[one(C::INT.union(C::STR).union(C::BYTES))], Gives::Exactly(Class::Float))
        .raising(),
    row("builtins.frozenset", &[holding(C::HOLDER, C::PLAIN)], Gives::Holding(Class::FrozenSet)),
    row("builtins.frozenset", &[one(C::STR)], Gives::Holding(Class::FrozenSet)),
    row("builtins.hash", &[one(C::PLAIN)], Gives::Exactly(Class::Int)),
    row("builtins.hex", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Str)),
    row("builtins.id", &[one(C::PLAIN)], Gives::Exactly(Class::Int)).other_in_python2(),
    row("builtins.int", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Int)).other_in_python2(),
    row("builtins.int", &[one(C::FLOAT.union(C::STR).union(C::BYTES))], Gives::Exactly(Class::Int))
        .raising()
        .other_in_python2(),
    row("builtins.len", &[one(C::HOLDER.union(C::STR).union(C::BYTES))], Gives::Exactly(Class::Int)),
    row("builtins.len", &[one(C::RANGE)], Gives::Exactly(Class::Int)).raising(),
    row("builtins.list", &[one(C::HOLDER.union(C::STR))], Gives::Holding(Class::List)),
    row("builtins.max", &[one(C::INT), one(C::INT), many(C::INT)], Gives::Exactly(Class::Int)),
    row("builtins.max", &[one(C::FLOAT), one(C::FLOAT), many(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("builtins.max", &[one(C::STR), one(C::STR), many(C::STR)], Gives::Exactly(Class::Str)),
    row(
        "builtins.max",
        &[holding(C::HOLDER, C::BOOL.union(C::INT).union(C::FLOAT).union(C::STR))],
        Gives::Item,
    )
    .raising(),
    row("builtins.min", &[one(C::INT), one(C::INT), many(C::INT)], Gives::Exactly(Class::Int)),
    row("builtins.min", &[one(C::FLOAT), one(C::FLOAT), many(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("builtins.min", &[one(C::STR), one(C::STR), many(C::STR)], Gives::Exactly(Class::Str)),
    row(
        "builtins.min",
        &[holding(C::HOLDER, C::BOOL.union(C::INT).union(C::FLOAT).union(C::STR))],
        Gives::Item,
    )
    .raising(),
    row("builtins.oct", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Str)),
    row("builtins.ord", &[one(C::STR.union(C::BYTES))], Gives::Exactly(Class::Int)).raising(),
    row("builtins.range", &[one(C::INT)], Gives::Exactly(Class::Range)).raising().other_in_python2(),
    row("builtins.range", &[one(C::INT), one(C::INT)], Gives::Exactly(Class::Range))
        .raising()
        .other_in_python2(),
    row("builtins.range", &[one(C::INT), one(C::INT), one(C::INT)], Gives::Exactly(Class::Range))
        .raising()
        .other_in_python2(),
    row(
        "builtins.repr",
        &[one(C::BOOL.union(C::FLOAT).union(C::NONE).union(C::STR).union(C::BYTES))],
        Gives::Exactly(Class::Str),
    ),
    row("builtins.repr", &[one(C::INT)], Gives::Exactly(Class::Str)).raising(),
    row("builtins.reversed", &[one(C::SEQUENCE.union(C::STR))], Gives::Exactly(Class::Iterator)),
    row("builtins.round", &[one(C::FLOAT)], Gives::Exactly(Class::Int)).raising().other_in_python2(),
    row("builtins.round", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Int)).other_in_python2(),
    row("builtins.set", &[holding(C::HOLDER, C::PLAIN)], Gives::Holding(Class::Set)),
    row("builtins.set", &[one(C::STR)], Gives::Holding(Class::Set)),
    row(
        "builtins.sorted",
        &[holding(C::HOLDER, C::BOOL.union(C::INT).union(C::FLOAT).union(C::STR).union(C::BYTES))],
        Gives::Holding(Class::List),
    ),
    row("builtins.sorted", &[one(C::STR)], Gives::Holding(Class::List)),
    row(
        "builtins.str",
        &[one(C::BOOL.union(C::FLOAT).union(C::NONE).union(C::STR))],
        Gives::Exactly(Class::Str),
    ),
    row("builtins.str", &[one(C::INT.union(C::BYTES))], Gives::Exactly(Class::Str)).raising(),
    row("builtins.sum", &[holding(C::HOLDER, C::INT.union(C::BOOL))], Gives::Exactly(Class::Int))
        .other_in_python2(),
    row("builtins.tuple", &[one(C::HOLDER.union(C::STR))], Gives::Holding(Class::Tuple)),
    row("builtins.type", &[one(C::PLAIN)], Gives::Something),
    row(
        "builtins.zip",
        &[one(C::HOLDER.union(C::STR)), many(C::HOLDER.union(C::STR))],
        Gives::Exactly(Class::Iterator),
    )
    .other_in_python2(),
    row("html.escape", &[one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("html.unescape", &[one(C::STR)], Gives::Exactly(Class::Str)).raising().python3_only(),
    row("itertools.chain", &[many(C::HOLDER.union(C::STR))], Gives::Exactly(Class::Iterator)),
    row("itertools.count", &[many(C::INT)], Gives::Exactly(Class::Iterator)).raising(),
    row("itertools.cycle", &[one(C::HOLDER.union(C::STR))], Gives::Exactly(Class::Iterator)),
    row(
        "itertools.product",
        &[one(C::HOLDER.union(C::STR)), many(C::HOLDER.union(C::STR))],
        Gives::Exactly(Class::Iterator),
    ),
    row("itertools.repeat", &[one(C::PLAIN)], Gives::Exactly(Class::Iterator)),
    row("keyword.iskeyword", &[one(C::STR)], Gives::Exactly(Class::Bool)),
    row("math.atan", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.atan2", &[one(C::FLOAT), one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("math.ceil", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Int)).other_in_python2(),
    row("math.ceil", &[one(C::FLOAT)], Gives::Exactly(Class::Int)).raising().other_in_python2(),
    row("math.copysign", &[one(C::FLOAT), one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("math.cos", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.degrees", &[one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("math.exp", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.fabs", &[one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("math.factorial", &[one(C::INT)], Gives::Exactly(Class::Int)).raising().other_in_python2(),
    row("math.floor", &[one(C::INT.union(C::BOOL))], Gives::Exactly(Class::Int)).other_in_python2(),
    row("math.floor", &[one(C::FLOAT)], Gives::Exactly(Class::Int)).raising().other_in_python2(),
    row("math.fmod", &[one(C::NUMBER), one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.gcd", &[one(C::INT), one(C::INT)], Gives::Exactly(Class::Int)).python3_only(),
    row("math.hypot", &[one(C::NUMBER), one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.isfinite", &[one(C::FLOAT)], Gives::Exactly(Class::Bool)).python3_only(),
    row("math.isinf", &[one(C::FLOAT)], Gives::Exactly(Class::Bool)),
    row("math.isnan", &[one(C::FLOAT)], Gives::Exactly(Class::Bool)),
    row("math.log", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.log10", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.log2", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising().python3_only(),
    row("math.pow", &[one(C::NUMBER), one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.radians", &[one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("math.sin", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.sqrt", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.tan", &[one(C::NUMBER)], Gives::Exactly(Class::Float)).raising(),
    row("math.trunc", &[one(C::FLOAT)], Gives::Exactly(Class::Int)).raising().other_in_python2(),
    row("operator.add", &[one(C::FLOAT), one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("operator.add", &[one(C::INT), one(C::INT)], Gives::Exactly(Class::Int)).other_in_python2(),
    row("operator.add", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Str)),
    row("operator.attrgetter", &[one(C::STR), many(C::STR)], Gives::Something),
    row("operator.eq", &[one(C::PLAIN), one(C::PLAIN)], Gives::Exactly(Class::Bool)).raising(),
    row(
        "operator.ge",
        &[one(C::INT.union(C::FLOAT)), one(C::INT.union(C::FLOAT))],
        Gives::Exactly(Class::Bool),
    ),
    row("operator.ge", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Bool)),
    row(
        "operator.gt",
        &[one(C::INT.union(C::FLOAT)), one(C::INT.union(C::FLOAT))],
        Gives::Exactly(Class::Bool),
    ),
    row("operator.gt", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Bool)),
    row("operator.itemgetter", &[one(C::PLAIN), many(C::PLAIN)], Gives::Something),
    row(
        "operator.le",
        &[one(C::INT.union(C::FLOAT)), one(C::INT.union(C::FLOAT))],
        Gives::Exactly(Class::Bool),
    ),
    row("operator.le", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Bool)),
    row(
        "operator.lt",
        &[one(C::INT.union(C::FLOAT)), one(C::INT.union(C::FLOAT))],
        Gives::Exactly(Class::Bool),
    ),
    row("operator.lt", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Bool)),
    row("operator.methodcaller", &[one(C::STR), many(C::PLAIN)], Gives::Something),
    row("operator.mul", &[one(C::FLOAT), one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("operator.mul", &[one(C::INT), one(C::INT)], Gives::Exactly(Class::Int)).other_in_python2(),
    row("operator.ne", &[one(C::PLAIN), one(C::PLAIN)], Gives::Exactly(Class::Bool)).raising(),
    row("operator.neg", &[one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("operator.neg", &[one(C::INT)], Gives::Exactly(Class::Int)).other_in_python2(),
    row("operator.not_", &[one(C::PLAIN.union(C::HOLDER))], Gives::Exactly(Class::Bool)),
    row("operator.sub", &[one(C::FLOAT), one(C::FLOAT)], Gives::Exactly(Class::Float)),
    row("operator.sub", &[one(C::INT), one(C::INT)], Gives::Exactly(Class::Int)).other_in_python2(),
    row("operator.truth", &[one(C::PLAIN.union(C::HOLDER))], Gives::Exactly(Class::Bool)),
    row("os.fspath", &[one(C::BYTES)], Gives::Exactly(Class::Bytes)).python3_only(),
    row("os.fspath", &[one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("os.path.basename", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.commonprefix", &[holding(C::SEQUENCE, C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.dirname", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.isabs", &[one(C::STR)], Gives::Exactly(Class::Bool)),
    row("os.path.join", &[one(C::STR), many(C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.normcase", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.normpath", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("os.path.split", &[one(C::STR)], Gives::Strings(2)),
    row("os.path.splitdrive", &[one(C::STR)], Gives::Strings(2)),
    row("os.path.splitext", &[one(C::STR)], Gives::Strings(2)),
    row("re.escape", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("shlex.quote", &[one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("string.capwords", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("textwrap.dedent", &[one(C::STR)], Gives::Exactly(Class::Str)),
    row("textwrap.indent", &[one(C::STR), one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("urllib.parse.quote", &[one(C::STR)], Gives::Exactly(Class::Str)).raising().python3_only(),
    row("urllib.parse.quote_plus", &[one(C::STR)], Gives::Exactly(Class::Str)).raising().python3_only(),
    row("urllib.parse.unquote", &[one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("urllib.parse.unquote_plus", &[one(C::STR)], Gives::Exactly(Class::Str)).python3_only(),
    row("xml.sax.saxutils.escape", &[one(C::STR)], Gives::Exactly(Class::Str)),
];
