//! What citizens ask of the office: procedures and dossiers.

pub mod procedures;
