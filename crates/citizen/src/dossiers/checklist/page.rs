//! The page on which papers are marked anew, one by one, with their scans.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{ids::DossierId, paper::PaperMark};
use site::{
    Failure, Fields, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Typed, Upload, Who,
    form::mark_of, told,
};
use store::Tx;

use super::{
    LISTED_MAX, Listed, NAME_MAX, add, journal, keeps_list, listed, marks, replaced_by, sql,
};
use crate::dossiers::{
    desk::OnDesk,
    files::{self, Stored},
    sql as dossiers,
    view::Around,
};

/// A paper as the form shows it.
struct Row {
    /// What its fields are called after: its row, or `p` and its place if it is not on the list.
    key: String,
    name: String,
    mark: String,
    count: String,
    until: String,
    wrong_count: String,
    wrong_until: String,
    wrong_file: String,
    fixed: Option<PaperMark>,
    replaced: String,
    files: Vec<String>,
}

#[derive(Template)]
#[template(path = "dossiers/templates/checklist.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    procedure: String,
    seen: String,
    rows: Vec<Row>,
    more: Vec<Row>,
    marks: Vec<(&'static str, &'static str)>,
}

fn seen(all: &[Listed]) -> String {
    mark_of(all.iter().map(|it| {
        let until = it.valid_until.map_or_else(String::new, |it| it.to_string());
        format!("{} {} {} {until}", it.id, it.mark.code(), it.count)
    }))
}

/// The dossier, if this person keeps its list; else it does not exist.
fn take(tx: &mut Tx<'_>, around: &Around, id: DossierId) -> Result<OnDesk, Failure> {
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    if !keeps_list(&maker) || on_desk.kept.applicant == dossiers::ERASED {
        return Err(Failure::NotFound);
    }
    Ok(on_desk)
}

async fn show(site: &Site, who: &Who, id: DossierId, m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (on_desk, all, files) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            Ok((on_desk, listed(tx, id)?, dossiers::files(tx, id)?))
        })
        .await?;
    let body = &on_desk.version.body;
    let typed = |name: String, otherwise: String| {
        if m.typed.has(&name) { m.typed(&name).to_owned() } else { otherwise }
    };
    let row = |key: String, name: &str, it: Option<&Listed>| Row {
        mark: typed(
            format!("muc-{key}"),
            it.map_or_else(String::new, |it| it.mark.code().to_owned()),
        ),
        count: typed(format!("so-{key}"), it.map_or(1, |it| it.count).to_string()),
        until: typed(
            format!("den-{key}"),
            it.and_then(|it| it.valid_until).map_or_else(String::new, domain::text::date),
        ),
        wrong_count: m.at(&format!("so-{key}")).to_owned(),
        wrong_file: m.at(&format!("tep-{key}")).to_owned(),
        wrong_until: m.at(&format!("den-{key}")).to_owned(),
        fixed: it.filter(|it| !it.mark.is_chosen_by_hand()).map(|it| it.mark),
        replaced: replaced_by(&body.code, name).map(|it| it.reason()).unwrap_or_default(),
        files: it.map_or_else(Vec::new, |it| {
            let his = files.iter().filter(|file| file.paper == Some(it.id));
            his.map(|file| file.name.clone()).collect()
        }),
        name: name.to_owned(),
        key,
    };
    let rows = all.iter().map(|it| row(it.id.to_string(), &it.name, Some(it))).collect();
    let more = body
        .papers_placed()
        .into_iter()
        .filter(|it| !all.iter().any(|on_list| on_list.name == it.paper.name))
        .map(|it| row(format!("p{}", it.place), &it.paper.name, None))
        .collect();
    site.page(&Form {
        shell: site.shell(who),
        id,
        code: on_desk.kept.code.clone(),
        procedure: body.name.clone(),
        seen: typed("da-thay".to_owned(), seen(&all)),
        rows,
        more,
        marks: marks(),
        m: &m,
    })
}

/// GET `/co-quan/ho-so/{id}/giay-to`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    show(&site, &who, id, Mistakes::default()).await
}

/// Puts the scans away, each beside the paper whose field it came from.
async fn scans(
    site: &Site,
    who: &Who,
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<(String, Stored)>, Vec<(String, String)>), Failure> {
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    for upload in uploads {
        let Some(key) = upload.field.strip_prefix("tep-").map(str::to_owned) else { continue };
        let one = vec![Upload { field: "tep".to_owned(), ..upload }];
        let (stored, why) = files::store_all(site, who, &Typed::default(), one).await?;
        kept.extend(stored.into_iter().map(|it| (key.clone(), it)));
        wrong.extend(why.into_iter().map(|why| (format!("tep-{key}"), why)));
    }
    // Of what was too large only the name is known, not the field.
    let too_large = typed.all(site::form::TOO_LARGE);
    wrong.extend(too_large.map(|it| ("tep".to_owned(), format!("Tệp “{it}” lớn hơn 20 MB."))));
    Ok((kept, wrong))
}

/// A paper as the form wants it.
struct Wish {
    key: String,
    mark: PaperMark,
    count: i64,
    until: Option<jiff::civil::Date>,
}

