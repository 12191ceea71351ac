//! What becomes public of an answer: proposed by one account, read and released by another one. Whoever changes a word
//! of it makes a proposal of his own.

use domain::{
    access::Action,
    feedback::{Status, redacted_names, suspicious},
    ids::{AccountId, FeedbackId},
};
use site::{Failure, Fields, Filled, Path, Site, State, Who};
use store::{Tx, journal::Entry};

use super::{
    super::{
        SUBJECT,
        desk::{self, By},
        sender,
        sql::{
            answers::{self, Public},
            core::Kept,
        },
    },
    steps::{ANSWER_MAX, Done, read, step},
};

/// Why somebody does not release what waits; nothing if he may. `drafted_by` wrote the answer.
pub(super) fn why_not(
    by: AccountId,
    waiting: &Public,
    drafted_by: Option<AccountId>,
) -> Option<&'static str> {
    if waiting.proposed_by == by {
        Some(
            "Bạn đề nghị lời công khai này nên không tự duyệt được. Hãy để người khác đọc và duyệt.",
        )
    } else if drafted_by == Some(by) {
        Some(
            "Bạn soạn câu trả lời này nên không tự công khai được. Hãy để người khác đọc và duyệt.",
        )
    } else {
        None
    }
}

/// Who wrote the answer that stands, if what was answered may be published.
fn answerer(tx: &mut Tx<'_>, kept: &Kept) -> Result<AccountId, Failure> {
    if !kept.state.class.is_open() {
        return Err(Failure::NotFound);
    }
    if !matches!(kept.state.status, Status::Answered | Status::Closed) {
        return Err(desk::changed());
    }
    let last = answers::of(tx, kept.id)?.into_iter().rfind(|it| it.released_at.is_some());
    Ok(last.ok_or_else(desk::changed)?.drafted_by)
}

/// POST `…/cong-khai`: what was said and answered, without what names anybody.
pub(super) async fn propose(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let (said, answered) = read(&site, &who, id, (typed, |f: &mut Fields| {
        let said = f.text("cong-khai-noi-dung", ANSWER_MAX);
        let answered = f.text("cong-khai-tra-loi", ANSWER_MAX);
        for (name, text) in [("cong-khai-noi-dung", &said), ("cong-khai-tra-loi", &answered)] {
            if text.as_ref().is_some_and(|it| !suspicious(it, &[]).is_empty()) && !f.typed().has("da-doc") {
                f.wrong(name, "Còn số điện thoại, số giấy tờ hoặc thư điện tử. Hãy xóa, hoặc xác nhận đã đọc kỹ.");
            }
        }
        if !f.typed().has("da-doc") {
            f.wrong("da-doc", "Hãy xác nhận đã đọc và không còn thông tin cá nhân.");
        }
        said.zip(answered)
    }))
    .await?;
    let notice = "Đã đề nghị công khai, chờ người khác đọc và duyệt.";
    step(&site, &who, (id, Action::FeedbackAnswer, notice), move |site, tx, kept| {
        propose_as(site, tx, kept, (&said, &answered))
    })
    .await
}

/// Proposes to publish an answered feedback in these words, on behalf of whoever does this transaction. Its sender's
/// name is taken out whoever confirmed what. The same words once more change nothing: they stay his who proposed them.
///
/// # Errors
/// [`Failure::Refused`] if there is no answer, or it is public.
pub(in crate::feedback) fn propose_as(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (said, answered): (&str, &str),
) -> Result<(), Failure> {
    answerer(tx, kept)?;
    let hidden = sender::open(site, tx, kept.id)?;
    let name = hidden.as_ref().map_or("", |it| it.name.as_str());
    let (said, answered) = (redacted_names(said, &[name]), redacted_names(answered, &[name]));
    if let Some(known) = answers::public(tx, kept.id)? {
        if !known.waits() {
            return Err(Failure::Refused(
                "Phản ánh đang công khai. Hãy gỡ xuống trước khi đề nghị lời khác.".to_owned(),
            ));
        }
        if known.said == said && known.answered == answered {
            return Ok(());
        }
    }
    let by = tx.by();
    answers::propose(tx, kept, (&said, &answered), by)?;
    desk::note(tx, kept, By::Office(by), ("propose", "", false))?;
    tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_propose"));
    Ok(())
}

/// POST `…/cong-khai/duyet`: what somebody else proposed, as it was read.
pub(super) async fn release(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Done {
    let mark = read(
        &site,
        &who,
        id,
        (typed, |f: &mut Fields| {
            if !f.typed().has("da-duyet") {
                f.wrong("da-duyet", "Hãy xác nhận đã đọc và không còn thông tin cá nhân.");
            }
            f.text("ban-cong-khai", 40)
        }),
    )
    .await?;
    step(&site, &who, (id, Action::FeedbackPublish, "Đã công khai."), move |_, tx, kept| {
        release_as(tx, kept, Some(&mark))
    })
    .await
}

/// Publishes what was proposed, on behalf of whoever does this transaction, if it is what he read (`mark`).
///
/// # Errors
/// [`Failure::Refused`] if he proposed it or wrote the answer, somebody changed it, or nothing waits.
pub(in crate::feedback) fn release_as(
    tx: &mut Tx<'_>,
    kept: &Kept,
    mark: Option<&str>,
) -> Result<(), Failure> {
    let drafted_by = answerer(tx, kept)?;
    let waiting = answers::public(tx, kept.id)?.filter(Public::waits);
    let waiting = waiting.ok_or_else(desk::changed)?;
    let by = tx.by();
    if let Some(why) = why_not(by, &waiting, Some(drafted_by)) {
        return Err(Failure::Refused(why.to_owned()));
    }
    if mark.is_some_and(|it| it != waiting.mark()) {
        return Err(Failure::Refused(
            "Lời công khai vừa được sửa. Hãy mở lại trang và đọc bản mới trước khi duyệt."
                .to_owned(),
        ));
    }
    answers::publish(tx, kept, &waiting, by)?;
    desk::note(tx, kept, By::Office(by), ("publish", "", false))?;
    tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_publish"));
    Ok(())
}

/// POST `…/go`
pub(super) async fn unpublish(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(_): Filled,
) -> Done {
    step(
        &site,
        &who,
        (id, Action::FeedbackPublish, "Đã gỡ khỏi trang công khai."),
        |_, tx, kept| {
            answers::unpublish(tx, kept.id)?;
            let by = tx.by();
            desk::note(tx, kept, By::Office(by), ("unpublish", "", false))?;
            tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_unpublish"));
            Ok(())
        },
    )
    .await
}
