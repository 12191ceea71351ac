//! The steps of one feedback, each a form of its page.

use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Command},
    ids::{FeedbackId, StaffId, UnitId},
};
use site::{
    Failure, Fields, Filled, Mistakes, Path, Site, State, Typed, Who,
    form::{Sending, Sent, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    super::{
        SUBJECT,
        desk::{self, By},
        files,
        sealed::{close::More, sources},
        sender,
        sql::{answers, core::Kept, sender as looks},
    },
    one,
};

/// Letters of a reason, of an answer at most.
const WORDS_MAX: usize = 1_000;
pub(super) const ANSWER_MAX: usize = 8_000;

pub(super) type Done = Result<Response, Failure>;

fn at(id: FeedbackId) -> String {
    format!("{}/{id}", super::PAGE)
}

/// Reads fields, or shows the page again with what is wrong.
pub(super) async fn read<T>(
    site: &Site,
    who: &Who,
    id: FeedbackId,
    (typed, work): (Typed, impl FnOnce(&mut Fields) -> Option<T>),
) -> Result<T, Failure> {
    let mut fields = Fields::of(typed);
    let whole = work(&mut fields);
    match fields.finish(whole) {
        Ok(it) => Ok(it),
        Err(m) => Err(one::again(site, who, id, m).await?),
    }
}

/// Takes a step in one transaction, for whoever may do `action` where it lies.
pub(super) async fn step(
    site: &Site,
    who: &Who,
    (id, action, notice): (FeedbackId, Action, &str),
    work: impl FnOnce(&Site, &mut Tx<'_>, &mut Kept) -> Result<(), Failure> + Send + 'static,
) -> Done {
    let (inner, asker) = (site.clone(), who.clone());
    let back = site
        .write(who, move |tx| {
            let mut kept = super::find(tx, &asker, action, id)?;
            work(&inner, tx, &mut kept)?;
            // Handed to a unit that one does not see: back to the list.
            Ok(asker.can_at(Action::FeedbackView, kept.state.unit))
        })
        .await?;
    Ok(told(&if back { at(id) } else { super::PAGE.to_owned() }, notice))
}

fn carry(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &mut Kept,
    command: Command,
    said: Option<String>,
) -> Result<(), Failure> {
    let by = By::Office(tx.by());
    desk::carry_out(site, tx, kept, by, (command, said))
}

/// POST `…/phan-loai`
pub(super) async fn sort(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let class = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            f.choice("loai", |it| Class::from_code(it).filter(|it| !it.is_sealed()))
        }),
    )
    .await?;
    step(&site, &who, (id, Action::FeedbackSort, "Đã phân loại."), move |site, tx, kept| {
        carry(site, tx, kept, Command::Sort { class }, None)
    })
    .await
}

/// POST `…/niem-kin`: it is a denunciation, and leaves the open path now.
pub(super) async fn seal(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let about_head = typed.has("ve-nguoi-dung-dau");
    read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            if f.typed().get("chac-chan") == "1" {
                return Some(());
            }
            f.wrong("chac-chan", "Hãy xác nhận: bước này không lùi lại được.");
            None
        }),
    )
    .await?;
    let asker = who.clone();
    let sent = site
        .read(&who, move |tx| {
            let kept = super::find(tx, &asker, Action::FeedbackSort, id)?;
            sources::files(tx, &kept)
        })
        .await?;
    let files = files::with_bytes(&site, sent).await?;
    let (inner, asker) = (site.clone(), who.clone());
    let waste = site
        .write(&who, move |tx| {
            let mut kept = super::find(tx, &asker, Action::FeedbackSort, id)?;
            let by = By::Office(tx.by());
            desk::seal(&inner, tx, &mut kept, by, &More::of(&files, about_head))
        })
        .await?;
    files::erase(&site, waste).await?;
    Ok(told(super::PAGE, "Đã chuyển sang đường niêm kín."))
}

