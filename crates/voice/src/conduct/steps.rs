//! The steps of a case: one path each.

use axum::response::Response;
use domain::{
    conduct::{Command, Conclusion, Measure},
    ids::{ConductCaseId, FeedbackId, StaffId},
};
use site::{Failure, Fields, Filled, Path, Site, State, Typed, Who, told};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, SUBJECT, WORDS_MAX,
    desk::{self, Step},
    limits_on, open, show, sql,
};
use crate::feedback::facts::{self as feedback, NewFile};

/// What somebody wishes, read from his form.
#[derive(Debug, Clone)]
enum Wish {
    Screen,
    TurnDown(String),
    Seal(String),
    Assign(StaffId, String),
    Begin,
    Find(String),
    Conclude(Conclusion, String),
    Correct { measure: Measure, what: String, due_on: jiff::civil::Date, checker: StaffId },
    Check(usize, String),
    Draft(String),
    Reply,
    Close,
}

/// The step that an address names, with its form read; nothing if there is no such step.
fn read(step: &str, fields: &mut Fields) -> Result<Option<Wish>, Failure> {
    let staff = |it: &str| it.parse().ok().map(StaffId);
    let words = |fields: &mut Fields, name: &str| fields.text(name, WORDS_MAX);
    Ok(match step {
        "thu-ly" => Some(Wish::Screen),
        "khong-thu-ly" => words(fields, "ly-do-khong").map(Wish::TurnDown),
        "to-cao" => words(fields, "ly-do-to-cao").map(Wish::Seal),
        "giao" => {
            let verifier = fields.choice("nguoi-xac-minh", staff);
            let note = fields.optional_text("ghi-chu-giao", WORDS_MAX);
            verifier.zip(note).map(|(verifier, note)| Wish::Assign(verifier, note))
        }
        "bat-dau" => Some(Wish::Begin),
        "bao-cao" => words(fields, "ket-qua").map(Wish::Find),
        "ket-luan" => {
            let conclusion = fields.choice("ket-luan", Conclusion::from_code);
            let reasons = words(fields, "can-cu");
            conclusion.zip(reasons).map(|(conclusion, it)| Wish::Conclude(conclusion, it))
        }
        "chan-chinh" => {
            let measure = fields.choice("bien-phap", Measure::from_code);
            let what = words(fields, "thay-doi");
            let due_on = fields.date("xong-truoc");
            let checker = fields.choice("nguoi-kiem-tra", staff);
            (|| {
                Some(Wish::Correct {
                    measure: measure?,
                    what: what?,
                    due_on: due_on?,
                    checker: checker?,
                })
            })()
        }
        "kiem-tra" => {
            let at = fields.choice("bien-phap-so", |it| it.parse().ok());
            let found = words(fields, "da-lam");
            at.zip(found).map(|(at, found)| Wish::Check(at, found))
        }
        "soan-tra-loi" => words(fields, "tra-loi").map(Wish::Draft),
        "tra-loi" => Some(Wish::Reply),
        "ket-thuc" => Some(Wish::Close),
        _ => return Err(Failure::NotFound),
    })
}

const fn said(wish: &Wish) -> &'static str {
    match wish {
        Wish::Screen => "Đã thụ lý vụ việc.",
        Wish::TurnDown(_) => "Đã ghi không thụ lý; còn phải trả lời người phản ánh.",
        Wish::Seal(_) => {
            "Đã chuyển vụ việc, các phản ánh và tài liệu của vụ việc sang đường tố cáo, niêm kín."
        }
        Wish::Assign(..) => "Đã giao người xác minh.",
        Wish::Begin => "Đã bắt đầu xác minh; cán bộ được báo và có quyền giải trình.",
        Wish::Find(_) => "Đã ghi báo cáo xác minh.",
        Wish::Conclude(..) => "Đã kết luận.",
        Wish::Correct { .. } => "Đã ghi biện pháp chấn chỉnh.",
        Wish::Check(..) => "Đã ghi kết quả kiểm tra việc chấn chỉnh.",
        Wish::Draft(_) => "Đã lưu dự thảo trả lời; người khác duyệt và gửi.",
        Wish::Reply => "Đã trả lời người phản ánh.",
        Wish::Close => "Đã kết thúc vụ việc.",
    }
}

