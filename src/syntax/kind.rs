//! Names for the kinds of nodes and for the fields of the grammar.
//!
//! The tables below are checked against the grammar by a test, so that a new version of it cannot silently
//! rename a kind.

use std::sync::OnceLock;

macro_rules! kinds {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// The kind of a node: every named kind of the grammar, and [`Kind::Token`] for punctuation and
        /// keywords, which are told apart by their text.
        #[expect(missing_docs, reason = "each variant is the grammar's own name for the kind")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            /// Punctuation, an operator or a keyword.
            Token,
            /// Text that the parser could not make sense of, or a token that it had to invent.
            Error,
            $($variant),*
        }

        const KIND_NAMES: &[(Kind, &str)] = &[$((Kind::$variant, $name)),*];
    };
}

macro_rules! fields {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// The role of a node in its parent.
        #[expect(missing_docs, reason = "each variant is the grammar's own name for the field")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Field {
            /// The node has no named role.
            None,
            $($variant),*
        }

        const FIELD_NAMES: &[(Field, &str)] = &[$((Field::$variant, $name)),*];
    };
}

kinds! {
    AliasedImport = "aliased_import",
    ArgumentList = "argument_list",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    AssertStatement = "assert_statement",
    Assignment = "assignment",
    Attribute = "attribute",
    AugmentedAssignment = "augmented_assignment",
    Await = "await",
    BinaryOperator = "binary_operator",
    Block = "block",
    BooleanOperator = "boolean_operator",
    BreakStatement = "break_statement",
    Call = "call",
    CaseClause = "case_clause",
    CasePattern = "case_pattern",
    Chevron = "chevron",
    ClassDefinition = "class_definition",
    ClassPattern = "class_pattern",
    Comment = "comment",
    ComparisonOperator = "comparison_operator",
    ComplexPattern = "complex_pattern",
    ConcatenatedString = "concatenated_string",
    ConditionalExpression = "conditional_expression",
    ConstrainedType = "constrained_type",
    ContinueStatement = "continue_statement",
    DecoratedDefinition = "decorated_definition",
    Decorator = "decorator",
    DefaultParameter = "default_parameter",
    DeleteStatement = "delete_statement",
    DictPattern = "dict_pattern",
    Dictionary = "dictionary",
    DictionaryComprehension = "dictionary_comprehension",
    DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern",
    DottedName = "dotted_name",
    ElifClause = "elif_clause",
    Ellipsis = "ellipsis",
    ElseClause = "else_clause",
    EscapeInterpolation = "escape_interpolation",
    EscapeSequence = "escape_sequence",
    ExceptClause = "except_clause",
    ExecStatement = "exec_statement",
    ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement",
    False = "false",
    FinallyClause = "finally_clause",
    Float = "float",
    ForInClause = "for_in_clause",
    ForStatement = "for_statement",
    FormatExpression = "format_expression",
    FormatSpecifier = "format_specifier",
    FunctionDefinition = "function_definition",
    FutureImportStatement = "future_import_statement",
    GeneratorExpression = "generator_expression",
    GenericType = "generic_type",
    GlobalStatement = "global_statement",
    Identifier = "identifier",
    IfClause = "if_clause",
    IfStatement = "if_statement",
    ImportFromStatement = "import_from_statement",
    ImportPrefix = "import_prefix",
    ImportStatement = "import_statement",
    Integer = "integer",
    Interpolation = "interpolation",
    KeywordArgument = "keyword_argument",
    KeywordPattern = "keyword_pattern",
    KeywordSeparator = "keyword_separator",
    Lambda = "lambda",
    LambdaParameters = "lambda_parameters",
    LineContinuation = "line_continuation",
    List = "list",
    ListComprehension = "list_comprehension",
    ListPattern = "list_pattern",
    ListSplat = "list_splat",
    ListSplatPattern = "list_splat_pattern",
    MatchStatement = "match_statement",
    MemberType = "member_type",
    NamedExpression = "named_expression",
    None = "none",
    NonlocalStatement = "nonlocal_statement",
    NotOperator = "not_operator",
    Pair = "pair",
    Parameters = "parameters",
    ParenthesizedExpression = "parenthesized_expression",
    ParenthesizedListSplat = "parenthesized_list_splat",
    PassStatement = "pass_statement",
    PatternList = "pattern_list",
    PositionalSeparator = "positional_separator",
    PrintStatement = "print_statement",
    RaiseStatement = "raise_statement",
    RelativeImport = "relative_import",
    ReturnStatement = "return_statement",
    Set = "set",
    SetComprehension = "set_comprehension",
    Slice = "slice",
    SplatPattern = "splat_pattern",
    SplatType = "splat_type",
    String = "string",
    StringContent = "string_content",
    StringEnd = "string_end",
    StringStart = "string_start",
    Subscript = "subscript",
    True = "true",
    TryStatement = "try_statement",
    Tuple = "tuple",
    TuplePattern = "tuple_pattern",
    Type = "type",
    TypeAliasStatement = "type_alias_statement",
    TypeConversion = "type_conversion",
    TypeParameter = "type_parameter",
    TypedDefaultParameter = "typed_default_parameter",
    TypedParameter = "typed_parameter",
    UnaryOperator = "unary_operator",
    UnionPattern = "union_pattern",
    UnionType = "union_type",
    WhileStatement = "while_statement",
    WildcardImport = "wildcard_import",
    WithClause = "with_clause",
    WithItem = "with_item",
    WithStatement = "with_statement",
    Yield = "yield",
}

