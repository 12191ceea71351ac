//! One form: its parts and fields, its versions, the procedures that are filed with it.

use askama::Template;
use axum::response::Response;
use domain::{eform::Eform, text};
use people::staff::facts as staff;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State,
    Who, told,
};
use store::Tx;

use super::{
    address, changes,
    conditions::{self, WAYS},
    news,
    sql::{self, Version},
};
use crate::procedures::facts as procedures;

struct FieldLine {
    code: String,
    label: String,
    kind: &'static str,
    required: bool,
    more: Vec<String>,
}

struct PageLine {
    title: String,
    when: String,
    fields: Vec<FieldLine>,
}

struct VersionView {
    id: i64,
    version: u32,
    from: String,
    state: &'static str,
    is_shown: bool,
}

#[derive(Template)]
#[template(path = "eforms/templates/show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    code: String,
    name: String,
    source: String,
    version: u32,
    shown: i64,
    pages: Vec<PageLine>,
    rules: Vec<(String, String)>,
    signers: Vec<(String, String)>,
    light: usize,
    versions: Vec<VersionView>,
    followers: Vec<(String, String)>,
    procedures: Vec<(String, String)>,
    draft: Option<String>,
    has_news: bool,
}

/// A condition in one line, for people.
pub(super) fn said(form: &Eform, when: Option<&domain::eform::Condition>) -> String {
    let shown = conditions::shown(when);
    if shown.join == "json" {
        return "điều kiện phức tạp".to_owned();
    }
    let row = |[at, way, value]: &conditions::Row| {
        let field = form.field(at);
        let label = field.map_or(at.as_str(), |it| it.label.as_str());
        let how = WAYS.iter().find(|it| it.0 == way).map_or("", |it| it.1);
        let value = field.and_then(|it| it.option(value)).map_or(value.as_str(), |it| &it.label);
        let value = match value {
            "yes" => "Có",
            "no" => "Không",
            other => other,
        };
        format!("“{}” {how} {value}", changes::short(label)).trim_end().to_owned()
    };
    let between = if shown.join == "any" { " hoặc " } else { " và " };
    shown.rows.iter().map(row).collect::<Vec<_>>().join(between)
}

fn field(form: &Eform, it: &domain::eform::Field) -> FieldLine {
    let mut more = Vec::new();
    if it.when.is_some() {
        more.push(format!("Hiện khi {}", said(form, it.when.as_ref())));
    }
    if it.follow.is_some() {
        more.push("Có đề nghị sẵn khi còn trống".to_owned());
    }
    if let Some(fee) = it.fee {
        more.push(format!("Tính phí: {}", fee.label()));
    }
    if !it.options.is_empty() {
        let labels: Vec<&str> = it.options.iter().map(|it| it.label.as_str()).collect();
        more.push(format!("Lựa chọn: {}", labels.join("; ")));
    }
    if !it.columns.is_empty() {
        let labels: Vec<&str> = it.columns.iter().map(|it| it.label.as_str()).collect();
        more.push(format!("Cột: {}", labels.join("; ")));
    }
    FieldLine {
        code: it.code.clone(),
        label: it.label.clone(),
        kind: it.kind.label(),
        required: it.required,
        more,
    }
}

struct Loaded {
    versions: Vec<Version>,
    shown: Version,
    followers: Vec<(String, String)>,
    procedures: Vec<(String, String)>,
    draft: Option<String>,
    has_news: bool,
}

fn load(site: &Site, tx: &mut Tx<'_>, code: &str, wanted: &str) -> Result<Option<Loaded>, Failure> {
    let (versions, draft) = (sql::versions(tx, code)?, sql::draft(tx, code)?);
    let today = tx.now().civil().date();
    let asked = versions.iter().find(|it| it.id.to_string() == wanted);
    let current = versions.iter().find(|it| it.from <= today);
    let Some(shown) = asked.or(current).or_else(|| versions.first()).cloned() else {
        return if draft.is_some() { Ok(None) } else { Err(Failure::NotFound) };
    };
    let catalogue = procedures::catalogue(site, tx)?;
    let name = |code: &str| catalogue.get(code).map_or_else(String::new, |it| it.body.name.clone());
    let bound = sql::bindings(tx)?.into_iter().filter(|(_, form)| form == code);
    let followers = bound.map(|(procedure, _)| (name(&procedure), procedure));
    let draft = match draft {
        Some(it) => {
            let by = staff::account_name(tx, it.changed_by)?;
            let at = domain::time::Instant::from_epoch_ms(it.changed_ms).civil();
            Some(format!("{} bởi {by}", text::date_time(at)))
        }
        None => None,
    };
    Ok(Some(Loaded {
        followers: followers.map(|(name, code)| (code, name)).collect(),
        procedures: catalogue
            .all()
            .iter()
            .map(|it| (it.body.code.clone(), it.body.name.clone()))
            .collect(),
        draft,
        has_news: news::of_code(tx, code)?.is_some(),
        versions,
        shown,
    }))
}