/// Reads the marks; a paper whose field is empty is left alone.
fn read(fields: &mut Fields) -> Option<Vec<Wish>> {
    let names: Vec<String> = fields.typed().pairs().iter().map(|it| it.0.clone()).collect();
    let keys = names.iter().filter_map(|it| it.strip_prefix("muc-")).filter(|it| *it != "moi");
    let mut wishes = Vec::new();
    let mut right = true;
    for key in keys.take(LISTED_MAX) {
        let Some(mark) = PaperMark::from_code(fields.typed().get(&format!("muc-{key}"))) else {
            continue;
        };
        let count = fields.number(&format!("so-{key}"), 0..=99);
        let until = fields.optional_date(&format!("den-{key}"));
        match count.zip(until) {
            Some((count, _)) if count == 0 && mark.has_sheets() => {
                fields.wrong(&format!("so-{key}"), "Đã nhận thì số bản ít nhất là 1.");
                right = false;
            }
            Some((count, until)) => wishes.push(Wish { key: key.to_owned(), mark, count, until }),
            None => right = false,
        }
    }
    right.then_some(wishes)
}

/// POST `/co-quan/ho-so/{id}/giay-to`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    // Nobody's files are put away before he may keep the list.
    site.read(&who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        take(tx, &around, id).map(|_| ())
    })
    .await?;
    let (stored, wrong) = scans(&site, &who, &typed, uploads).await?;
    let saw = typed.get("da-thay").to_owned();
    let mut fields = Fields::of(typed);
    let wishes = read(&mut fields);
    let name = fields.optional_text("ten-moi", NAME_MAX);
    for (field, why) in wrong {
        fields.wrong(&field, why);
    }
    let new_mark = PaperMark::from_code(fields.typed().get("muc-moi"));
    let (wishes, name) = match fields.finish(wishes.zip(name)) {
        Ok(it) => it,
        Err(m) => {
            let page = show(&site, &who, id, m).await?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    let changed = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            let all = listed(tx, id)?;
            if seen(&all) != saw {
                return Err(Failure::Refused(
                    "Danh sách giấy tờ vừa được người khác sửa. Mở lại trang để xem rồi sửa tiếp."
                        .to_owned(),
                ));
            }
            let mut changes = BTreeMap::new();
            let mut rows: BTreeMap<String, i64> = BTreeMap::new();
            for wish in wishes {
                let key = wish.key.clone();
                if let Some(row) = mark(tx, &on_desk, &all, wish, &mut changes)? {
                    rows.insert(key, row);
                }
            }
            if !name.is_empty() && all.len() < LISTED_MAX {
                let place = all.len() + 1 + on_desk.version.body.papers.len();
                let by_hand = new_mark.filter(|it| it.is_chosen_by_hand());
                let how = by_hand.unwrap_or(PaperMark::Original);
                let row = add(tx, id, place, &name, (how, 1), String::new(), "change")?;
                changes.insert(row, how.code());
                rows.insert("moi".to_owned(), row);
            }
            let mut count = changes.len();
            for (key, it) in stored {
                files::attach_to(tx, id, "scan", rows.get(&key).copied(), &it)?;
                count += 1;
            }
            if !changes.is_empty() {
                journal(tx, id, &changes);
            }
            Ok(count)
        })
        .await?;
    let notice = match changed {
        0 => "Không có gì thay đổi.".to_owned(),
        count => format!("Đã ghi {count} thay đổi về giấy tờ."),
    };
    Ok(told(&format!("/co-quan/ho-so/{id}"), &notice))
}

/// Marks one paper if it is another than before; its row, if it is on the list.
fn mark(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    all: &[Listed],
    wish: Wish,
    changes: &mut BTreeMap<i64, &'static str>,
) -> Result<Option<i64>, Failure> {
    let id = on_desk.kept.id;
    if let Some(place) = wish.key.strip_prefix('p') {
        let place: usize = place.parse().unwrap_or(0);
        let wanted = on_desk.version.body.papers_placed();
        let Some(paper) = wanted.iter().find(|it| it.place == place).map(|it| it.paper) else {
            return Ok(None);
        };
        if !wish.mark.is_chosen_by_hand() || all.iter().any(|it| it.name == paper.name) {
            return Ok(None);
        }
        let row =
            add(tx, id, place, &paper.name, (wish.mark, wish.count), String::new(), "change")?;
        changes.insert(row, wish.mark.code());
        return Ok(Some(row));
    }
    let row: i64 = wish.key.parse().unwrap_or(0);
    let Some(before) = all.iter().find(|it| it.id == row) else { return Ok(None) };
    // What is used again keeps its mark, and nothing becomes so by hand.
    let by_hand = wish.mark.is_chosen_by_hand() && before.mark.is_chosen_by_hand();
    let after = Listed {
        mark: if by_hand { wish.mark } else { before.mark },
        count: wish.count,
        valid_until: wish.until,
        ..before.clone()
    };
    if after != *before {
        sql::set(tx, &after)?;
        sql::log(tx, id, Some(before.mark), &after, "change")?;
        changes.insert(row, after.mark.code());
    }
    Ok(Some(row))
}
