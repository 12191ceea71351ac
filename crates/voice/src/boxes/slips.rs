//! Slips: photographed, numbered, written off; each becomes a feedback or keeps the reason why not.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Door},
    ids::BoxOpeningId,
};
use site::{
    Failure, Fields, Filled, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    demand,
    form::{Sending, Sent, once, one_file},
    told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    ADDRESS, OPENING, SOURCE, facts, opening, picture as drawing,
    sql::{self, Opening, Slip},
};
use crate::{
    feedback::facts::{self as feedback, NewFile, Received, Sender},
    onward::{self, Onward, hand_on},
    typed::options,
};

/// Letters of a slip, of a reason.
const WORDS_MAX: usize = 4_000;

/// POST `/co-quan/hom-thu/lan/{id}/phieu`
pub(super) async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let file = one_file(&typed, files, "anh", "Chụp hoặc chọn ảnh của phiếu.");
    let drawn = match file {
        Ok(it) => tokio::task::spawn_blocking(move || drawing::drawn_anew(&it.bytes))
            .await
            .map_err(|e| Fault::Worker(e.to_string()))?,
        Err(text) => Err(text),
    };
    let bytes = match drawn {
        Ok(it) => it,
        Err(text) => {
            return Err(opening::again(&site, &who, id, Mistakes::one(typed, "anh", text)).await?);
        }
    };
    let blob = site.put_file(bytes.into()).await?;
    // The same picture under the same token is a second click.
    let mut said = typed.clone();
    said.set("anh-sha256", blob.sha256.clone());
    let sending = Sending::of(&who, &said, "lan");
    let asker = who.clone();
    let sent: Sent<String> = once(&site, &who, sending, move |tx| {
        let it = opening::held(&asker, tx, id)?;
        let slip = facts::add_slip_to(tx, &it, &blob.sha256)?;
        Ok(Ok(format!("{ADDRESS}/phieu/{slip}")))
    })
    .await?;
    match sent {
        Sent::Done(at) => Ok(told(&at, "Đã đánh số phiếu. Chép lại nội dung rồi chọn cách xử lý.")),
        Sent::Wrong(text) => Err(Failure::Refused(text)),
        Sent::Before(m) => Err(opening::again(&site, &who, id, m).await?),
    }
}

#[derive(Template)]
#[template(path = "boxes/templates/slip.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    opening: BoxOpeningId,
    number: String,
    state: String,
    words: String,
    has_picture: bool,
    may_settle: bool,
    classes: Vec<(String, String)>,
    asides: Vec<(String, String)>,
}

async fn page(
    site: &Site,
    who: &Who,
    id: i64,
    m: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (it, parent, known) = site
        .read(who, move |tx| {
            let it = sql::find_slip(tx, id)?.ok_or(Failure::NotFound)?;
            let parent = sql::find(tx, it.opening, false)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::BoxOpen, parent.unit)?;
            let known = feedback::of_sources(tx, SOURCE, &[id])?;
            Ok((it, parent, known))
        })
        .await?;
    let m = m.unwrap_or_else(|| {
        let mut typed = Typed::default();
        typed.set("loi", it.words.clone());
        typed.set("ly-do", it.reason.clone());
        Mistakes::none(typed)
    });
    let mut classes = vec![(String::new(), "– Không chuyển thành phản ánh –".to_owned())];
    classes.extend(onward::classes());
    site.page(&Page {
        shell: site.shell(who),
        id,
        opening: it.opening,
        number: opening::number(&it),
        state: opening::slip_state(&it, &known),
        words: it.words.clone(),
        has_picture: !it.sha256.is_empty(),
        may_settle: opening::takes_part(who, &parent) && it.state != "feedback",
        classes,
        asides: options(&[
            ("", "– Chọn lý do –"),
            ("illegible", "Không đọc được"),
            ("empty", "Phiếu trống"),
            ("information", "Thông tin tham khảo (không ghi người gửi)"),
            ("other", "Lý do khác"),
        ]),
        m: &m,
    })
}

/// GET `/co-quan/hom-thu/phieu/{id}`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, None).await
}

/// GET `/co-quan/hom-thu/phieu/{id}/anh`
pub(super) async fn picture(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let it = site
        .read(&who, move |tx| {
            let it = sql::find_slip(tx, id)?.filter(|it| !it.sha256.is_empty());
            let it = it.ok_or(Failure::NotFound)?;
            let parent = sql::find(tx, it.opening, false)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::BoxOpen, parent.unit)?;
            Ok(it)
        })
        .await?;
    let bytes = site.blobs.get(&it.sha256).await?.ok_or(Failure::NotFound)?;
    Ok(site::file(bytes, "image/jpeg", &format!("phieu-{}.jpg", it.number), false))
}

/// What is done with a slip.
enum Settled {
    Feedback { class: Class, words: String, sender: Option<Sender>, accused: (String, bool) },
    Aside { words: String, kind: String, reason: String },
}

