//! Reads the examples of a page: fenced blocks with an info string.

/// An example of a page.
pub struct Example {
    /// The line (from 1) of the page that it begins on.
    pub line: usize,
    /// The program.
    pub before: String,
    /// What becomes of it.
    pub expected: Expected,
    /// The words behind that.
    pub options: Vec<String>,
}

/// What an example says becomes of its program.
pub enum Expected {
    /// The new text.
    Rewritten(String),
    /// The id of the reason for which the transform declines.
    Unchanged(String),
}

/// A fenced block: its line (from 1), its info string and its text.
struct Block<'p> {
    line: usize,
    info: &'p str,
    text: String,
    /// Whether only blank lines stand between it and the block before it.
    follows: bool,
}

/// The examples of a page.
///
/// # Errors
///
/// What is wrong with a block, and its line.
pub fn read_examples(page: &str) -> Result<Vec<Example>, String> {
    let mut examples = Vec::new();
    let mut blocks = read_blocks(page)?.into_iter();
    while let Some(block) = blocks.next() {
        let words: Vec<&str> = block.info.split_whitespace().collect();
        let line = block.line;
        let owned = |options: &[&str]| options.iter().map(|&option| option.to_owned()).collect();
        match words.as_slice() {
            ["python", "before", options @ ..] => {
                let after = blocks.next().filter(|after| after.info == "python after" && after.follows);
                let Some(after) = after else {
                    return Err(format!("line {line}: no `python after` follows at once"));
                };
                let expected = Expected::Rewritten(after.text);
                examples.push(Example { line, before: block.text, expected, options: owned(options) });
            }
            ["python", "unchanged:", reason, options @ ..] => {
                let expected = Expected::Unchanged((*reason).to_owned());
                examples.push(Example { line, before: block.text, expected, options: owned(options) });
            }
            ["python", ..] => return Err(format!("line {line}: `{}` is no example", block.info)),
            _ => {}
        }
    }
    Ok(examples)
}

fn read_blocks(page: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut follows = false;
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            follows &= line.trim().is_empty();
            continue;
        };
        let mut text = String::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => text.extend([line, "\n"]),
                None => return Err(format!("line {}: the block does not end", index + 1)),
            }
        }
        blocks.push(Block { line: index + 1, info: info.trim(), text, follows });
        follows = true;
    }
    Ok(blocks)
}
