//! The catalogue as a file: out, and in again after a look at what it would do.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::procedure::{ProcedureVersion, RowError};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, OrShowAgain as _, Shell, Site, State,
    Who, form::one_file, told,
};
use store::Fault;

use super::{
    changes::{self, Plan},
    exchange::{self, Kind},
    facts::catalogue,
};

/// Names that a preview lists at most.
const NAMES_MAX: usize = 100;

/// A file that was looked at and can be applied.
struct Preview {
    sha256: String,
    kind: &'static str,
    from: String,
    file: String,
    added: usize,
    changed: usize,
    unchanged: usize,
    names: Vec<(String, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "procedures/templates/import.html")]
struct Import<'a> {
    shell: Shell,
    m: &'a Mistakes,
    preview: Option<Preview>,
    errors: Vec<RowError>,
    /// Rows of the file above the first procedure.
    heads: usize,
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    preview: Option<Preview>,
    (errors, heads): (Vec<RowError>, usize),
) -> Result<Html<String>, Failure> {
    site.page(&Import { shell: site.shell(who), m, preview, errors, heads })
}

/// GET `/co-quan/thu-tuc/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let mut m = Mistakes::default();
    m.typed.set("tu-ngay", who.today().strftime("%d/%m/%Y").to_string());
    page(&site, &who, &m, None, (Vec::new(), 0))
}

/// What was sent: a new file, or the hash of one that was looked at.
struct Sent {
    bytes: bytes::Bytes,
    kind: Kind,
    name: String,
    from: Date,
    is_confirmed: bool,
}

async fn read_sent(
    site: &Site,
    who: &Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Sent, Failure> {
    let is_confirmed = typed.get("viec") == "ap-dung";
    let hash = typed.get("tep-da-xem").to_owned();
    let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    let kept = match is_confirmed && is_hash {
        true => site.blobs.get(&hash).await?,
        false => None,
    };
    let today = who.today();
    let upload = one_file(&typed, files, "tep", "Chọn một tệp .xlsx, .csv hoặc .json.");
    let mut fields = Fields::of(typed);
    let from = fields.date("tu-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", changes::ChangeError::InThePast.to_string());
    }
    let file = match (kept, upload) {
        (Some(bytes), _) => {
            let kind = Kind::from_ending(fields.typed().get("loai"));
            let name = fields.typed().get("ten-tep").to_owned();
            kind.map(|kind| (bytes, kind, name))
        }
        (None, Ok(upload)) => {
            let kind = Kind::of_name(&upload.name);
            kind.map(|kind| (upload.bytes, kind, upload.name))
        }
        (None, Err(why)) => {
            fields.wrong("tep", why);
            None
        }
    };
    if file.is_none() {
        fields.wrong("tep", "Chọn một tệp .xlsx, .csv hoặc .json.");
    }
    let sent = file.zip(from).map(|((bytes, kind, name), from)| Sent {
        bytes,
        kind,
        name,
        from,
        is_confirmed,
    });
    fields.finish(sent).or_show_again(|m| page(site, who, &m, None, (Vec::new(), 0)))
}

/// POST `/co-quan/thu-tuc/nhap`: look at a file, or apply the one that was looked at.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    filled: FilledWithFiles,
) -> Result<Response, Failure> {
    let Sent { bytes, kind, name, from, is_confirmed } = read_sent(&site, &who, filled).await?;
    let mut m = Mistakes::default();
    m.typed.set("tu-ngay", from.strftime("%d/%m/%Y").to_string());
    // A table has its heads in the first row; what people see in Excel counts them.
    let heads = usize::from(kind != Kind::Json);
    let wrong = |errors| Err(Failure::Mistaken(page(&site, &who, &m, None, (errors, heads))?));

    let to_read = bytes.clone();
    let read = tokio::task::spawn_blocking(move || exchange::read(kind, &to_read)).await;
    let list = match read.map_err(|e| Fault::Worker(e.to_string()))? {
        Ok(list) => list,
        Err(errors) => return wrong(errors),
    };
    if is_confirmed {
        let done = site.write(&who, move |tx| Ok(changes::import(tx, &list, from)?)).await?;
        return match done {
            Ok(Plan { added, changed, .. }) => Ok(told(
                "/co-quan/thu-tuc",
                &format!(
                    "Đã nhập danh mục: thêm {}, phiên bản mới {}.",
                    added.len(),
                    changed.len()
                ),
            )),
            Err(errors) => wrong(errors),
        };
    }
    let plan = site.read(&who, move |tx| Ok(changes::plan(tx, &list, from)?)).await?;
    let plan = match plan {
        Ok(plan) => plan,
        Err(errors) => return wrong(errors),
    };
    let kept = site.put_file(bytes).await?;
    let named = |it: &ProcedureVersion, what| (it.code.clone(), it.name.clone(), what);
    let added = plan.added.iter().map(|it| named(it, "thêm"));
    let changed = plan.changed.iter().map(|it| named(it, "phiên bản mới"));
    let preview = Preview {
        sha256: kept.sha256,
        kind: kind.ending(),
        from: from.strftime("%d/%m/%Y").to_string(),
        file: name,
        added: plan.added.len(),
        changed: plan.changed.len(),
        unchanged: plan.unchanged,
        names: changed.chain(added).take(NAMES_MAX).collect(),
    };
    Ok(page(&site, &who, &m, Some(preview), (Vec::new(), 0))?.into_response())
}

/// GET `/co-quan/thu-tuc/xuat?dang=`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let kind = Kind::from_ending(asked.get("dang")).ok_or(Failure::NotFound)?;
    let site_read = site.clone();
    let catalogue = site.read(&who, move |tx| Ok(catalogue(&site_read, tx)?)).await?;
    let written = tokio::task::spawn_blocking(move || {
        let all: Vec<&ProcedureVersion> = catalogue.all().iter().map(|it| &*it.body).collect();
        exchange::write(kind, &all)
    });
    let bytes = written.await.map_err(|e| Fault::Worker(e.to_string()))??;
    let name = format!("danh-muc-thu-tuc-{}.{}", who.today(), kind.ending());
    Ok(site::file(bytes, kind.media_type(), &name, true))
}
