//! What an identifier does where it stands: it binds, reads, declares a name, or is none at all.
//!
//! The role of a node follows from the role of its parent alone, so that one pass from the top suffices
//! and no chain of ancestors is ever climbed. Scopes are not known here.

use super::BindingKind;
use crate::syntax::{Field, Kind, Node};
use crate::text::Dialect;

/// What an expression, or the pattern in its place, is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is evaluated.
    Read,
    /// Its names are bound.
    Bind(BindingKind),
    /// Its identifiers are no names of any scope: attributes, keywords, modules.
    NotAName,
    /// The first identifier of a dotted name is read, the others are attributes.
    ReadFirst,
    /// The first identifier of a dotted name is bound by `import`, the others are modules.
    ImportFirst,
    /// A `case` pattern.
    Pattern,
    /// The list of type parameters of a definition.
    TypeParameters,
    /// The left side of a type alias.
    AliasHead,
    /// A name in a `global` statement.
    Global,
    /// A name in a `nonlocal` statement.
    Nonlocal,
}

/// The role of `child`, whose parent `parent` has the role `role`.
pub(super) fn role_of_child(parent: Node<'_>, role: Role, child: Node<'_>) -> Role {
    let field = child.field();
    match parent.kind() {
        Kind::Attribute if field == Field::Attribute => Role::NotAName,
        Kind::KeywordArgument if field == Field::Name => Role::NotAName,
        Kind::MemberType | Kind::KeywordPattern if child.kind() == Kind::Identifier => Role::NotAName,
        Kind::Assignment if field == Field::Left => assignment_target(parent, child),
        Kind::AugmentedAssignment if field == Field::Left => Role::Bind(BindingKind::AugmentedAssignment),
        Kind::ForStatement if field == Field::Left => Role::Bind(BindingKind::LoopTarget),
        Kind::ForInClause if field == Field::Left => Role::Bind(BindingKind::ComprehensionTarget),
        Kind::FunctionDefinition => match field {
            Field::Name => Role::Bind(BindingKind::FunctionDefinition),
            Field::TypeParameters => Role::TypeParameters,
            Field::Parameters => Role::Bind(BindingKind::Parameter),
            _ => Role::Read,
        },
        Kind::ClassDefinition => match field {
            Field::Name => Role::Bind(BindingKind::ClassDefinition),
            Field::TypeParameters => Role::TypeParameters,
            _ => Role::Read,
        },
        Kind::Lambda if field == Field::Parameters => Role::Bind(BindingKind::Parameter),
        Kind::DefaultParameter | Kind::TypedDefaultParameter if field == Field::Name => role,
        Kind::TypedParameter if field != Field::Type => role,
        Kind::NamedExpression => walrus_part(parent, child),
        Kind::DeleteStatement => Role::Bind(BindingKind::Delete),
        Kind::GlobalStatement => Role::Global,
        Kind::NonlocalStatement => Role::Nonlocal,
        Kind::ImportStatement => Role::ImportFirst,
        Kind::ImportFromStatement | Kind::FutureImportStatement if field == Field::Name => {
            Role::Bind(BindingKind::FromImport)
        }
        Kind::ImportFromStatement | Kind::FutureImportStatement | Kind::RelativeImport => Role::NotAName,
        Kind::AliasedImport => match (field, role) {
            (Field::Alias, Role::ImportFirst) => Role::Bind(BindingKind::Import),
            (Field::Alias, _) => Role::Bind(BindingKind::FromImport),
            _ => Role::NotAName,
        },
        Kind::DottedName => dotted_part(parent, role, child),
        Kind::AsPattern => as_part(parent, role, child),
        Kind::ExceptClause => except_part(parent, child),
        Kind::CaseClause if child.kind() == Kind::CasePattern => Role::Pattern,
        Kind::ClassPattern if child.kind() == Kind::DottedName => Role::ReadFirst,
        Kind::SplatPattern => capture(child),
        Kind::CasePattern
        | Kind::ClassPattern
        | Kind::KeywordPattern
        | Kind::UnionPattern
        | Kind::DictPattern => Role::Pattern,
        Kind::ConstrainedType if role == Role::TypeParameters && is_bound(child) => Role::Read,
        Kind::GenericType if role == Role::AliasHead && child.kind() == Kind::TypeParameter => {
            Role::TypeParameters
        }
        Kind::TypeAliasStatement if field == Field::Left && is_type_alias(parent) => Role::AliasHead,
        Kind::PatternList
        | Kind::TuplePattern
        | Kind::ListPattern
        | Kind::ListSplatPattern
        | Kind::DictionarySplatPattern
        | Kind::Parameters
        | Kind::LambdaParameters
        | Kind::Tuple
        | Kind::List
        | Kind::ListSplat
        | Kind::ParenthesizedExpression
        | Kind::ParenthesizedListSplat
        | Kind::ExpressionList
        | Kind::AsPatternTarget
        | Kind::Type
        | Kind::GenericType
        | Kind::SplatType
        | Kind::ConstrainedType
        | Kind::TypeParameter => role,
        _ => Role::Read,
    }
}

