//! Comments: put behind and between the lines of a program that is rewritten.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyfix::engine::fix_source;
use pyfix::text::Source;
use pyfix_fuzz::trial::{on_a_large_stack, setup};
use pyfix_fuzz::{MATERIAL, check};

fuzz_target!(|data: &[u8]| {
    let Some((head, bytes)) = data.split_first_chunk::<4>() else { return };
    let number = usize::from(u16::from_le_bytes([head[2], head[3]]));
    let program = &MATERIAL.programs[number % MATERIAL.programs.len()];
    let comments = String::from_utf8_lossy(bytes).into_owned();
    let mut comments = comments.lines();
    let mut text = String::new();
    for line in program.lines() {
        let indentation = &line[..line.len() - line.trim_start().len()];
        match comments.next() {
            Some(comment) if comment.starts_with('+') => {
                text.extend([indentation, "# pyfix: ", &comment[1..], "\n", line, "\n"]);
            }
            Some(comment) if comment.starts_with('#') => text.extend([line, "  ", comment, "\n"]),
            Some(comment) if !comment.is_empty() => text.extend([line, "  # pyfix: ignore", comment, "\n"]),
            _ => text.extend([line, "\n"]),
        }
    }
    let setup = setup([head[0], head[1]]);
    check(&text, &setup);
    on_a_large_stack(|| {
        let source = Source::new(text.clone(), setup.dialect, setup.target);
        let outcome = fix_source(&source, &setup.registry, &setup.config, setup.world);
        let new = outcome.text.unwrap_or_else(|| text.clone());
        for line in text.lines().filter(|line| line.ends_with("  # pyfix: ignore")) {
            assert!(
                new.lines().any(|kept| kept == line),
                "a line was rewritten that is to be left alone: {line}"
            );
        }
    });
});
