//! pyfix
