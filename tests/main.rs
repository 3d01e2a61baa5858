//! The integration tests: one crate, so that it is linked once.

mod cli;
mod regex_syntax;
mod scopes;
