//! How a unit wants its screen: which slides, in which order and for how long; rules; whose telephones.

use askama::Template;
use axum::response::Response;
use citizen::procedures::facts as procedures;
use domain::{
    access::Action,
    ids::{PositionId, UnitId},
    publication::Slide,
};
use people::staff::facts as staff;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State, Who,
    demand, told,
};
use store::{Fault, Tx, journal::Entry};

use super::sql::{self, Plan, Setup};

/// The list's address.
pub(super) const PAGE: &str = "/co-quan/bang-tin";
/// What the journal calls a unit's screen.
const SUBJECT: &str = "bulletin";
/// Characters of rules at most.
const RULES_MAX: usize = 6_000;
/// Seconds of a slide.
const SECONDS: std::ops::RangeInclusive<i64> = 5..=300;

/// How `unit` sets up its screen.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn plan(tx: &mut Tx<'_>, unit: UnitId) -> Result<Setup, Fault> {
    sql::load(tx, unit)
}

/// Keeps how `unit` sets up its screen; false if somebody changed it since it was read.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set_up(tx: &mut Tx<'_>, unit: UnitId, it: &Setup) -> Result<bool, Fault> {
    let kept = sql::keep(tx, unit, it)?;
    if kept {
        let shown: Vec<&str> =
            it.slides.iter().filter(|it| it.shown).map(|it| it.slide.code()).collect();
        let details = serde_json::json!({"slides": shown, "phones": it.phones.len()});
        tx.journal(Entry::new(SUBJECT, unit.0, "set_up").details(&details));
    }
    Ok(kept)
}

#[derive(Template)]
#[template(path = "board/templates/units.html")]
struct Units {
    shell: Shell,
    units: Vec<(UnitId, String)>,
}

/// GET `/co-quan/bang-tin`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let has_board = |kind: &str| procedures::tier_of(kind).is_some();
    let units = who.tree.all().filter(|it| has_board(&it.kind));
    let units = units.filter(|it| who.can_at(Action::QueueManage, it.id));
    let units = units.map(|it| (it.id, it.title.clone())).collect();
    site.page(&Units { shell: site.shell(&who), units })
}

struct SlideView {
    code: &'static str,
    label: &'static str,
    place: String,
    seconds: String,
    shown: bool,
    mistake: String,
}

struct PhoneView {
    id: PositionId,
    label: String,
    phone: String,
    shown: bool,
}

#[derive(Template)]
#[template(path = "board/templates/setup.html")]
struct Form {
    shell: Shell,
    unit: UnitId,
    title: String,
    m: Mistakes,
    slides: Vec<SlideView>,
    phones: Vec<PhoneView>,
}

/// The form's fields as a set-up fills them.
fn filled(it: &Setup) -> Mistakes {
    let mut m = Mistakes::default();
    for plan in &it.slides {
        let code = plan.slide.code();
        m.typed.set(&format!("thu-tu-{code}"), plan.place.to_string());
        m.typed.set(&format!("giay-{code}"), plan.seconds.to_string());
        if plan.shown {
            m.typed.set(&format!("hien-{code}"), "1");
        }
    }
    m.typed.set("noi-quy", it.rules.clone());
    m.typed.set_all("so", it.phones.iter().map(ToString::to_string));
    m.typed.set("dau", it.edition.to_string());
    m
}

fn shown(
    site: &Site,
    who: &Who,
    unit: UnitId,
    holders: &[staff::Holder],
    m: Mistakes,
) -> Result<Html<String>, Failure> {
    let mut slides: Vec<SlideView> = Slide::ALL
        .iter()
        .map(|it| {
            let code = it.code();
            let (place, seconds) = (format!("thu-tu-{code}"), format!("giay-{code}"));
            let hidden = format!("hien-{code}");
            let mistake = [m.at(&place), m.at(&seconds), m.at(&hidden)];
            let mistake = mistake.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
            SlideView {
                code,
                label: it.label(),
                mistake: mistake.to_owned(),
                place: m.typed.get(&place).to_owned(),
                seconds: m.typed.get(&seconds).to_owned(),
                shown: m.typed.has(&hidden),
            }
        })
        .collect();
    slides.sort_by_key(|it| it.place.parse::<i64>().unwrap_or(i64::MAX));
    let phones = holders
        .iter()
        .filter(|it| !it.phone.is_empty())
        .map(|it| PhoneView {
            id: it.position,
            label: format!("{} – {}", it.title, it.name),
            phone: it.phone.clone(),
            shown: m.typed.all("so").any(|typed| typed == it.position.to_string()),
        })
        .collect();
    let title = who.tree.title(unit).to_owned();
    site.page(&Form { shell: site.shell(who), unit, title, m, slides, phones })
}

