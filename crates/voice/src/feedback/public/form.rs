//! The form, and the page that gives code and secret.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    feedback::{Class, Door, Identity},
    identity::{Email, Phone},
    ids::{StaffId, UnitId},
    text,
};
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, Path, Redirect, Shell, Site, State,
    Typed, Who,
    form::{Before, Sending, Sent, once},
};

use super::{
    super::{
        facts::nowhere,
        files,
        intake::{self, NewFeedback, NewFile},
        rules,
        sender::Sender,
        sql::list,
    },
    class_name, pass,
    similar::{self, Similar},
};

#[derive(Template)]
#[template(path = "feedback/templates/choose.html")]
struct Choose {
    shell: Shell,
    units: Vec<(UnitId, String)>,
}

/// The units that take feedback: every authority, and what the office put a sign up for by its address.
pub(crate) fn bodies(who: &Who) -> Vec<(UnitId, String)> {
    let mut all: Vec<(UnitId, String)> = who
        .tree
        .all()
        .filter(|it| matches!(&*it.kind, "province" | "district" | "commune"))
        .map(|it| (it.id, it.title.clone()))
        .collect();
    all.sort_by_cached_key(|it| text::sort_key(&it.1));
    all
}

/// GET `/phan-anh`
pub(super) async fn choose(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    if let Ok(unit) = asked.get("don-vi").parse::<i64>() {
        return Ok(Redirect::to(&format!("/phan-anh/{unit}")).into_response());
    }
    let page = site.page(&Choose { shell: site.shell(&who), units: bodies(&who) })?;
    Ok(page.into_response())
}

struct ClassView {
    code: &'static str,
    name: &'static str,
    test: String,
}

#[derive(Template)]
#[template(path = "feedback/templates/form.html")]
struct Form<'a> {
    shell: Shell,
    unit: UnitId,
    title: String,
    problems: String,
    m: &'a Mistakes,
    classes: Vec<ClassView>,
    villages: Vec<(String, String)>,
    /// Whom a badge names.
    official: String,
    similar: Vec<Similar>,
    files_max: usize,
}

/// Whom a badge names, if he works for the unit or below it.
fn official(
    tx: &mut store::Tx<'_>,
    who: &Who,
    unit: UnitId,
    typed: &Typed,
) -> Result<Option<(StaffId, String)>, store::Fault> {
    let Ok(id) = typed.get("can-bo").parse::<i64>() else { return Ok(None) };
    let found = list::officials(tx, who, unit)?.into_iter().find(|it| it.id.0 == id);
    Ok(found.map(|it| (it.id, format!("{}, {}", it.name, it.title))))
}

async fn show(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (m, similar): (&Mistakes, Vec<Similar>),
) -> Result<Html<String>, Failure> {
    let title = who.tree.unit(unit).ok_or(Failure::NotFound)?.title.clone();
    let shell = site.shell(who);
    let limits = rules::on(who.today())?;
    let (asker, typed) = (who.clone(), m.typed.clone());
    let (villages, official) = site
        .read(who, move |tx| {
            Ok((list::villages(tx, unit, false)?, official(tx, &asker, unit, &typed)?))
        })
        .await?;
    let mut options = vec![(String::new(), shell.words.say("fb-village-none"))];
    options.extend(villages.into_iter().map(|it| (it.id.to_string(), it.name)));
    let of = |it: &domain::feedback::ClassLaw| ClassView {
        code: it.class.code(),
        name: class_name(it.class, who.lang),
        test: match (who.lang, it.identity) {
            (site::Lang::Vi, _) => it.test.clone(),
            (site::Lang::En, Identity::Secret) => shell.words.say("fb-test-secret"),
            (site::Lang::En, Identity::Mandatory) => shell.words.say("fb-test-mandatory"),
            (site::Lang::En, Identity::Named) => shell.words.say("fb-test-named"),
            (site::Lang::En, Identity::Optional) => shell.words.say("fb-test-optional"),
        },
    };
    site.page(&Form {
        unit,
        title,
        problems: shell.words.say("fb-problems"),
        m,
        classes: limits.class.iter().map(of).collect(),
        villages: options,
        official: official.map_or_else(String::new, |it| it.1),
        similar,
        files_max: files::FILES_MAX,
        shell,
    })
}

/// GET `/phan-anh/{unit}`; `cua=qr` from a notice board, `cua=kiosk` from a hall, `can-bo=` from a badge.
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    for name in ["cua", "can-bo"] {
        let short: String = asked.get(name).chars().take(12).collect();
        typed.set(name, short);
    }
    typed.set("lan", site::form::new_token());
    if !asked.get("can-bo").is_empty() {
        typed.set("loai", Class::Conduct.code());
    }
    show(&site, &who, unit, (&Mistakes::none(typed), Vec::new())).await
}

