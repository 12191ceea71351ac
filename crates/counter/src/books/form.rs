//! Writing an entry, by hand or from a dossier, and putting one right: the form follows the columns
//! of the book.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use citizen::{
    dossiers::facts::{self as dossiers, Copied},
    eforms::facts as eforms,
    fees::facts::{self as fees, Counted},
};
use domain::{
    access::{Action, Role},
    books::{BookForm, Column, ColumnWhat, Values, paper_name},
    ids::{BookEntryId, DossierId, UnitId},
    money::Dong,
    text,
};
use jiff::civil::Date;
use people::staff::facts as staff;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, is_token, new_token, once},
    told,
};
use store::Tx;

use super::{
    ADDRESS, bodies, entry, facts,
    keep::{self, Draft},
    may_at, seen, sql,
};

/// Characters of one field at most.
const FIELD_CHARS_MAX: usize = 400;

/// Said of a form without its token.
const OLD: &str = "Biểu mẫu đã cũ. Hãy xem lại rồi bấm “Ghi vào sổ” lần nữa.";

/// A field of the form.
struct Field {
    name: String,
    label: String,
    kind: &'static str,
    hint: String,
    required: bool,
    options: Vec<(String, String)>,
}

/// The fields of one printed column.
struct Group {
    head: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "books/templates/form.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    title: String,
    action: String,
    back: String,
    unit: (String, String),
    kind: String,
    dossier: Option<(String, String)>,
    before: Vec<(String, String)>,
    groups: Vec<Group>,
    signers: Vec<String>,
    correcting: bool,
    basis: String,
}

/// The name of a column's field: apart from the form's own names.
pub(super) fn name_of(column: &Column) -> String {
    format!("c-{}", column.key)
}

fn field(form: &BookForm, column: &Column, required: bool) -> Field {
    let options = || {
        let none = (String::new(), "– chọn –".to_owned());
        std::iter::once(none)
            .chain(column.choices.iter().map(|it| (it.clone(), it.clone())))
            .collect()
    };
    let (kind, hint) = match column.what {
        ColumnWhat::Choice => ("choice", String::new()),
        ColumnWhat::Date => ("date", "ngày/tháng/năm".to_owned()),
        ColumnWhat::Copies | ColumnWhat::Pages => ("number", String::new()),
        ColumnWhat::Fee => (
            "number",
            form.fee.as_ref().map_or_else(
                || "đồng".to_owned(),
                |it| format!("đồng; để trống thì tính theo {}", it.basis),
            ),
        ),
        ColumnWhat::Signer => ("signer", String::new()),
        ColumnWhat::Matter if column.from == "papers" => {
            ("text", "tên của chính giấy tờ đó, như “Bằng tốt nghiệp đại học”".to_owned())
        }
        _ => ("text", String::new()),
    };
    Field {
        name: name_of(column),
        label: column.shown().to_owned(),
        kind,
        hint,
        required,
        options: if kind == "choice" { options() } else { Vec::new() },
    }
}

fn groups(form: &BookForm) -> Vec<Group> {
    let typed = form.columns.iter().filter(|it| it.is_typed());
    let mut groups: Vec<Group> = Vec::new();
    let mut heads: Vec<&str> = Vec::new();
    for column in typed {
        let of = if column.within.is_empty() { &column.key } else { &column.within };
        let shown = field(form, column, column.required);
        match heads.iter().position(|it| it == of).and_then(|at| groups.get_mut(at)) {
            Some(group) => group.fields.push(shown),
            None => {
                heads.push(of);
                groups.push(Group { head: column.head.clone(), fields: vec![shown] });
            }
        }
    }
    groups
}

/// What was typed, by column: dates and money as they are kept.
pub(super) fn values(form: &BookForm, fields: &mut Fields) -> Values {
    let mut values = Values::new();
    for column in form.columns.iter().filter(|it| it.is_typed()) {
        let name = name_of(column);
        let Some(typed) = fields.optional_text(&name, FIELD_CHARS_MAX) else { continue };
        let kept = match column.what {
            ColumnWhat::Date => match site::form::parse_date(&typed) {
                Some(it) => it.to_string(),
                None => typed,
            },
            ColumnWhat::Fee => Dong::parse(&typed).map_or(typed, |it| it.0.to_string()),
            _ => text::tidy(&typed),
        };
        values.insert(column.key.clone(), kept);
    }
    values
}