/// Whoever works at a body and its one-stop shop.
fn holders(who: &Who, tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<staff::Holder>, Failure> {
    demand(who, Action::QueueManage, unit)?;
    let kind = who.tree.unit(unit).map(|it| it.kind.clone()).unwrap_or_default();
    if procedures::tier_of(&kind).is_none() {
        return Err(Failure::NotFound);
    }
    let shops = who.tree.children(unit).iter().copied();
    let shops = shops.filter(|it| who.tree.unit(*it).is_some_and(|it| it.kind == "one_stop"));
    let units: Vec<UnitId> = std::iter::once(unit).chain(shops).collect();
    Ok(staff::holders(tx, &units, who.today())?)
}

/// GET `/co-quan/bang-tin/{unit}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (holders, setup) =
        site.read(&who, move |tx| Ok((holders(&asker, tx, unit)?, sql::load(tx, unit)?))).await?;
    shown(&site, &who, unit, &holders, filled(&setup))
}

/// A number of a slide; what is wrong with it names the slide.
fn number(
    fields: &mut Fields,
    (name, range): (&str, std::ops::RangeInclusive<i64>),
    (slide, what): (Slide, &str),
) -> Option<i64> {
    let read = fields.typed().get(name).trim().parse::<i64>().ok();
    let read = read.filter(|it| range.contains(it));
    if read.is_none() {
        let (label, from, to) = (slide.label(), range.start(), range.end());
        fields.wrong(name, format!("Trang “{label}”: {what} là một số từ {from} đến {to}."));
    }
    read
}

fn read(fields: &mut Fields, known: &[staff::Holder]) -> Option<Setup> {
    let most = i64::try_from(Slide::ALL.len()).unwrap_or(99);
    let mut slides: Vec<Plan> = Vec::new();
    let mut whole = true;
    for slide in Slide::ALL {
        let code = slide.code();
        let shown = fields.typed().has(&format!("hien-{code}"));
        let place = number(fields, (&format!("thu-tu-{code}"), 1..=most), (*slide, "thứ tự"));
        let seconds = number(fields, (&format!("giay-{code}"), SECONDS), (*slide, "số giây"));
        let twin = place.and_then(|place| slides.iter().find(|it| it.place == place));
        match (place.zip(seconds), twin) {
            (_, Some(twin)) => {
                let (label, other) = (slide.label(), twin.slide.label());
                let text = format!("Trang “{label}”: cùng thứ tự với trang “{other}”.");
                fields.wrong(&format!("thu-tu-{code}"), text);
                whole = false;
            }
            (Some((place, seconds)), None) => {
                slides.push(Plan { slide: *slide, place, seconds, shown });
            }
            (None, None) => whole = false,
        }
    }
    if whole && slides.iter().all(|it| !it.shown) {
        fields.wrong("hien-procedures", "Chọn ít nhất một trang để chiếu.");
        whole = false;
    }
    let rules = fields.typed().get("noi-quy").trim().to_owned();
    if rules.chars().count() > RULES_MAX {
        fields.wrong("noi-quy", format!("Nội quy dài quá {RULES_MAX} ký tự."));
        whole = false;
    }
    let mut phones: Vec<PositionId> =
        fields.typed().all("so").filter_map(|it| it.parse().ok()).collect();
    phones.retain(|it| known.iter().any(|holder| holder.position == *it));
    phones.sort_unstable();
    phones.dedup();
    let edition = fields.typed().get("dau").parse().ok()?;
    whole.then_some(Setup { slides, rules, phones, edition })
}

/// POST `/co-quan/bang-tin/{unit}`
pub async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let people = site.read(&who, move |tx| holders(&asker, tx, unit)).await?;
    let again = typed.clone();
    let mut fields = Fields::of(typed);
    let setup = read(&mut fields, &people);
    let setup = fields.finish(setup).or_show_again(|m| shown(&site, &who, unit, &people, m))?;
    let asker = who.clone();
    let kept = site
        .write(&who, move |tx| {
            demand(&asker, Action::QueueManage, unit)?;
            // The same words again are only a second click.
            let now = sql::load(tx, unit)?;
            let same = Setup { edition: now.edition, ..setup.clone() };
            let mut planned = now.clone();
            planned.slides.sort_by_key(|it| it.slide);
            Ok(planned == same || set_up(tx, unit, &setup)?)
        })
        .await?;
    if !kept {
        let mut m = Mistakes::none(again);
        let text = "Có người vừa sửa bảng tin này ở cửa sổ khác. Mở lại trang để xem rồi sửa tiếp.";
        m.by_field.insert("dau".to_owned(), text.to_owned());
        return Err(Failure::Mistaken(shown(&site, &who, unit, &people, m)?));
    }
    Ok(told(&format!("{PAGE}/{unit}"), "Đã ghi bảng tin; màn hình tự cập nhật trong nửa phút."))
}
