//! The bytes of a profile of cProfile.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pyfix::text::{Dialect, Source, Target};
use pyfix_fuzz::cli::profile::{Heat, Profile};

const PROGRAM: &str = "def f(xs):\n    return [x for x in xs]\n\n\nclass C:\n    g = lambda self: 1\n";

fuzz_target!(|data: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), data).is_err() {
        return;
    }
    let Ok(profile) = Profile::read(file.path()) else { return };
    let hot_from = profile.hot_from(50);
    let times = profile.of_file(Path::new("x.py"), Some(hot_from));
    let source = Source::new(PROGRAM.to_owned(), Dialect::Python3, Target::default());
    let heat = Heat::of(&source, times);
    let _ = (heat.misfit(), heat.focus(), profile.elsewhere());
});
