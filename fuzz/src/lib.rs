//! What the fuzz targets share: programs to begin with, changes that keep much of them Python, and what must hold
//! for every result.
//!
//! The checks are those of the integration tests, and the parts of the command line that have no way in from outside
//! are compiled here once more, so that nothing of pyfix is public for the sake of fuzzing.

use std::path::Path;
use std::sync::LazyLock;

use support::check::{Setup, try_fix};

pub use pyfix::{edit, engine, project, semantic, syntax, text};

pub mod material;
pub mod mutate;
pub mod trial;

#[path = "../../tests/generate/random.rs"]
pub mod random;

/// The programs of this checkout.
pub static MATERIAL: LazyLock<material::Material> =
    LazyLock::new(|| material::Material::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))));

/// Rewrites `text` and panics when the result breaks what must hold for every result.
pub fn check(text: &str, setup: &Setup) {
    trial::on_a_large_stack(|| {
        if let Err(fault) = try_fix(text, setup) {
            panic!(
                "{fault}\nin the program:\n{text}\nwith {:?} {:?} {:?}",
                setup.dialect, setup.target, setup.config
            );
        }
    });
}

/// The checks that every text of the integration tests goes through.
#[path = "../../tests/support"]
pub mod support {
    pub mod check;
    mod diff;
}

/// The private parts of the command line that read what people and programs wrote.
#[expect(dead_code, reason = "only what reads is used")]
#[path = "../../src/cli"]
pub mod cli {
    mod args;
    mod batch_arguments;
    pub mod config;
    mod definitions;
    mod names;
    pub mod profile;
    mod settings;
    mod suggest;
    mod walk;
}