/// The form filled with what is kept.
fn typed_of(form: &BookForm, values: &Values) -> Typed {
    let mut typed = Typed::default();
    for column in form.columns.iter().filter(|it| it.is_typed()) {
        let value = values.get(&column.key).map_or("", String::as_str);
        typed.set(&name_of(column), form.shown(column, value));
    }
    typed
}

/// What of a dossier stands in the columns. Copies and pages are those that its fee was counted by, where it
/// was: the papers that somebody handed in are not the copies that he asked for.
fn copied_values(
    form: &BookForm,
    it: &Copied,
    counted: Option<Counted>,
    declared: &BTreeMap<String, String>,
) -> Values {
    let mut papers: Vec<String> =
        it.papers.iter().filter_map(|paper| paper_name(&paper.name)).collect();
    papers.dedup();
    let copies = it.papers.iter().map(|paper| paper.count).max().unwrap_or(1).max(1);
    let fee = it.kept.dossier.fee_due.0.max(it.kept.dossier.fee_paid.0);
    let of = |from: &str| match from {
        "applicant" => it.person.name.clone(),
        "id_number" => it.person.id_number.clone(),
        "birth_date" => it.person.birth_date.clone(),
        "address" => it.person.address.clone(),
        "request" => it.person.request.clone(),
        // What the applicant asked for in his own words names the paper better than the catalogue.
        "papers" if it.is_named || papers.is_empty() => it.person.request.clone(),
        "papers" => papers.join("; "),
        "copies" => copies.to_string(),
        "fee" if fee > 0 => fee.to_string(),
        "signer" => it.signer.clone(),
        _ => String::new(),
    };
    let value = |column: &Column| match (column.what, counted) {
        _ if !said(column, declared).is_empty() => said(column, declared),
        (ColumnWhat::Copies, Some(it)) => it.copies.to_string(),
        (ColumnWhat::Pages, Some(it)) if it.pages > 0 => it.pages.to_string(),
        _ => of(&column.from),
    };
    form.columns.iter().map(|column| (column.key.clone(), value(column))).collect()
}

/// What a declaration says for a column, as it is kept; empty if it says nothing that can stand there.
pub(super) fn said(column: &Column, declared: &BTreeMap<String, String>) -> String {
    let joined = |fields: &String| {
        let parts = fields.split('+').filter_map(|it| declared.get(it.trim()));
        parts.filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    };
    let text = column.declared.iter().map(joined).find(|it| !it.is_empty()).unwrap_or_default();
    match column.what {
        ColumnWhat::Date => {
            site::form::parse_date(&text).map_or_else(String::new, |it| it.to_string())
        }
        ColumnWhat::Choice if !column.choices.contains(&text) => String::new(),
        _ => text.chars().take(FIELD_CHARS_MAX).collect(),
    }
}

/// Who signs for a body today: name and title.
fn signers(tx: &mut Tx<'_>, body: UnitId, day: Date) -> Result<Vec<String>, Failure> {
    let leaders = staff::with_any_role(tx, &[Role::Leader], &[body], day)?;
    Ok(leaders.into_iter().map(|it| format!("{}, {}", it.name, it.title)).collect())
}

/// Where an entry is about to go.
struct Target {
    body: UnitId,
    form: &'static BookForm,
    dossier: Option<Copied>,
    /// What its fee was counted by.
    counted: Option<Counted>,
    /// What was declared for it, by the fields of its form.
    declared: BTreeMap<String, String>,
}

/// The number in a field, if there is one: what is none leads nowhere, and not to somebody's first book.
fn named(typed: &Typed, field: &str) -> Result<Option<i64>, Failure> {
    match typed.get(field) {
        "" => Ok(None),
        it => it.parse().map(Some).map_err(|_| Failure::NotFound),
    }
}

