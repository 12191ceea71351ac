//! The editor: a draft as a list of parts, fields, rules and signers, saved with every button.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{
    eform::{
        Account, Condition, Eform, FIELDS_MAX, Field, Finding, Kind, PAGES_MAX, Page, Prefill,
        Rule, Signer, is_code,
    },
    text,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, OrShowAgain as _, Path, Shell, Site,
    State, Typed, Who, told,
};
use store::Tx;

use super::{
    address, changes, show,
    sql::{self, Draft},
    transfer::RESERVED,
};

struct Line {
    code: String,
    label: String,
    about: String,
    required: bool,
    grave: Vec<String>,
    light: usize,
    is_first: bool,
    is_last: bool,
}

struct PageView {
    head: Line,
    fields: Vec<Line>,
}

#[derive(Template)]
#[template(path = "eforms/templates/edit.html")]
struct Edit<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    code: String,
    is_new: bool,
    whole: Vec<(bool, String)>,
    pages: Vec<PageView>,
    rules: Vec<Line>,
    signers: Vec<Line>,
    grave: usize,
    fields: usize,
    is_full: bool,
}

#[derive(Template)]
#[template(path = "eforms/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    models: Vec<(String, String)>,
}

/// A draft and what is wrong with it.
pub struct Loaded {
    /// The draft.
    pub draft: Draft,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// The draft of a form with its findings.
pub fn load(_: &Site, tx: &mut Tx<'_>, code: &str) -> Result<Loaded, Failure> {
    let draft = sql::draft(tx, code)?.ok_or(Failure::NotFound)?;
    Ok(Loaded { findings: draft.body.findings(), draft })
}

fn line(
    findings: &[Finding],
    (code, label, about): (&str, &str, String),
    (at, count): (usize, usize),
) -> Line {
    let here = |is_grave: bool| {
        let found = findings.iter().filter(move |it| it.at == code && it.is_grave == is_grave);
        found.map(|it| it.text.clone()).collect::<Vec<_>>()
    };
    Line {
        code: code.to_owned(),
        label: if label.trim().is_empty() { format!("({code})") } else { changes::short(label) },
        about,
        required: false,
        grave: here(true),
        light: here(false).len(),
        is_first: at == 0,
        is_last: at + 1 == count,
    }
}

fn about(form: &Eform, when: Option<&Condition>, what: &str) -> String {
    match when {
        Some(when) => format!("{what}; hiện khi {}", show::said(form, Some(when))),
        None => what.to_owned(),
    }
}

fn shown(site: &Site, who: &Who, it: &Loaded, m: &Mistakes) -> Result<Html<String>, Failure> {
    let (body, findings) = (&it.draft.body, &it.findings);
    let pages = body.pages.iter().enumerate().map(|(at, page)| {
        let fields = page.fields.iter().enumerate().map(|(n, field)| Line {
            required: field.required,
            ..line(
                findings,
                (&field.code, &field.label, about(body, field.when.as_ref(), field.kind.label())),
                (n, page.fields.len()),
            )
        });
        let what = about(body, page.when.as_ref(), "");
        PageView {
            head: line(findings, (&page.code, &page.title, what), (at, body.pages.len())),
            fields: fields.collect(),
        }
    });
    let rules = body.rules.iter().enumerate().map(|(at, rule)| {
        let what = format!("báo cạnh mục {}", rule.at);
        line(findings, (&rule.code, &rule.say, what), (at, body.rules.len()))
    });
    let signers = body.signers.iter().enumerate().map(|(at, it)| {
        let what = about(body, it.when.as_ref(), &format!("tên lấy từ mục {}", it.name));
        line(findings, (&it.code, &it.label, what), (at, body.signers.len()))
    });
    site.page(&Edit {
        shell: site.shell(who),
        m,
        href: address(&body.code),
        code: body.code.clone(),
        is_new: it.draft.based_on.is_none(),
        whole: findings
            .iter()
            .filter(|it| it.at.is_empty())
            .map(|it| (it.is_grave, it.text.clone()))
            .collect(),
        pages: pages.collect(),
        rules: rules.collect(),
        signers: signers.collect(),
        grave: findings.iter().filter(|it| it.is_grave).count(),
        fields: body.fields().count(),
        is_full: body.fields().count() >= FIELDS_MAX || body.pages.len() >= PAGES_MAX,
    })
}

fn typed_of(it: &Eform, edition: i64) -> Typed {
    let pairs = [
        ("an-ban", edition.to_string()),
        ("ten", it.title.clone()),
        ("ten-en", it.title_en.clone()),
        ("tieu-de", it.heading.clone()),
        ("kinh-gui", it.to.clone()),
        ("can-cu", it.source.clone()),
        ("cam-doan", it.oath.clone()),
        ("cam-doan-en", it.oath_en.clone()),
    ];
    Typed::of(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// GET `/co-quan/bieu-mau/{code}/sua`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let it = site.read(&who, move |tx| load(&inner, tx, &code)).await?;
    let m = Mistakes::none(typed_of(&it.draft.body, it.draft.edition));
    shown(&site, &who, &it, &m)
}

/// POST `/co-quan/bieu-mau/{code}/nhap-moi`: begins a draft, or finds the one that there is.
pub async fn begin(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let to = format!("{}/sua", address(&code));
    site.write(&who, move |tx| changes::begin(tx, &code)?.ok_or(Failure::NotFound)).await?;
    Ok(told(&to, "Đây là bản nháp. Tờ khai chỉ theo nội dung này sau khi công bố."))
}

/// A code that nothing in the form has yet.
fn free(form: &Eform, begin: &str) -> String {
    let taken = |code: &str| {
        form.pages.iter().any(|it| it.code == code)
            || form.field(code).is_some()
            || form.rules.iter().any(|it| it.code == code)
            || form.signers.iter().any(|it| it.code == code)
    };
    (1..).map(|n: u32| format!("{begin}-{n}")).find(|it| !taken(it)).unwrap_or_default()
}

fn moved<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, what: &str) {
    let Some(at) = list.iter().position(is_it) else { return };
    match what {
        "len" if at > 0 => list.swap(at - 1, at),
        "xuong" if at + 1 < list.len() => list.swap(at, at + 1),
        "xoa" => drop(list.remove(at)),
        _ => {}
    }
}

/// What a button does to the form; where to go on: a kind of part and its code.
pub fn rearrange(form: &mut Eform, wish: &str) -> Option<(&'static str, String)> {
    let (what, code) = wish.split_once('.').unwrap_or((wish, ""));
    let (act, of) = what.split_once('-').unwrap_or((what, ""));
    match (act, of) {
        ("them", "phan") => {
            let code = free(form, "phan");
            let page = Page {
                code: code.clone(),
                title: String::new(),
                title_en: String::new(),
                when: None,
                fields: Vec::new(),
            };
            form.pages.push(page);
            Some(("phan", code))
        }
        ("them", "muc") => {
            let new = free(form, "muc");
            let page = form.pages.iter_mut().find(|it| it.code == code)?;
            page.fields.push(Field::new(new.clone(), Kind::Text, ""));
            Some(("muc", new))
        }
        ("them", "quy") => {
            let at = form.fields().map(|(_, it)| it).find(|it| it.is_asked())?.code.clone();
            let code = free(form, "quy-tac");
            form.rules.push(Rule {
                code: code.clone(),
                must: Condition::Filled(at.clone()),
                at,
                say: String::new(),
                say_en: String::new(),
            });
            Some(("quy", code))
        }
        ("them", "ky") => {
            // A form without signers is signed by whoever files: he stays when another one comes.
            if form.signers.is_empty()
                && let Some(filer) = filer(form)
            {
                form.signers.push(filer);
            }
            let signs = |code: &str| form.signers.iter().any(|it| it.name == code);
            let names = || form.fields().map(|(_, it)| it).filter(|it| it.kind == Kind::PersonName);
            let found = names().find(|it| !signs(&it.code)).or_else(|| names().next());
            let name = found.map_or_else(String::new, |it| it.code.clone());
            let code = free(form, "nguoi-ky");
            form.signers.push(Signer {
                code: code.clone(),
                label: String::new(),
                label_en: String::new(),
                name,
                when: None,
            });
            Some(("ky", code))
        }
        (act, "phan") => {
            moved(&mut form.pages, |it| it.code == code, act);
            None
        }
        (act, "muc") => {
            let page = form.pages.iter_mut().find(|it| it.fields.iter().any(|f| f.code == code))?;
            moved(&mut page.fields, |it| it.code == code, act);
            None
        }
        (act, "quy") => {
            moved(&mut form.rules, |it| it.code == code, act);
            None
        }
        (act, "ky") => {
            moved(&mut form.signers, |it| it.code == code, act);
            None
        }
        _ => None,
    }
}

/// Whoever files, as one who signs: his name is what the account proposes.
fn filer(form: &Eform) -> Option<Signer> {
    let his = |it: &&Field| it.prefill == Some(Prefill::Account(Account::Name));
    let name = form.fields().map(|(_, it)| it).find(his)?.code.clone();
    Some(Signer {
        code: free(form, "nguoi-nop"),
        label: "Người nộp hồ sơ".to_owned(),
        label_en: "Applicant".to_owned(),
        name,
        when: None,
    })
}

/// POST `/co-quan/bieu-mau/{code}/sua`: keeps the draft and does what the button says.
pub async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let wish = typed.get("viec").to_owned();
    let edition = typed.get("an-ban").parse().unwrap_or(0_i64);
    let (inner, name) = (site.clone(), code.clone());
    let it = site.read(&who, move |tx| load(&inner, tx, &name)).await?;
    let mut fields = Fields::of(typed);
    let mut text = |name: &str, most: usize| fields.optional_text(name, most);
    let whole = (|| {
        Some(Eform {
            title: text::tidy(&text("ten", 400)?),
            title_en: text::tidy(&text("ten-en", 400)?),
            heading: text::tidy(&text("tieu-de", 400)?),
            to: text::tidy(&text("kinh-gui", 400)?),
            source: text::tidy(&text("can-cu", 3_000)?),
            oath: text("cam-doan", 3_000)?,
            oath_en: text("cam-doan-en", 3_000)?,
            ..it.draft.body.clone()
        })
    })();
    let mut body = fields.finish(whole).or_show_again(|m| shown(&site, &who, &it, &m))?;
    let next = rearrange(&mut body, &wish);
    let base = address(&code);
    site.write(&who, move |tx| {
        let draft = sql::draft(tx, &code)?.ok_or(Failure::NotFound)?;
        changes::keep(tx, &draft, edition, &body)?.or_refuse()
    })
    .await?;
    if let Some((of, part)) = next {
        let to = format!("{base}/sua/muc?loai={of}&ma={}", site::percent(&part));
        return Ok(Redirect::to(&to).into_response());
    }
    Ok(match wish.as_str() {
        "thu" => Redirect::to(&format!("{base}/thu?ban=nhap")).into_response(),
        "cong-bo" => Redirect::to(&format!("{base}/cong-bo")).into_response(),
        _ => told(&format!("{base}/sua"), "Đã ghi bản nháp."),
    })
}