/// POST `…/giao`
pub(super) async fn assign(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let officer = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| f.choice("nguoi-xu-ly", |it| it.parse::<i64>().ok().map(StaffId))),
    )
    .await?;
    let asker = who.clone();
    step(&site, &who, (id, Action::FeedbackSort, "Đã giao."), move |site, tx, kept| {
        let known = super::rows::officials(tx, &asker, kept.state.unit)?;
        if known.iter().all(|it| it.id != officer) {
            return Err(Failure::Refused("Người này không làm việc ở đơn vị đang giữ phản ánh.".to_owned()));
        }
        // Whoever is named in it does not deal with it.
        if kept.staff == Some(officer) {
            return Err(Failure::Refused(
                "Người này được nêu tên trong phản ánh nên không được giao xử lý. Hãy chọn người khác.".to_owned(),
            ));
        }
        carry(site, tx, kept, Command::Assign { officer }, None)
    })
    .await
}

async fn with_reason(
    (site, who, id): (Site, Who, FeedbackId),
    (typed, field, notice): (Typed, &'static str, &'static str),
    command: impl FnOnce(String) -> Command + Send + 'static,
) -> Done {
    let reason = read(&site, &who, id, (typed, |f: &mut Fields| f.text(field, WORDS_MAX))).await?;
    step(&site, &who, (id, Action::FeedbackSort, notice), move |site, tx, kept| {
        carry(site, tx, kept, command(reason), None)
    })
    .await
}

/// POST `…/hoi-them`
pub(super) async fn ask_more(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let form = (typed, "hoi-them", "Đã đề nghị người gửi bổ sung; thời hạn tạm dừng.");
    with_reason((site, who, id), form, |words| Command::AskMore { words }).await
}

/// POST `…/khong-thu-ly`
pub(super) async fn reject(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let form = (typed, "ly-do-khong", "Đã ghi không thụ lý.");
    with_reason((site, who, id), form, |reason| Command::Reject { reason }).await
}

/// POST `…/mo-lai`
pub(super) async fn reopen(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let form = (typed, "ly-do-mo", "Đã mở lại để xử lý.");
    with_reason((site, who, id), form, |reason| Command::Reopen { reason }).await
}

/// POST `…/chuyen`
pub(super) async fn hand_on(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let (unit, reason) = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            let unit = f.choice("don-vi-nhan", |it| {
                let unit = it.parse().ok().map(UnitId)?;
                who.tree.unit(unit).map(|it| it.id)
            });
            let reason = f.text("ly-do-chuyen", WORDS_MAX);
            unit.zip(reason)
        }),
    )
    .await?;
    step(
        &site,
        &who,
        (id, Action::FeedbackSort, "Đã chuyển đơn vị."),
        move |site, tx, kept| carry(site, tx, kept, Command::HandOn { unit, reason }, None),
    )
    .await
}

/// POST `…/chuyen-ngoai`
pub(super) async fn hand_out(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let (body, document, reason) = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            let body = f.text("co-quan-nhan", 200);
            let document = f.text("so-van-ban", 80);
            let reason = f.text("ly-do-ngoai", WORDS_MAX);
            Some((body?, document?, reason?))
        }),
    )
    .await?;
    step(
        &site,
        &who,
        (id, Action::FeedbackSort, "Đã chuyển cơ quan khác."),
        move |site, tx, kept| {
            let body = format!("{body}, văn bản số {document}");
            carry(site, tx, kept, Command::HandOut { body, reason }, None)
        },
    )
    .await
}

