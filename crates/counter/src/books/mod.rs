//! Books of certification and of civil status (sổ chứng thực, sổ hộ tịch): opened for a year,
//! numbered without gaps, put right beside the entry and never over it, closed at the end.
//!
//! The rules are in `domain::books`; the forms in `law/books.toml`.

use domain::{
    access::{Action, may},
    ids::{DossierId, UnitId},
    org::UnitKind,
};
use site::{AdminGroup, Failure, Routes, Tie, Who, get, post};
use store::{Fault, Tx};

mod at_once;
mod book;
mod entry;
pub mod facts;
mod form;
pub mod keep;
mod list;
mod papers;
mod sql;
#[cfg(test)]
mod tests;
mod volume;

/// Where the books are.
const ADDRESS: &str = "/co-quan/so";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (view, write) = (Action::DossierView, Action::BookKeep);
    Routes::default()
        .menu("Sổ chứng thực, hộ tịch", ADDRESS, Action::BookKeep)
        .admin(
            AdminGroup::Work,
            ("Sổ chứng thực, hộ tịch", ADDRESS),
            Action::BookClose,
            "Mở sổ, khóa sổ cuối năm; xem, tìm và in sổ.",
        )
        .ties(ties)
        .numbers_at_once(at_once::NUMBERS)
        .on(ADDRESS, view, get(book::index))
        .on("/co-quan/so/mo", Action::BookClose, post(book::open))
        .on("/co-quan/so/ghi", write, get(form::new).post(form::enter))
        .on("/co-quan/so/muc", view, get(list::all))
        .on("/co-quan/so/xuat", view, get(papers::workbook))
        .on("/co-quan/so/{id}", view, get(list::of_book))
        .on("/co-quan/so/{id}/in", view, get(papers::print))
        .on("/co-quan/so/{id}/khoa", Action::BookClose, get(book::close_form).post(book::close))
        .on("/co-quan/so/{id}/quyen-moi", write, get(volume::form).post(volume::turn))
        .on("/co-quan/so/muc/{id}", view, get(entry::show))
        .on("/co-quan/so/muc/{id}/dinh-chinh", write, get(form::correction).post(form::correct))
        // Who may close a book strikes entries in it, whoever wrote them: the page asks.
        .on("/co-quan/so/muc/{id}/huy", view, get(entry::cancel_form).post(entry::cancel))
        .on("/co-quan/so/muc/{id}/ghi-chu", write, get(entry::annotate_form).post(entry::annotate))
        .on("/co-quan/so/muc/{id}/trich-luc", view, get(papers::extract))
}

/// Whether somebody may do `action` to the books of a body by a right within that body: a right
/// over the district lets see its communes' books, not write into them.
fn may_at(who: &Who, action: Action, body: UnitId) -> bool {
    let within = |unit: UnitId| {
        let part = who.tree.unit(unit).is_some_and(|it| {
            let kind = UnitKind::of(&it.kind);
            let is_part = matches!(kind, Some(UnitKind::OneStop | UnitKind::Division));
            is_part && it.parent == Some(body)
        });
        unit == body || part
    };
    let today = who.today();
    who.grants.iter().any(|it| it.holds_on(today) && may(it.role, action) && within(it.unit))
}

/// Whether somebody sees the books of a body.
fn sees(who: &Who, body: UnitId) -> bool {
    who.can_at(Action::DossierView, body)
        || may_at(who, Action::BookKeep, body)
        || may_at(who, Action::BookClose, body)
}

/// The bodies of today whose books somebody may do `action` to.
fn bodies(who: &Who, action: Action) -> Vec<UnitId> {
    of_today(who).filter(|it| may_at(who, action, *it)).collect()
}

/// The bodies whose books somebody sees, those that are no more included.
fn seen(who: &Who) -> Vec<UnitId> {
    let mut all: Vec<UnitId> = of_today(who).filter(|it| sees(who, *it)).collect();
    let heirs = all.clone();
    for heir in heirs {
        all.extend(who.tree.subtree(heir).into_iter().filter(|it| who.tree.unit(*it).is_none()));
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn of_today(who: &Who) -> impl Iterator<Item = UnitId> {
    let is_body =
        |kind: &str| matches!(UnitKind::of(kind), Some(UnitKind::District | UnitKind::Commune));
    who.tree.all().filter(move |it| is_body(&it.kind)).map(|it| it.id)
}

/// What of the books hangs on a dossier: its entries, and the one that is still to be made.
fn ties(who: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Tie>, Fault> {
    let mut ties = Vec::new();
    for (entry, book) in sql::of_dossier(tx, id)? {
        let Some(form) = facts::form_of(&book) else { continue };
        let place = format!("{}: số {:02}, năm {}", form.title, entry.number, book.year);
        ties.push(Tie {
            label: place.clone(),
            href: format!("{ADDRESS}/muc/{}", entry.id),
            is_due: false,
            owed: None,
            stays: Some(format!("{place} – {} ({}).", form.retention, form.retention_basis)),
            number: (!entry.is_cancelled).then(|| form.written(entry.number, book.year)),
        });
    }
    let copied = match citizen::dossiers::facts::copied(tx, who, id) {
        Ok(it) => it,
        Err(Failure::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(ties),
    };
    let accepted = copied.kept.dossier.received_at.is_some();
    let form = facts::forms().of_procedure(&copied.procedure, who.today());
    if let Some(form) = form
        && accepted
        && ties.is_empty()
    {
        let may = may_at(who, Action::BookKeep, copied.kept.body);
        let href = if may { format!("{ADDRESS}/ghi?ho-so={id}") } else { String::new() };
        ties.push(Tie {
            label: format!("Ghi {}", lower_first(&form.title)),
            href,
            is_due: may,
            owed: Some(format!("Chưa ghi vào {}.", lower_first(&form.title))),
            stays: None,
            number: None,
        });
    }
    Ok(ties)
}

/// “Sổ …” within a sentence.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_lowercase().chain(letters).collect())
}
