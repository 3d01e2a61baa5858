//! The one integration crate, so that it is linked once: what pyfix promises, checked from outside.
//!
//! Each module checks one promise; `support` holds what they share.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that meets something unexpected should stop there, and say so"
)]

mod advice;
mod batch;
mod behaviour;
mod bytes;
mod cli;
mod docs;
mod engine;
mod evidence;
mod faults;
mod flow;
mod fuzz;
mod generate;
mod guards;
mod harness;
mod interplay;
mod pages;
mod pitfalls;
mod pure;
mod readme;
mod regex_syntax;
mod scopes;
mod support;
mod templates;
mod tidy;
mod types;
