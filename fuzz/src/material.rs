//! The programs that fuzzing begins with: the examples of the pages and the fixtures of the tests, read where they
//! stand, so that no corpus has to be kept.

use std::fs;
use std::path::Path;

/// Programs, and what they are made of.
pub struct Material {
    /// Whole programs.
    pub programs: Vec<String>,
    /// Statements with what belongs to them, without the indentation of their first line.
    pub blocks: Vec<Vec<String>>,
    /// Single tokens.
    pub tokens: Vec<String>,
}

impl Material {
    /// Reads the pages and fixtures of the package at `root`.
    pub fn read(root: &Path) -> Self {
        let mut programs = Vec::new();
        for page in texts(&root.join("transforms"), "md") {
            programs.extend(examples(&page));
        }
        programs.extend(texts(&root.join("tests/fixtures/pitfalls"), "py"));
        assert!(programs.len() > 100, "no programs were found in {}", root.display());
        let mut blocks = Vec::new();
        let mut tokens = Vec::new();
        for program in &programs {
            let lines: Vec<&str> = program.lines().collect();
            for start in 0..lines.len() {
                let end = block_end(&lines, start);
                if end > start && end - start < 30 {
                    blocks.push(dedented(&lines[start..end]));
                }
            }
            tokens
                .extend(self::tokens(program).into_iter().map(|(start, end)| program[start..end].to_owned()));
        }
        tokens.sort();
        tokens.dedup();
        Self { programs, blocks, tokens }
    }
}

/// The texts of the files of `directory` with this extension, in the order of their names.
fn texts(directory: &Path, extension: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// The Python in the fenced blocks of a page.
fn examples(page: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```python") {
            let text = lines.by_ref().take_while(|line| *line != "```");
            examples.push(text.fold(String::new(), |text, line| text + line + "\n"));
        }
    }
    examples
}

/// The line behind the statement that begins on line `start`; `start` itself where none does.
pub fn block_end(lines: &[&str], start: usize) -> usize {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let goes_on = |line: &str| {
        ["else:", "elif ", "except", "finally:", ")", "]", "}"]
            .iter()
            .any(|word| line.trim_start().starts_with(word))
    };
    let Some(first) = lines.get(start).filter(|line| !line.trim().is_empty() && !goes_on(line)) else {
        return start;
    };
    let mut end = start + 1;
    for (at, line) in lines.iter().enumerate().skip(start + 1) {
        if line.trim().is_empty() {
            continue;
        }
        if depth(line) < depth(first) || depth(line) == depth(first) && !goes_on(line) {
            break;
        }
        end = at + 1;
    }
    end
}

/// The lines without the indentation that the first one has.
pub fn dedented(lines: &[&str]) -> Vec<String> {
    let depth = lines.first().map_or(0, |line| line.len() - line.trim_start().len());
    let cut = |line: &&str| line.get(depth..).unwrap_or_else(|| line.trim_start()).to_owned();
    lines.iter().map(cut).collect()
}

/// Where the tokens of `text` are, as roughly as is enough to change them.
pub fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, letter)) = rest.next() {
        if letter.is_whitespace() {
            continue;
        }
        let mut end = start + letter.len_utf8();
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        if is_word(letter) {
            while let Some((at, next)) = rest.next_if(|(_, next)| is_word(*next)) {
                end = at + next.len_utf8();
            }
        } else if letter == '\'' || letter == '"' {
            let mut escaped = false;
            while let Some((at, next)) = rest.next_if(|(_, next)| *next != '\n') {
                end = at + next.len_utf8();
                if next == letter && !escaped {
                    break;
                }
                escaped = next == '\\' && !escaped;
            }
        } else if letter == '#' {
            while let Some((at, next)) = rest.next_if(|(_, next)| *next != '\n') {
                end = at + next.len_utf8();
            }
        } else if "+-*/%<>=!:&|@^".contains(letter) {
            while let Some((at, next)) = rest.next_if(|(_, next)| "=*/<>".contains(*next)) {
                end = at + next.len_utf8();
            }
        }
        tokens.push((start, end));
    }
    tokens
}