async fn page(
    site: &Site,
    who: &Who,
    code: String,
    wanted: String,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, name) = (site.clone(), code.clone());
    let loaded = site.read(who, move |tx| load(&inner, tx, &name, &wanted)).await?;
    // What was never published is its draft.
    let Some(it) = loaded else {
        let location = format!("{}/sua", address(&code));
        return Err(Failure::Elsewhere(axum::response::Redirect::to(&location)));
    };
    let today = who.today();
    let current = it.versions.iter().find(|v| v.from <= today).map(|v| v.id);
    let body = &it.shown.body;
    let pages = body.pages.iter().map(|page| PageLine {
        title: page.title.clone(),
        when: said(body, page.when.as_ref()),
        fields: page.fields.iter().map(|it| field(body, it)).collect(),
    });
    site.page(&Show {
        shell: site.shell(who),
        m,
        href: address(&code),
        name: body.title.clone(),
        source: body.source.clone(),
        version: body.version,
        pages: pages.collect(),
        rules: body.rules.iter().map(|it| (it.code.clone(), it.say.clone())).collect(),
        signers: body
            .signers
            .iter()
            .map(|it| (it.label.clone(), said(body, it.when.as_ref())))
            .collect(),
        light: body.findings().len(),
        versions: it
            .versions
            .iter()
            .map(|v| VersionView {
                id: v.id,
                version: v.body.version,
                from: text::date(v.from),
                state: match (v.from > today, current == Some(v.id)) {
                    (true, _) => "sắp áp dụng",
                    (false, true) => "đang áp dụng",
                    (false, false) => "đã thay",
                },
                is_shown: v.id == it.shown.id,
            })
            .collect(),
        followers: it.followers,
        procedures: it.procedures,
        draft: it.draft,
        has_news: it.has_news,
        shown: it.shown.id,
        code,
    })
}

/// GET `/co-quan/bieu-mau/{code}`; `?ban=` names another version.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, code, asked.get("ban").to_owned(), &Mistakes::default()).await
}

/// POST `/co-quan/bieu-mau/{code}/ap-dung`: has a procedure filed with this form, or no more.
pub async fn bind(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let back = address(&code);
    let lets_go = typed.get("viec") == "thoi";
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let procedure = fields.text("thu-tuc", 200);
    // The list of proposals writes the code before the name.
    let procedure = procedure.and_then(|it| it.split_whitespace().next().map(str::to_owned));
    let procedure = match fields.finish(procedure) {
        Ok(it) => it,
        Err(m) => {
            let again = page(&site, &who, code, String::new(), &m).await?;
            return Err(m).or_show_again(|_| Ok(again));
        }
    };
    let said = if lets_go {
        format!("Thủ tục {procedure} không dùng biểu mẫu này nữa.")
    } else {
        format!("Thủ tục {procedure} dùng biểu mẫu này từ bây giờ.")
    };
    let form = code.clone();
    let done = site
        .write(&who, move |tx| {
            if lets_go {
                changes::unbind(tx, &procedure, &form)?;
                return Ok::<_, Failure>(Ok(()));
            }
            Ok(changes::bind(tx, &procedure, &form)?)
        })
        .await?;
    if let Err(why) = done {
        let m = Mistakes::one(as_typed, "thu-tuc", why.to_string());
        let again = page(&site, &who, code, String::new(), &m).await?;
        return Err(Failure::Mistaken(again));
    }
    Ok(told(&back, &said))
}
