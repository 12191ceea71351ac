//! The journal for auditors: what happened, whether anybody touched the past, the head to post.

use askama::Template;
use domain::{
    access::{Action, Object},
    dossier::CommandKind,
};
use site::{Asked, Failure, Html, Routes, Shell, Site, State, Who, get};
use store::journal::{self, Verdict};

use crate::staff::facts as staff;

#[cfg(test)]
mod tests;

/// Entries of one page.
const ROWS: i64 = 100;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .menu("Nhật ký", "/co-quan/nhat-ky", Action::JournalRead)
        .on("/co-quan/nhat-ky", Action::JournalRead, get(list))
        .on("/co-quan/nhat-ky/kiem-tra", Action::JournalRead, get(verify))
}

struct Line {
    id: i64,
    at: String,
    who: String,
    origin: String,
    subject: String,
    href: Option<String>,
    act: String,
    details: String,
}

/// What an auditor reads instead of the stable names of the chain.
fn act_label(act: &str) -> &str {
    if let Some(kind) = CommandKind::from_code(act) {
        return kind.label();
    }
    match act {
        "sign_in" => "Đăng nhập",
        "sign_out" => "Đăng xuất",
        "sign_in_failed" => "Đăng nhập sai",
        "change_password" => "Đổi mật khẩu",
        "set_second_factor" => "Đặt mã xác thực",
        "remove_second_factor" => "Bỏ mã xác thực",
        "sign_out_everywhere" => "Đăng xuất mọi nơi",
        "create" => "Tạo",
        "pause" => "Tạm dừng",
        "erase_words" | "erase_person" => "Xóa dữ liệu cá nhân",
        "add_file" => "Thêm tệp",
        "tell" => "Báo cho công dân",
        "add" => "Thêm",
        "revoke" => "Bỏ",
        "settle" => "Chốt lịch",
        other => other,
    }
}

fn subject_label(subject: &str) -> &str {
    match subject {
        "dossier" => "Hồ sơ",
        "account" => "Tài khoản",
        "calendar" => "Lịch làm việc",
        "office_hours" => "Giờ làm việc",
        "procedure" => "Thủ tục",
        "unit" => "Đơn vị",
        "staff" => "Nhân sự",
        other => other,
    }
}

#[derive(Template)]
#[template(path = "journal/templates/list.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    next: Option<i64>,
    head: String,
    head_at: String,
    entries: i64,
}

/// GET `/co-quan/nhat-ky`
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let before = asked.get("truoc").parse().ok();
    let (kept, names, head) = site
        .read(&who, move |tx| {
            let kept = journal::newest(tx, before, ROWS)?;
            let mut names = std::collections::HashMap::new();
            for it in &kept {
                if let std::collections::hash_map::Entry::Vacant(slot) = names.entry(it.by) {
                    slot.insert(staff::account_name(tx, it.by)?);
                }
            }
            Ok((kept, names, journal::head(tx)?))
        })
        .await?;
    let may_open = who.can(Action::DossierView, Object::Anything);
    let full = i64::try_from(kept.len()).unwrap_or(0) == ROWS;
    let next = kept.last().map(|it| it.id).filter(|id| full && *id > 1);
    let lines = kept
        .into_iter()
        .map(|it| Line {
            id: it.id,
            at: domain::text::date_time(it.at.civil()),
            who: names
                .get(&it.by)
                .filter(|it| !it.is_empty())
                .cloned()
                .unwrap_or("Hệ thống".into()),
            origin: it.origin,
            subject: format!("{} số {}", subject_label(&it.subject), it.subject_id),
            href: (may_open && it.subject == "dossier")
                .then(|| format!("/co-quan/ho-so/{}", it.subject_id)),
            act: act_label(&it.act).to_owned(),
            details: it.details.chars().take(160).collect(),
        })
        .collect();
    let at = domain::time::Instant::from_epoch_ms(head.at_ms).civil();
    site.page(&List {
        shell: site.shell(&who),
        lines,
        next,
        head: head.head,
        head_at: domain::text::date_time(at),
        entries: head.entries,
    })
}

#[derive(Template)]
#[template(path = "journal/templates/verify.html")]
struct Verified {
    shell: Shell,
    asked: String,
    whole: bool,
    words: String,
}

/// GET `/co-quan/nhat-ky/kiem-tra`
async fn verify(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let old = asked.get("ma").to_owned();
    let head = old.clone();
    let verdict = site.read(&who, move |tx| Ok(journal::verify(tx, Some(&head))?)).await?;
    let (whole, words) = match verdict {
        Verdict::Whole { entries, head, erased } => (
            true,
            format!(
                "{} mục, {erased} mục đã xóa lời ghi theo luật. Mã đối chiếu hiện nay: {head}",
                domain::text::number(entries)
            ),
        ),
        Verdict::Broken { entry, reason } => (false, format!("Tại mục {entry}: {reason}")),
    };
    site.page(&Verified { shell: site.shell(&who), asked: old, whole, words })
}
