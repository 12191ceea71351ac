//! The editor of one thing in a draft: a part, a field, a rule, a signer.

use askama::Template;
use axum::response::Response;
use domain::{
    eform::{
        Account, Bound, COLUMNS_MAX, Choice, Condition, Eform, FeeCount, Field, Kind, Page,
        Prefill, Rule, Signer, is_code,
    },
    text,
};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Typed,
    Who, told,
};

use super::{
    address, changes,
    conditions::{self, FORMULAS, FormulaShown, JOINS, Row, Shown, WAYS},
    edit::{self, Loaded},
    proposing, sql,
};

/// Rows of a condition that a page offers beside those that are there.
const BLANK_ROWS: usize = 2;
/// Kinds that a column can have.
const COLUMN_KINDS: [Kind; 11] = [
    Kind::Text,
    Kind::PersonName,
    Kind::Date,
    Kind::PartialDate,
    Kind::PersonalId,
    Kind::IdPaper,
    Kind::Phone,
    Kind::Integer,
    Kind::Money,
    Kind::YesNo,
    Kind::Choice,
];

/// What is edited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Page,
    Field,
    Rule,
    Signer,
}

impl Of {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "phan" => Self::Page,
            "muc" => Self::Field,
            "quy" => Self::Rule,
            "ky" => Self::Signer,
            _ => return None,
        })
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Page => "phan",
            Self::Field => "muc",
            Self::Rule => "quy",
            Self::Signer => "ky",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Page => "phần",
            Self::Field => "mục",
            Self::Rule => "quy tắc",
            Self::Signer => "người ký",
        }
    }
}

/// A choice: what is stored, what people read, whether it is chosen.
type Chosen = (String, String, bool);

/// A row of a condition.
struct RowView {
    n: usize,
    fields: Vec<Chosen>,
    ways: Vec<Chosen>,
    value: String,
}

struct ColumnView {
    n: usize,
    code: String,
    kind: String,
    kinds: Vec<Chosen>,
    label: String,
    label_en: String,
    options: String,
    required: bool,
    fees: Vec<Chosen>,
}

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "eforms/templates/part.html")]
struct PartPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    of: &'static str,
    what: &'static str,
    code: String,
    findings: Vec<(bool, String)>,
    kinds: Options,
    bounds: Options,
    prefills: Options,
    joins: Options,
    formulas: Options,
    sources: Options,
    fees: Options,
    names: Options,
    rows: Vec<RowView>,
    columns: Vec<ColumnView>,
    is_json: bool,
    is_json_formula: bool,
}

fn put(pairs: &mut Vec<(String, String)>, name: &str, value: impl Into<String>) {
    pairs.push((name.to_owned(), value.into()));
}

fn put_condition(pairs: &mut Vec<(String, String)>, it: Option<&Condition>) {
    let said = conditions::shown(it);
    put(pairs, "dk-cach", said.join);
    put(pairs, "dk-json", said.json);
    for [at, way, value] in said.rows {
        put(pairs, "dk-muc", at);
        put(pairs, "dk-phep", way);
        put(pairs, "dk-gia", value);
    }
}

fn options_text(options: &[Choice], between: &str) -> String {
    let line = |it: &Choice| {
        let mut parts = vec![it.code.as_str(), it.label.as_str()];
        if !it.label_en.is_empty() {
            parts.push(&it.label_en);
        }
        parts.join(" | ")
    };
    options.iter().map(line).collect::<Vec<_>>().join(between)
}

fn options_of(typed: &str, between: char) -> Vec<Choice> {
    let lines = typed.split(between).map(text::tidy).filter(|it| !it.is_empty());
    lines
        .map(|line| {
            let mut parts = line.split('|').map(str::trim);
            let code = parts.next().unwrap_or_default().to_owned();
            let label = parts.next().unwrap_or(&code).to_owned();
            Choice { label, label_en: parts.next().unwrap_or_default().to_owned(), code }
        })
        .collect()
}

