//! Names of files as they are shown to people.

use std::fmt::Write as _;
use std::path::Path;

/// `path` for a terminal: as it is, or in quotes with its control characters escaped as in a diff.
pub fn shown(path: &Path) -> String {
    let name = path.display().to_string();
    if !name.contains(char::is_control) {
        return name;
    }
    let mut quoted = String::from('"');
    for letter in name.chars() {
        match letter {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_control() => {
                for byte in letter.to_string().bytes() {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(shown(Path::new("é b/\"x\".py")), "é b/\"x\".py");
        assert_eq!(shown(Path::new("a\n\u{1b}[31m\"\u{9b}.py")), "\"a\\n\\033[31m\\\"\\302\\233.py\"");
    }
}
