//! Writing down what somebody says by telephone, on a slip, at the counter, in the press.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    feedback::{Class, Door},
    ids::UnitId,
    text,
};
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, Path, Redirect, Shell, Site, State,
    Typed, Who,
    form::{Sending, Sent, once},
};

use store::Tx;

use super::{
    super::{
        files,
        intake::{self, NewFeedback},
        sender::Sender,
        sql::{core, list as rows},
    },
    list::unit_options,
};
use crate::{boxes, hotline, reception};

/// The doors at which somebody of the office writes.
const DOORS: [(&str, Door); 5] = [
    ("dien-thoai", Door::Hotline),
    ("hom-thu", Door::Box),
    ("quay", Door::Counter),
    ("bao-chi", Door::Press),
    ("tiep-dan", Door::Reception),
];

/// What something can be taken from, as it stands in an address.
const SOURCES: [&str; 3] = ["hotline_call", "box_slip", "reception_entry"];
/// How long code and secret can be looked at by whoever wrote it down, in milliseconds.
const SHOWN_MS: i64 = 30 * 60_000;

fn door(text: &str) -> Option<Door> {
    DOORS.iter().find(|it| it.0 == text).map(|it| it.1)
}

fn source(text: &str) -> Option<(&'static str, i64)> {
    let (kind, id) = text.split_once(':')?;
    let kind = SOURCES.iter().find(|it| **it == kind)?;
    Some((kind, id.parse().ok()?))
}

/// The source that a form names, if it is there, is no feedback yet and is the unit's own; whoever asks for another one
/// asks for what is not there.
fn own_source(
    tx: &mut Tx<'_>,
    named: &str,
    is_own: impl FnOnce(UnitId) -> bool,
) -> Result<Option<(&'static str, i64)>, Failure> {
    if named.is_empty() {
        return Ok(None);
    }
    let (kind, id) = source(named).ok_or(Failure::NotFound)?;
    let unit = match kind {
        "hotline_call" => hotline::facts::open_call(tx, id)?,
        "box_slip" => boxes::facts::open_slip(tx, id)?,
        _ => reception::facts::open_entry(tx, id)?,
    };
    let is_free = core::of_source(tx, kind, id)?.is_none();
    if is_free && unit.is_some_and(is_own) { Ok(Some((kind, id))) } else { Err(Failure::NotFound) }
}

#[derive(Template)]
#[template(path = "feedback/templates/log.html")]
struct Log<'a> {
    shell: Shell,
    m: &'a Mistakes,
    units: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    classes: Vec<(String, String)>,
    villages: Vec<(String, String)>,
    files_max: usize,
}

async fn show(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let units = unit_options(who, Action::FeedbackLog);
    let chosen = m.typed("don-vi").parse::<i64>().ok().or_else(|| who.home().map(|it| it.0));
    let found = site
        .read(who, move |tx| match chosen {
            Some(it) => Ok(rows::villages(tx, UnitId(it), false)?),
            None => Ok(Vec::new()),
        })
        .await?;
    let mut villages = vec![(String::new(), "Không rõ".to_owned())];
    villages.extend(found.into_iter().map(|it| (it.id.to_string(), it.name)));
    let doors: Vec<(String, String)> =
        DOORS.iter().map(|(code, door)| ((*code).to_owned(), door.label().to_owned())).collect();
    site.page(&Log {
        shell: site.shell(who),
        m,
        units,
        doors,
        classes: Class::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        villages,
        files_max: files::FILES_MAX,
    })
}

/// GET `/co-quan/phan-anh/moi`; `cua=` says through which door, `nguon=KIND:ID` from what it is taken. Nothing personal
/// stands in an address.
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    for (from, to) in
        [("cua", "cua"), ("nguon", "nguon"), ("noi-dung", "noi-dung"), ("don-vi", "don-vi")]
    {
        typed.set(to, asked.get(from).chars().take(2_000).collect::<String>());
    }
    if door(typed.get("cua")).is_none() {
        typed.set("cua", "dien-thoai");
    }
    if typed.get("don-vi").is_empty()
        && let Some(home) = who.home()
    {
        typed.set("don-vi", home.to_string());
    }
    let (asker, named) = (who.clone(), typed.get("nguon").to_owned());
    site.read(&who, move |tx| {
        own_source(tx, &named, |unit| asker.can_at(Action::FeedbackLog, unit))
    })
    .await?;
    typed.set("lan", site::form::new_token());
    show(&site, &who, &Mistakes::none(typed)).await
}

struct Written {
    unit: UnitId,
    door: Door,
    class: Class,
    said: String,
    accused: String,
    happened: String,
    place: String,
    sender: Sender,
}