fn typed_of(form: &Eform, of: Of, code: &str, edition: i64) -> Option<Typed> {
    let mut pairs = Vec::new();
    let p = &mut pairs;
    put(p, "an-ban", edition.to_string());
    match of {
        Of::Page => {
            let it = form.pages.iter().find(|it| it.code == code)?;
            put(p, "nhan", it.title.clone());
            put(p, "nhan-en", it.title_en.clone());
            put_condition(p, it.when.as_ref());
        }
        Of::Field => field_pairs(p, form.field(code)?),
        Of::Rule => {
            let it = form.rules.iter().find(|it| it.code == code)?;
            put(p, "nhan", it.say.clone());
            put(p, "nhan-en", it.say_en.clone());
            put(p, "canh", it.at.clone());
            put_condition(p, Some(&it.must));
        }
        Of::Signer => {
            let it = form.signers.iter().find(|it| it.code == code)?;
            put(p, "nhan", it.label.clone());
            put(p, "nhan-en", it.label_en.clone());
            put(p, "canh", it.name.clone());
            put_condition(p, it.when.as_ref());
        }
    }
    put(p, "ma", code);
    Some(Typed::of(pairs))
}

fn field_pairs(p: &mut Vec<(String, String)>, it: &Field) {
    put(p, "nhan", it.label.clone());
    put(p, "nhan-en", it.label_en.clone());
    put(p, "goi-y", it.hint.clone());
    put(p, "goi-y-en", it.hint_en.clone());
    put(p, "kieu", it.kind.code());
    if it.required {
        put(p, "bat-buoc", "1");
    }
    if it.money {
        put(p, "la-tien", "1");
    }
    if it.screen {
        put(p, "khong-in", "1");
    }
    put(p, "nho-nhat", it.min.map(|it| it.to_string()).unwrap_or_default());
    put(p, "lon-nhat", it.max.map(|it| it.to_string()).unwrap_or_default());
    put(p, "han", it.bound.map_or("", Bound::code));
    put(p, "lua-chon", options_text(&it.options, "\n"));
    put(p, "sinh", it.born.clone());
    put(p, "gioi", it.sex.clone());
    let (from, name) = match &it.prefill {
        Some(Prefill::Account(it)) => (format!("account.{}", it.code()), String::new()),
        Some(Prefill::Earlier(name)) => ("earlier".to_owned(), name.clone()),
        None => (String::new(), String::new()),
    };
    put(p, "lay-san", from);
    put(p, "lay-san-ten", name);
    put(p, "tinh-phi", it.fee.map_or("", FeeCount::code));
    for (name, value) in proposing::pairs(it.follow.as_ref()) {
        put(p, name, value);
    }
    let formula = conditions::formula_shown(it.formula.as_ref());
    put(p, "ct-phep", formula.how);
    put(p, "ct-cac", formula.operands);
    put(p, "ct-giua", formula.between);
    put(p, "ct-json", formula.json);
    put_condition(p, it.when.as_ref());
    for column in &it.columns {
        put(p, "c-ma", column.code.clone());
        put(p, "c-kieu", column.kind.code());
        put(p, "c-nhan", column.label.clone());
        put(p, "c-nhan-en", column.label_en.clone());
        put(p, "c-chon", options_text(&column.options, "; "));
        put(p, "c-bat-buoc", if column.required { "1" } else { "" });
        put(p, "c-phi", column.fee.map_or("", FeeCount::code));
        // What the page does not offer goes along.
        let rest = (column.min, column.max, column.bound);
        put(p, "c-han", serde_json::to_string(&rest).unwrap_or_default());
    }
}

fn columns_view(typed: &Typed) -> Vec<ColumnView> {
    let all = |name: &str| typed.all(name).map(str::to_owned).collect::<Vec<String>>();
    let (codes, kinds, labels) = (all("c-ma"), all("c-kieu"), all("c-nhan"));
    let (english, options, musts) = (all("c-nhan-en"), all("c-chon"), all("c-bat-buoc"));
    let fees = all("c-phi");
    let count = (codes.len() + BLANK_ROWS).min(COLUMNS_MAX.max(codes.len()));
    let at = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
    (0..count)
        .map(|n| ColumnView {
            n: n + 1,
            code: at(&codes, n),
            kind: at(&kinds, n),
            kinds: COLUMN_KINDS
                .iter()
                .map(|it| (it.code().to_owned(), it.label().to_owned(), it.code() == at(&kinds, n)))
                .collect(),
            label: at(&labels, n),
            label_en: at(&english, n),
            options: at(&options, n),
            required: at(&musts, n) == "1",
            fees: proposing::counts(true)
                .into_iter()
                .map(|(code, label)| (code.clone(), label, code == at(&fees, n)))
                .collect(),
        })
        .filter(|it| it.n > codes.len() || !it.code.is_empty())
        .collect()
}