/// Through which door, as the page that the form came from says.
fn door(who: &Who, typed: &Typed) -> Door {
    match typed.get("cua") {
        _ if !typed.get("can-bo").is_empty() => Door::Badge,
        "qr" => Door::Qr,
        "kiosk" => Door::Kiosk,
        _ if who.hall.is_some() => Door::Kiosk,
        _ => Door::Web,
    }
}

/// Who he says he is; mistakes beside the fields.
fn sender(fields: &mut Fields, class: Option<Class>, words: site::Words) -> Option<Option<Sender>> {
    let name = fields.optional_text("ho-ten", 100);
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let email = fields.read_optional("thu-dien-tu", Email::parse);
    let address = fields.optional_text("dia-chi", 200);
    let may_tell = fields.typed().has("bao-tin");
    if class == Some(Class::Complaint) {
        for (field, value) in [("ho-ten", &name), ("dia-chi", &address)] {
            if value.as_ref().is_some_and(String::is_empty) {
                fields.wrong(field, words.say("fb-complaint-needs"));
            }
        }
    }
    let (name, phone, email, address) = (name?, phone?, email?, address?);
    let sender = Sender {
        name: text::tidy(&name),
        phone: phone.map_or_else(String::new, |it| it.reveal().to_owned()),
        email: email.map_or_else(String::new, |it| it.reveal().to_owned()),
        address: text::tidy(&address),
        id_number: String::new(),
        may_tell,
    };
    if may_tell && sender.phone.is_empty() && sender.email.is_empty() {
        fields.wrong("dien-thoai", words.say("fb-tell-needs"));
    }
    Some((!sender.is_empty()).then_some(sender))
}

/// Latitude and longitude as a browser writes them into hidden fields; nothing if they are none.
fn position(typed: &Typed) -> Option<(i64, i64)> {
    let read = |name: &str, most: i64| {
        let text = typed.get(name);
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits: String = part.chars().chain("000000".chars()).take(6).collect();
        let sign = if whole.starts_with('-') { -1 } else { 1 };
        let whole: i64 = whole.trim_start_matches('-').parse().ok()?;
        let value = sign * (whole * 1_000_000 + digits.parse::<i64>().ok()?);
        (value.abs() <= most * 1_000_000).then_some(value)
    };
    Some((read("vi-do", 90)?, read("kinh-do", 180)?))
}

const CARRIED: &str = "feedback-files";

/// Files of a sending that was shown again are carried sealed in the form: they need not be chosen once more.
fn carry(site: &Site, files: &[NewFile]) -> Result<String, Failure> {
    let all: Vec<_> =
        files.iter().map(|it| (&it.sha256, &it.name, &it.media_type, it.size)).collect();
    let text = serde_json::to_string(&all).map_err(|e| store::Fault::Broken(e.to_string()))?;
    Ok(site.seal.close(CARRIED, &text)?)
}

fn carried(site: &Site, typed: &Typed) -> Vec<NewFile> {
    let opened = site.seal.open(CARRIED, typed.get("tep-luu")).unwrap_or_default();
    let all: Vec<(String, String, String, i64)> = serde_json::from_str(&opened).unwrap_or_default();
    all.into_iter()
        .map(|(sha256, name, media_type, size)| NewFile {
            sha256,
            name,
            media_type,
            size,
            bytes: None,
        })
        .collect()
}

