//! Where an import that a fix asks for is written.

use super::{Edit, ImportRequest};
use crate::syntax::{Kind, Node, SyntaxTree};
use crate::text::Range;

/// The insertion that imports everything in `requests` (sorted, without doubles); `None` for none.
///
/// The new lines stand behind the imports at the head of the file, else behind its docstring, else before its
/// first statement, below the comments there.
pub(super) fn insertion(tree: &SyntaxTree<'_>, requests: &[ImportRequest]) -> Option<Edit> {
    if requests.is_empty() {
        return None;
    }
    let source = tree.source();
    let statements: Vec<Node<'_>> = tree.statements().collect();
    let head = statements.iter().take_while(|statement| is_import(**statement) || is_docstring(**statement));
    let Some(index) = head.count().checked_sub(1) else {
        let first = statements.first()?;
        let newline = source.newline_at(first.range().start);
        let lines: String = requests.iter().map(|request| render(request) + newline).collect();
        return Some(Edit::insert(source.line_start(first.range().start), lines));
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
    let lines: Vec<String> = requests.iter().map(render).collect();
    let ends_in_newline = source.slice(Range::new(0, at)).ends_with('\n');
    let text = lines.join(newline);
    let text = if ends_in_newline { text + newline } else { newline.to_owned() + &text };
    Some(Edit::insert(at, text))
}

fn render(request: &ImportRequest) -> String {
    if request.module == request.name {
        format!("import {}", request.module)
    } else {
        format!("import {} as {}", request.module, request.name)
    }
}

fn is_import(statement: Node<'_>) -> bool {
    matches!(
        statement.kind(),
        Kind::ImportStatement | Kind::ImportFromStatement | Kind::FutureImportStatement
    )
}

fn is_docstring(statement: Node<'_>) -> bool {
    let mut children = statement.named_children();
    statement.kind() == Kind::ExpressionStatement
        && statement.previous_statement().is_none()
        && children
            .next()
            .is_some_and(|child| matches!(child.kind(), Kind::String | Kind::ConcatenatedString))
}
