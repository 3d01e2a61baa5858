//! Makes a program smaller, as long as something stays true of it.
//!
//! Knows nothing of how the program was made: it takes away statements, puts bodies in the place of what is around
//! them, and expressions in the place of those that hold them.

use pyfix::syntax::{Kind, Node, Regions, SyntaxTree, parse};
use pyfix::text::{Dialect, Source, Target};

/// How many candidates are tried at most.
const ATTEMPTS: usize = 2000;

/// The smallest text found of which `holds` is true, as it is of `text`.
pub fn shrink(text: &str, dialect: Dialect, holds: impl Fn(&str) -> bool) -> String {
    let mut best = text.to_owned();
    let mut attempts = 0;
    loop {
        let before = best.len();
        let mut index = 0;
        let mut left = candidates(&best, dialect);
        // What follows a candidate that was taken is tried on the new text, and the rest in the next pass.
        while let Some(candidate) = left.get(index) {
            attempts += 1;
            if attempts > ATTEMPTS {
                return best;
            }
            if candidate.len() < best.len() && holds(candidate) {
                best.clone_from(candidate);
                left = candidates(&best, dialect);
            } else {
                index += 1;
            }
        }
        if best.len() == before {
            return best;
        }
    }
}

/// Texts that are smaller, the boldest first.
fn candidates(text: &str, dialect: Dialect) -> Vec<String> {
    let source = Source::new(text.to_owned(), dialect, Target::default());
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { return Vec::new() };
    let mut statements: Vec<Node<'_>> = tree.nodes().filter(Node::is_statement).collect();
    statements.sort_by_key(|node| std::cmp::Reverse(node.range().len()));
    let mut found: Vec<String> = statements.iter().filter_map(|node| without(text, *node)).collect();
    found.extend(statements.iter().flat_map(|node| unwrapped(text, *node)));
    found.extend(simpler(text, &tree));
    found
}

/// The text without a statement, or with `pass` in its place where it stands alone.
fn without(text: &str, statement: Node<'_>) -> Option<String> {
    let range = statement.range().as_usize();
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
    let whole = text[line..range.start].trim().is_empty() && text[range.end..end].trim().is_empty();
    let alone = statement.next_statement().is_none()
        && statement.previous_statement().is_none()
        && statement.parent().is_some();
    if alone || !whole {
        return (statement.text() != "pass")
            .then(|| format!("{}pass{}", &text[..range.start], &text[range.end..]));
    }
    Some(format!("{}{}", &text[..line], &text[end..]))
}

/// The text with each body of a compound statement in its place.
fn unwrapped(text: &str, statement: Node<'_>) -> Vec<String> {
    let range = statement.range().as_usize();
    let blocks = statement.descendants().filter(|node| node.kind() == Kind::Block);
    let own = blocks
        .filter(|block| block.ancestors().find(Node::is_statement).is_some_and(|holder| holder == statement));
    own.map(|block| {
        let deeper = column(text, block.range().start as usize).saturating_sub(column(text, range.start));
        let indent = format!("\n{}", " ".repeat(deeper));
        let body = block.text().split(&indent).collect::<Vec<_>>().join("\n");
        format!("{}{}{}", &text[..range.start], body, &text[range.end..])
    })
    .collect()
}

fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind('\n').map_or(0, |line| line + 1)
}

/// The text with an expression in the place of one that holds it.
fn simpler(text: &str, tree: &SyntaxTree<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for node in tree.nodes().filter(|node| is_expression(*node)) {
        let range = node.range().as_usize();
        let with = |new: &str| format!("{}{new}{}", &text[..range.start], &text[range.end..]);
        found.extend(
            node.named_children().filter(|child| is_expression(*child)).map(|child| with(child.text())),
        );
        found.extend(["0", "[]"].iter().map(|new| with(new)));
    }
    found
}

fn is_expression(node: Node<'_>) -> bool {
    !node.is_statement()
        && !matches!(
            node.kind(),
            Kind::Block | Kind::Comment | Kind::ExceptClause | Kind::ElseClause | Kind::ElifClause
        )
        && node.named_children().next().is_some()
}
