//! What the tests share: the checks that every rewritten text must pass.

pub mod check;
pub mod diff;
pub mod replace;
