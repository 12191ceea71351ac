//! Packages: what people usually need in one visit, kept by the reform officer.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, text};
use serde::{Deserialize, Serialize};
use site::{
    AdminGroup, Asked, Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Routes, Shell,
    Site, State, Typed, Who, configuration::ConfigPart, form, get, show::Ask, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    desk::DeskError,
    many::PROCEDURES_MAX,
    sql::visits::{self, Package},
};
use crate::procedures::facts::{self as procedures, Catalogue};

const ADDRESS: &str = "/co-quan/quan-tri/goi-thu-tuc";
const SUBJECT: &str = "visit_package";

/// Routes of packages.
pub(super) fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Gói thủ tục", ADDRESS),
            Action::ProcedureManage,
            "Những thủ tục người dân thường làm trong cùng một lần đến.",
        )
        .configures(PART)
        .on(ADDRESS, Action::ProcedureManage, get(list).post(save))
        .on(
            "/co-quan/quan-tri/goi-thu-tuc/{id}/xoa",
            Action::ProcedureManage,
            get(ask_delete).post(delete),
        )
}

/// A package in the archive of the configuration.
#[derive(Serialize, Deserialize)]
struct Archived {
    name: String,
    procedures: Vec<String>,
    hint: String,
}

/// The packages as a part of the configuration.
const PART: ConfigPart = ConfigPart {
    name: "packages",
    label: "Gói thủ tục",
    take_out: |_, tx| {
        let all = visits::packages(tx)?.into_iter().map(|it| Archived {
            name: it.name,
            procedures: it.procedures,
            hint: it.hint,
        });
        serde_json::to_value(all.collect::<Vec<_>>())
            .map_err(|e| Fault::Broken(format!("packages: {e}")))
    },
    bring_in: |_, _, tx, value| bring_in(tx, value),
};

/// Makes the packages here those of the archive, by their names.
fn bring_in(tx: &mut Tx<'_>, value: &serde_json::Value) -> Result<Vec<String>, Failure> {
    let wanted: Vec<Archived> = serde_json::from_value(value.clone())
        .map_err(|e| Failure::Refused(format!("Gói thủ tục không đúng dạng: {e}.")))?;
    let here = visits::packages(tx)?;
    let mut said = Vec::new();
    for it in &wanted {
        let many = 2..=PROCEDURES_MAX;
        if it.name.trim().is_empty() || !many.contains(&it.procedures.len()) {
            return Err(Failure::Refused(format!(
                "Gói “{}” phải có tên và từ 2 đến {PROCEDURES_MAX} thủ tục.",
                it.name
            )));
        }
        let before = here.iter().find(|old| text::fold(&old.name) == text::fold(&it.name));
        let after = Package {
            id: before.map_or(0, |it| it.id),
            edition: before.map_or(0, |it| it.edition),
            name: it.name.clone(),
            procedures: it.procedures.clone(),
            hint: it.hint.clone(),
        };
        match before {
            None => {
                add(tx, &after)?;
                said.push(format!("thêm gói “{}”", it.name));
            }
            Some(before) if *before != after => {
                visits::update_package(tx, &after)?;
                say(tx, after.id, &after, "change_package");
                said.push(format!("sửa gói “{}”", it.name));
            }
            Some(_) => {}
        }
    }
    for it in &here {
        if !wanted.iter().any(|new| text::fold(&new.name) == text::fold(&it.name)) {
            visits::delete_package(tx, it.id)?;
            say(tx, it.id, it, "delete_package");
            said.push(format!("xóa gói “{}”", it.name));
        }
    }
    Ok(said)
}

struct Line {
    id: i64,
    name: String,
    hint: String,
    procedures: Vec<String>,
    /// Some of it is no longer in the catalogue.
    broken: bool,
}

#[derive(Template)]
#[template(path = "dossiers/templates/packages.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    lines: Vec<Line>,
    editing: bool,
}

fn line(it: &Package, catalogue: &Catalogue) -> Line {
    let mut broken = false;
    let procedures = it.procedures.iter().map(|code| {
        let known = catalogue.all().iter().find(|it| it.body.code == *code);
        broken |= known.is_none();
        known.map_or_else(
            || format!("{code}: không còn trong danh mục"),
            |it| format!("{code}: {}", it.body.name),
        )
    });
    let procedures = procedures.collect();
    Line { id: it.id, name: it.name.clone(), hint: it.hint.clone(), procedures, broken }
}

async fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (packages, catalogue) = site
        .read(who, move |tx| Ok((visits::packages(tx)?, procedures::catalogue(&inner, tx)?)))
        .await?;
    let lines = packages.iter().map(|it| line(it, &catalogue)).collect();
    let editing = m.typed("so").parse::<i64>().is_ok_and(|it| it > 0);
    site.page(&Page { shell: site.shell(who), m, lines, editing })
}

/// GET `/co-quan/quan-tri/goi-thu-tuc`, with `?sua=` one of them in the form.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    if let Ok(id) = asked.get("sua").parse::<i64>() {
        let packages = site.read(&who, |tx| Ok(visits::packages(tx)?)).await?;
        let it = packages.into_iter().find(|it| it.id == id).ok_or(Failure::NotFound)?;
        typed.set("so", it.id.to_string());
        typed.set("an-ban", it.edition.to_string());
        typed.set("ten", it.name);
        typed.set("thu-tuc", it.procedures.join("\n"));
        typed.set("huong-dan", it.hint);
    }
    page(&site, &who, &Mistakes::none(typed)).await
}

