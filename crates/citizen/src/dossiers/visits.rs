//! When the citizen came: what a dossier's page says of it, the button for a way that no step
//! tells, and what is handed in together.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    dossier::{Collector, Part},
    ids::DossierId,
    visit::{Cause, FEW},
};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    slips,
    sql::{self, Collection, Member, Person, party, visits},
    view::Around,
};

/// A coming, as a page shows it.
pub(super) struct CameView {
    pub when: String,
    pub what: String,
    pub in_vain: bool,
}

/// People and visits around a dossier, as its page shows them.
pub(super) struct Beside {
    /// For each member: number, name, detail, outcome, collected.
    pub members: i64,
    pub answered: i64,
    pub collected: i64,
    pub proxy: String,
    pub came: Vec<CameView>,
    pub trips: i64,
    pub is_few: bool,
    pub collections: Vec<(String, String)>,
    /// Dossiers handed in on the same visit, this one included: number and code.
    pub together: Vec<(DossierId, String)>,
}

/// What is around a dossier.
pub(super) fn beside(
    tx: &mut Tx<'_>,
    around: &Around,
    id: DossierId,
    person: &Person,
) -> Result<Beside, Failure> {
    let members = party::members(tx, id)?;
    let came = visits::of(tx, id)?;
    let trips = visits::trips(tx, id)?;
    let counted = |of: &dyn Fn(&Member) -> bool| {
        i64::try_from(members.iter().filter(|it| of(it)).count()).unwrap_or(0)
    };
    let together = together(tx, around, id)?;
    Ok(Beside {
        members: counted(&|_| true),
        answered: counted(&|it| it.outcome != sql::MemberOutcome::Pending),
        collected: counted(&|it| it.collected_at.is_some()),
        proxy: person.proxy_paper.as_ref().map_or_else(String::new, |it| {
            let until = it.valid_until.map(domain::text::date);
            let until = until.map_or(String::new(), |it| format!(", đến hết {it}"));
            format!("{}; {}{until}", it.line(), it.powers.label().to_lowercase())
        }),
        came: came
            .iter()
            .map(|it| CameView {
                when: domain::text::date_time(it.at.civil()),
                what: match it.others {
                    0 => it.cause.label().to_owned(),
                    others => format!("{} (cùng lượt với {others} hồ sơ khác)", it.cause.label()),
                },
                in_vain: it.cause.in_vain(),
            })
            .collect(),
        trips,
        is_few: trips <= FEW,
        collections: party::collections(tx, id)?.iter().map(collection_view).collect(),
        together,
    })
}

fn collection_view(it: &Collection) -> (String, String) {
    let when = it.collected_at.map_or_else(String::new, domain::text::date_time);
    let who = Collector::from_code(&it.collector).map_or("", Collector::label);
    let for_whom = match it.members.len() {
        0 => String::new(),
        count => format!(" ({count} kết quả)"),
    };
    (when, format!("{who}: {}{for_whom}", it.words()))
}

/// The dossiers that came on the same visit and that whoever asks may see; none if it came alone.
pub(super) fn together(
    tx: &mut Tx<'_>,
    around: &Around,
    id: DossierId,
) -> Result<Vec<(DossierId, String)>, Fault> {
    let all = visits::handed_in_together(tx, id)?;
    let mut seen = Vec::new();
    if all.len() < 2 {
        return Ok(seen);
    }
    for other in all {
        if let Some(kept) = sql::find(tx, other)?
            && around.sees(&kept)
        {
            seen.push((other, kept.code));
        }
    }
    if seen.len() < 2 {
        seen.clear();
    }
    Ok(seen)
}

#[derive(Template)]
#[template(path = "dossiers/templates/visit.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    procedure: String,
    causes: Vec<(String, String)>,
    trips: i64,
}

async fn page(
    site: &Site,
    who: &Who,
    id: DossierId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (code, procedure, trips) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = at_counter(tx, &around, id)?;
            let procedure = on_desk.version.body.name.clone();
            Ok((on_desk.kept.code, procedure, visits::trips(tx, id)?))
        })
        .await?;
    let causes = Cause::RECORDED.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    site.page(&Form {
        shell: site.shell(who),
        m,
        id,
        code,
        procedure,
        causes: causes.collect(),
        trips,
    })
}

fn at_counter(
    tx: &mut Tx<'_>,
    around: &Around,
    id: DossierId,
) -> Result<super::desk::OnDesk, Failure> {
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    if !maker.plays_any(&[Part::Counter, Part::CounterHead]) {
        return Err(Failure::NotFound);
    }
    Ok(on_desk)
}

/// GET `/co-quan/ho-so/{id}/khach-den`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// POST `/co-quan/ho-so/{id}/khach-den`: pressed twice, it is one visit.
pub async fn record(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let cause = fields
        .choice("ly-do-den", |it| Cause::from_code(it).filter(|it| Cause::RECORDED.contains(it)));
    let words = fields.optional_text("loi", 500);
    let (cause, words) = match fields.finish(cause.zip(words)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let on_desk = at_counter(tx, &around, id)?;
        Ok(write(tx, &on_desk.kept, cause, &words)?)
    })
    .await?;
    Ok(told(&format!("/co-quan/ho-so/{id}"), "Đã ghi nhận lượt khách đến."))
}

/// Writes down a coming that no step tells, once a visit.
pub(super) fn write(
    tx: &mut Tx<'_>,
    kept: &sql::Kept,
    cause: Cause,
    words: &str,
) -> Result<(), Fault> {
    let before = visits::of(tx, kept.id)?.len();
    visits::came(tx, kept.id, kept.unit, cause, None)?;
    if visits::of(tx, kept.id)?.len() > before {
        let details = serde_json::json!({ "cause": cause.code() });
        let said = [cause.label(), words];
        let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
        let entry = Entry::new(sql::SUBJECT, kept.id.0, "visit").details(&details);
        tx.journal(entry.words(Some(said.join(": "))));
    }
    Ok(())
}

/// Routes of visits.
pub(super) fn routes() -> site::Routes {
    site::Routes::default()
        .on("/co-quan/ho-so/{id}/khach-den", Action::DossierReceive, site::get(form).post(record))
        .on(
            "/co-quan/ho-so/{id}/giay-hen-chung",
            Action::DossierView,
            site::get(slips::common_receipt),
        )
        .on("/co-quan/ho-so/{id}/bien-nhan-tra", Action::DossierView, site::get(slips::handover))
}