fn rows_of(typed: &Typed) -> Vec<Row> {
    let all = |name: &str| typed.all(name).map(|it| it.trim().to_owned()).collect::<Vec<String>>();
    let (at, ways, values) = (all("dk-muc"), all("dk-phep"), all("dk-gia"));
    let rows = at.into_iter().enumerate().map(|(n, at)| {
        [at, ways.get(n).cloned().unwrap_or_default(), values.get(n).cloned().unwrap_or_default()]
    });
    rows.filter(|[at, ..]| !at.is_empty()).collect()
}

fn shown(
    site: &Site,
    who: &Who,
    it: &Loaded,
    (of, code): (Of, &str),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let form = &it.draft.body;
    let owned = |list: &[(&str, &str)]| {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Options>()
    };
    let kinds = |list: &[Kind]| {
        list.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect::<Options>()
    };
    let mut bounds = owned(&[("", "Không giới hạn")]);
    bounds.extend(Bound::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    let mut prefills = owned(&[("", "Không")]);
    prefills.extend(
        Account::ALL
            .iter()
            .map(|it| (format!("account.{}", it.code()), format!("Người nộp: {}", it.label()))),
    );
    prefills.push(("earlier".to_owned(), "Tờ khai trước, theo tên ghi bên".to_owned()));
    let fields: Vec<&Field> =
        form.fields().map(|(_, it)| it).filter(|it| it.kind != Kind::Note).collect();
    let option =
        |it: &Field| (it.code.clone(), format!("{} ({})", changes::short(&it.label), it.code));
    let mut names = owned(&[("", "– Chọn –")]);
    let person = |it: &&Field| of != Of::Signer || it.kind == Kind::PersonName;
    names.extend(fields.iter().copied().filter(person).filter(|it| it.is_asked()).map(option));
    let mut rows = rows_of(&m.typed);
    rows.extend((0..BLANK_ROWS).map(|_| Row::default()));
    let joins = match of {
        Of::Rule => JOINS.iter().filter(|it| !it.0.is_empty()).copied().collect::<Vec<_>>(),
        _ => JOINS.to_vec(),
    };
    let mut formulas = owned(&FORMULAS);
    formulas.push(("json".to_owned(), "Công thức phức tạp (JSON bên dưới)".to_owned()));
    let here = it.findings.iter().filter(|it| it.at == code);
    site.page(&PartPage {
        shell: site.shell(who),
        m,
        href: address(&form.code),
        of: of.code(),
        what: of.label(),
        code: code.to_owned(),
        findings: here.map(|it| (it.is_grave, it.text.clone())).collect(),
        kinds: kinds(Kind::ALL),
        bounds,
        prefills,
        joins: owned(&joins),
        formulas,
        sources: proposing::sources(),
        fees: proposing::counts(false),
        names,
        rows: (1..)
            .zip(rows)
            .map(|(n, [at, way, value])| RowView {
                n,
                fields: fields
                    .iter()
                    .copied()
                    .map(option)
                    .map(|(code, label)| (code.clone(), label, code == at))
                    .collect(),
                ways: WAYS
                    .iter()
                    .map(|(code, label)| ((*code).to_owned(), (*label).to_owned(), *code == way))
                    .collect(),
                value,
            })
            .collect(),
        columns: columns_view(&m.typed),
        is_json: m.typed("dk-cach") == "json",
        is_json_formula: m.typed("ct-phep") == "json",
    })
}

async fn load(site: &Site, who: &Who, code: String) -> Result<Loaded, Failure> {
    let inner = site.clone();
    site.read(who, move |tx| edit::load(&inner, tx, &code)).await
}

/// GET `/co-quan/bieu-mau/{code}/sua/muc?loai=…&ma=…`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let it = load(&site, &who, code).await?;
    let of = Of::from_code(asked.get("loai")).ok_or(Failure::NotFound)?;
    let part = asked.get("ma").to_owned();
    let typed = typed_of(&it.draft.body, of, &part, it.draft.edition).ok_or(Failure::NotFound)?;
    shown(&site, &who, &it, (of, &part), &Mistakes::none(typed))
}

