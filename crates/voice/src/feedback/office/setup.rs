//! What an office sets up: villages, the remote column, signs, keys of programs.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, ids::UnitId, text};
use site::{Asked, Failure, Filled, Html, Mistakes, Shell, Site, State, Typed, Who, told};
use store::journal::Entry;

use super::{
    super::{open311::keys, petitions, sql::list::Village},
    list::unit_options,
    rows,
};

const PAGE: &str = "/co-quan/phan-anh/thiet-lap";

#[derive(Template)]
#[template(path = "feedback/templates/setup.html")]
struct Setup<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: String,
    title: String,
    units: Vec<(String, String)>,
    villages: Vec<Village>,
    remote: bool,
    officials: Vec<(String, String)>,
    keys: Vec<keys::Key>,
    new_key: String,
    address: String,
}

/// The unit that is set up: the one asked for, else one's own, within what one may.
fn chosen(who: &Who, typed: &Typed) -> Result<UnitId, Failure> {
    let unit = match typed.get("don-vi").parse::<i64>() {
        Ok(it) => UnitId(it),
        Err(_) => who.home().ok_or(Failure::NotFound)?,
    };
    if who.can_at(Action::VoiceManage, unit) { Ok(unit) } else { Err(Failure::NotFound) }
}

async fn show(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (m, new_key): (&Mistakes, String),
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (villages, remote, people, keys) = site
        .read(who, move |tx| {
            Ok((
                rows::villages(tx, unit, true)?,
                petitions::sql::is_remote(tx, unit)?,
                rows::officials(tx, &asker, unit)?,
                keys::of(tx, unit)?,
            ))
        })
        .await?;
    site.page(&Setup {
        shell: site.shell(who),
        m,
        unit: unit.to_string(),
        title: who.tree.title(unit).to_owned(),
        units: unit_options(who, Action::VoiceManage),
        villages,
        remote,
        officials: people
            .into_iter()
            .map(|it| (it.id.to_string(), format!("{}, {}", it.name, it.title)))
            .collect(),
        keys,
        new_key,
        address: format!("{}/phan-anh/{unit}?cua=qr", site.config.base_url),
    })
}

/// GET `/co-quan/phan-anh/thiet-lap`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = chosen(&who, &asked)?;
    show(&site, &who, unit, (&Mistakes::default(), String::new())).await
}

fn back(unit: UnitId, notice: &str) -> Result<Response, Failure> {
    Ok(told(&format!("{PAGE}?don-vi={unit}"), notice))
}

/// POST `…/xom`: one name a line.
pub(super) async fn add_village(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = chosen(&who, &typed)?;
    let names: Vec<String> = typed
        .get("ten-xom")
        .lines()
        .map(text::tidy)
        .filter(|it| !it.is_empty())
        .take(300)
        .collect();
    if names.is_empty() || names.iter().any(|it| it.chars().count() > 60) {
        let wrong = "Nhập mỗi dòng một xóm, mỗi tên nhiều nhất 60 chữ.";
        let m = Mistakes::one(typed, "ten-xom", wrong);
        return Err(Failure::Mistaken(show(&site, &who, unit, (&m, String::new())).await?));
    }
    site.write(&who, move |tx| {
        for name in &names {
            rows::add_village(tx, unit, name)?;
        }
        tx.journal(Entry::new("unit", unit.0, "change_villages").details(&names.len()));
        Ok(())
    })
    .await?;
    back(unit, "Đã thêm vào danh sách.")
}

/// POST `…/bo-xom`
pub(super) async fn end_village(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = chosen(&who, &typed)?;
    let id: i64 = typed.get("xom").parse().map_err(|_| Failure::NotFound)?;
    site.write(&who, move |tx| {
        if !rows::end_village(tx, unit, id)? {
            return Err(Failure::NotFound);
        }
        tx.journal(Entry::new("unit", unit.0, "change_villages"));
        Ok(())
    })
    .await?;
    back(unit, "Đã bỏ khỏi danh sách chọn. Thêm lại cùng tên thì hiện lại.")
}

/// POST `…/vung-xa`
pub(super) async fn set_remote(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = chosen(&who, &typed)?;
    let is = typed.has("vung-xa");
    site.write(&who, move |tx| {
        petitions::sql::set_remote(tx, unit, is)?;
        tx.journal(Entry::new("unit", unit.0, "set_remote").details(&is));
        Ok(())
    })
    .await?;
    back(unit, "Đã ghi cột thời hạn khiếu nại. Đơn đang giải quyết giữ cột cũ.")
}

/// POST `…/khoa`: a key for a program; shown on this answer alone.
pub(super) async fn add_key(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Html<String>, Failure> {
    let unit = chosen(&who, &typed)?;
    let name = text::tidy(typed.get("ten-khoa"));
    if name.is_empty() || name.chars().count() > 60 {
        let wrong = "Ghi tên chương trình hoặc đơn vị dùng khóa, nhiều nhất 60 chữ.";
        let m = Mistakes::one(typed, "ten-khoa", wrong);
        return Err(Failure::Mistaken(show(&site, &who, unit, (&m, String::new())).await?));
    }
    let key = site::random_hex(20);
    let hash = site::token_sha256(&key);
    site.write(&who, move |tx| {
        let id = keys::insert(tx, unit, &name, &hash)?;
        tx.journal(Entry::new("open311_key", id, "create"));
        Ok(())
    })
    .await?;
    show(&site, &who, unit, (&Mistakes::default(), key)).await
}

/// POST `…/bo-khoa`
pub(super) async fn end_key(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = chosen(&who, &typed)?;
    let id: i64 = typed.get("khoa").parse().map_err(|_| Failure::NotFound)?;
    site.write(&who, move |tx| {
        if !keys::end(tx, unit, id)? {
            return Err(Failure::NotFound);
        }
        tx.journal(Entry::new("open311_key", id, "revoke"));
        Ok(())
    })
    .await?;
    back(unit, "Đã bỏ khóa.")
}
