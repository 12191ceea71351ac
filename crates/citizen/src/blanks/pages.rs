//! The forms of a procedure: attached and taken away in the office, downloaded by everybody.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::text;
use people::staff::facts as staff;
use site::{
    Failure, Fields, FilledWithFiles, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State,
    Who, told,
};
use store::{Tx, journal::Entry};

use super::{
    facts::{self, SUBJECT, asks_for, kind_of, size_of},
    sql,
};
use crate::{
    dossiers::files::named,
    procedures::facts::{Version, catalogue},
    signatures::incoming::{self, Taken, WAITING},
};

/// Characters of a form's name at most.
const NAME_MAX: usize = 160;
/// What a form may be.
const KINDS: [&str; 2] =
    ["application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"];

/// For which procedures a form is.
const SCOPES: [(&str, &str); 2] =
    [("nay", "Thủ tục này"), ("moi", "Mọi thủ tục có giấy tờ mang tên mẫu này")];

/// GET `/thu-tuc/{code}/mau/{file}`
pub(super) async fn download(
    State(site): State<Site>,
    who: Who,
    Path((code, file)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    let inner = site.clone();
    let found = site
        .glance(&who, move |tx| {
            let catalogue = catalogue(&inner, tx)?;
            let it = catalogue.get(&code).ok_or(Failure::NotFound)?;
            let blank = sql::find(tx, file)?.ok_or(Failure::NotFound)?;
            let is_its = blank.procedure == code
                || (blank.procedure.is_empty() && asks_for(&it.body, &blank.form));
            (is_its && blank.ended.is_none()).then_some(blank).ok_or(Failure::NotFound)
        })
        .await?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    Ok(site::file(bytes, &found.media_type, &found.file_name, true))
}

struct Row {
    id: i64,
    form: String,
    file: String,
    kind: &'static str,
    size: String,
    whom: &'static str,
    added: String,
    by: String,
    ended: Option<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "blanks/templates/form.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    name: String,
    names: Vec<String>,
    scopes: Vec<(String, String)>,
    rows: Vec<Row>,
}

struct Around {
    version: Arc<Version>,
    rows: Vec<Row>,
}

fn around(site: &Site, tx: &mut Tx<'_>, code: &str) -> Result<Around, Failure> {
    let version = catalogue(site, tx)?.get(code).cloned().ok_or(Failure::NotFound)?;
    let mut rows = Vec::new();
    for it in sql::of(tx, code)? {
        if it.procedure.is_empty() && !asks_for(&version.body, &it.form) {
            continue;
        }
        rows.push(Row {
            id: it.id,
            kind: kind_of(&it.media_type),
            size: size_of(it.bytes),
            whom: if it.procedure.is_empty() {
                "Mọi thủ tục dùng mẫu này"
            } else {
                "Thủ tục này"
            },
            added: text::date_time(it.at.civil()),
            by: staff::account_name(tx, it.by)?,
            ended: it.ended.map(|it| text::date(it.civil().date())),
            href: format!("/thu-tuc/{code}/mau/{}", it.id),
            form: it.form,
            file: it.file_name,
        });
    }
    Ok(Around { version, rows })
}

fn page(site: &Site, who: &Who, it: Around, m: &Mistakes) -> Result<Html<String>, Failure> {
    let body = &it.version.body;
    let mut names: Vec<String> = body
        .papers_to_bring()
        .filter(|it| {
            let folded = text::fold(&it.name);
            !it.form.is_empty()
                || ["to khai", "don ", "giay de nghi", "mau "]
                    .iter()
                    .any(|one| folded.starts_with(one))
        })
        .map(|it| it.name.split([',', ';', '(']).next().unwrap_or_default().trim().to_owned())
        .filter(|it| !it.is_empty() && it.chars().count() <= NAME_MAX)
        .collect();
    names.sort();
    names.dedup();
    site.page(&Form {
        shell: site.shell(who),
        m,
        code: body.code.clone(),
        name: body.name.clone(),
        names,
        scopes: SCOPES.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect(),
        rows: it.rows,
    })
}

/// GET `/co-quan/thu-tuc/{code}/mau`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let it = site.read(&who, move |tx| around(&inner, tx, &code)).await?;
    let mut m = Mistakes::default();
    m.typed.set("pham-vi", "nay");
    page(&site, &who, it, &m)
}

