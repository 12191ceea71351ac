//! The letter of apology as it would go out, for whoever signs: its words on the page, and its print.

use axum::response::Response;
use domain::dossier::{CommandKind, Maker, decide};
use site::{Failure, Mistakes, Site, Typed, Who};
use store::Tx;

use super::command;
use crate::dossiers::{
    desk::OnDesk,
    papers::{print_fault, sheet_of},
    sql,
    view::Around,
};
use domain::ids::DossierId;

/// The buttons that show the letter and do not send it.
pub(super) const SHOW: &str = "xem";
pub(super) const PRINT: &str = "xem-in";

/// The letter on the page.
pub(super) struct Letter {
    /// The number that it gets when it goes out.
    pub number: String,
    pub title: String,
    pub to: String,
    /// Its paragraphs: what stands before the dossier's code, the code, and what follows.
    pub lines: Vec<(String, String, String)>,
}

/// A paragraph around the code, which must not be broken.
fn around_code(line: &str, code: &str) -> (String, String, String) {
    match line.split_once(code).filter(|_| !code.is_empty()) {
        Some((before, after)) => (before.to_owned(), code.to_owned(), after.to_owned()),
        None => (line.to_owned(), String::new(), String::new()),
    }
}

/// The letter's sheet by what was typed; mistakes if it cannot be written so.
fn sheet(
    tx: &mut Tx<'_>,
    around: &Around,
    mut on_desk: OnDesk,
    maker: &Maker,
    typed: Typed,
) -> Result<Result<prints::DossierSheet, Mistakes>, Failure> {
    let now = tx.now();
    let as_typed = typed.clone();
    let kind = CommandKind::Extend;
    let read = command(tx, around, &mut on_desk, maker, kind, typed, now.civil())?;
    let (command, _) = match read {
        Ok(it) => it,
        Err(m) => return Ok(Err(m)),
    };
    let event = match decide(&on_desk.kept.dossier, command, maker, now) {
        Ok(it) => it,
        Err(why) => return Ok(Err(Mistakes::one(as_typed, super::NOT_TAKEN, why.to_string()))),
    };
    let mut events = sql::events(tx, on_desk.kept.id)?;
    on_desk.kept.dossier.apply(&event);
    events.push(event);
    let site = around.site.clone();
    let form = prints::Form::Apology;
    sheet_of(tx, (&site, around), &on_desk, form, events).map(Ok)
}

/// The letter by what stands in the form; nothing while that does not make one.
pub(super) fn of(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    maker: &Maker,
    typed: &Typed,
) -> Result<Option<Letter>, Failure> {
    let Ok(sheet) = sheet(tx, around, on_desk.again(), maker, typed.clone())? else {
        return Ok(None);
    };
    let number = on_desk.next_apology_number(tx)?;
    let words = prints::apology_text(&sheet).map_err(print_fault)?;
    let lines = words.lines.iter().map(|it| around_code(it, &sheet.code)).collect();
    Ok(Some(Letter { number, title: words.title, to: words.to, lines }))
}

/// What is wrong with the letter, if it cannot be written as typed.
pub(super) async fn mistakes(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: Typed,
) -> Result<Mistakes, Failure> {
    let (_, m) = made(site, who, id, typed).await?;
    Ok(m)
}

async fn made(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: Typed,
) -> Result<(Option<prints::DossierSheet>, Mistakes), Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        Ok(match sheet(tx, &around, on_desk, &maker, typed.clone())? {
            Ok(it) => (Some(it), Mistakes::none(typed)),
            Err(m) => (None, m),
        })
    })
    .await
}

/// The letter as it would be printed, without its number; mistakes if it cannot be written as typed.
pub(super) async fn print(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: Typed,
) -> Result<Result<Response, Mistakes>, Failure> {
    let (sheet, m) = made(site, who, id, typed).await?;
    let Some(mut sheet) = sheet else { return Ok(Err(m)) };
    // Shown before it goes out it has none: nobody takes the print for the letter.
    "……/TXL-UBND".clone_into(&mut sheet.document_number);
    let name = format!("xem-truoc-xin-loi-{}.pdf", sheet.code);
    let form = prints::Form::Apology;
    let made = tokio::task::spawn_blocking(move || prints::render(form, &sheet)).await;
    let bytes = made.map_err(|e| store::Fault::Worker(e.to_string()))?.map_err(print_fault)?;
    Ok(Ok(site::file(bytes, "application/pdf", &name, false)))
}

/// The number that the letter went out under, in a sentence.
pub(super) async fn told_number(site: &Site, who: &Who, id: DossierId) -> Result<String, Failure> {
    site.read(who, move |tx| {
        let year = tx.now().civil().year();
        let number = crate::dossiers::desk::take(tx, id)?.apology_number(tx, year)?;
        Ok(number.map_or_else(String::new, |it| format!(" Thư xin lỗi số {it}.")))
    })
    .await
}
