//! Everything that a paper about one dossier may need, as plain values.
//!
//! The slice that owns dossiers fills one [`DossierSheet`]; every paper prints
//! from it. An empty text or a missing time prints as a dotted line or
//! vanishes, as on the paper form.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// Which set of forms the rule pack of a dossier uses: their numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum FormSet {
    /// Six forms. Law: TT 01/2018/TT-VPCP Phụ lục.
    #[serde(rename = "2018")]
    Circular2018,
    /// Seven forms. Law: TT 03/2025/TT-VPCP Phụ lục I.
    #[default]
    #[serde(rename = "2025")]
    Circular2025,
}

/// The office that issues a paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agency {
    /// The body above (cơ quan chủ quản), may be empty.
    pub parent: String,
    /// The issuing body (tên cơ quan ban hành).
    pub name: String,
    /// The place in "Tân Kỳ, ngày …" (địa danh).
    pub place: String,
}

/// The one-stop shop that a citizen turns to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counter {
    /// Its name, for example "Bộ phận Một cửa xã Kỳ Tân".
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Street address.
    pub address: String,
    /// Where its procedures can be read.
    pub website: String,
}

/// Somebody as written on a dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Full name of the person or organisation.
    pub name: String,
    /// Number of the identity paper.
    pub id_number: String,
    /// Address.
    pub address: String,
    /// Phone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Whether it is an organisation.
    pub organisation: bool,
    /// Tax code or enterprise number of an organisation.
    pub tax_code: String,
    /// Who represents it, with his position in brackets.
    pub representative: String,
    /// By what somebody acts for the applicant, in words; empty for himself.
    pub authority: String,
}

/// One of those for whom a group dossier was handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Member {
    /// Who or what.
    pub name: String,
    /// Number of his paper.
    pub id_number: String,
    /// What is asked for him.
    pub detail: String,
    /// Number of his result, or that it is refused; empty before.
    pub result: String,
}

/// One paper of the dossier with its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// Name of the paper.
    pub name: String,
    /// Originals (bản chính).
    pub originals: u16,
    /// Certified copies (bản chứng thực).
    pub certified: u16,
    /// Photocopies (bản chụp).
    pub copies: u16,
}

/// One paper that is asked for, why, and by which rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MissingPaper {
    /// Name of the paper.
    pub name: String,
    /// Originals wanted.
    pub originals: u16,
    /// Certified copies wanted.
    pub certified: u16,
    /// Photocopies wanted.
    pub copies: u16,
    /// Why it is asked for.
    pub reason: String,
    /// The article that it rests on.
    pub ground: String,
}

/// One fee to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FeeLine {
    /// What for.
    pub name: String,
    /// Amount in đồng.
    pub dong: i64,
}

/// How a step ended against its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HopOutcome {
    /// Trước hạn.
    Early,
    /// Đúng hạn.
    OnTime,
    /// Quá hạn.
    Late,
}

/// One hand-over of the dossier (giao, nhận).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hop {
    /// The unit that hands over.
    pub from_unit: String,
    /// The official who hands over.
    pub from_person: String,
    /// The unit that receives.
    pub to_unit: String,
    /// The official who receives.
    pub to_person: String,
    /// When.
    pub at: Option<DateTime>,
    /// How the giver's step ended.
    pub outcome: Option<HopOutcome>,
    /// Note.
    pub note: String,
}

/// Who signs for the office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signer {
    /// On whose behalf, for example "TM. ỦY BAN NHÂN DÂN"; may be empty.
    pub on_behalf: String,
    /// Position, for example "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH".
    pub title: String,
    /// Full name.
    pub name: String,
}

