//! The known word that a mistyped one is nearest to.

/// A remark such as `` (did you mean `loop-append`?)``, or nothing when no known word is near.
pub fn hint(typed: &str, known: &[&str]) -> String {
    nearest(typed, known).map_or_else(String::new, |word| format!(" (did you mean `{word}`?)"))
}

/// The known word that is most like `typed`, if one is like it at all.
fn nearest<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |word: &str| strsim::jaro_winkler(&typed.to_lowercase(), &word.to_lowercase());
    known
        .iter()
        .map(|word| (likeness(word), *word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["loop-append", "loop-regex-compile"];
        assert_eq!(hint("loop-apend", &known), " (did you mean `loop-append`?)");
        assert_eq!(hint("quux", &known), "");
        assert_eq!(hint("Loop-Append", &known), " (did you mean `loop-append`?)");
    }
}
