//! Any bytes: decoded, rewritten, encoded again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyfix::engine::fix_source;
use pyfix::text::{Source, decode};
use pyfix_fuzz::check;
use pyfix_fuzz::trial::{on_a_large_stack, setup};

fuzz_target!(|data: &[u8]| {
    let Some((options, bytes)) = data.split_first_chunk::<2>() else { return };
    let Ok(decoded) = decode(bytes.to_vec()) else { return };
    let setup = setup(*options);
    check(decoded.text(), &setup);
    on_a_large_stack(|| {
        let source = Source::new(decoded.text().to_owned(), setup.dialect, setup.target);
        let outcome = fix_source(&source, &setup.registry, &setup.config, setup.world);
        let Some(text) = outcome.text else { return };
        let edits: Vec<_> = outcome.edits.iter().map(|edit| (edit.range, edit.replacement.clone())).collect();
        let Ok(encoded) = decoded.encode_edited(&edits) else { return };
        let again = decode(encoded).expect("what was encoded can be decoded");
        assert_eq!(again.text(), text, "encoding changes the text");
    });
});
