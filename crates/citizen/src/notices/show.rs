//! One message: what it says, every try, and what somebody does with it.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    lang::Lang,
    message::{Channel, State as How},
};
use messages::facts::{self, Kept};
use site::{Failure, Filled, Html, Path, Shell, Site, State, Who, told};
use store::{Tx, journal::Entry};

use super::{
    PAGE, SUBJECT,
    list::scope_of,
    sql::{self, Line},
};

/// How far a message is, in a few words.
pub(super) fn state_of(it: &Kept) -> String {
    let at = |at: domain::time::Instant| domain::text::date_time(at.civil());
    match (it.state, it.closed) {
        // Put off, by the hours of rest or after a failure.
        (How::Waiting, _) if it.next > it.created => {
            format!("{} bằng {}, lúc {}", it.state.label(), it.channel.label(), at(it.next))
        }
        (How::Waiting, _) => format!("{} bằng {}", it.state.label(), it.channel.label()),
        (How::GivenUp, _) if it.channel == Channel::Letter => "Chờ in thư".to_owned(),
        (How::GivenUp, _) => it.state.label().to_owned(),
        (How::Failed, _) => format!("{} ({})", it.state.label(), it.channel.label()),
        (How::Sent | How::Delivered, Some(when)) => {
            format!("{} bằng {}, {}", it.state.label(), it.channel.label(), at(when))
        }
        (_, Some(when)) => format!("{}, {}", it.state.label(), at(when)),
        _ => it.state.label().to_owned(),
    }
}

/// The colour of a state.
pub(super) const fn class_of(state: How) -> &'static str {
    match state {
        How::Failed | How::GivenUp => "bad",
        How::Waiting => "warn",
        How::Sent | How::Delivered | How::Told | How::Printed => "good",
        How::Replaced => "",
    }
}

struct Try {
    when: String,
    channel: &'static str,
    provider: String,
    outcome: &'static str,
    code: String,
    reference: String,
}

#[derive(Template)]
#[template(path = "notices/templates/show.html")]
struct Show {
    shell: Shell,
    id: i64,
    dossier: i64,
    code: String,
    kind: &'static str,
    lang: Lang,
    text: String,
    /// What it says, for whoever reads Vietnamese alone; nothing if it is Vietnamese.
    translated: Option<String>,
    sms: String,
    chars: usize,
    to: Vec<(&'static str, String)>,
    state: String,
    class: &'static str,
    why: String,
    next: String,
    tries: Vec<Try>,
    may_tell: bool,
    may_retry: bool,
    may_print: bool,
    is_letter: bool,
}

/// GET `/co-quan/thong-bao/tin/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let scope = scope_of(&who);
    let base = site.config.base_url.clone();
    let (line, attempts, translated) = site
        .read(&who, move |tx| {
            let line = sql::one(tx, &scope, id)?.ok_or(Failure::NotFound)?;
            let translated = facts::in_vietnamese(tx, &line.it, &base)?;
            Ok((line, facts::attempts(tx, id)?, translated))
        })
        .await?;
    let may_act = who.can(Action::DossierReceive, Object::Anything);
    let Line { it, dossier, code } = line;
    let sms = it.said_short(&site.config.base_url);
    let to = [
        ("Tên", it.to.name.clone()),
        ("Điện thoại", it.to.phone.clone()),
        ("Thư điện tử", it.to.email.clone()),
        ("Địa chỉ", it.to.address.clone()),
    ];
    let has_words = !it.values.is_empty();
    let waits = it.state == How::Waiting && !attempts.is_empty();
    site.page(&Show {
        shell: site.shell(&who),
        id,
        dossier: dossier.0,
        code,
        kind: it.kind_label(),
        lang: it.lang,
        text: it.said(&site.config.base_url),
        translated,
        chars: sms.chars().count(),
        sms: if has_words { sms } else { String::new() },
        to: to.into_iter().filter(|it| !it.1.is_empty()).collect(),
        state: state_of(&it),
        class: class_of(it.state),
        next: if waits { domain::text::date_time(it.next.civil()) } else { String::new() },
        may_tell: may_act && it.state.is_due(),
        may_retry: may_act && has_words && !matches!(it.state, How::Waiting | How::Replaced),
        may_print: may_act && has_words && it.state != How::Replaced,
        is_letter: it.channel == Channel::Letter,
        why: it.why,
        tries: attempts
            .into_iter()
            .rev()
            .map(|it| Try {
                when: domain::text::date_time(it.at.civil()),
                channel: it.channel.label(),
                outcome: it.label(),
                provider: it.provider,
                code: it.code,
                reference: it.reference,
            })
            .collect(),
    })
}

/// The message, held, if the asker sees it.
pub(super) fn held(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Kept, Failure> {
    sql::one(tx, &scope_of(who), id)?.ok_or(Failure::NotFound)?;
    facts::held(tx, id)?.ok_or(Failure::NotFound)
}

/// Writes down what somebody did with a message: on its dossier, if it has one.
pub(super) fn journalled(tx: &mut Tx<'_>, it: &Kept, act: &str) {
    let details = serde_json::json!({"notice": it.id});
    let entry = if it.subject == SUBJECT {
        Entry::new("dossier", it.subject_id, act)
    } else {
        Entry::new("message", it.id, act)
    };
    tx.journal(entry.details(&details));
}

/// POST `/co-quan/thong-bao/{id}`: the citizen was told.
pub async fn mark(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = held(tx, &asker, id)?;
        if !it.state.is_due() && it.state != How::Waiting {
            return Err(Failure::NotFound);
        }
        facts::tell(tx, &it, Channel::Counter)?;
        journalled(tx, &it, "tell");
        Ok(())
    })
    .await?;
    Ok(told(PAGE, "Đã ghi nhận: đã báo cho công dân."))
}

/// POST `/co-quan/thong-bao/tin/{id}/gui-lai`: once more, from the first channel on.
pub async fn again(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = held(tx, &asker, id)?;
        if it.values.is_empty() || matches!(it.state, How::Waiting | How::Replaced) {
            return Err(Failure::Refused("Tin này không gửi lại được.".to_owned()));
        }
        if !messages::is_any_on(tx)? {
            return Err(Failure::Refused(
                "Chưa có kênh gửi tin nào được bật. Quản trị hệ thống bật ở “Kênh gửi tin”."
                    .to_owned(),
            ));
        }
        facts::again(tx, id)?;
        journalled(tx, &it, "send_again");
        Ok(())
    })
    .await?;
    // Nobody waits for a slow provider: how it went stands on the page.
    messages::deliver_now(&site);
    Ok(told(&format!("{PAGE}/tin/{id}"), "Đang gửi lại. Mở lại trang để xem kết quả."))
}

/// POST `/co-quan/thong-bao/tin/{id}/chuyen`: it is told as a letter, or by telephone.
pub async fn hand_to(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let to = match typed.get("cach") {
        "thu" => Channel::Letter,
        "goi" => Channel::Counter,
        _ => return Err(Failure::NotFound),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = held(tx, &asker, id)?;
        if !it.state.is_due() {
            return Err(Failure::NotFound);
        }
        facts::hand_to(tx, &it, to)?;
        journalled(tx, &it, "hand_notice");
        Ok(())
    })
    .await?;
    let said = if to == Channel::Letter {
        "Đã chuyển vào danh sách chờ in thư."
    } else {
        "Đã chuyển về báo trực tiếp."
    };
    Ok(told(&format!("{PAGE}/tin/{id}"), said))
}
