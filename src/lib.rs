//! pyfix

pub mod semantic;
