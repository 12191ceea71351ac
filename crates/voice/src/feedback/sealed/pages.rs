//! The sealed register: its list and one denunciation, for keepers of its unit alone.

use askama::Template;
use axum::response::Response;
use domain::{
    feedback::{Class, petition::Step},
    ids::FeedbackId,
    text,
};
use site::{Failure, Html, Mistakes, Path, Shell, Site, State, Who};
use store::{Tx, journal};

use super::{
    super::{
        petitions::{
            self, Entry,
            pages::{StepView, open_steps},
        },
        rules,
        sender::Sender,
    },
    close::{self, Said},
    competence, keeps, sql,
};

/// A denunciation of a unit that `who` keeps, and that is not about himself; else it is not there.
pub(super) fn find(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    id: FeedbackId,
) -> Result<(Entry, Said), Failure> {
    let entry = petitions::sql::find(tx, id)?.filter(|it| it.class == Class::Denunciation);
    let entry = entry.ok_or(Failure::NotFound)?;
    let about_head = sql::about_head(tx, id)?;
    if !keeps(who, entry.unit, about_head) {
        return Err(Failure::NotFound);
    }
    let said = close::said(site, tx, id)?;
    if is_about(&said, who) { Err(Failure::NotFound) } else { Ok((entry, said)) }
}

/// Whether it is about `who` himself.
fn is_about(said: &Said, who: &Who) -> bool {
    said.staff.is_some() && said.staff == who.staff.map(|it| it.0)
        || competence::names(&said.accused, &who.name)
}

/// Those that somebody keeps and that are not about himself, what is open first.
pub(super) fn mine(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    limit: i64,
) -> Result<Vec<Entry>, Failure> {
    let mut mine = Vec::new();
    let units = Some(super::kept_units(who));
    let all = petitions::sql::list(tx, Class::Denunciation, units, None, limit)?;
    let ids: Vec<FeedbackId> = all.iter().map(|it| it.id).collect();
    let kept = sql::all_said(tx, &ids)?;
    for entry in all {
        let Some((sealed, about_head)) = kept.get(&entry.id) else { continue };
        if keeps(who, entry.unit, *about_head)
            && !is_about(&close::said_in(site, entry.id, sealed)?, who)
        {
            mine.push(entry);
        }
    }
    Ok(mine)
}

struct Line {
    id: i64,
    number: String,
    unit: String,
    received: String,
    stage: &'static str,
    due: String,
    is_late: bool,
}

fn line(who: &Who, it: &Entry) -> Line {
    Line {
        id: it.id.0,
        number: format!("#{}/{}", it.number, it.year),
        unit: who.tree.title(it.unit).to_owned(),
        received: text::date(it.petition.received_at.date()),
        stage: it.petition.stage.label(),
        due: it.due.map_or_else(String::new, |it| text::date(it.civil().date())),
        is_late: it.due.is_some_and(|it| it < who.now),
    }
}

#[derive(Template)]
#[template(path = "feedback/templates/denunciations.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
}

/// GET `/co-quan/don-to-cao`
pub(super) async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let found = site.read(&who, move |tx| mine(&inner, tx, &asker, 2_000)).await?;
    site.page(&List {
        shell: site.shell(&who),
        lines: found.iter().map(|it| line(&who, it)).collect(),
    })
}

struct WishView {
    id: i64,
    asked: String,
    by: String,
    reason: String,
    state: &'static str,
    may_answer: bool,
    may_look: bool,
}

#[derive(Template)]
#[template(path = "feedback/templates/denunciation.html")]
struct One<'a> {
    shell: Shell,
    m: &'a Mistakes,
    line: Line,
    said: Said,
    has_identity: bool,
    files: Vec<(i64, String)>,
    weight: &'static str,
    source: String,
    steps: Vec<StepView>,
    open: Vec<(String, String)>,
    wishes: Vec<WishView>,
    identity: Option<Sender>,
}