/// Carries a wish out on a case; the hashes of open files that are waste. `pool`: the files of a case that is to be sealed.
fn carry_out(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    (id, edition): (ConductCaseId, i64),
    (wish, pool): (&Wish, &[NewFile]),
) -> Result<Vec<String>, Failure> {
    let mut kept = desk::find(tx, who, id)?;
    if kept.edition != edition {
        return Err(desk::changed());
    }
    let limits = limits_on(who.today())?;
    let days = |tx: &mut Tx<'_>, days: u32| desk::days_from_now(site, tx, who, (kept.unit, days));
    let named = |tx: &mut Tx<'_>, staff: StaffId| -> Result<(), Failure> {
        let known = open::officials(tx, who)?;
        let is_known = Some(staff) == who.staff || known.iter().any(|it| it.0 == staff.to_string());
        if is_known { Ok(()) } else { Err(Failure::NotFound) }
    };
    let mut what = String::new();
    let (command, words) = match wish {
        Wish::Screen => {
            (Command::Screen { due_at: days(tx, limits.conclusion_days)? }, String::new())
        }
        Wish::TurnDown(words) => (Command::TurnDown, words.clone()),
        Wish::Seal(words) => return desk::seal(site, tx, who, &mut kept, (words, pool)),
        Wish::Assign(staff, note) => {
            named(tx, *staff)?;
            let verifier = desk::verifier(tx, who, (*staff, kept.case.accused))?;
            (Command::Assign { verifier }, note.clone())
        }
        Wish::Begin => {
            let explain_until = days(tx, limits.explanation_days)?;
            (Command::Begin { explain_until }, String::new())
        }
        Wish::Find(words) => (Command::Find, words.clone()),
        Wish::Conclude(conclusion, words) => {
            let due_at = days(tx, limits.reply_days)?;
            (Command::Conclude { conclusion: *conclusion, due_at }, words.clone())
        }
        Wish::Correct { measure, what: change, due_on, checker } => {
            named(tx, *checker)?;
            what.clone_from(change);
            let command =
                Command::Correct { measure: *measure, due_on: *due_on, checker: *checker };
            (command, change.clone())
        }
        Wish::Check(at, found) => (Command::Check { at: *at }, found.clone()),
        Wish::Draft(words) => {
            if !desk::maker(who, &kept).handles {
                return Err(Failure::NotFound);
            }
            sql::keep_draft(tx, id, words, who.account)?;
            sql::add_event(tx, id, "draft", "{}", "")?;
            let details = serde_json::json!({ "step": "draft" });
            tx.journal(Entry::new(SUBJECT, id.0, "step_conduct").details(&details));
            return Ok(Vec::new());
        }
        Wish::Reply => {
            let has_reports = !sql::reports_of(tx, id)?.is_empty();
            let words = match &kept.draft {
                Some((words, by)) if has_reports => {
                    if *by == who.account {
                        return Err(Failure::Refused(
                            "Người soạn không tự duyệt trả lời của mình. Người khác duyệt và gửi."
                                .to_owned(),
                        ));
                    }
                    desk::reply(site, tx, &kept, (words, *by))?;
                    words.clone()
                }
                None if has_reports => {
                    return Err(Failure::Refused(
                        "Chưa có dự thảo trả lời. Soạn trả lời trước, người khác duyệt và gửi."
                            .to_owned(),
                    ));
                }
                Some((words, _)) => words.clone(),
                None => "Vụ việc không có người phản ánh cần trả lời.".to_owned(),
            };
            (Command::Reply, words)
        }
        Wish::Close => (Command::Close, String::new()),
    };
    let step = Step { what, ..Step::new(command, words) };
    desk::take(tx, who, &mut kept, &step)?;
    Ok(Vec::new())
}

/// The files that go the sealed way with a case: its own and those of the reports that it looks into.
async fn to_seal(site: &Site, who: &Who, id: ConductCaseId) -> Result<Vec<NewFile>, Failure> {
    let asker = who.clone();
    let files = site
        .read(who, move |tx| {
            desk::find(tx, &asker, id)?;
            let reports: Vec<_> = sql::reports_of(tx, id)?.into_iter().map(FeedbackId).collect();
            let mut all = desk::evidence(tx, id)?;
            all.extend(feedback::of_reports(tx, &reports)?);
            Ok(all)
        })
        .await?;
    feedback::with_bytes(site, files).await
}

/// POST `/co-quan/vu-viec/{id}/buoc/{step}`
pub async fn step(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(ConductCaseId, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let edition: i64 = Typed::get(&typed, "an-ban").parse().unwrap_or(0);
    let mut fields = Fields::of(typed);
    let wish = read(&step, &mut fields)?;
    let wish = match fields.finish(wish) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show::page(&site, &who, id, &m).await?)),
    };
    let pool = match &wish {
        Wish::Seal(_) => to_seal(&site, &who, id).await?,
        _ => Vec::new(),
    };
    let (asker, inner, wished) = (who.clone(), site.clone(), wish.clone());
    let (sees, waste) = site
        .write(&who, move |tx| {
            let waste = carry_out(&inner, tx, &asker, (id, edition), (&wished, &pool))?;
            let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
            Ok((desk::sees(&asker, &kept), waste))
        })
        .await?;
    feedback::erase(&site, waste).await?;
    let back = if sees { format!("{ADDRESS}/{id}") } else { ADDRESS.to_owned() };
    Ok(told(&back, said(&wish)))
}
