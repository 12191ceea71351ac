//! The journal for auditors: what happened, whether anybody touched the past, the head to post.

use askama::Template;
use domain::{
    access::{Action, Object},
    dossier::CommandKind,
    time::Instant,
};
use jiff::civil::Date;
use site::{AdminGroup, Asked, Failure, Html, Routes, Shell, Site, State, Typed, Who, get};
use store::{
    Fault, Tx,
    journal::{self, Verdict},
};

use crate::{accounts::facts as accounts, staff::facts as staff};

#[cfg(test)]
mod tests;

/// Entries of one page.
const ROWS: i64 = 100;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .menu("Nhật ký", "/co-quan/nhat-ky", Action::JournalRead)
        .admin(
            AdminGroup::Oversight,
            ("Nhật ký", "/co-quan/nhat-ky"),
            Action::JournalRead,
            "Ai đã làm gì, khi nào; kiểm tra chuỗi mã đối chiếu.",
        )
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
        "infected_file" => "Giữ riêng tệp có mã độc",
        "refuse_infected" => "Không nhận tệp có mã độc",
        "sign_file" => "Ký số kết quả",
        "seal_file" => "Đóng dấu số kết quả",
        "trust_root" => "Tin cậy chứng thư gốc",
        "distrust_root" => "Thôi tin cậy chứng thư gốc",
        "add_seal" => "Lưu con dấu số",
        "remove_seal" => "Xóa con dấu số",
        "add_certificate" => "Ghi chứng thư của người ký",
        "remove_certificate" => "Bỏ chứng thư của người ký",
        "set_files" => "Thiết đặt kiểm tra tệp",
        "tell" => "Báo cho công dân",
        "look" => "Xem hồ sơ không thuộc việc của mình",
        "decide_members" => "Ghi kết quả từng thành viên",
        "collect_members" => "Trả kết quả cho thành viên",
        "visit" => "Khách đến",
        "change_package" => "Sửa gói thủ tục",
        "delete_package" => "Xóa gói thủ tục",
        "correct_person" => "Sửa thông tin người nộp",
        "publish" => "Công bố phiên bản",
        "abolish" => "Bãi bỏ",
        "resume" => "Tiếp nhận trở lại",
        "post" => "Niêm yết",
        "unpost" => "Gỡ niêm yết",
        "check_posting" => "Kiểm tra niêm yết",
        "add" => "Thêm",
        "revoke" => "Bỏ",
        "issue" => "Viết biên lai",
        "reprint" => "In lại biên lai",
        "match" => "Khớp sao kê",
        "unmatch" => "Bỏ khớp sao kê",
        "set_aside" => "Để riêng",
        "take_up" => "Đưa lại để khớp",
        "ask" => "Đề nghị",
        "approve" => "Duyệt",
        "refuse_refund" => "Không duyệt",
        "pay" => "Chi",
        "settle" => "Chốt lịch",
        "found" => "Thành lập",
        "new_version" => "Thời kỳ mới",
        "correct" => "Sửa lỗi nhập",
        "end" => "Kết thúc hoạt động",
        "reopen" => "Bỏ ngày kết thúc",
        "change" => "Sửa",
        "remove" => "Xóa",
        "import" => "Nhập từ tệp",
        "give_position" => "Giao chức danh",
        "end_position" => "Thôi giữ chức danh",
        "end_substitution" => "Rút ngắn, bỏ việc thay",
        "reset_password" => "Cấp lại mật khẩu",
        "unlock" => "Mở tạm khóa",
        "disable" => "Khóa tài khoản",
        "enable" => "Mở tài khoản",
        "end_sessions" => "Kết thúc các phiên",
        "grant" => "Giao quyền",
        "name_document" => "Lập văn bản của bước",
        "declare" => "Lưu tờ khai điện tử",
        "ask_co_sign" => "Tạo đường dẫn cùng ký",
        "co_sign" => "Cùng ký tờ khai",
        "refuse_co_sign" => "Không ký tờ khai",
        "draft" => "Lập bản nháp",
        "change_draft" => "Sửa bản nháp",
        "discard_draft" => "Bỏ bản nháp",
        "bind" => "Gắn thủ tục",
        "unbind" => "Thôi gắn thủ tục",
        "end_grant" => "Thôi quyền",
        "escalate" => "Báo lên cấp trên",
        "know" => "Ghi nhận cảnh báo",
        "issue_result" => "Ban hành kết quả",
        "reissue" => "Cấp lại kết quả",
        "revoke_result" => "Thu hồi kết quả",
        "hand_over_result" => "Giao kết quả",
        "download_result" => "Tải kết quả điện tử",
        "hand_to_post" => "Giao bưu điện",
        "open_book" => "Mở sổ",
        "new_volume" => "Sang quyển mới",
        "close_book" => "Khóa sổ",
        "enter" => "Ghi vào sổ",
        "put_right" => "Đính chính",
        "cancel" => "Hủy, giữ số",
        "annotate" => "Ghi chú",
        "print" => "In, xuất",
        "demand_second_factor" => "Bắt buộc mã xác thực",
        "excuse_second_factor" => "Thôi bắt buộc mã xác thực",
        "pause_line" => "Dừng gửi",
        "resume_line" => "Gửi tiếp",
        "retry" => "Gửi lại bản tin",
        "add_route" => "Thêm nơi nhận",
        "drop_route" => "Bỏ nơi nhận",
        "link_late" => "Bàn giao liên thông quá giờ xác nhận",
        other => {
            let link = other.strip_prefix("link_").and_then(domain::link::LinkAct::from_code);
            link.map_or(other, |it| it.label())
        }
    }
}

