//! The board: numbers with names, titles and hours, for the public, for the wall, and for whoever keeps it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, hotline::TestResult, identity::Phone, ids::UnitId};
use prints::{OfficePaper, PaperColumn, PaperSize};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    told,
};
use store::journal::Entry;

use super::{
    HOTLINE, choices, chosen,
    facts::{self, Shown},
    sql, units,
};
use crate::typed::{agency, holder_options, holders};

const PAGE: &str = "/co-quan/duong-day-nong/so";

struct Board {
    unit: UnitId,
    title: String,
    numbers: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "hotline/templates/public.html")]
struct Public {
    shell: Shell,
    here: String,
    title: String,
    boards: Vec<Board>,
    units: Vec<(String, String)>,
}

async fn boards(site: &Site, who: &Who, units: Vec<UnitId>) -> Result<Vec<Board>, Failure> {
    let tree = who.tree.clone();
    site.read(who, move |tx| {
        let mut all = Vec::new();
        for unit in units {
            // The board of a body shows the numbers of its one-stop shop as well.
            let shops = tree
                .children(unit)
                .iter()
                .copied()
                .filter(|it| tree.unit(*it).is_some_and(|it| it.kind == "one_stop"));
            let with_shops: Vec<UnitId> = std::iter::once(unit).chain(shops).collect();
            let mut numbers = facts::board(tx, &with_shops)?;
            numbers.retain(|it| !it.phone.is_empty());
            if !numbers.is_empty() {
                all.push(Board { unit, title: tree.title(unit).to_owned(), numbers });
            }
        }
        Ok(all)
    })
    .await
}

fn bodies(who: &Who) -> Vec<(UnitId, String)> {
    let all = who.tree.all().filter(|it| it.kind != "one_stop");
    all.map(|it| (it.id, it.title.clone())).collect()
}

async fn public(site: &Site, who: &Who, unit: Option<UnitId>) -> Result<Response, Failure> {
    let all = bodies(who);
    let shown = match unit {
        Some(it) => vec![it],
        None => all.iter().map(|it| it.0).collect(),
    };
    let boards = boards(site, who, shown).await?;
    let shell = site.shell(who);
    let mut options = vec![(String::new(), shell.words.say("hotline-all-units"))];
    options.extend(choices(&all));
    Ok(site
        .page(&Public {
            here: unit.map_or_else(String::new, |it| it.to_string()),
            title: unit.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
            boards,
            units: options,
            shell,
        })?
        .into_response())
}

/// GET `/duong-day-nong?don-vi=`
pub(super) async fn all(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let chosen = asked.get("don-vi").parse().ok().map(UnitId);
    match chosen.filter(|it| who.tree.unit(*it).is_some()) {
        Some(unit) => Ok(site::Redirect::to(&format!("/duong-day-nong/{unit}")).into_response()),
        None => public(&site, &who, None).await,
    }
}

/// GET `/duong-day-nong/{unit}`, `/duong-day-nong/{unit}.pdf?kho=a3`
pub(super) async fn of_unit(
    State(site): State<Site>,
    who: Who,
    Path(name): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (id, kind) = name.split_once('.').unwrap_or((&name, ""));
    let unit = UnitId(id.parse().map_err(|_| Failure::NotFound)?);
    let known = who.tree.unit(unit).is_some_and(|it| it.kind != "one_stop");
    match kind {
        _ if !known => Err(Failure::NotFound),
        "" => public(&site, &who, Some(unit)).await,
        "pdf" => paper(&site, &who, unit, asked.get("kho") == "a3").await,
        _ => Err(Failure::NotFound),
    }
}

async fn paper(site: &Site, who: &Who, unit: UnitId, large: bool) -> Result<Response, Failure> {
    let numbers: Vec<Shown> =
        boards(site, who, vec![unit]).await?.into_iter().flat_map(|it| it.numbers).collect();
    let rows = numbers.iter().map(|it| vec![it.label.clone(), spoken(&it.phone), it.hours.clone()]);
    let paper = OfficePaper {
        agency: agency(who, unit),
        title: "ĐƯỜNG DÂY NÓNG".to_owned(),
        subtitle: "Tiếp nhận phản ánh, kiến nghị về quy định hành chính và thái độ phục vụ"
            .to_owned(),
        columns: vec![
            PaperColumn::left("Chức danh, họ tên", 5),
            PaperColumn::centred("Số điện thoại", 4),
            PaperColumn::left("Giờ trực", 4),
        ],
        rows: rows.collect(),
        url: format!("{}/duong-day-nong/{unit}", site.config.base_url),
        to_hang: true,
        landscape: true,
        size: if large { PaperSize::A3 } else { PaperSize::A4 },
        made_on: Some(who.today()),
        demo: site.config.demo,
        ..OfficePaper::default()
    };
    let bytes = site
        .printed_once(paper, |it| {
            prints::render_office_paper(it).map_err(|e| store::Fault::Broken(format!("print: {e}")))
        })
        .await?;
    Ok(site::file(bytes, "application/pdf", &format!("duong-day-nong-{unit}.pdf"), false))
}

