//! What a program is rewritten with, drawn from two bytes in front of it, and the threads that it is rewritten on.

use pyfix::edit::interpolate::StringStyle;
use pyfix::engine::{Config, Goal, Selection};
use pyfix::semantic::{LoneFile, UnknownWorld};
use pyfix::text::{Dialect, PythonVersion, Target};
use pyfix::transforms::BUILT_IN;

use super::support::check::Setup;

/// As large as the threads of the command line have it.
const STACK_SIZE: usize = 64 << 20;

/// Longer programs take longer and show nothing more.
pub const LONGEST: usize = 64 << 10;

/// The setup that two bytes choose.
pub fn setup([first, second]: [u8; 2]) -> Setup {
    let minors = [None, Some(6), Some(7), Some(8), Some(9), Some(10), Some(11), Some(12), Some(13), Some(14)];
    let minor = minors[usize::from(first) % minors.len()];
    let oldest = minor.map_or(PythonVersion::PY27, |minor| PythonVersion::new(3, minor));
    let is_python2 = minor.is_none() && second & 1 == 1;
    let mut config = Config::default();
    if second & 2 != 0 {
        let all = BUILT_IN.transforms().map(|transform| transform.meta().id.to_owned());
        config.selection = Selection { only: Some(all.collect()), ignored: Vec::new() };
    }
    if second & 64 != 0 {
        config.line_length = 30;
    }
    if second & 128 != 0 {
        config.goal = Goal::Speed;
    }
    config.string_style = ["auto", "fstring", "format", "percent"]
        .get(usize::from(second >> 4 & 3))
        .and_then(|name| StringStyle::named(name))
        .unwrap_or_default();
    let setup = Setup {
        config,
        dialect: if is_python2 { Dialect::Python2 } else { Dialect::Python3 },
        target: Target::from_oldest(oldest),
        world: if second & 4 != 0 { &UnknownWorld } else { &LoneFile },
        ..Setup::default()
    };
    if second & 8 != 0 { setup.with_unsafe_fixes() } else { setup }
}

/// Runs `work` as the command line does: where deep nesting has the room that it needs.
pub fn on_a_large_stack(work: impl FnOnce() + Send) {
    let ended = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, work);
        thread.map(|thread| thread.join().is_ok())
    });
    assert!(matches!(ended, Ok(true)), "the thread did not end well");
}
