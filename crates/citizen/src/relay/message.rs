//! What installations say to each other, and what of it is believed: everything is bounded and cleaned
//! where it comes in.

use domain::{dossier::Outcome, procedure::ChannelKind};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Papers or files of one message at most.
pub const PAPERS_MAX: usize = 60;
/// See [`PAPERS_MAX`].
pub const FILES_MAX: usize = 20;
/// Bytes of all files of one message together at most.
pub const FILES_BYTES_MAX: i64 = 30 << 20;
/// Bytes of one message at most: the files as text, and the words around them.
pub const BODY_BYTES_MAX: usize = 44 << 20;

/// Somebody, as one office tells another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    pub name: String,
    pub id_number: String,
    pub birth_date: String,
    pub phone: String,
    pub email: String,
    pub address: String,
}

/// A paper that travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub name: String,
    pub form: String,
    pub count: i64,
}

/// A file that travels; its bytes are put in when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    /// Base64.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
}

/// A part of a case to be done by the receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Agency code of who is to do it.
    pub to_agency: String,
    /// Agency code of who asks.
    pub from_agency: String,
    /// What people call it.
    pub from_unit: String,
    /// Code of the procedure.
    pub procedure: String,
    /// The whole's code, name and date.
    pub whole_code: String,
    pub whole_procedure: String,
    pub whole_due_at: Option<DateTime>,
    pub channel: ChannelKind,
    pub carriage: String,
    pub agreed_days: Option<u16>,
    pub request: String,
    pub applicant: Applicant,
    pub papers: Vec<Paper>,
    pub files: Vec<File>,
}

/// How far the receiver is with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// `accept`, `refuse`, `finish`, `unfinish`, `withdraw`, or empty: only the words changed.
    pub act: String,
    /// In words.
    pub status: String,
    /// Who holds it.
    pub unit: String,
    pub code: String,
    pub due_at: Option<DateTime>,
    pub outcome: Option<Outcome>,
    pub number: String,
    pub reason: String,
}

/// A result on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    pub outcome: Option<Outcome>,
    pub number: String,
    pub papers: Vec<Paper>,
    pub files: Vec<File>,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Said {
    /// Do this part.
    Open(Box<Opening>),
    /// So far it is.
    Progress(Progress),
    /// Here is its result.
    Result(Returned),
    /// The result is in hand.
    Received,
    /// The result is not taken.
    RefuseResult { reason: String },
    /// Stop.
    Withdraw { reason: String },
}

impl Said {
    /// Its kind, for lists.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Progress(_) => "progress",
            Self::Result(_) => "result",
            Self::Received => "received",
            Self::RefuseResult { .. } => "refuse_result",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    /// The files that travel with it.
    pub fn files_mut(&mut self) -> &mut [File] {
        match self {
            Self::Open(it) => &mut it.files,
            Self::Result(it) => &mut it.files,
            _ => &mut [],
        }
    }
}

/// What a kind of message is called.
pub fn kind_label(kind: &str) -> &'static str {
    match kind {
        "open" => "Chuyển hồ sơ liên thông",
        "progress" => "Báo tiến độ",
        "result" => "Trả kết quả",
        "received" => "Xác nhận đã nhận kết quả",
        "refuse_result" => "Không nhận kết quả",
        "withdraw" => "Rút hồ sơ liên thông",
        _ => "",
    }
}

/// A message: of which case, in which order, what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub reference: String,
    pub sequence: i64,
    pub said: Said,
}

/// [`Answer::by`] of what a key signed.
pub const BY_KEY: &str = "key";

/// What is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The key that was acknowledged.
    #[serde(default)]
    pub key: String,
    /// The receiver's dossier code.
    #[serde(default)]
    pub code: String,
    /// Why not, in words for people; empty if it was carried out.
    #[serde(default)]
    pub problem: String,
    /// By what the message was believed: `key`, or empty for a shared secret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
}

/// Text of others as it is kept: no letters that nobody sees, no more than `chars_max`.
pub fn clean(text: &str, chars_max: usize) -> String {
    let seen = |it: &char| {
        !matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            && (*it == '\n' || !it.is_control())
    };
    text.trim().chars().filter(seen).take(chars_max).collect()
}

/// Reads a message and cleans it.
///
/// # Errors
/// What is wrong with it, in words for the sender's log.
pub fn read(body: &[u8]) -> Result<Message, String> {
    let mut message: Message =
        serde_json::from_slice(body).map_err(|e| format!("Bản tin không đúng khuôn dạng: {e}"))?;
    let reference = &message.reference;
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | ':');
    if reference.is_empty() || reference.len() > 80 || !reference.chars().all(is_plain) {
        return Err("Mã vụ việc không hợp lệ.".to_owned());
    }
    if !(1..=10_000).contains(&message.sequence) {
        return Err("Số thứ tự bản tin không hợp lệ.".to_owned());
    }
    let papers = |papers: &mut Vec<Paper>| {
        if papers.len() > PAPERS_MAX {
            return Err(format!("Quá {PAPERS_MAX} giấy tờ."));
        }
        for it in papers {
            it.name = clean(&it.name, 240);
            it.count = it.count.clamp(0, 999);
            if !matches!(it.form.as_str(), "original" | "certified" | "copy" | "shown") {
                "copy".clone_into(&mut it.form);
            }
        }
        Ok(())
    };
    match &mut message.said {
        Said::Open(it) => {
            papers(&mut it.papers)?;
            for (text, chars_max) in [
                (&mut it.from_unit, 200),
                (&mut it.from_agency, 40),
                (&mut it.to_agency, 40),
                (&mut it.procedure, 40),
                (&mut it.whole_code, 60),
                (&mut it.whole_procedure, 300),
                (&mut it.request, 1_000),
                (&mut it.applicant.name, 120),
                (&mut it.applicant.id_number, 40),
                (&mut it.applicant.birth_date, 10),
                (&mut it.applicant.phone, 20),
                (&mut it.applicant.email, 120),
                (&mut it.applicant.address, 300),
            ] {
                *text = clean(text, chars_max);
            }
            if it.applicant.name.is_empty() {
                return Err("Thiếu tên chủ hồ sơ.".to_owned());
            }
            if it.agreed_days.is_some_and(|it| !(1..=365).contains(&it)) {
                return Err("Số ngày thống nhất không hợp lệ.".to_owned());
            }
        }
        Said::Progress(it) => {
            for (text, chars_max) in [
                (&mut it.status, 200),
                (&mut it.unit, 200),
                (&mut it.code, 60),
                (&mut it.number, 60),
                (&mut it.reason, 1_000),
            ] {
                *text = clean(text, chars_max);
            }
        }
        Said::Result(it) => {
            papers(&mut it.papers)?;
            it.number = clean(&it.number, 60);
        }
        Said::RefuseResult { reason } | Said::Withdraw { reason } => {
            *reason = clean(reason, 1_000);
        }
        Said::Received => {}
    }
    let files = message.said.files_mut();
    if files.len() > FILES_MAX {
        return Err(format!("Quá {FILES_MAX} tệp."));
    }
    let total: i64 = files.iter().map(|it| it.size.max(0)).fold(0, i64::saturating_add);
    if total > FILES_BYTES_MAX {
        return Err(format!("Các tệp lớn hơn {} MB.", FILES_BYTES_MAX >> 20));
    }
    for it in files {
        it.name = clean(&it.name.replace(['/', '\\'], "-"), 120);
    }
    Ok(message)
}