fields! {
    Alias = "alias",
    Alternative = "alternative",
    Argument = "argument",
    Arguments = "arguments",
    Attribute = "attribute",
    Body = "body",
    Cause = "cause",
    Code = "code",
    Condition = "condition",
    Consequence = "consequence",
    Definition = "definition",
    Expression = "expression",
    FormatSpecifier = "format_specifier",
    Function = "function",
    Guard = "guard",
    Key = "key",
    Left = "left",
    ModuleName = "module_name",
    Name = "name",
    Object = "object",
    Operator = "operator",
    Operators = "operators",
    Parameters = "parameters",
    ReturnType = "return_type",
    Right = "right",
    Subject = "subject",
    Subscript = "subscript",
    Superclasses = "superclasses",
    Type = "type",
    TypeConversion = "type_conversion",
    TypeParameters = "type_parameters",
    Value = "value",
}

impl Kind {
    /// The kind with the grammar's number `id`.
    pub(super) fn from_id(id: u16) -> Self {
        static TABLE: OnceLock<Vec<Kind>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let language = super::parser::language();
            let kind_of = |id: u16| {
                let name = language.node_kind_for_id(id).unwrap_or("");
                let named = language.node_kind_is_named(id);
                KIND_NAMES
                    .iter()
                    .find(|(_, known)| named && *known == name)
                    .map_or(Kind::Token, |(kind, _)| *kind)
            };
            (0..language.node_kind_count()).map(|id| kind_of(id as u16)).collect()
        });
        table.get(id as usize).copied().unwrap_or(Kind::Error)
    }

    /// The grammar's name of this kind.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Token => "token",
            Kind::Error => "ERROR",
            _ => KIND_NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name),
        }
    }
}

impl Field {
    /// The field with the grammar's number `id`; 0 stands for no field.
    pub(super) fn from_id(id: u16) -> Self {
        static TABLE: OnceLock<Vec<Field>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let language = super::parser::language();
            let field_of = |id: u16| {
                let name = language.field_name_for_id(id).unwrap_or("");
                FIELD_NAMES.iter().find(|(_, known)| *known == name).map_or(Field::None, |(field, _)| *field)
            };
            (0..=language.field_count()).map(|id| field_of(id as u16)).collect()
        });
        table.get(id as usize).copied().unwrap_or(Field::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_is_the_grammars() {
        let language = super::super::parser::language();
        for (_, name) in KIND_NAMES {
            assert_ne!(language.id_for_node_kind(name, true), 0, "the grammar has no kind {name}");
        }
        for (_, name) in FIELD_NAMES {
            assert!(language.field_id_for_name(name).is_some(), "the grammar has no field {name}");
        }
        for id in 0..language.node_kind_count() as u16 {
            let name = language.node_kind_for_id(id).unwrap();
            let hidden = !language.node_kind_is_visible(id) || language.node_kind_is_supertype(id);
            let ours = KIND_NAMES.iter().any(|(_, known)| *known == name);
            assert!(
                ours || hidden
                    || !language.node_kind_is_named(id)
                    || matches!(name, "module" | "end" | "ERROR"),
                "the grammar's kind {name} has no name here"
            );
        }
    }
}