/// The page; `identity` is shown once, to whoever two keepers let look.
pub(super) async fn show_with(
    site: &Site,
    who: &Who,
    id: FeedbackId,
    (m, identity): (&Mistakes, Option<Sender>),
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (entry, said, files, taken, wishes, has_identity, names) = site
        .read(who, move |tx| {
            let (entry, said) = find(&inner, tx, &asker, id)?;
            let mut files = Vec::new();
            for (file, name) in sql::files(tx, id)? {
                files.push((file, close::file_name(&inner, id, &name)?.name));
            }
            let mut taken = petitions::sql::steps(tx, id)?;
            for it in &mut taken {
                it.words = close::opened(&inner, "step", id, &it.words)?;
            }
            let mut wishes = sql::wishes(tx, id)?;
            for it in &mut wishes {
                it.reason = close::opened(&inner, "reason", id, &it.reason)?;
            }
            let mut by: Vec<_> = taken.iter().map(|it| it.by).collect();
            by.extend(wishes.iter().map(|it| it.asked_by));
            by.extend(wishes.iter().filter_map(|it| it.answered_by));
            let has_identity = sql::identity(tx, id)?.is_some();
            let names = people::staff::facts::account_names(tx, &by)?;
            Ok((entry, said, files, taken, wishes, has_identity, names))
        })
        .await?;
    let limits = rules::petition_on(Class::Denunciation, entry.petition.received_at.date())?;
    let name = |by| names.iter().find(|it| it.0 == by).map_or_else(String::new, |it| it.1.clone());
    let mut open = vec![(String::new(), "Chọn bước".to_owned())];
    let next = open_steps(entry.petition.stage);
    open.extend(next.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    let day_ms = 24 * 3_600_000;
    site.page(&One {
        shell: site.shell(who),
        m,
        line: line(who, &entry),
        said,
        has_identity,
        files,
        weight: entry.petition.weight.label(),
        source: limits.source.clone(),
        steps: taken
            .into_iter()
            .map(|it| StepView {
                at: text::date_time(it.at.civil()),
                by: name(it.by),
                what: Step::from_code(&it.step).map_or("", Step::label),
                words: it.words,
            })
            .collect(),
        open: if next.is_empty() { Vec::new() } else { open },
        wishes: wishes
            .into_iter()
            .map(|it| WishView {
                id: it.id,
                asked: text::date_time(it.asked_at.civil()),
                by: name(it.asked_by),
                reason: it.reason,
                state: match (it.approved, it.looked_at) {
                    (None, _) => "chờ người thứ hai",
                    (Some(false), _) => "không đồng ý",
                    (Some(true), None) => "đã đồng ý, chưa xem",
                    (Some(true), Some(_)) => "đã xem",
                },
                may_answer: it.approved.is_none() && it.asked_by != who.account,
                may_look: it.approved == Some(true)
                    && it.looked_at.is_none()
                    && it.asked_by == who.account
                    && who.now.epoch_ms() - it.asked_at.epoch_ms() < 30 * day_ms,
            })
            .collect(),
        identity,
    })
}

/// GET `/co-quan/don-to-cao/{id}`; the journal knows that somebody opened one of his unit, not which.
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (entry, _) = find(&inner, tx, &asker, id)?;
        tx.journal(journal::Entry::new("denunciation", entry.unit.0, "read_denunciation"));
        Ok(())
    })
    .await?;
    show_with(&site, &who, id, (&Mistakes::default(), None)).await
}

/// GET `/co-quan/don-to-cao/{id}/tep/{file}`; a look like that at the page.
pub(super) async fn file(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(FeedbackId, i64)>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (name, bytes) = site
        .write(&who, move |tx| {
            let (entry, _) = find(&inner, tx, &asker, id)?;
            tx.journal(journal::Entry::new("denunciation", entry.unit.0, "read_denunciation"));
            let (name, body) = sql::file(tx, id, file)?.ok_or(Failure::NotFound)?;
            Ok(close::file(&inner, id, (&name, &body))?)
        })
        .await?;
    Ok(site::file(bytes, &name.media_type, &name.name, false))
}
