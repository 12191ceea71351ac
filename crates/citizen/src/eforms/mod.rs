//! Forms that the office builds (biểu mẫu điện tử); their rules are in `domain::eform`.

pub mod shipped;
