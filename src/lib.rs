//! pyfix rewrites Python source so that it runs faster and holds less memory, and changes nothing else.

pub mod text;
