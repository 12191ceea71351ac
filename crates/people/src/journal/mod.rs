//! The journal for auditors: what happened, in the words of the office, whether anybody touched the past,
//! the head to post.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    ids::{AccountId, StaffId},
    time::Instant,
};
use jiff::civil::Date;
use site::{AdminGroup, Asked, Failure, Html, Routes, Shell, Site, State, Typed, Who, get};
use store::{
    Fault, Tx,
    journal::{self, Verdict},
};

use crate::{accounts::facts as accounts, sheets, staff::facts as staff};

mod labels;
pub use labels::act as act_label;
mod told;

#[cfg(test)]
mod tests;

/// Entries of one page.
const ROWS: i64 = 100;
/// Entries of one workbook; more are taken by days.
const EXPORTED_MAX: i64 = 20_000;

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
        .on("/co-quan/nhat-ky/xuat", Action::JournalRead, get(export))
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
    /// What it says, in words.
    said: String,
    /// What is kept, as it is kept.
    raw: String,
    hash: String,
}

/// What was asked for, to fill the filter bar again.
struct Asking {
    subject: String,
    act: String,
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
    acts: Vec<&'static str>,
    export: String,
    wrong_date: bool,
    lines: Vec<Line>,
    next: Option<String>,
    head: String,
    head_at: String,
    entries_text: String,
}

/// The filters of the address, as they go into the address of the next page.
fn address(asked: &Typed) -> String {
    ["loai", "viec", "so", "ai", "tu", "den"]
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
        acts: Some(asked.get("viec")).filter(|it| !it.is_empty()).map(labels::acts_named),
        from: day("tu").map(midnight),
        until: day("den").and_then(|it| it.tomorrow().ok()).map(midnight),
    })
}

/// Entries and the names that they need.
struct Taken {
    kept: Vec<journal::Kept>,
    accounts: BTreeMap<AccountId, String>,
    people: BTreeMap<StaffId, String>,
}

fn take(tx: &mut Tx<'_>, asked: &Typed, before: Option<i64>, limit: i64) -> Result<Taken, Fault> {
    let wanted = wanted(tx, asked)?;
    let kept = journal::newest(tx, &wanted, before, limit)?;
    let (mut accounts, mut people) = (BTreeMap::new(), BTreeMap::new());
    let mut named = BTreeSet::new();
    let own = |it: &journal::Kept| (it.subject == "account").then_some(AccountId(it.subject_id));
    for it in &kept {
        for account in std::iter::once(it.by).chain(own(it)) {
            if let Entry::Vacant(slot) = accounts.entry(account) {
                slot.insert(staff::account_name(tx, account)?);
            }
        }
        named.extend((it.subject == "staff").then_some(StaffId(it.subject_id)));
        named.extend(told::people(&it.details));
    }
    let today = tx.now().civil().date();
    for id in named {
        if let Some(it) = staff::person(tx, id, today)? {
            people.insert(id, it.name);
        }
    }
    Ok(Taken { kept, accounts, people })
}

/// The entries as lines, in the words of the office.
fn lines(taken: Taken, who: &Who) -> Vec<Line> {
    let may_open = who.can(Action::DossierView, Object::Anything);
    let Taken { kept, accounts, people } = taken;
    let known = |it: &String| !it.is_empty();
    let account = |id| accounts.get(&id).filter(|it| known(it)).cloned();
    let line = |it: journal::Kept| Line {
        id: it.id,
        at: domain::text::date_time(it.at.civil()),
        // Who signs in is not known to be somebody before it is done.
        who: account(it.by)
            .or_else(|| account(AccountId(it.subject_id)).filter(|_| it.act == "sign_in"))
            .unwrap_or_else(|| "Hệ thống".to_owned()),
        origin: it.origin,
        subject: match it.subject.as_str() {
            "unit" | "queue" => who.tree.title(domain::ids::UnitId(it.subject_id)).to_owned(),
            "account" => {
                format!("Tài khoản {}", account(AccountId(it.subject_id)).unwrap_or_default())
            }
            "staff" => {
                format!(
                    "Cán bộ {}",
                    people.get(&StaffId(it.subject_id)).cloned().unwrap_or_default()
                )
            }
            other if it.subject_id == 0 => labels::subject(other).to_owned(),
            other => format!("{} số {}", labels::subject(other), it.subject_id),
        },
        href: (may_open && it.subject == "dossier")
            .then(|| format!("/co-quan/ho-so/{}", it.subject_id)),
        act: labels::act(&it.act).to_owned(),
        said: told::told(&it.details, &who.tree, &people),
        raw: format!("{}.{} {}", it.subject, it.act, it.details),
        hash: it.hash,
    };
    kept.into_iter().map(line).collect()
}

/// GET `/co-quan/nhat-ky`
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let before = asked.get("truoc").parse().ok();
    let filters = asked.clone();
    let (taken, head) = site
        .read(&who, move |tx| Ok((take(tx, &filters, before, ROWS)?, journal::head(tx)?)))
        .await?;
    let full = i64::try_from(taken.kept.len()).unwrap_or(0) == ROWS;
    let next = taken.kept.last().map(|it| it.id).filter(|id| full && *id > 1);
    let next = next.map(|id| format!("/co-quan/nhat-ky?{}truoc={id}", address(&asked)));
    let wrong_date = ["tu", "den"]
        .iter()
        .any(|it| !asked.get(it).is_empty() && site::form::parse_date(asked.get(it)).is_none());
    let every = (String::new(), "Mọi việc".to_owned());
    let subjects = labels::SUBJECTS.iter().map(|(code, it)| ((*code).to_owned(), (*it).to_owned()));
    let at = Instant::from_epoch_ms(head.at_ms).civil();
    site.page(&List {
        shell: site.shell(&who),
        asked: Asking {
            subject: asked.get("loai").to_owned(),
            act: asked.get("viec").to_owned(),
            number: asked.get("so").to_owned(),
            who: asked.get("ai").to_owned(),
            from: asked.get("tu").to_owned(),
            until: asked.get("den").to_owned(),
        },
        subjects: std::iter::once(every).chain(subjects).collect(),
        acts: labels::act_words(),
        export: format!("/co-quan/nhat-ky/xuat?{}", address(&asked)),
        wrong_date,
        lines: lines(taken, &who),
        next,
        head: head.head,
        head_at: domain::text::date_time(at),
        entries_text: domain::text::number(head.entries),
    })
}

/// GET `/co-quan/nhat-ky/xuat`: what the filters show, as a workbook, newest first.
async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let taken = site.read(&who, move |tx| Ok(take(tx, &asked, None, EXPORTED_MAX)?)).await?;
    let rows = lines(taken, &who)
        .into_iter()
        .map(|it| {
            let id = it.id.to_string();
            vec![id, it.at, it.who, it.origin, it.act, it.subject, it.said, it.raw, it.hash]
        })
        .collect();
    let sheet = sheets::Sheet { name: "Nhật ký", heads: HEADS, rows };
    Ok(sheets::to_save(&[sheet], "nhat-ky.xlsx")?)
}

/// What stands above the columns of the workbook, with their widths.
const HEADS: &[(&str, u16)] = &[
    ("Mục", 9),
    ("Lúc", 26),
    ("Người làm", 28),
    ("Từ đâu", 18),
    ("Việc", 30),
    ("Của", 30),
    ("Nội dung", 60),
    ("Dữ liệu gốc", 50),
    ("Mã đối chiếu", 40),
];

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
