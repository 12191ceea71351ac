//! The form that opens a part of a case at another unit.

use askama::Template;
use axum::response::Response;
use domain::{
    ids::{DossierId, UnitId},
    link::{Arrangement, Carriage, passes},
    procedure::ProcedureVersion,
};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, form,
    told,
};
use store::Tx;

use super::{
    acts::{self, Plan},
    chain::arrangements,
    sql::Handed,
};
use crate::{
    dossiers::{
        desk::{self, OnDesk},
        sql as dossiers,
        view::Around,
    },
    procedures::facts as procedures,
    relay::{self, Route, outgoing::RemotePlan},
};

/// Procedures that are proposed at once at most.
const PROPOSED_MAX: usize = 8;
/// A procedure that the other unit settles, and what it would promise.
struct Proposal {
    code: String,
    name: String,
    limit: String,
    due: String,
    passes: bool,
    refused: String,
    chosen: bool,
}

/// A paper or a file to tick.
pub(super) struct PaperBox {
    pub field: String,
    pub name: String,
    pub about: String,
    pub ticked: bool,
}

#[derive(Template)]
#[template(path = "dossiers/links/templates/open.html")]
struct OpenPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    action: String,
    code: String,
    procedure: String,
    due: String,
    q: String,
    unit: String,
    units: Vec<(String, String)>,
    proposals: Vec<Proposal>,
    papers: Vec<PaperBox>,
    arrangements: Vec<(String, String)>,
    carriages: Vec<(String, String)>,
    once: String,
}

/// Where a part may go.
#[derive(Clone)]
enum Target {
    /// A one-stop shop of ours.
    Unit(UnitId),
    /// A unit of another installation's.
    Route(Route),
}

impl Target {
    /// Its value in forms.
    fn value(&self) -> String {
        match self {
            Self::Unit(it) => it.to_string(),
            Self::Route(it) => format!("r{}", it.id),
        }
    }

    fn title(&self, around: &Around) -> String {
        match self {
            Self::Unit(it) => around.who.tree.title(*it).to_owned(),
            Self::Route(it) => format!("{} (hệ thống khác)", it.name),
        }
    }
}

/// Everywhere that a part of this case may go.
fn targets(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
) -> Result<Vec<Target>, store::Fault> {
    let mut all: Vec<Target> = others(around, on_desk).into_iter().map(Target::Unit).collect();
    all.extend(relay::facts::all_routes(tx)?.into_iter().map(Target::Route));
    Ok(all)
}

/// One-stop shops of other bodies.
fn others(around: &Around, on_desk: &OnDesk) -> Vec<UnitId> {
    let tree = &around.who.tree;
    let one_stops = tree.all().filter(|it| it.kind == "one_stop").map(|it| it.id);
    one_stops.filter(|it| around.body_of(*it) != on_desk.kept.body).collect()
}

/// What the other unit may be asked for: what is searched, else the same procedure and its neighbours.
fn proposed(
    site: &Site,
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    to: &Target,
    q: &str,
) -> Result<Vec<std::sync::Arc<procedures::Version>>, Failure> {
    let with_districts = around.who.tree.has_districts();
    let office = match to {
        Target::Unit(it) => around.desk().office(*it),
        Target::Route(_) => None,
    };
    let fits = |it: &ProcedureVersion| match (to, office) {
        (Target::Unit(_), Some(office)) => {
            it.body == "ubnd" && it.settled_by(office.tier, with_districts) && !it.on_the_spot
        }
        (Target::Unit(_), None) => false,
        (Target::Route(route), _) => relay::outgoing::takes(route, &it.code),
    };
    let catalogue = procedures::catalogue(site, tx)?;
    let found = if q.is_empty() {
        let own = &on_desk.version.body;
        let mut near: Vec<_> =
            catalogue.all().iter().filter(|it| it.body.sector == own.sector).cloned().collect();
        near.sort_by_key(|it| it.body.code != own.code);
        near
    } else {
        catalogue.find(q, 40)
    };
    Ok(found.into_iter().filter(|it| fits(&it.body)).take(PROPOSED_MAX).collect())
}