fn read(typed: Typed, catalogue: &Catalogue, others: &[Package]) -> Result<Package, Mistakes> {
    let mut fields = Fields::of(typed);
    let id: i64 = fields.typed().get("so").parse().unwrap_or(0);
    let edition = fields.typed().get("an-ban").parse().unwrap_or(0);
    let name = fields.text("ten", 120).map(|it| text::tidy(&it));
    let hint = fields.optional_text("huong-dan", 500);
    let list = fields.text("thu-tuc", 1_000);
    let mut codes: Vec<String> = Vec::new();
    for code in list.iter().flat_map(|it| it.split(['\n', '\r', ',', ';', ' '])) {
        let code = code.trim();
        if code.is_empty() || codes.iter().any(|it| it == code) {
            continue;
        }
        if catalogue.all().iter().any(|it| it.body.code == code) {
            codes.push(code.to_owned());
        } else {
            fields.wrong(
                "thu-tuc",
                format!("Mã {code} không có trong danh mục đang áp dụng. Kiểm tra lại mã thủ tục."),
            );
        }
    }
    if list.is_some() && !(2..=PROCEDURES_MAX).contains(&codes.len()) {
        fields.wrong("thu-tuc", format!("Một gói có từ 2 đến {PROCEDURES_MAX} thủ tục."));
    }
    let same = |it: &&Package| {
        it.id != id && name.as_ref().is_some_and(|name| text::fold(name) == text::fold(&it.name))
    };
    if others.iter().find(same).is_some() {
        fields.wrong("ten", "Đã có gói mang tên này. Sửa gói đó hoặc đặt tên khác.");
    }
    let whole =
        name.zip(hint).map(|(name, hint)| Package { id, name, procedures: codes, hint, edition });
    fields.finish(whole.filter(|_| list.is_some()))
}

fn say(tx: &mut Tx<'_>, id: i64, it: &Package, act: &str) {
    let details = serde_json::json!({"name": it.name, "procedures": it.procedures});
    tx.journal(Entry::new(SUBJECT, id, act).details(&details));
}

/// Adds a package.
pub(super) fn add(tx: &mut Tx<'_>, it: &Package) -> Result<i64, Fault> {
    let id = visits::insert_package(tx, it)?;
    say(tx, id, it, "change_package");
    Ok(id)
}

/// POST `/co-quan/quan-tri/goi-thu-tuc`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let inner = site.clone();
    let done = site
        .write(&who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            let others = visits::packages(tx)?;
            let package = match read(typed, &catalogue, &others) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            if package.id == 0 {
                add(tx, &package)?;
            } else if visits::update_package(tx, &package)? {
                say(tx, package.id, &package, "change_package");
            } else {
                return Err(DeskError::Stale).or_refuse();
            }
            Ok(Ok(()))
        })
        .await?;
    match done {
        Ok(()) => Ok(told(ADDRESS, "Đã ghi gói thủ tục.")),
        Err(m) => Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    }
}

fn gone(id: i64) -> String {
    format!("package-deleted:{id}")
}

/// The package; or the name of one that is deleted already.
async fn find(site: &Site, who: &Who, id: i64) -> Result<Result<Package, String>, Failure> {
    site.read(who, move |tx| {
        let found = visits::packages(tx)?.into_iter().find(|it| it.id == id);
        match found {
            Some(it) => Ok(Ok(it)),
            None => form::mark(tx, &gone(id))?.map(Err).ok_or(Failure::NotFound),
        }
    })
    .await
}

fn gone_already(name: &str) -> Response {
    told(ADDRESS, &format!("Gói “{name}” đã được xóa từ trước; lần này không có gì thay đổi."))
}

fn question(it: &Package) -> Ask {
    Ask {
        name: it.name.clone(),
        heading: format!("Xóa gói “{}”?", it.name),
        what: "Quầy tiếp nhận không còn chọn được gói này. Hồ sơ đã nhận theo gói vẫn giữ nguyên."
            .to_owned(),
        button: format!("Xóa gói “{}”", it.name),
        action: format!("{ADDRESS}/{}/xoa", it.id),
        back: ADDRESS,
        back_label: "Gói thủ tục",
    }
}

/// GET `/co-quan/quan-tri/goi-thu-tuc/{id}/xoa`
pub async fn ask_delete(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    match find(&site, &who, id).await? {
        Ok(it) => Ok(question(&it).page(&site, &who)?.into_response()),
        Err(name) => Ok(gone_already(&name)),
    }
}

/// POST `/co-quan/quan-tri/goi-thu-tuc/{id}/xoa`: what was received by it stays.
pub async fn delete(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = match find(&site, &who, id).await? {
        Ok(it) => it,
        Err(name) => return Ok(gone_already(&name)),
    };
    question(&it).demand(&site, &who, &typed)?;
    let name = it.name.clone();
    let done = site
        .write(&who, move |tx| {
            form::take_mark(tx, &gone(id), &it.name)?;
            visits::delete_package(tx, id)?;
            say(tx, id, &it, "delete_package");
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(told(ADDRESS, &format!("Đã xóa gói “{name}”."))),
        Err(Failure::Fault(fault)) if fault.is_taken() => Ok(gone_already(&name)),
        Err(other) => Err(other),
    }
}
