//! What citizens ask of the office: procedures and dossiers.

pub mod dossiers;
pub mod procedures;