fn read(who: &Who, f: &mut Fields) -> Option<Written> {
    let unit = f.choice("don-vi", |it| {
        let unit = UnitId(it.parse().ok()?);
        who.can_at(Action::FeedbackLog, unit).then_some(unit)
    });
    let door = f.choice("cua", door);
    let class = f.choice("loai", Class::from_code);
    let said = f.text("noi-dung", crate::feedback::SAID_MAX);
    let accused = f.optional_text("ve-ai", 200);
    let happened = f.optional_text("khi-nao", 100);
    let place = f.optional_text("o-dau", 200);
    let name = f.optional_text("ho-ten", 100);
    let phone = f.read_optional("dien-thoai", domain::identity::Phone::parse);
    let address = f.optional_text("dia-chi", 200);
    let may_tell = f.typed().has("bao-tin");
    let (name, phone, address) = (name?, phone?, address?);
    if class == Some(Class::Complaint) {
        for (field, value) in [("ho-ten", &name), ("dia-chi", &address)] {
            if value.is_empty() {
                f.wrong(field, "Đơn khiếu nại phải có họ tên, địa chỉ (Luật Khiếu nại Điều 8).");
            }
        }
    }
    if may_tell && phone.is_none() {
        f.wrong("dien-thoai", "Cần số điện thoại để báo tin.");
    }
    Some(Written {
        unit: unit?,
        door: door?,
        class: class?,
        said: said?,
        accused: accused?,
        happened: happened?,
        place: place?,
        sender: Sender {
            name: text::tidy(&name),
            phone: phone.map_or_else(String::new, |it| it.reveal().to_owned()),
            address: text::tidy(&address),
            may_tell,
            ..Sender::default()
        },
    })
}

/// POST `/co-quan/phan-anh/moi`
pub(super) async fn save(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed.clone());
    let written = read(&who, &mut fields);
    let is_sealed = written.as_ref().is_some_and(|it| it.class.is_sealed());
    let taken = match files::take(&site, &who, (&typed, uploads), is_sealed).await? {
        Ok(it) => Some(it),
        Err(wrong) => {
            fields.wrong("tep", wrong);
            None
        }
    };
    let (written, taken) = match fields.finish(written.zip(taken)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show(&site, &who, &m).await?)),
    };
    let (inner, form) = (site.clone(), typed.clone());
    let sending = Sending::of(&who, &typed, "lan");
    let sent = once(&site, &who, sending, move |tx| {
        let known = rows::villages(tx, written.unit, false)?;
        let village =
            form.get("xom").parse::<i64>().ok().filter(|it| known.iter().any(|v| v.id == *it));
        let new = NewFeedback {
            source: own_source(tx, form.get("nguon"), |unit| unit == written.unit)?,
            accused: written.accused,
            happened: written.happened,
            village,
            place: written.place,
            about_head: form.has("ve-nguoi-dung-dau"),
            sender: Some(written.sender).filter(|it| !it.is_empty()),
            files: taken,
            ..NewFeedback::of(written.unit, written.door, written.class, &written.said)
        };
        let received = intake::receive(&inner, tx, &new)?;
        let (until, by) = (tx.now().epoch_ms() + SHOWN_MS, tx.by());
        let text = format!("{} {} {until} {by}", received.code, received.secret);
        let pass = inner.seal.close("feedback-logged", &text)?;
        Ok::<_, Failure>(Ok::<_, ()>(format!("/co-quan/phan-anh/moi/xong/{pass}")))
    })
    .await?;
    match sent {
        Sent::Done(location) => Ok(Redirect::to(&location).into_response()),
        Sent::Before(m) => Err(Failure::Mistaken(show(&site, &who, &m).await?)),
        Sent::Wrong(()) => Err(Failure::NotFound),
    }
}

#[derive(Template)]
#[template(path = "feedback/templates/logged.html")]
struct Logged {
    shell: Shell,
    code: String,
    secret: String,
    href: String,
    is_sealed: bool,
    qr: String,
}

/// GET `/co-quan/phan-anh/moi/xong/{pass}`: code and secret, to be told or printed for whoever spoke.
pub(super) async fn done(
    State(site): State<Site>,
    who: Who,
    Path(pass): Path<String>,
) -> Result<Response, Failure> {
    let opened = site.seal.open("feedback-logged", &pass).unwrap_or_default();
    let parts: Vec<&str> = opened.split(' ').collect();
    let [code, secret, until, by] = parts.as_slice() else { return Err(Failure::NotFound) };
    if *by != who.account.to_string() {
        return Err(Failure::NotFound);
    }
    if until.parse::<i64>().map_or(true, |it| it < who.now.epoch_ms()) {
        return Ok(Redirect::to(super::PAGE).into_response());
    }
    let asked = (*code).to_owned();
    let kept = site
        .read(&who, move |tx| core::by_code(tx, &asked).map_err(Into::into))
        .await?
        .ok_or(Failure::NotFound)?;
    let follow = format!("{}/phan-anh/theo-doi?ma={code}", site.config.base_url);
    let page = site.page(&Logged {
        shell: site.shell(&who),
        code: (*code).to_owned(),
        secret: (*secret).to_owned(),
        href: format!("{}/{}", super::PAGE, kept.id),
        is_sealed: kept.state.status == domain::feedback::Status::Sealed,
        qr: prints::qr_svg(&follow).map_err(|e| store::Fault::Broken(format!("qr: {e}")))?,
    })?;
    Ok(page.into_response())
}