/// POST `…/tach`: a mixed letter becomes one more of its own class, once for a form.
pub(super) async fn split(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let sending = Sending::of(&who, &typed, "lan");
    let (class, said) = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            let class = f.choice("loai-tach", Class::from_code);
            if class.is_some_and(Class::is_sealed) {
                // A denunciation takes the whole letter along: its words and its sender are the same.
                f.wrong("loai-tach", desk::NO_SEALED_PART);
            }
            class.zip(f.text("noi-dung-tach", crate::feedback::SAID_MAX))
        }),
    )
    .await?;
    let (inner, asker) = (site.clone(), who.clone());
    let sent = once(&site, &who, sending, move |tx| {
        let kept = super::find(tx, &asker, Action::FeedbackSort, id)?;
        desk::split(&inner, tx, &kept, (class, &said))?;
        Ok::<_, Failure>(Ok::<_, ()>(at(id)))
    })
    .await?;
    match sent {
        Sent::Done(location) => Ok(told(&location, "Đã tách thành việc riêng.")),
        Sent::Before(m) => Err(one::again(&site, &who, id, m).await?),
        Sent::Wrong(()) => Err(Failure::NotFound),
    }
}

/// POST `…/tra-loi`: a draft.
pub(super) async fn draft(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let text =
        read(&site, &who, id, (typed, |f: &mut Fields| f.text("tra-loi", ANSWER_MAX))).await?;
    step(
        &site,
        &who,
        (id, Action::FeedbackAnswer, "Đã lưu bản soạn, chờ người khác duyệt."),
        move |_, tx, kept| {
            if !kept.state.status.is_open() || !kept.state.is_sorted {
                return Err(desk::changed());
            }
            let by = tx.by();
            answers::keep_draft(tx, kept.id, &text, by)?;
            desk::note(tx, kept, By::Office(by), ("draft", "", false))?;
            tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_draft"));
            Ok(())
        },
    )
    .await
}

/// POST `…/duyet`: released, or sent back with a reason.
pub(super) async fn release(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let back = typed.get("viec") == "tra-lai";
    let (why, mark) = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            let why = if back { f.text("ly-do-tra", WORDS_MAX) } else { Some(String::new()) };
            why.zip(f.text("ban-duyet", 40))
        }),
    )
    .await?;
    let notice = if back { "Đã trả lại người soạn." } else { "Đã gửi trả lời." };
    step(&site, &who, (id, Action::FeedbackPublish, notice), move |site, tx, kept| {
        let draft = answers::draft(tx, kept.id)?.ok_or_else(desk::changed)?;
        // What is released is what was read: another draft since then is another one.
        if site::form::mark_of([&draft.text]) != mark {
            return Err(desk::changed());
        }
        let by = tx.by();
        if back {
            answers::send_back(tx, draft.id, &why)?;
            desk::note(tx, kept, By::Office(by), ("send_back", &why, false))?;
            tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_send_back"));
            return Ok(());
        }
        let command = Command::Answer { drafted_by: draft.drafted_by.0, released_by: by.0 };
        carry(site, tx, kept, command, None)?;
        Ok(answers::release(tx, draft.id, by)?)
    })
    .await
}

/// POST `…/nguoi-gui`: shows who sent it on this answer alone, and keeps who looked and why.
pub(super) async fn reveal(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<site::Html<String>, Failure> {
    let reason = read(&site, &who, id, (typed, |f: &mut Fields| f.text("ly-do-xem", 300))).await?;
    let (inner, asker) = (site.clone(), who.clone());
    let (loaded, sender) = site
        .write(&who, move |tx| {
            let kept = super::find(tx, &asker, Action::SenderReveal, id)?;
            // Whoever deals with it, or is named in it, does not look.
            let own = asker.staff.is_some() && (kept.state.officer == asker.staff || kept.staff == asker.staff);
            if own {
                return Err(Failure::Refused(
                    "Người được giao xử lý hoặc được nêu trong phản ánh không được xem danh tính người gửi.".to_owned(),
                ));
            }
            let sender = sender::open(&inner, tx, id)?.ok_or(Failure::NotFound)?;
            looks::looked(tx, id, asker.account, &reason)?;
            tx.journal(Entry::new(SUBJECT, id.0, "feedback_reveal"));
            Ok((one::load(&inner, &asker, tx, kept)?, sender))
        })
        .await?;
    one::render(&site, &who, &loaded, (&Mistakes::default(), Some(sender)))
}