async fn open_page(
    site: &Site,
    who: &Who,
    id: DossierId,
    m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker, typed) = (site.clone(), who.clone(), m.typed.clone());
    let shell = site.shell(who);
    let q: String = typed.get("q").chars().take(100).collect();
    let asked_for = q.clone();
    let (on_desk, to, units, proposals, papers) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            if !acts::leads(&maker) {
                return Err(Failure::Forbidden);
            }
            let all = targets(tx, &around, &on_desk)?;
            let above = around.who.tree.line(on_desk.kept.body);
            let is_above = |it: &&Target| match it {
                Target::Unit(it) => above.contains(&around.body_of(*it)),
                Target::Route(_) => false,
            };
            let to = all
                .iter()
                .find(|it| it.value() == typed.get("don-vi"))
                .or_else(|| all.iter().find(is_above))
                .or_else(|| all.first())
                .cloned()
                .ok_or_else(|| {
                    Failure::Refused("Chưa có Bộ phận Một cửa nào khác để liên thông.".to_owned())
                })?;
            let days = agreed(&typed);
            let unnamed = desk::DeskError::NoLimit.to_string();
            let mut proposals = Vec::new();
            for version in proposed(&inner, tx, &around, &on_desk, &to, &asked_for)? {
                let plan = Plan {
                    to: match to {
                        Target::Unit(it) => it,
                        Target::Route(_) => on_desk.kept.unit,
                    },
                    procedure: version.body.code.clone(),
                    arrangement: Arrangement::Parallel,
                    carriage: Carriage::Electronic,
                    agreed_days: days,
                    request: String::new(),
                    papers: Vec::new(),
                };
                let promised = match to {
                    Target::Unit(_) => acts::promised(tx, around.desk(), &on_desk.kept, &plan),
                    // The partner promises, by its own catalogue and calendar.
                    Target::Route(_) => Ok(None),
                };
                let (due, refused) = match promised {
                    Ok(due) => (due, String::new()),
                    Err(Failure::Refused(why)) if why == unnamed => {
                        (None, "chưa công bố thời hạn, ghi số ngày đã thống nhất".to_owned())
                    }
                    Err(Failure::Refused(why)) => (None, why),
                    Err(other) => return Err(other),
                };
                let channel = on_desk.kept.dossier.channel;
                let channel = channel.unwrap_or(domain::procedure::ChannelKind::Direct);
                proposals.push(Proposal {
                    code: version.body.code.clone(),
                    name: version.body.name.clone(),
                    limit: desk::limit_text(&version.body, channel, days),
                    due: due.map_or_else(String::new, domain::text::date_time),
                    passes: passes(due, on_desk.kept.dossier.due_at),
                    refused,
                    chosen: typed.get("thu-tuc") == version.body.code,
                });
            }
            let fresh = !typed.has("lan");
            let papers = boxes(tx, id, &typed, fresh)?;
            let units = all.iter().map(|it| (it.value(), it.title(&around))).collect();
            Ok((on_desk, to.value(), units, proposals, papers))
        })
        .await?;
    let once = match m.typed("lan") {
        "" => form::new_token(),
        it => it.to_owned(),
    };
    let codes = |it: &Carriage| (it.code().to_owned(), it.label().to_owned());
    site.page(&OpenPage {
        shell,
        id,
        action: format!("/co-quan/ho-so/{id}/lien-thong"),
        code: on_desk.kept.code.clone(),
        procedure: on_desk.version.body.name.clone(),
        due: on_desk.kept.dossier.due_at.map_or_else(String::new, domain::text::date_time),
        q,
        unit: to,
        units,
        proposals,
        papers,
        arrangements: arrangements(),
        carriages: Carriage::ALL.iter().map(codes).collect(),
        once,
        m: &m,
    })
}

fn agreed(typed: &Typed) -> Option<u16> {
    typed.get("so-ngay").parse().ok().filter(|it| (1..=365).contains(it))
}

/// The papers and files of a dossier as boxes to tick.
fn boxes(
    tx: &mut Tx<'_>,
    id: DossierId,
    typed: &Typed,
    fresh: bool,
) -> Result<Vec<PaperBox>, store::Fault> {
    let mut boxes = Vec::new();
    for it in dossiers::papers(tx, id)? {
        let field = format!("giay-{}", it.id);
        let ticked = fresh || typed.has(&field);
        let about = format!("{} × {}", super::form_label(&it.form), it.count);
        boxes.push(PaperBox { field, name: it.name, about, ticked });
    }
    for it in dossiers::files(tx, id)? {
        let field = format!("tep-{}", it.id);
        let ticked = fresh || typed.has(&field);
        let about = format!("tệp, {} KB", it.size / 1024 + 1);
        boxes.push(PaperBox { field, name: it.name, about, ticked });
    }
    Ok(boxes)
}