fn read(typed: Typed) -> Result<Settled, Mistakes> {
    let mut fields = Fields::of(typed);
    let class = fields.typed().get("loai").to_owned();
    if class.is_empty() {
        let known = ["illegible", "empty", "information", "other"];
        let kind = fields.choice("ly-do-loai", |it| known.contains(&it).then(|| it.to_owned()));
        let words = match kind.as_deref() {
            Some("information") => fields.text("loi", WORDS_MAX),
            _ => fields.optional_text("loi", WORDS_MAX),
        };
        let reason = match kind.as_deref() {
            Some("other") => fields.text("ly-do", 500),
            _ => fields.optional_text("ly-do", 500),
        };
        let whole = (|| Some(Settled::Aside { words: words?, kind: kind?, reason: reason? }))();
        return fields.finish(whole);
    }
    let class = fields.choice("loai", Class::from_code);
    let words = fields.text("loi", WORDS_MAX);
    let name = fields.optional_text("ten", 80);
    let phone = fields.read_optional("dien-thoai", domain::identity::Phone::parse);
    let address = fields.optional_text("dia-chi", 300);
    let accused = onward::accused(fields.typed());
    let whole = (|| {
        let (name, address) = (name?, address?);
        let phone = phone?.map(|it| it.reveal().to_owned()).unwrap_or_default();
        let known = !name.is_empty() || !phone.is_empty();
        let sender = known.then(|| Sender { name, phone, address, ..Sender::default() });
        Some(Settled::Feedback { class: class?, words: words?, sender, accused })
    })();
    fields.finish(whole)
}

/// What the picture is called as a file of the feedback.
pub(super) fn file_name(it: &Slip) -> String {
    format!("phieu-{:03}-{}.jpg", it.number, it.year)
}

/// The picture as a file of the feedback, without its bytes.
pub(super) fn picture_of(it: &Slip) -> Option<NewFile> {
    (!it.sha256.is_empty()).then(|| NewFile {
        sha256: it.sha256.clone(),
        name: file_name(it),
        media_type: "image/jpeg".to_owned(),
        size: 0,
        bytes: None,
    })
}

/// The picture as a file of the feedback; bytes and all, so that it can be sealed.
async fn file_of(site: &Site, it: &Slip) -> Result<Option<NewFile>, Failure> {
    let Some(mut file) = picture_of(it) else { return Ok(None) };
    let Some(bytes) = site.blobs.get(&it.sha256).await? else { return Ok(None) };
    file.size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    file.bytes = Some(bytes);
    Ok(Some(file))
}

/// What a slip says: what it is, its words, who wrote it if that stands on it, whom it names.
pub(super) struct Said<'a> {
    pub class: Class,
    pub words: &'a str,
    pub sender: Option<Sender>,
    pub accused: &'a (String, bool),
}

/// Makes a feedback of a slip.
pub(super) fn handed_on(
    site: &Site,
    tx: &mut Tx<'_>,
    (opening, slip, file): (&Opening, &Slip, Option<NewFile>),
    said: Said<'_>,
) -> Result<Received, Failure> {
    let received = hand_on(
        site,
        tx,
        Onward {
            unit: opening.unit,
            door: Door::Box,
            source: (SOURCE, slip.id),
            class: said.class,
            text: said.words,
            accused: &said.accused.0,
            about_head: said.accused.1,
            sender: said.sender,
            file,
            at: slip.created,
        },
    )?;
    // What is sealed has emptied the slip; the journal does not tell which one it was.
    if !said.class.is_sealed() {
        sql::tie(tx, slip.id, (said.words, received.id.0))?;
        let details = serde_json::json!({ "slip": slip.id });
        tx.journal(Entry::new(OPENING, opening.id.0, "to_feedback").details(&details));
    }
    Ok(received)
}

/// POST `/co-quan/hom-thu/phieu/{id}`
pub(super) async fn settle(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let settled = match read(typed) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, Some(m)).await?)),
    };
    let found = site.read(&who, move |tx| Ok(sql::find_slip(tx, id)?)).await?;
    let slip = found.ok_or(Failure::NotFound)?;
    let file = match &settled {
        Settled::Feedback { .. } => file_of(&site, &slip).await?,
        Settled::Aside { .. } => None,
    };
    let (inner, asker) = (site.clone(), who.clone());
    let (opening, notice, waste) = site
        .write(&who, move |tx| {
            let it = opening::held(&asker, tx, slip.opening)?;
            // Asked again now that nobody else changes it.
            let slip = sql::find_slip(tx, id)?.ok_or(Failure::NotFound)?;
            if slip.state == "feedback" {
                return Ok((
                    it.id,
                    "Phiếu này đã được chuyển thành phản ánh.".to_owned(),
                    Vec::new(),
                ));
            }
            match settled {
                Settled::Aside { words, kind, reason } => {
                    facts::put_aside(tx, (it.id, id), (&words, &kind, &reason))?;
                    Ok((it.id, "Đã ghi lý do của phiếu.".to_owned(), Vec::new()))
                }
                Settled::Feedback { class, words, sender, accused } => {
                    let said = Said { class, words: &words, sender, accused: &accused };
                    let received = handed_on(&inner, tx, (&it, &slip, file), said)?;
                    Ok((it.id, onward::notice(&received), received.waste))
                }
            }
        })
        .await?;
    feedback::erase(&site, waste).await?;
    Ok(told(&format!("{ADDRESS}/lan/{opening}"), &notice))
}