/// POST `/phan-anh/{unit}`
pub(super) async fn send(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    super::limit(&site, &who, "feedback-send", super::PER_ADDRESS_MAX)?;
    who.tree.unit(unit).ok_or(Failure::NotFound)?;
    let words = site.shell(&who).words;
    // A field that nobody sees: whoever fills it in is a program.
    if !typed.get("trang-web").is_empty() {
        return Ok(site::told(&format!("/phan-anh/{unit}"), &words.say("fb-not-sent")));
    }
    let mut fields = Fields::of(typed.clone());
    let class = Class::from_code(typed.get("loai"));
    if class.is_none() {
        fields.wrong("loai", words.say("fb-choose-class"));
    }
    let said = fields.optional_text("noi-dung", crate::feedback::SAID_MAX);
    if said.as_ref().is_some_and(|it| it.chars().count() < 10) {
        fields.wrong("noi-dung", words.say("fb-say-more"));
    }
    let accused = fields.optional_text("ve-ai", 200);
    let happened = fields.optional_text("khi-nao", 100);
    let place = fields.optional_text("o-dau", 200);
    let sender = sender(&mut fields, class, words);
    let is_sealed = class.is_some_and(Class::is_sealed);
    let mut taken = carried(&site, &typed);
    let mut again = typed.clone();
    match files::take(&site, &who, (&typed, uploads), is_sealed).await? {
        Ok(more) => taken.extend(more),
        Err(wrong) => fields.wrong("tep", wrong),
    }
    if taken.len() > files::FILES_MAX {
        fields.wrong("tep", words.say("fb-too-many-files"));
    }
    if !is_sealed && !taken.is_empty() && taken.len() <= files::FILES_MAX {
        again.set("tep-luu", carry(&site, &taken)?);
    }
    let words_of = said.zip(accused).zip(happened.zip(place));
    let whole = class.zip(words_of).zip(sender);
    let read = fields.finish(whole).map_err(|mut m| {
        m.typed = again.clone();
        m
    });
    let ((class, ((said, accused), (happened, place))), sender) = match read {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show(&site, &who, unit, (&m, Vec::new())).await?)),
    };
    let sending = Sending::of(&who, &typed, "lan");
    let before = sending.clone();
    if let Some(Before::Same(location)) = site.read(&who, move |tx| Ok(before.before(tx)?)).await? {
        return Ok(shown_at(&site, &location));
    }
    if class.is_open() && !typed.has("da-xem") {
        let (inner, text) = (site.clone(), said.clone());
        let found = site.read(&who, move |tx| Ok(similar::find(&inner, tx, unit, &text)?)).await?;
        if !found.is_empty() {
            again.set("da-xem", "1");
            let m = Mistakes::none(again);
            return Err(Failure::Mistaken(show(&site, &who, unit, (&m, found)).await?));
        }
    }
    // What was put in the open before its sender chose the sealed way is sealed now, and its open file swept.
    if is_sealed {
        for it in taken.iter_mut().filter(|it| it.bytes.is_none()) {
            it.bytes = site.blobs.get(&it.sha256).await?;
        }
    }
    let (inner, asker, form) = (site.clone(), who.clone(), typed.clone());
    let door = door(&who, &typed);
    let sent = once(&site, &nowhere(&who), sending, move |tx| {
        let village = form.get("xom").parse().ok();
        let known = list::villages(tx, unit, false)?.into_iter().map(|it| it.id);
        let village = village.filter(|it| known.clone().any(|id| id == *it));
        let official = official(tx, &asker, unit, &form)?;
        let new = NewFeedback {
            accused: match &official {
                Some((_, name)) => name.clone(),
                None => accused,
            },
            staff: official.map(|it| it.0),
            happened,
            village,
            place,
            position: position(&form),
            about_head: form.has("ve-nguoi-dung-dau"),
            sender,
            files: taken,
            lang: asker.lang,
            ..NewFeedback::of(unit, door, class, &said)
        };
        let received = intake::receive(&inner, tx, &new)?;
        let location = pass::sent(&inner, &asker, &received.code, &received.secret)?;
        Ok::<_, Failure>(Ok::<_, ()>(location))
    })
    .await?;
    match sent {
        Sent::Done(location) => Ok(shown_at(&site, &location)),
        Sent::Before(m) => Err(Failure::Mistaken(show(&site, &who, unit, (&m, Vec::new())).await?)),
        Sent::Wrong(()) => Err(Failure::NotFound),
    }
}

/// To the page with code and secret, which this browser alone opens.
fn shown_at(site: &Site, location: &str) -> Response {
    let mut response = Redirect::to(location).into_response();
    pass::bind(site, &mut response, location);
    response
}

#[derive(Template)]
#[template(path = "feedback/templates/sent.html")]
struct SentPage {
    shell: Shell,
    code: String,
    secret: String,
    qr: String,
    is_sealed: bool,
    has_right: bool,
    due: String,
    unit: String,
}

/// GET `/phan-anh/da-gui/{pass}`: in a hall once.
pub(super) async fn sent(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(sealed): Path<String>,
) -> Result<Response, Failure> {
    let Some((code, secret)) = pass::opened(&site, &who, &headers, &sealed) else {
        return Ok(Redirect::to("/phan-anh/theo-doi").into_response());
    };
    let asked = code.clone();
    let kept = site
        .read(&who, move |tx| super::super::sql::core::by_code(tx, &asked).map_err(Into::into))
        .await?
        .ok_or(Failure::NotFound)?;
    let shell = site.shell(&who);
    let follow = format!("{}/phan-anh/theo-doi?ma={code}", site.config.base_url);
    let qr = prints::qr_svg(&follow).map_err(|e| store::Fault::Broken(format!("qr: {e}")))?;
    let page = site.page(&SentPage {
        due: kept.due.map_or_else(String::new, |it| shell.words.moment(it.civil())),
        unit: who.tree.title(kept.state.unit).to_owned(),
        is_sealed: kept.state.status == domain::feedback::Status::Sealed,
        has_right: kept.said_class.has_right(kept.anonymous),
        code,
        secret,
        qr,
        shell,
    })?;
    let mut response = page.into_response();
    if who.hall.is_some() {
        pass::shown_once(&site, &mut response);
    } else {
        pass::give(&site, &who, &mut response, &kept.code)?;
    }
    Ok(response)
}
