//! What the tests share: interpreters, and the checks that every rewritten text must pass.

pub mod check;
pub mod diff;
pub mod pythons;
pub mod replace;