/// POST `/co-quan/thu-tuc/{code}/mau`: attach a form, or offer one no more.
pub(super) async fn change(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let back = format!("/co-quan/thu-tuc/{}/mau", site::percent(&code));
    if let Ok(id) = typed.get("thoi").parse::<i64>() {
        let ended = site
            .write(&who, move |tx| {
                let it = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
                if !it.procedure.is_empty() && it.procedure != code {
                    return Err(Failure::NotFound);
                }
                let ended = sql::end(tx, id)?;
                if ended {
                    let details = serde_json::json!({"procedure": it.procedure, "form": it.form});
                    tx.journal(Entry::new(SUBJECT, id, "end").details(&details));
                }
                Ok(ended)
            })
            .await?;
        let said = if ended {
            "Đã thôi cung cấp mẫu đơn."
        } else {
            "Mẫu đơn này đã thôi cung cấp từ trước."
        };
        return Ok(told(&back, said));
    }
    let (inner, asked) = (site.clone(), code.clone());
    let it = site.read(&who, move |tx| around(&inner, tx, &asked)).await?;
    let too_large = typed.get(site::form::TOO_LARGE).to_owned();
    let mut fields = Fields::of(typed);
    let name = fields.text("mau", NAME_MAX);
    let everywhere = fields.typed().get("pham-vi") == "moi";
    if everywhere && name.as_ref().is_some_and(|name| !asks_for(&it.version.body, name)) {
        let text = "Không giấy tờ nào của thủ tục này mang tên mẫu đó. \
            Chọn “Thủ tục này”, hoặc ghi đúng tên trong danh mục.";
        fields.wrong("mau", text);
    }
    let taken = taken(&site, &who, uploads, &too_large).await?;
    if let Err(why) = &taken {
        fields.wrong("tep", why.clone());
    }
    let wish = name.zip(taken.ok());
    let (name, taken) = fields.finish(wish).or_show_again(|m| page(&site, &who, it, &m))?;
    let blob = site.put_file(taken.upload.bytes).await?;
    site.write(&who, move |tx| {
        let procedure = if everywhere { "" } else { code.as_str() };
        let file = named(taken.upload.name, taken.media_type);
        facts::add(tx, (procedure, &name), (&file, taken.media_type), &blob)?;
        Ok(())
    })
    .await?;
    Ok(told(&back, "Đã gắn mẫu đơn. Người dân tải được ngay.").into_response())
}

/// The one file of the form, opened and looked through.
async fn taken(
    site: &Site,
    who: &Who,
    uploads: Vec<site::Upload>,
    too_large: &str,
) -> Result<Result<Taken, String>, Failure> {
    if !too_large.is_empty() {
        return Ok(Err(format!("“{too_large}”: lớn hơn 20 MB. Hãy lưu lại nhỏ hơn.")));
    }
    let mine: Vec<_> = uploads.into_iter().filter(|it| it.field == "tep").take(1).collect();
    let Some(looked) = incoming::look(site, who, mine).await?.into_iter().next() else {
        return Ok(Err("Chưa chọn tệp mẫu đơn.".to_owned()));
    };
    Ok(looked.and_then(|it| {
        if !KINDS.contains(&it.media_type) {
            return Err("Mẫu đơn phải là tệp Word (.docx) hoặc PDF.".to_owned());
        }
        // Everybody will open it: it is not offered before it was looked through.
        if it.scan == WAITING {
            return Err(
                "Máy quét mã độc đang không trả lời nên chưa nhận tệp. Hãy thử lại sau ít phút."
                    .to_owned(),
            );
        }
        Ok(it)
    }))
}