fn condition(fields: &mut Fields) -> Option<Option<Condition>> {
    let typed = fields.typed();
    let said = Shown {
        join: typed.get("dk-cach").to_owned(),
        rows: rows_of(typed),
        json: typed.get("dk-json").to_owned(),
    };
    match conditions::read(&said) {
        Ok(it) => Some(it),
        Err(mistake) => {
            fields.wrong("dk-cach", mistake);
            None
        }
    }
}

fn columns(typed: &Typed) -> Vec<Field> {
    let rests: Vec<String> = typed.all("c-han").map(str::to_owned).collect();
    let rest = |n: usize| {
        let it = rests.get(n).and_then(|it| serde_json::from_str(it).ok());
        it.unwrap_or((None, None, None))
    };
    let filled = columns_view(typed).into_iter().filter(|it| !it.code.trim().is_empty());
    filled
        .map(|it| {
            let kind = Kind::from_code(&it.kind).unwrap_or(Kind::Text);
            let (min, max, bound) = rest(it.n - 1);
            let fee = it.fees.iter().find(|it| it.2).and_then(|it| FeeCount::from_code(&it.0));
            Field {
                label_en: text::tidy(&it.label_en),
                required: it.required,
                options: options_of(&it.options, ';'),
                min,
                max,
                fee,
                bound: bound.filter(|_| matches!(kind, Kind::Date | Kind::PartialDate)),
                ..Field::new(it.code.trim(), kind, text::tidy(&it.label))
            }
        })
        .take(COLUMNS_MAX + 1)
        .collect()
}

/// What was typed, as a field.
fn field(fields: &mut Fields, before: &Field) -> Option<Field> {
    let kind = fields.choice("kieu", Kind::from_code);
    let label = fields.optional_text("nhan", 3_000);
    let label_en = fields.optional_text("nhan-en", 3_000);
    let hint = fields.optional_text("goi-y", 400);
    let hint_en = fields.optional_text("goi-y-en", 400);
    let mut bound = |name: &str| {
        if fields.typed().get(name).is_empty() {
            Some(None)
        } else {
            fields.number(name, -999_999_999_999..=999_999_999_999).map(Some)
        }
    };
    let (min, max) = (bound("nho-nhat"), bound("lon-nhat"));
    let when = condition(fields);
    let typed = fields.typed();
    let said = FormulaShown {
        how: typed.get("ct-phep").to_owned(),
        operands: typed.get("ct-cac").to_owned(),
        // What stands between two texts may be nothing but a space.
        between: typed.all("ct-giua").next().unwrap_or_default().to_owned(),
        json: typed.get("ct-json").to_owned(),
    };
    let formula = match conditions::formula(&said) {
        Ok(it) => Some(it),
        Err(mistake) => {
            fields.wrong("ct-phep", mistake);
            None
        }
    };
    let typed = fields.typed();
    let (from, name) = (typed.get("lay-san"), typed.get("lay-san-ten"));
    let prefill = match from.split_once('.') {
        Some(("account", what)) => Account::from_code(what).map(Prefill::Account),
        _ if from == "earlier" && !name.is_empty() => Some(Prefill::Earlier(name.to_owned())),
        _ => None,
    };
    let fee = FeeCount::from_code(typed.get("tinh-phi"));
    let follow = proposing::read(fields);
    let typed = fields.typed();
    let (kind, formula) = (kind?, formula?);
    let choices = matches!(kind, Kind::Choice | Kind::MultipleChoice);
    Some(Field {
        code: before.code.clone(),
        kind,
        label: text::tidy(&label?),
        label_en: text::tidy(&label_en?),
        hint: text::tidy(&hint?),
        hint_en: text::tidy(&hint_en?),
        required: typed.has("bat-buoc"),
        when: when?,
        min: min?,
        max: max?,
        bound: Bound::from_code(typed.get("han")),
        options: if choices { options_of(typed.get("lua-chon"), '\n') } else { Vec::new() },
        columns: if kind == Kind::Table { columns(typed) } else { Vec::new() },
        formula: formula.filter(|_| kind == Kind::Computed),
        money: typed.has("la-tien") && kind == Kind::Computed,
        screen: typed.has("khong-in"),
        born: typed.get("sinh").to_owned(),
        sex: typed.get("gioi").to_owned(),
        prefill,
        follow: follow?,
        fee,
    })
}