async fn new_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let all = site.read(who, move |tx| Ok(sql::all(tx)?)).await?;
    let mut models = vec![(String::new(), "Biểu mẫu trống, có phần người nộp".to_owned())];
    models.extend(
        all.chunk_by(|a, b| a.body.code == b.body.code)
            .filter_map(|it| it.first())
            .map(|it| (it.body.code.clone(), it.body.title.clone())),
    );
    site.page(&New { shell: site.shell(who), m, models })
}

/// GET `/co-quan/bieu-mau/moi`
pub async fn new_form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    new_page(&site, &who, &Mistakes::default()).await
}

/// What every form begins with: who files it.
fn beginning() -> Vec<Page> {
    let of = |code: &str, kind: Kind, (vi, en): (&str, &str), what: Account| Field {
        label_en: en.to_owned(),
        required: what != Account::Email,
        prefill: Some(Prefill::Account(what)),
        ..Field::new(code, kind, vi)
    };
    vec![Page {
        code: "nguoi-nop".to_owned(),
        title: "Người nộp".to_owned(),
        title_en: "Who files".to_owned(),
        when: None,
        fields: vec![
            of("yc-ten", Kind::PersonName, ("Họ, chữ đệm, tên", "Full name"), Account::Name),
            of("yc-giay-to", Kind::IdPaper, ("Số giấy tờ tùy thân", "Identity paper"), Account::Id),
            of("yc-noi-o", Kind::Address, ("Nơi cư trú", "Residence"), Account::Address),
            of("yc-dt", Kind::Phone, ("Số điện thoại", "Telephone"), Account::Phone),
            of("yc-thu", Kind::Email, ("Thư điện tử", "E-mail"), Account::Email),
        ],
    }]
}