/// Everything that a paper about one dossier may need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DossierSheet {
    /// The set of forms of the dossier's rule pack.
    pub forms: FormSet,
    /// The issuing office.
    pub agency: Agency,
    /// The counter, with phone and address.
    pub counter: Counter,
    /// Number of this document, for example "15/PYC-UBND"; empty for a dotted line.
    pub document_number: String,
    /// Date of this document.
    pub document_date: Option<Date>,

    /// Dossier code (mã hồ sơ).
    pub code: String,
    /// Address that the square code opens.
    pub track_url: String,
    /// Secret that goes with the code.
    pub secret: String,
    /// Address by which it is rated once, after the result; empty for none.
    pub rate_url: String,
    /// Register book (quyển số).
    pub book: String,
    /// Number in the register (số thứ tự).
    pub sequence: String,

    /// Whose dossier it is (chủ hồ sơ).
    pub applicant: Person,
    /// Who handed it in, when somebody else did (người nộp).
    pub filer: Option<Person>,

    /// Code of the procedure.
    pub procedure_code: String,
    /// Name of the procedure.
    pub procedure_name: String,
    /// What is asked (nội dung yêu cầu giải quyết); the procedure's name when empty.
    pub request: String,
    /// Papers handed in.
    pub papers: Vec<Paper>,
    /// For whom, if it is a group dossier.
    pub members: Vec<Member>,
    /// Papers filed before that are used again, and how their owner agreed: a line each.
    pub reused: Vec<String>,
    /// Number of sets (bộ).
    pub sets: u16,
    /// How it came, for example "Trực tiếp".
    pub channel: String,
    /// The limit of the law in words, for example "10 ngày làm việc".
    pub legal_limit: String,
    /// When it was received.
    pub received_at: Option<DateTime>,
    /// When the result is promised.
    pub due_at: Option<DateTime>,
    /// Why this time: a few short lines for the citizen; on an apology, why the new time.
    pub explanation: Vec<String>,
    /// When the applicant paid, in procedures that wait for payment (giai đoạn hai).
    pub second_received_at: Option<DateTime>,
    /// The promise after the payment.
    pub second_due_at: Option<DateTime>,
    /// Where and how the result is handed over.
    pub delivery: String,
    /// Fees and charges.
    pub fees: Vec<FeeLine>,
    /// Text of the square code by which they can be paid (VietQR); empty for none.
    pub pay_qr: String,
    /// What stands beside that code.
    pub pay_text: String,
    /// Whether a refusal comes after appraisal, over the leader's signature; else the counter
    /// turned the dossier away.
    pub after_appraisal: bool,
    /// The official who receives, asks or refuses.
    pub officer: String,
    /// The leader who signs.
    pub leader: Signer,

    /// Reasons: of a refusal, of a delay, of a stop, or of a request for supplement.
    pub reasons: Vec<String>,
    /// Papers to add.
    pub missing: Vec<MissingPaper>,
    /// Until when they can be added, in words; may be empty.
    pub supplement_limit: String,
    /// The agency that caused the delay.
    pub delayed_by: String,
    /// The office that leads the whole of which this dossier is a part: the apology goes there, nobody promised the
    /// citizen anything for the part. Empty for a dossier of its own.
    pub lead: String,
    /// The sentence of the apology that owns the wrong, in the office's words; the usual one when empty.
    pub apology_regret: String,
    /// The last sentence of the apology, in the office's words; the usual one when empty.
    pub apology_closing: String,
    /// What the office adds at the foot of the receipt; may be empty.
    pub receipt_note: String,
    /// The promise that was missed.
    pub original_due_at: Option<DateTime>,
    /// The new promise.
    pub new_due_at: Option<DateTime>,
    /// When the applicant asked to stop.
    pub stop_requested_at: Option<DateTime>,
    /// How far the dossier had come when it was stopped.
    pub stage: String,
    /// What becomes of fees that were paid, when stopped.
    pub fee_consequence: String,

    /// The agency that settles (cơ quan giải quyết).
    pub competent: String,
    /// Agencies that co-operate (cơ quan phối hợp).
    pub cooperating: Vec<String>,
    /// The hand-overs so far.
    pub hops: Vec<Hop>,

    /// Who gets a copy (nơi nhận), besides the archive line.
    pub copies_to: Vec<String>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}