/// A number in groups that can be read aloud.
pub(super) fn spoken(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| phone.to_owned(), |it| it.grouped())
}

#[derive(Template)]
#[template(path = "hotline/templates/board.html")]
struct Manage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    here: String,
    title: String,
    units: Vec<(String, String)>,
    numbers: Vec<Shown>,
    people: Vec<(String, String)>,
    results: Vec<(String, String)>,
}

async fn page(site: &Site, who: &Who, unit: UnitId, m: &Mistakes) -> Result<Html<String>, Failure> {
    demand(who, Action::VoiceManage, unit)?;
    let today = who.today();
    let (numbers, people) = site
        .read(who, move |tx| {
            let mut people = holders(tx, unit, today)?;
            people.retain(|it| !it.phone.is_empty());
            Ok((facts::board(tx, &[unit])?, people))
        })
        .await?;
    let people: Vec<_> = people
        .into_iter()
        .filter(|it| !numbers.iter().any(|known| known.position == Some(it.position)))
        .collect();
    site.page(&Manage {
        shell: site.shell(who),
        m,
        unit,
        here: unit.to_string(),
        title: who.tree.title(unit).to_owned(),
        units: choices(&units(who, Action::VoiceManage)),
        numbers,
        people: holder_options(&people, "– Đường dây riêng của đơn vị –"),
        results: TestResult::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
    })
}

/// GET `/co-quan/duong-day-nong/so?don-vi=`
pub(super) async fn manage(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = chosen(&who, Action::VoiceManage, asked.get("don-vi")).ok_or(Failure::NotFound)?;
    let mut typed = Typed::default();
    typed.set("gio-truc", "Giờ hành chính các ngày làm việc");
    page(&site, &who, unit, &Mistakes::none(typed)).await
}

/// POST `/co-quan/duong-day-nong/{unit}/so`
pub(super) async fn add(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::VoiceManage, unit)?;
    let today = who.today();
    let people = site.read(&who, move |tx| Ok(holders(tx, unit, today)?)).await?;
    let mut fields = Fields::of(typed);
    let chosen = fields.typed().get("nguoi").parse().ok();
    let position = people.iter().map(|it| it.position).find(|it| Some(*it) == chosen);
    let (label, phone) = if position.is_some() {
        (Some(String::new()), Some(String::new()))
    } else {
        let phone = fields.read("so", Phone::parse).map(|it| it.reveal().to_owned());
        (fields.text("ten", 120), phone)
    };
    let hours = fields.text("gio-truc", 120);
    let whole = (|| Some((label?, phone?, hours?)))();
    let (label, phone, hours) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, &m).await?)),
    };
    site.write(&who, move |tx| {
        let known = sql::numbers(tx, vec![unit])?;
        let same = known
            .iter()
            .any(|it| it.position == position && it.label == label && it.phone == phone);
        if !same {
            facts::add(tx, unit, position, (&label, &phone, &hours))?;
        }
        Ok(())
    })
    .await?;
    Ok(told(
        &format!("{PAGE}?don-vi={unit}"),
        "Đã niêm yết số; trang công khai và bảng tin hiện ngay.",
    ))
}

/// POST `/co-quan/duong-day-nong/so/{id}/go`
pub(super) async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let unit = site
        .write(&who, move |tx| {
            let it = sql::find_number(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::VoiceManage, it.unit)?;
            sql::remove_number(tx, id)?;
            let details = serde_json::json!({ "number": id });
            tx.journal(Entry::new(HOTLINE, it.unit.0, "remove_number").details(&details));
            Ok(it.unit)
        })
        .await?;
    Ok(told(
        &format!("{PAGE}?don-vi={unit}"),
        "Đã gỡ số. Niêm yết lại bất cứ lúc nào bằng cách thêm lại.",
    ))
}

/// POST `/co-quan/duong-day-nong/so/{id}/goi-thu`
pub(super) async fn test_call(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let result = TestResult::from_code(typed.get("ket-qua"))
        .ok_or_else(|| Failure::Refused("Chọn kết quả của lần gọi thử.".to_owned()))?;
    let asker = who.clone();
    let unit = site
        .write(&who, move |tx| {
            let it = sql::find_number(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::VoiceManage, it.unit)?;
            sql::verify(tx, id, result)?;
            let details = serde_json::json!({ "number": id, "result": result.code() });
            tx.journal(Entry::new(HOTLINE, it.unit.0, "test_number").details(&details));
            Ok(it.unit)
        })
        .await?;
    Ok(told(&format!("{PAGE}?don-vi={unit}"), "Đã ghi kết quả gọi thử."))
}
