//! Tests of dossiers.
