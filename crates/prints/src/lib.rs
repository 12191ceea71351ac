//! Papers and exports: data in, bytes out.
//!
//! Pure: no clock, no file, no network. Fonts (Liberation Serif, letter by
//! letter as wide as Times New Roman) and templates are part of the program.
//! Text that people typed reaches the typesetter as data, never as markup.
//!
//! Law: the layout follows NĐ 30/2020/NĐ-CP Phụ lục I; the forms follow
//! TT 01/2018/TT-VPCP and TT 03/2025/TT-VPCP.

mod apology;
mod assist;
mod bars;
mod board;
mod book;
mod checklist;
mod clean;
mod copy;
mod declaration;
mod evaluation;
mod fees;
mod forms;
mod hand_over;
mod handing;
mod letter;
mod office_paper;
mod people;
mod publication;
mod qr;
mod register;
mod sheet;
mod sign;
mod ticket;
mod typeset;
pub mod vi;

pub use apology::{ApologyText, apology_text};
pub use assist::{AssistConsentSheet, AssistNoteSheet, render_assist_consent, render_assist_note};
pub use bars::bars_svg;
pub use board::{
    BoardRow, ChannelLimit, LedgerHead, NoticeBoard, ProcedurePaper, ProcedureSheet,
    render_ledger_head, render_notice_board, render_procedure,
};
pub use book::{
    BookClosing, BookColumn, BookRow, BookSheet, ExtractSheet, book_xlsx, closing_words,
    render_book, render_extract,
};
pub use checklist::{ChecklistPaper, ChecklistSheet, render_checklist};
pub use copy::{CopySheet, render_copy};
pub use declaration::{
    DeclarationSheet, DeclaredItem, DeclaredPart, DeclaredSigner, render_declaration,
};
pub use evaluation::{EvaluationRow, EvaluationSheet, render_evaluation};
pub use fees::{CashRow, CashSheet, ChargeLine, MoneySheet, Signs, render_cash, render_money};
pub use forms::{Form, render, render_many};
pub use hand_over::{HandOverSheet, HandedPaper, render_hand_over};
pub use handing::{
    Collected, ManifestSheet, ParcelRow, ResultSlip, render_manifest, render_result_slip,
};
pub use letter::{LetterSheet, render_letters};
pub use office_paper::{
    OfficePaper, PaperColumn, PaperSigner, PaperSize, render_office_paper,
};
pub use people::{
    CollectionSheet, VisitDossier, VisitSheet, render_collection, render_visit_receipt,
};
pub use publication::{PublicationRow, PublicationSheet, render_publication};
pub use qr::{qr_png, qr_svg};
pub use register::{RegisterRow, RegisterSheet, register_xlsx, render_register};
pub use sheet::{
    Agency, Counter, DossierSheet, FeeLine, FormSet, Hop, HopOutcome, Member, MissingPaper, Paper,
    Person, Signer,
};
pub use sign::{SignSheet, render_sign};
pub use ticket::{TicketSlip, render_ticket};

/// Why a paper could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The set of forms of the dossier has no such paper.
    #[error("Bộ biểu mẫu áp dụng cho hồ sơ này không có mẫu giấy được yêu cầu.")]
    NotInSet,
    /// The text is too long for a square code.
    #[error("Nội dung quá dài, không tạo được mã QR.")]
    QrTooLong,
    /// A template is wrong: a bug.
    #[error("typesetter: {0}")]
    Typesetter(String),
    /// The data did not become JSON: a bug.
    #[error("data: {0}")]
    Data(#[from] serde_json::Error),
    /// The workbook could not be written: a bug.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}