/// The papers and files that were ticked.
pub(super) fn ticked(
    tx: &mut Tx<'_>,
    id: DossierId,
    typed: &Typed,
) -> Result<Vec<Handed>, store::Fault> {
    let mut handed = Vec::new();
    for it in dossiers::papers(tx, id)? {
        if typed.has(&format!("giay-{}", it.id)) {
            handed.push(Handed { name: it.name, form: it.form, count: it.count, file: None });
        }
    }
    for it in dossiers::files(tx, id)? {
        if typed.has(&format!("tep-{}", it.id)) {
            let file = Some(it.id);
            handed.push(Handed { name: it.name, form: "file".to_owned(), count: 1, file });
        }
    }
    Ok(handed)
}

/// GET `/co-quan/ho-so/{id}/lien-thong`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    open_page(&site, &who, id, Mistakes::none(asked)).await
}

fn read_plan(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    typed: Typed,
) -> Result<Result<(Target, Plan), Mistakes>, Failure> {
    let papers = ticked(tx, on_desk.kept.id, &typed)?;
    let all = targets(tx, around, on_desk)?;
    let mut fields = Fields::of(typed);
    let to = fields.choice("don-vi", |it| all.iter().find(|to| to.value() == it).cloned());
    let procedure = fields.choice("thu-tuc", |it| (!it.is_empty()).then(|| it.to_owned()));
    let arrangement = fields.choice("thu-tu", Arrangement::from_code);
    let carriage = fields.choice("cach-chuyen", Carriage::from_code);
    let agreed_days = match fields.typed().get("so-ngay") {
        "" => Some(None),
        _ => fields.number("so-ngay", 1..=365).map(|it| u16::try_from(it).ok()),
    };
    let request = fields.text("noi-dung", 1_000);
    if carriage == Some(Carriage::Electronic) && papers.iter().any(|it| it.form == "original") {
        fields.wrong(
            "cach-chuyen",
            "Có bản chính đi kèm: chọn cách chuyển giấy, hoặc bỏ chọn bản chính và chỉ gửi tệp.",
        );
    }
    let whole = (|| {
        let to = to?;
        let plan = Plan {
            to: match to {
                Target::Unit(it) => it,
                Target::Route(_) => on_desk.kept.unit,
            },
            procedure: procedure?,
            arrangement: arrangement?,
            carriage: carriage?,
            agreed_days: agreed_days?,
            request: request?,
            papers,
        };
        Some((to, plan))
    })();
    Ok(fields.finish(whole))
}

/// POST `/co-quan/ho-so/{id}/lien-thong`
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker, again) = (site.clone(), who.clone(), typed.clone());
    let sending = form::Sending::of(&who, &typed, "lan");
    let done = form::once(&site, &who, sending, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        let (to, plan) = match read_plan(tx, &around, &on_desk, typed)? {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        match to {
            Target::Unit(_) => acts::open(tx, around.desk(), &maker, &on_desk, &plan)?,
            Target::Route(route) => {
                let wanted = RemotePlan { route, plan };
                relay::outgoing::open(tx, around.desk(), &maker, &on_desk, &wanted)?
            }
        };
        Ok(Ok(format!("/co-quan/ho-so/{id}")))
    })
    .await;
    match done {
        Ok(form::Sent::Done(location)) => {
            Ok(told(&format!("{location}#lien-thong"), "Đã chuyển hồ sơ liên thông."))
        }
        Ok(form::Sent::Wrong(m) | form::Sent::Before(m)) => {
            Err(Failure::Mistaken(open_page(&site, &who, id, m).await?))
        }
        // What the law or the calendar says stands beside what it is about.
        Err(Failure::Refused(why)) => {
            let mut m = Mistakes::none(again);
            m.by_field.insert("thu-tuc".to_owned(), why);
            Err(Failure::Mistaken(open_page(&site, &who, id, m).await?))
        }
        Err(other) => Err(other),
    }
}
