//! What a result that is about to go out, or went out, still lacks: its file, its entry in a book.

use domain::{
    dossier::{Maker, Outcome, Status},
    ids::DossierId,
};
use site::{Fields, Tie};
use store::{Fault, Tx};

use crate::dossiers::{
    desk::OnDesk,
    signed,
    sql::{self, documents},
};

/// Something that is missing, and where it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dossiers) struct Missing {
    pub text: String,
    /// Empty if whoever looks cannot do it.
    pub href: String,
    pub label: &'static str,
    /// Whether the number is given only if somebody says that it goes out without this.
    pub is_grave: bool,
}

/// The field in which somebody says that a result goes out all the same.
pub(in crate::dossiers) const ALL_THE_SAME: &str = "van-ban-hanh";
/// What the step says then.
const ANYWAY: &str = "Vẫn cấp số khi chưa ghi sổ.";

/// Refuses a number until what it lacks is there, or somebody says that it goes out all the same: then the
/// words that tell of it.
pub(in crate::dossiers) fn read(
    (on_desk, maker): (&OnDesk, &Maker),
    ties: &[Tie],
    fields: &mut Fields,
) -> Option<Option<String>> {
    let Some(it) = of(on_desk, maker, ties, &Own::default()).into_iter().find(|it| it.is_grave)
    else {
        return Some(None);
    };
    if fields.typed().has(ALL_THE_SAME) {
        return Some(Some(ANYWAY.to_owned()));
    }
    fields.wrong(ALL_THE_SAME, format!("{} Ghi sổ trước, hoặc đánh dấu vào đây.", it.text));
    None
}

/// What is missing of a result from the moment when it waits for its signature.
pub(in crate::dossiers) fn of(
    on_desk: &OnDesk,
    maker: &Maker,
    ties: &[Tie],
    own: &Own,
) -> Vec<Missing> {
    let (id, dossier) = (on_desk.kept.id, &on_desk.kept.dossier);
    let at_issue = matches!(dossier.status, Status::ToReview | Status::ToSign | Status::ToNumber);
    let mut missing = Vec::new();
    if at_issue && !own.has_file {
        let may_put = !maker.parts.is_empty();
        missing.push(Missing {
            text: "Hồ sơ chưa có tệp dự thảo hoặc kết quả nào. Nếu ký giấy thì quét bản đã ký rồi thêm vào."
                .to_owned(),
            href: if may_put { format!("/co-quan/ho-so/{id}/ket-qua-so") } else { String::new() },
            label: "Đưa tệp lên",
            is_grave: false,
        });
    }
    if !own.doubt.is_empty() {
        missing.push(Missing {
            text: own.doubt.clone(),
            href: format!("/co-quan/ho-so/{id}/ket-qua-so"),
            label: "Xem các bản",
            is_grave: false,
        });
    }
    let out = at_issue || dossier.finished_at.is_some();
    if out && dossier.outcome != Some(Outcome::Refused) {
        for it in ties {
            let Some(text) = it.owed.clone() else { continue };
            missing
                .push(Missing { text, href: it.href.clone(), label: "Ghi sổ", is_grave: true });
        }
    }
    missing
}

/// What the office put into a dossier of its own.
#[derive(Debug, Clone, Default)]
pub(in crate::dossiers) struct Own {
    /// Any file.
    pub has_file: bool,
    /// What is wrong with the signatures of the result; empty if nothing is.
    pub doubt: String,
}

impl Own {
    /// What there is now.
    pub fn of(tx: &mut Tx<'_>, id: DossierId) -> Result<Self, Fault> {
        let files = sql::files(tx, id)?;
        let own = files.iter().any(|it| it.kind == "result");
        let has_file = own || !documents(tx, id)?.is_empty();
        Ok(Self { has_file, doubt: signed::doubt_of(&files) })
    }
}