fn subject_label(subject: &str) -> &str {
    match subject {
        "dossier" => "Hồ sơ",
        "certificate" => "Chứng thư số",
        "upload" => "Tệp gửi đến",
        "account" => "Tài khoản",
        "calendar" => "Lịch làm việc",
        "office_hours" => "Giờ làm việc",
        "procedure" => "Thủ tục",
        "workflow" => "Quy trình nội bộ",
        "workflow_draft" => "Bản nháp quy trình",
        "eform" => "Biểu mẫu điện tử",
        "eform_draft" => "Bản nháp biểu mẫu",
        "unit" => "Đơn vị",
        "staff" => "Cán bộ",
        "position" => "Chức danh",
        "role" => "Vai trò",
        "fee_receipt" => "Biên lai",
        "fee_refund" => "Hoàn trả phí",
        "fee_line" => "Dòng sao kê",
        "fee_statement" => "Sao kê",
        "fee_book" => "Quyển biên lai",
        "fee_account" => "Tài khoản thu",
        "fee_rate" => "Mức thu",
        "fee_exemption" => "Miễn, giảm phí",
        "fee_handover" => "Nộp quỹ",
        "fee_day" => "Sổ quỹ ngày",
        "book" => "Sổ",
        "book_entry" => "Mục trong sổ",
        "result" => "Kết quả",
        "manifest" => "Bảng kê bưu gửi",
        "relay_partner" => "Đối tác liên thông",
        "alarm" => "Cảnh báo",
        "configuration" => "Cấu hình",
        "setting" => "Thiết lập",
        "notice_text" => "Mẫu tin",
        other => other,
    }
}

/// What entries are about, for the filter.
const SUBJECTS: [&str; 16] = [
    "dossier",
    "procedure",
    "workflow",
    "workflow_draft",
    "calendar",
    "office_hours",
    "unit",
    "staff",
    "position",
    "account",
    "role",
    "book",
    "book_entry",
    "result",
    "relay_partner",
    "alarm",
];

/// What was asked for, to fill the filter bar again.
struct Asking {
    subject: String,
    number: String,
    who: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "journal/templates/list.html")]
struct List {
    shell: Shell,
    asked: Asking,
    subjects: Vec<(String, String)>,
    wrong_date: bool,
    lines: Vec<Line>,
    next: Option<String>,
    head: String,
    head_at: String,
    entries_text: String,
}

/// The filters of the address, as they go into the address of the next page.
fn address(asked: &Typed) -> String {
    ["loai", "so", "ai", "tu", "den"]
        .iter()
        .filter(|it| !asked.get(it).is_empty())
        .map(|it| format!("{it}={}&", site::percent(asked.get(it))))
        .collect()
}

fn wanted(tx: &mut Tx<'_>, asked: &Typed) -> Result<journal::Wanted, Fault> {
    let midnight = |day: Date| Instant::from_civil(day.at(0, 0, 0, 0));
    let day = |name| site::form::parse_date(asked.get(name));
    let by = match asked.get("ai") {
        "" => None,
        name => Some(accounts::named(tx, name)?),
    };
    Ok(journal::Wanted {
        subject: Some(asked.get("loai").to_owned()).filter(|it| !it.is_empty()),
        subject_id: asked.get("so").parse().ok(),
        by,
        from: day("tu").map(midnight),
        until: day("den").and_then(|it| it.tomorrow().ok()).map(midnight),
    })
}

/// GET `/co-quan/nhat-ky`
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let before = asked.get("truoc").parse().ok();
    let filters = asked.clone();
    let (kept, names, head) = site
        .read(&who, move |tx| {
            let wanted = wanted(tx, &filters)?;
            let kept = journal::newest(tx, &wanted, before, ROWS)?;
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
    let next = next.map(|id| format!("/co-quan/nhat-ky?{}truoc={id}", address(&asked)));
    let wrong_date = ["tu", "den"]
        .iter()
        .any(|it| !asked.get(it).is_empty() && site::form::parse_date(asked.get(it)).is_none());
    let every = (String::new(), "Mọi việc".to_owned());
    let subjects = SUBJECTS.iter().map(|it| ((*it).to_owned(), subject_label(it).to_owned()));
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
    let at = Instant::from_epoch_ms(head.at_ms).civil();
    site.page(&List {
        shell: site.shell(&who),
        asked: Asking {
            subject: asked.get("loai").to_owned(),
            number: asked.get("so").to_owned(),
            who: asked.get("ai").to_owned(),
            from: asked.get("tu").to_owned(),
            until: asked.get("den").to_owned(),
        },
        subjects: std::iter::once(every).chain(subjects).collect(),
        wrong_date,
        lines,
        next,
        head: head.head,
        head_at: domain::text::date_time(at),
        entries_text: domain::text::number(head.entries),
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
    let old: String = asked.get("ma").chars().filter(|c| !c.is_whitespace()).collect();
    let is_head = old.len() == 64
        && old.bytes().all(|it| it.is_ascii_hexdigit())
        && old.bytes().any(|it| it != b'0');
    if !old.is_empty() && !is_head {
        return Err(Failure::Refused(
            "Mã đối chiếu gồm đúng 64 ký tự từ 0 đến 9 và a đến f. Hãy chép lại toàn bộ mã trên giấy \
             đã in."
                .to_owned(),
        ));
    }
    // A walk along the whole chain takes a reader for a while: one at a time.
    let _alone = site.one_at_a_time().await?;
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
