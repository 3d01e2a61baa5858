//! What Python source means, as far as the transforms ask: knowledge of the language and of its libraries.

pub mod regex_syntax;