/// POST `/co-quan/bieu-mau/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let model = typed.get("mau").to_owned();
    let mut fields = Fields::of(typed);
    let code = fields.text("ma", 60);
    if code.as_ref().is_some_and(|it| !is_code(it) || RESERVED.contains(&it.as_str())) {
        fields.wrong("ma", "Mã chỉ gồm chữ thường không dấu, số và gạch nối, như don-xin-phep.");
    }
    let title = fields.text("ten", 400).map(|it| text::tidy(&it));
    let (code, title) = match fields.finish(code.zip(title)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(new_page(&site, &who, &m).await?)),
    };
    let to = format!("{}/sua", address(&code));
    site.write(&who, move |tx| {
        let found = sql::versions(tx, &model)?.into_iter().next();
        let body = match found {
            Some(it) => Eform {
                code,
                version: 0,
                title,
                title_en: String::new(),
                procedures: Vec::new(),
                ..it.body
            },
            None => Eform {
                code,
                version: 0,
                heading: title.to_uppercase(),
                title,
                title_en: String::new(),
                to: "Ủy ban nhân dân {unit}".to_owned(),
                source: String::new(),
                oath: "Tôi cam đoan những nội dung khai trên đây là đúng sự thật.".to_owned(),
                oath_en: "I declare that what I have stated above is true.".to_owned(),
                procedures: Vec::new(),
                pages: beginning(),
                rules: Vec::new(),
                signers: Vec::new(),
            },
        };
        changes::create(tx, &body)?.or_refuse()
    })
    .await?;
    Ok(told(&to, "Đã lập bản nháp. Tờ khai chỉ theo nội dung này sau khi công bố."))
}
