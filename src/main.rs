//! The command `pyfix`; everything is in the library.

use std::process::ExitCode;

/// Trees are built from many small pieces, on every thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pyfix::cli::main(&pyfix::transforms::BUILT_IN, pyfix::batch::run)
}
