//! People from a file: a look at what it would do, then all of it or nothing.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, text};
use site::{
    Failure, FilledWithFiles, Html, Mistakes, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};

use super::{
    ADDRESS,
    exchange::{self, NewPerson, Plan, RowMistake},
};
use crate::{
    sheets::{self, Table},
    units::facts::Reach,
};

/// People that a preview shows at most.
const SHOWN_MAX: usize = 100;

struct Preview {
    sha256: String,
    file: String,
    count: usize,
    new_positions: usize,
    token: String,
    people: Vec<NewPerson>,
}

#[derive(Template)]
#[template(path = "staff/templates/import.html")]
struct Import<'a> {
    shell: Shell,
    m: &'a Mistakes,
    preview: Option<Preview>,
    mistakes: Vec<RowMistake>,
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    preview: Option<Preview>,
    mistakes: Vec<RowMistake>,
) -> Result<Html<String>, Failure> {
    site.page(&Import { shell: site.shell(who), m, preview, mistakes })
}

/// GET `/co-quan/quan-tri/can-bo/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default(), None, Vec::new())
}

/// GET `/co-quan/quan-tri/can-bo/nhap/mau`
pub async fn sample(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let asker = who.clone();
    let reach =
        site.read(&who, move |tx| Ok(Reach::load(tx, &asker, Action::StaffManage)?)).await?;
    Ok(sheets::to_save(&exchange::sample(&reach), "mau-nhap-can-bo.xlsx")?)
}

/// What was sent: a new file, or the mark of one that was looked at.
struct Chosen {
    bytes: bytes::Bytes,
    name: String,
    is_confirmed: bool,
}

async fn read_sent(
    site: &Site,
    typed: &Typed,
    files: Vec<site::Upload>,
) -> Result<Result<Chosen, String>, Failure> {
    let none_chosen = "Chọn một tệp .xlsx hoặc .csv.";
    let is_confirmed = typed.get("viec") == "ghi";
    let hash = typed.get("tep-da-xem").to_owned();
    if is_confirmed && hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit()) {
        let bytes = site.blobs.get(&hash).await?;
        let name = typed.get("ten-tep").to_owned();
        let kept = bytes.map(|bytes| Chosen { bytes, name, is_confirmed });
        return Ok(kept.ok_or_else(|| none_chosen.to_owned()));
    }
    let upload = site::form::one_file(typed, files, "tep", none_chosen);
    Ok(upload.map(|it| Chosen { bytes: it.bytes, name: it.name, is_confirmed: false }))
}

async fn read_table(name: String, bytes: bytes::Bytes) -> Result<Result<Table, String>, Failure> {
    let read = tokio::task::spawn_blocking(move || sheets::read(&name, &bytes)).await;
    read.map_err(|e| store::Fault::Worker(e.to_string()).into())
}

/// POST `/co-quan/quan-tri/can-bo/nhap`: look at a file, or apply the one that was looked at.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let mistaken = |text: String| {
        let mut m = Mistakes::default();
        m.by_field.insert("tep".to_owned(), text);
        Err(Failure::Mistaken(page(&site, &who, &m, None, Vec::new())?))
    };
    let sent = match read_sent(&site, &typed, files).await? {
        Ok(sent) => sent,
        Err(why) => return mistaken(why),
    };
    let table = match read_table(sent.name.clone(), sent.bytes.clone()).await? {
        Ok(table) => table,
        Err(text) => return mistaken(text),
    };
    let asker = who.clone();
    let none = Mistakes::default();
    if sent.is_confirmed {
        let (sending, demo) = (Sending::of(&who, &typed, "lan-gui"), site.config.demo);
        let count = table.rows.len();
        let done = once(&site, &who, sending, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            match exchange::plan(tx, &reach, &table)? {
                Ok(plan) => {
                    exchange::apply(tx, &plan, demo)?;
                    Ok(Ok(format!("{ADDRESS}?xep=moi")))
                }
                Err(mistakes) => Ok(Err(mistakes)),
            }
        })
        .await?;
        return match done {
            Sent::Done(location) => {
                let count = i64::try_from(count).unwrap_or(0);
                Ok(told(&location, &format!("Đã nhập {} người.", text::number(count))))
            }
            Sent::Wrong(mistakes) => {
                Err(Failure::Mistaken(page(&site, &who, &none, None, mistakes)?))
            }
            Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, &m, None, Vec::new())?)),
        };
    }
    let planned = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            Ok(exchange::plan(tx, &reach, &table)?)
        })
        .await?;
    let plan: Plan = match planned {
        Ok(plan) => plan,
        Err(mistakes) => {
            return Err(Failure::Mistaken(page(&site, &who, &none, None, mistakes)?));
        }
    };
    let kept = site.put_file(sent.bytes).await?;
    let preview = Preview {
        sha256: kept.sha256,
        file: sent.name,
        count: plan.people.len(),
        new_positions: plan.new_positions(),
        token: new_token(),
        people: plan.people.into_iter().take(SHOWN_MAX).collect(),
    };
    Ok(page(&site, &who, &none, Some(preview), Vec::new())?.into_response())
}
