//! All SQL of fees: the table, receipts and books, statements, refunds, the cash book.

pub mod bank;
pub mod calls;
pub mod cash;
pub mod receipts;
pub mod table;
