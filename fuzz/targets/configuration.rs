//! The text of a `pyfix.toml` or a `pyproject.toml`.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pyfix::transforms::BUILT_IN;
use pyfix_fuzz::cli::config::read;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for name in ["pyproject.toml", "pyfix.toml"] {
        if let Err(error) = read(Path::new(name), text, &BUILT_IN) {
            assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1, "{error}");
            assert!(!error.message.trim().is_empty() && !error.message.contains('\n'), "{error}");
        }
    }
});