/// The form with what was typed in place of the part.
fn changed(fields: &mut Fields, form: &Eform, of: Of, code: &str) -> Option<(Eform, String)> {
    let mut new = form.clone();
    let renamed = fields.typed().get("ma").to_owned();
    if !is_code(&renamed) {
        fields.wrong("ma", "Mã chỉ gồm chữ thường không dấu, số và gạch nối.");
    }
    if of == Of::Field {
        let before = form.field(code)?.clone();
        let it = Field { code: renamed.clone(), ..field(fields, &before)? };
        let place = new.pages.iter_mut().flat_map(|it| it.fields.iter_mut());
        *place.into_iter().find(|it| it.code == code)? = it;
        return Some((new, renamed));
    }
    let label = fields.optional_text("nhan", 400).map(|it| text::tidy(&it));
    let label_en = fields.optional_text("nhan-en", 400).map(|it| text::tidy(&it));
    let when = condition(fields);
    let at = fields.typed().get("canh").to_owned();
    let (label, label_en, when) = (label?, label_en?, when?);
    match of {
        Of::Page => {
            let it = new.pages.iter_mut().find(|it| it.code == code)?;
            let inner = std::mem::take(&mut it.fields);
            *it = Page {
                code: renamed.clone(),
                title: label,
                title_en: label_en,
                when,
                fields: inner,
            };
        }
        Of::Rule => {
            let it = new.rules.iter_mut().find(|it| it.code == code)?;
            let Some(must) = when else {
                fields.wrong("dk-cach", "Quy tắc phải có điều kiện.");
                return None;
            };
            *it = Rule { code: renamed.clone(), at, must, say: label, say_en: label_en };
        }
        Of::Signer => {
            let it = new.signers.iter_mut().find(|it| it.code == code)?;
            *it = Signer { code: renamed.clone(), label, label_en, name: at, when };
        }
        Of::Field => {}
    }
    Some((new, renamed))
}

/// POST `/co-quan/bieu-mau/{code}/sua/muc?loai=…&ma=…`
pub async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = load(&site, &who, code.clone()).await?;
    let of = Of::from_code(asked.get("loai")).ok_or(Failure::NotFound)?;
    let part = asked.get("ma").to_owned();
    typed_of(&it.draft.body, of, &part, 0).ok_or(Failure::NotFound)?;
    let edition = typed.get("an-ban").parse().unwrap_or(0_i64);
    let stays = typed.get("viec") == "o-lai";
    let mut fields = Fields::of(typed);
    let read = changed(&mut fields, &it.draft.body, of, &part);
    let (body, renamed) = match fields.finish(read) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(shown(&site, &who, &it, (of, &part), &m)?)),
    };
    let base = address(&code);
    site.write(&who, move |tx| {
        let draft = sql::draft(tx, &code)?.ok_or(Failure::NotFound)?;
        changes::keep(tx, &draft, edition, &body)?.or_refuse()
    })
    .await?;
    let to = if stays {
        format!("{base}/sua/muc?loai={}&ma={}", of.code(), site::percent(&renamed))
    } else {
        format!("{base}/sua")
    };
    Ok(told(&to, "Đã ghi bản nháp."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eforms::shipped;

    #[test]
    fn every_part_of_every_form_that_ships_comes_back_from_its_page_as_it_was() {
        for form in shipped::all().unwrap() {
            let parts = form
                .pages
                .iter()
                .map(|it| (Of::Page, &it.code))
                .chain(form.fields().map(|(_, it)| (Of::Field, &it.code)))
                .chain(form.rules.iter().map(|it| (Of::Rule, &it.code)))
                .chain(form.signers.iter().map(|it| (Of::Signer, &it.code)));
            for (of, code) in parts {
                let typed = typed_of(&form, of, code, 1).unwrap();
                let mut fields = Fields::of(typed);
                let read = changed(&mut fields, &form, of, code);
                let (new, renamed) = fields
                    .finish(read)
                    .unwrap_or_else(|m| panic!("{}: {code}: {:?}", form.code, m.by_field));
                assert_eq!(renamed, *code);
                assert_eq!(new, form, "{}: {code}", form.code);
            }
        }
    }
}