fn assignment_target(assignment: Node<'_>, target: Node<'_>) -> Role {
    let annotated = assignment.child(Field::Type).is_some();
    let valued = assignment.child(Field::Right).is_some();
    match (annotated, valued) {
        (false, _) => Role::Bind(BindingKind::Assignment),
        (true, true) => Role::Bind(BindingKind::AnnotatedAssignment),
        // `(x): int` does nothing to `x`, not even make it local.
        (true, false) if target.kind() != Kind::Identifier => Role::NotAName,
        (true, false) => Role::Bind(BindingKind::Annotation),
    }
}

/// In `f"{x:=5}"` the colon begins the format: nothing is bound, and the rest is text.
fn walrus_part(walrus: Node<'_>, child: Node<'_>) -> Role {
    let in_format = walrus
        .parent()
        .is_some_and(|around| matches!(around.kind(), Kind::Interpolation | Kind::FormatExpression));
    match (child.field(), in_format) {
        (Field::Name, false) => Role::Bind(BindingKind::Walrus),
        (Field::Name, true) | (_, false) => Role::Read,
        (_, true) if child.kind() == Kind::Identifier => Role::NotAName,
        (_, true) => Role::Read,
    }
}

fn dotted_part(dotted: Node<'_>, role: Role, child: Node<'_>) -> Role {
    let first = child.previous_sibling().is_none();
    match role {
        Role::ImportFirst if first => Role::Bind(BindingKind::Import),
        Role::Pattern if first && child.next_sibling().is_none() => capture(child),
        Role::ReadFirst | Role::Pattern if first => Role::Read,
        Role::ReadFirst | Role::ImportFirst | Role::Pattern => Role::NotAName,
        Role::Bind(_) if dotted.named_children().nth(1).is_some() => Role::NotAName,
        role => role,
    }
}

fn capture(name: Node<'_>) -> Role {
    if name.text() == "_" { Role::NotAName } else { Role::Bind(BindingKind::MatchCapture) }
}

fn as_part(pattern: Node<'_>, role: Role, child: Node<'_>) -> Role {
    if role == Role::Pattern {
        return if child.kind() == Kind::Identifier { capture(child) } else { Role::Pattern };
    }
    if child.field() != Field::Alias {
        return Role::Read;
    }
    let in_except = pattern.parent().is_some_and(|parent| parent.kind() == Kind::ExceptClause);
    Role::Bind(if in_except { BindingKind::ExceptTarget } else { BindingKind::WithTarget })
}

/// `except A, e` binds `e` in Python 2; in Python 3.14 it names two exceptions.
fn except_part(clause: Node<'_>, child: Node<'_>) -> Role {
    if child.field() == Field::Alias {
        return Role::Bind(BindingKind::ExceptTarget);
    }
    if child.field() != Field::Value || clause.source().dialect() != Dialect::Python2 {
        return Role::Read;
    }
    let mut values = clause.children_in(Field::Value).filter(|value| value.kind() != Kind::Token);
    let second = (values.next(), values.next(), values.next());
    match second {
        (_, Some(target), None) if target == child => Role::Bind(BindingKind::ExceptTarget),
        _ => Role::Read,
    }
}

/// Whether `part` of `T: bound` is the bound.
pub(super) fn is_bound(part: Node<'_>) -> bool {
    part.previous_sibling().is_some()
}

/// Whether a type alias is one: the grammar takes `type(x).y = z` for an alias called `(x).y`.
pub(super) fn is_type_alias(alias: Node<'_>) -> bool {
    let head = alias.child(Field::Left).and_then(|head| head.named_children().next());
    head.is_some_and(|head| matches!(head.kind(), Kind::Identifier | Kind::GenericType))
}

/// Whether `node` is a keyword for the grammar and a name for Python: the `type` of `type(x).y = z`, and
/// in Python 3 the `print` of `print >>x`.
pub(super) fn is_disguised_name(node: Node<'_>) -> bool {
    if node.kind() != Kind::Token || node.previous_sibling().is_some() {
        return false;
    }
    node.parent().is_some_and(|parent| match parent.kind() {
        Kind::TypeAliasStatement => !is_type_alias(parent),
        Kind::PrintStatement => node.source().dialect() == Dialect::Python3,
        _ => false,
    })
}