fn target(tx: &mut Tx<'_>, who: &Who, typed: &Typed) -> Result<Target, Failure> {
    let today = who.today();
    let dossier = match named(typed, "ho-so")? {
        Some(id) => Some(dossiers::copied(tx, who, DossierId(id))?),
        None => None,
    };
    let asked = named(typed, "don-vi")?.map(UnitId);
    let body = match (&dossier, asked) {
        (Some(it), Some(asked)) if asked != it.kept.body => None,
        (Some(it), _) => Some(it.kept.body),
        (None, Some(asked)) => Some(asked),
        (None, None) => bodies(who, Action::BookKeep).first().copied(),
    };
    let body = body.filter(|it| may_at(who, Action::BookKeep, *it)).ok_or(Failure::NotFound)?;
    let kind = typed.get("loai");
    let form = match &dossier {
        Some(it) if kind.is_empty() => facts::forms().of_procedure(&it.procedure, today),
        _ => facts::forms().on(kind, today),
    };
    let counted = match &dossier {
        Some(it) => fees::counted(tx, it.kept.id)?,
        None => None,
    };
    let declared = match &dossier {
        Some(it) => eforms::declared_words(tx, it.kept.id)?,
        None => BTreeMap::new(),
    };
    Ok(Target { body, form: form.ok_or(Failure::NotFound)?, dossier, counted, declared })
}

async fn page(
    site: &Site,
    who: &Who,
    asked: &Typed,
    m: Option<&Mistakes>,
) -> Result<Html<String>, Failure> {
    let (asker, wanted) = (who.clone(), asked.clone());
    let (target, signers, before) = site
        .read(who, move |tx| {
            let target = target(tx, &asker, &wanted)?;
            let signers = signers(tx, target.body, asker.today())?;
            let before = match &target.dossier {
                Some(it) => sql::of_dossier(tx, it.kept.id)?,
                None => Vec::new(),
            };
            Ok((target, signers, before))
        })
        .await?;
    let form = target.form;
    let fresh = || {
        let procedure = target.dossier.as_ref().map(|it| it.procedure.as_str());
        let preset = |it: &Column| (it.key.clone(), it.preset_of(procedure).to_owned());
        let mut values: Values = form.columns.iter().map(preset).collect();
        if let Some(it) = &target.dossier {
            let copied = copied_values(form, it, target.counted, &target.declared);
            values.extend(copied.into_iter().filter(|(_, text)| !text.is_empty()));
        }
        if let (Some(column), [only]) = (form.column(ColumnWhat::Signer), signers.as_slice()) {
            let signer = values.entry(column.key.clone()).or_default();
            if signer.is_empty() {
                signer.clone_from(only);
            }
        }
        let mut typed = typed_of(form, &values);
        typed.set("ngay-ghi", text::date(who.today()));
        typed.set("lan-gui", new_token());
        Mistakes::none(typed)
    };
    let own;
    let m = match m {
        Some(it) => it,
        None => {
            own = fresh();
            &own
        }
    };
    let dossier = target.dossier.as_ref();
    site.page(&Form {
        shell: site.shell(who),
        m,
        title: format!("Ghi {}", super::lower_first(&form.title)),
        action: format!("{ADDRESS}/ghi"),
        back: dossier.map_or_else(
            || format!("{ADDRESS}?don-vi={}", target.body),
            |it| format!("/co-quan/ho-so/{}", it.kept.id),
        ),
        unit: (target.body.to_string(), who.tree.title(target.body).to_owned()),
        kind: form.code.clone(),
        dossier: dossier.map(|it| (it.kept.id.to_string(), it.kept.code.clone())),
        before: before
            .into_iter()
            .map(|(it, book)| {
                (
                    format!("{ADDRESS}/muc/{}", it.id),
                    format!("{} số {:02}", book.title(), it.number),
                )
            })
            .collect(),
        groups: groups(form),
        signers,
        correcting: false,
        basis: form.basis.clone(),
    })
}

/// GET `/co-quan/so/ghi?loai=&don-vi=` or `?ho-so=`
pub async fn new(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, &asked, None).await
}

