//! Who we are: units, people, accounts, the working calendar.

pub mod calendar;
