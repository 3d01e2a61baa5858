//! Where an import that a fix asks for is written.

use super::{Edit, ImportRequest};
use crate::syntax::{Field, Kind, Node, SyntaxTree};
use crate::text::Range;

/// No line is made longer than this by one more name.
const LINE_LENGTH: usize = 79;

/// The insertions that import everything in `requests` (sorted, without doubles).
///
/// A member is added to the names that the head of the file imports from its module already, where they stand on one
/// line. New lines stand behind the imports at the head of the file, else behind its docstring, else before its first
/// statement, below the comments there.
pub(super) fn insertions(tree: &SyntaxTree<'_>, requests: &[ImportRequest]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for request in requests {
        let added = request.member.and_then(|member| added_to_line(tree, request, member));
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
    let lines: Vec<String> = lines.iter().map(Line::render).collect();
    edits.extend(new_lines(tree, &lines));
    edits.sort_by_key(|edit| edit.range);
    edits
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

    fn render(&self) -> String {
        let Some(first) = self.requests.first() else { return String::new() };
        let Some(member) = first.member else { return format!("import {}", renamed(first.module, first)) };
        let others = self.requests.iter().skip(1);
        let names = others.filter_map(|request| Some(renamed(request.member?, request)));
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
    let mut children = statement.named_children();
    statement.kind() == Kind::ExpressionStatement
        && statement.previous_statement().is_none()
        && children
            .next()
            .is_some_and(|child| matches!(child.kind(), Kind::String | Kind::ConcatenatedString))
}