/// POST `/co-quan/so/ghi`
pub async fn enter(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let wanted = typed.clone();
    if typed.get("don-vi").is_empty() && typed.get("ho-so").is_empty() {
        return Err(Failure::NotFound);
    }
    let target = site.read(&who, move |tx| target(tx, &asker, &wanted)).await?;
    if !is_token(typed.get("lan-gui")) {
        let mut typed = typed;
        typed.set("lan-gui", new_token());
        let m = Mistakes::one(typed.clone(), "ngay-ghi", OLD);
        return Err(Failure::Mistaken(page(&site, &who, &typed, Some(&m)).await?));
    }
    let sending = Sending::of(&who, &typed, "lan-gui");
    let mut fields = Fields::of(typed.clone());
    let on = fields.date("ngay-ghi");
    let why_late = fields.optional_text("ly-do-muon", 200);
    let values = values(target.form, &mut fields);
    let read = on.zip(why_late).map(|(on, why_late)| Draft {
        body: target.body,
        kind: target.form.code.clone(),
        on,
        why_late,
        values,
        dossier: target.dossier.as_ref().map(|it| it.kept.id),
    });
    let draft = match fields.finish(read) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &typed, Some(&m)).await?)),
    };
    let done = once(&site, &who, sending, move |tx| {
        let entered = keep::enter(tx, &draft)?;
        Ok(entered.map(|id| format!("{ADDRESS}/muc/{id}?moi=1")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã ghi vào sổ.")),
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, &typed, Some(&m)).await?)),
        Sent::Wrong(wrong) => {
            let m = mistakes(typed.clone(), wrong);
            Err(Failure::Mistaken(page(&site, &who, &typed, Some(&m)).await?))
        }
    }
}

/// What the book says is wrong, beside the fields.
fn mistakes(typed: Typed, wrong: keep::Wrong) -> Mistakes {
    let mut m = Mistakes::none(typed);
    for (key, text) in wrong {
        let field = match key.as_str() {
            "" => "ngay-ghi".to_owned(),
            "ly-do" => key,
            _ => format!("c-{key}"),
        };
        m.by_field.entry(field).or_insert(text);
    }
    m
}

async fn correction_page(
    site: &Site,
    who: &Who,
    id: BookEntryId,
    m: Option<&Mistakes>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (entry, book, signers) = site
        .read(who, move |tx| {
            let (entry, book) = sql::entry(tx, id)?.ok_or(Failure::NotFound)?;
            if !may_at(&asker, Action::BookKeep, book.body) || !seen(&asker).contains(&book.body) {
                return Err(Failure::NotFound);
            }
            let signers = signers(tx, book.body, asker.today())?;
            Ok((entry, book, signers))
        })
        .await?;
    let form = facts::form_of(&book).ok_or(Failure::NotFound)?;
    let own;
    let m = match m {
        Some(it) => it,
        None => {
            let mut typed = typed_of(form, &entry.fields);
            typed.set("an-ban", entry.edition.to_string());
            own = Mistakes::none(typed);
            &own
        }
    };
    site.page(&Form {
        shell: site.shell(who),
        m,
        title: format!("Đính chính mục số {:02}, {} năm {}", entry.number, book.title(), book.year),
        action: format!("{ADDRESS}/muc/{id}/dinh-chinh"),
        back: format!("{ADDRESS}/muc/{id}"),
        unit: (book.body.to_string(), who.tree.title(book.body).to_owned()),
        kind: book.kind.clone(),
        dossier: None,
        before: Vec::new(),
        groups: groups(form),
        signers,
        correcting: true,
        basis: form.basis.clone(),
    })
}

/// GET `/co-quan/so/muc/{id}/dinh-chinh`
pub async fn correction(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
) -> Result<Html<String>, Failure> {
    correction_page(&site, &who, id, None).await
}

/// POST `/co-quan/so/muc/{id}/dinh-chinh`
pub async fn correct(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed.clone());
    let reason = fields.text("ly-do", 500);
    let edition = entry::edition(&mut fields);
    let asker = who.clone();
    let book = site
        .read(&who, move |tx| {
            let (_, book) = sql::entry(tx, id)?.ok_or(Failure::NotFound)?;
            if may_at(&asker, Action::BookKeep, book.body) {
                Ok(book)
            } else {
                Err(Failure::NotFound)
            }
        })
        .await?;
    let form = facts::form_of(&book).ok_or(Failure::NotFound)?;
    let values = values(form, &mut fields);
    let (reason, edition) = match fields.finish(reason.zip(edition)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(correction_page(&site, &who, id, Some(&m)).await?)),
    };
    let done = site.write(&who, move |tx| keep::correct(tx, id, edition, &values, &reason)).await?;
    match done {
        Ok(()) => {
            Ok(told(&format!("{ADDRESS}/muc/{id}"), "Đã đính chính; nội dung cũ vẫn xem được."))
        }
        Err(wrong) => {
            let m = mistakes(typed, wrong);
            Err(Failure::Mistaken(correction_page(&site, &who, id, Some(&m)).await?))
        }
    }
}
