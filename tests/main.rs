//! The integration tests.

mod regex_syntax;
