//! Editing a procedure: the form, its rows, and what it makes of them.
//!
//! Rows are added by a button that sends the form and shows it again with one row more;
//! nothing that was typed is lost and no script is needed.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    ids::VersionId,
    money::Dong,
    procedure::{
        ChannelKind, ChannelLimit, ClockRules, Fee, LimitUnit, PaperRole, ProcedureVersion,
        RequiredPaper, ServiceLevel, Tier,
    },
    text,
};
use jiff::civil::Date;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Typed, Who,
    told,
};

use super::{changes, exchange, sql};

mod clock;

/// Rows of one kind at most.
const ROWS_MAX: usize = 150;

/// The fields of a row of each kind.
const LIMIT_FIELDS: [&str; 3] = ["han-kenh", "han-so", "han-don-vi"];
const FEE_FIELDS: [&str; 3] = ["phi-kenh", "phi-tien", "phi-ghi-chu"];
const PAPER_FIELDS: [&str; 6] =
    ["giay-ten", "giay-nhom", "giay-loai", "giay-goc", "giay-sao", "giay-mau"];

/// One row of a form: what was typed into each of its fields, and what is wrong with it.
struct Row {
    number: usize,
    cells: Vec<String>,
    mistake: String,
}

impl Row {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    fn is(&self, at: usize, value: &str) -> bool {
        self.cell(at) == value
    }
}

/// The rows that were typed under `names`, blank ones left out.
fn rows(typed: &Typed, names: &[&str], blank: impl Fn(&[String]) -> bool) -> Vec<Vec<String>> {
    let columns: Vec<Vec<&str>> = names.iter().map(|name| typed.all(name).collect()).collect();
    let length = columns.iter().map(Vec::len).max().unwrap_or(0).min(ROWS_MAX);
    let cell = |column: &Vec<&str>, at: usize| {
        column.get(at).map_or_else(String::new, |it| it.trim().to_owned())
    };
    (0..length)
        .map(|at| columns.iter().map(|column| cell(column, at)).collect::<Vec<_>>())
        .filter(|row| !blank(row))
        .collect()
}

fn at(row: &[String], place: usize) -> &str {
    row.get(place).map_or("", String::as_str)
}

fn limit_rows(typed: &Typed) -> Vec<Vec<String>> {
    rows(typed, &LIMIT_FIELDS, |row| at(row, 1).is_empty() && at(row, 0).is_empty())
}

fn fee_rows(typed: &Typed) -> Vec<Vec<String>> {
    rows(typed, &FEE_FIELDS, |row| row.iter().all(String::is_empty))
}

fn paper_rows(typed: &Typed) -> Vec<Vec<String>> {
    rows(typed, &PAPER_FIELDS, |row| {
        at(row, 0).is_empty() && at(row, 1).is_empty() && at(row, 5).is_empty()
    })
}

struct Tick {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "procedures/templates/edit.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    action: String,
    title: String,
    is_new: bool,
    after: String,
    bodies: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    tiers: Vec<Tick>,
    channels: Vec<Tick>,
    limits: Vec<Row>,
    fees: Vec<Row>,
    papers: Vec<Row>,
    channel_options: Vec<(&'static str, &'static str)>,
    unit_options: Vec<(&'static str, &'static str)>,
    role_options: Vec<(&'static str, &'static str)>,
    pauses: Vec<Tick>,
    after_supplement: Vec<(String, String)>,
}

/// The fields of a form that says what `body` says.
fn typed_of(body: &ProcedureVersion, from: Date) -> Typed {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| pairs.push((name.to_owned(), value));
    put("ma", body.code.clone());
    put("ten", body.name.clone());
    put("linh-vuc", body.sector.clone());
    put("bo-nganh", body.ministry.clone());
    put("he-thong", body.body.clone());
    put("muc-do", body.level.code().to_owned());
    put("doi-tuong", body.applicants.clone());
    put("dieu-kien", body.conditions.clone());
    put("ket-qua", body.results.join("\n"));
    put("can-cu", body.legal_basis.join("\n"));
    put("co-quan", body.agency.clone());
    put("quyet-dinh", body.decision.clone());
    put("nguon", body.sources.join("\n"));
    put("tu-ngay", from.strftime("%d/%m/%Y").to_string());
    if body.on_the_spot {
        put("ngay", "1".to_owned());
    }
    body.tiers.iter().for_each(|it| put("cap", it.code().to_owned()));
    body.channels.iter().for_each(|it| put("cach-nop", it.code().to_owned()));
    for it in &body.limits {
        put("han-kenh", it.channel.map_or("", ChannelKind::code).to_owned());
        put("han-so", it.value.to_string());
        put("han-don-vi", it.unit.code().to_owned());
    }
    for it in &body.fees {
        put("phi-kenh", it.channels.clone());
        put("phi-tien", it.amount.map(|it| it.0.to_string()).unwrap_or_default());
        put("phi-ghi-chu", it.note.clone());
    }
    for it in &body.papers {
        put("giay-ten", it.name.clone());
        put("giay-nhom", it.group.clone());
        put("giay-loai", it.role.code().to_owned());
        put("giay-goc", it.originals.map(|it| it.to_string()).unwrap_or_default());
        put("giay-sao", it.copies.map(|it| it.to_string()).unwrap_or_default());
        put("giay-mau", it.form.clone());
    }
    clock::put(&body.clock, &mut pairs);
    Typed::of(pairs)
}

fn owned(value: &str, label: &str) -> (String, String) {
    (value.to_owned(), label.to_owned())
}

fn numbered(rows: Vec<Vec<String>>, m: &Mistakes, name: &str, blank: bool) -> Vec<Row> {
    let spare = if blank { vec![Vec::new()] } else { Vec::new() };
    let numbers = 1..;
    rows.into_iter()
        .chain(spare)
        .zip(numbers)
        .map(|(cells, number)| Row {
            mistake: m.at(&format!("{name}-{number}")).to_owned(),
            number,
            cells,
        })
        .collect()
}

fn shown(
    site: &Site,
    who: &Who,
    old: Option<&sql::Version>,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let wish = m.typed("viec");
    let limits = limit_rows(&m.typed);
    let options = |name: &str, all: Vec<(&'static str, &'static str)>| {
        let chosen: Vec<&str> = m.typed.all(name).collect();
        all.into_iter()
            .map(|(value, label)| Tick { value, label, chosen: chosen.contains(&value) })
            .collect::<Vec<_>>()
    };
    let tiers = Tier::ALL.iter().map(|it| (it.code(), it.label())).collect();
    let channels: Vec<_> = ChannelKind::ALL.iter().map(|it| (it.code(), it.label())).collect();
    let path =
        old.map_or_else(|| "moi".to_owned(), |it| format!("{}/sua", site::percent(&it.body.code)));
    let pauses = ClockRules::PAUSES.iter().map(|it| (it.code(), it.label())).collect();
    site.page(&Form {
        shell: site.shell(who),
        pauses: options("dong-ho-dung", pauses),
        after_supplement: clock::after_options(),
        m,
        action: format!("/co-quan/thu-tuc/{path}"),
        title: old.map_or_else(|| "Thêm thủ tục".to_owned(), |it| it.body.name.clone()),
        is_new: old.is_none(),
        after: old.map(|it| it.id.to_string()).unwrap_or_default(),
        bodies: exchange::BODIES.iter().map(|(it, label)| owned(it, label)).collect(),
        levels: ServiceLevel::ALL.iter().map(|it| owned(it.code(), it.label())).collect(),
        tiers: options("cap", tiers),
        channels: options("cach-nop", channels.clone()),
        limits: numbered(limits, m, "han", wish == "them-han"),
        fees: numbered(fee_rows(&m.typed), m, "phi", wish == "them-phi"),
        papers: numbered(paper_rows(&m.typed), m, "giay", wish == "them-giay"),
        channel_options: [("", "Mọi cách nộp")].into_iter().chain(channels).collect(),
        unit_options: LimitUnit::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        role_options: PaperRole::ALL.iter().map(|it| (it.code(), it.label())).collect(),
    })
}

fn read_limits(fields: &mut Fields) -> Vec<ChannelLimit> {
    let mut limits = Vec::new();
    for (row, number) in limit_rows(fields.typed()).iter().zip(1..) {
        let unit = LimitUnit::from_code(at(row, 2));
        let counted = !matches!(
            unit,
            Some(LimitUnit::SameDay | LimitUnit::SameDay15h | LimitUnit::BySchedule)
        );
        let typed = at(row, 1);
        let value = if typed.is_empty() && !counted { Some(1) } else { typed.parse().ok() };
        match (value.filter(|it| *it > 0 || !counted), unit) {
            (Some(value), Some(unit)) => limits.push(ChannelLimit {
                channel: ChannelKind::from_code(at(row, 0)),
                value,
                unit,
            }),
            _ => fields.wrong(
                &format!("han-{number}"),
                format!("Thời hạn dòng {number}: ghi một số lớn hơn 0 và chọn đơn vị."),
            ),
        }
    }
    limits
}

fn read_fees(fields: &mut Fields) -> Vec<Fee> {
    let mut fees = Vec::new();
    for (row, number) in fee_rows(fields.typed()).iter().zip(1..) {
        let amount = match at(row, 1) {
            "" => Ok(None),
            typed => Dong::parse(typed).map(Some),
        };
        match amount {
            Ok(amount) => fees.push(Fee {
                channels: at(row, 0).to_owned(),
                amount,
                note: at(row, 2).to_owned(),
            }),
            Err(refusal) => {
                fields.wrong(&format!("phi-{number}"), format!("Phí dòng {number}: {refusal}"));
            }
        }
    }
    fees
}

fn read_papers(fields: &mut Fields) -> Vec<RequiredPaper> {
    let mut papers = Vec::new();
    for (row, number) in paper_rows(fields.typed()).iter().zip(1..) {
        let count = |typed: &str| match typed {
            "" => Some(None),
            typed => typed.parse().ok().filter(|it| *it <= 100_u32).map(Some),
        };
        let role = PaperRole::from_code(at(row, 2)).unwrap_or(PaperRole::Submit);
        match (count(at(row, 3)), count(at(row, 4))) {
            (Some(originals), Some(copies)) => papers.push(RequiredPaper {
                name: text::tidy(at(row, 0)),
                group: text::tidy(at(row, 1)),
                role,
                originals,
                copies,
                form: text::tidy(at(row, 5)),
            }),
            _ => fields.wrong(
                &format!("giay-{number}"),
                format!("Giấy tờ dòng {number}: số bản là số từ 0 đến 100, hoặc để trống."),
            ),
        }
    }
    papers
}

fn text_lines(text: &str) -> Vec<String> {
    text.lines().map(text::tidy).filter(|it| !it.is_empty()).collect()
}

/// What was ticked, in the order of before; what is new comes last.
fn in_order<T: Copy + PartialEq>(before: &[T], ticked: impl Iterator<Item = T>) -> Vec<T> {
    let ticked: Vec<T> = ticked.collect();
    let kept = before.iter().copied().filter(|it| ticked.contains(it));
    kept.chain(ticked.iter().copied().filter(|it| !before.contains(it))).collect()
}

/// What was typed, on top of what the version before says.
fn read(typed: Typed, base: &ProcedureVersion) -> Result<(ProcedureVersion, Date), Mistakes> {
    let mut fields = Fields::of(typed);
    let code = if base.code.is_empty() { fields.text("ma", 30) } else { Some(base.code.clone()) };
    let name = fields.text("ten", domain::procedure::NAME_CHARS_MAX);
    let sector = fields.text("linh-vuc", 200);
    let level = fields.choice("muc-do", ServiceLevel::from_code);
    let body = fields
        .choice("he-thong", |it| exchange::BODIES.iter().find(|(code, _)| *code == it))
        .map(|(code, _)| (*code).to_owned());
    let from = fields.date("tu-ngay");
    let mut long = |name| fields.optional_text(name, 20_000).map(|it| it.replace("\r\n", "\n"));
    let ministry = long("bo-nganh");
    let applicants = long("doi-tuong");
    let conditions = long("dieu-kien");
    let results = long("ket-qua");
    let legal_basis = long("can-cu");
    let agency = long("co-quan");
    let decision = long("quyet-dinh");
    let sources = long("nguon");
    let tiers = in_order(&base.tiers, fields.typed().all("cap").filter_map(Tier::from_code));
    if tiers.is_empty() {
        fields.wrong("cap", "Chọn ít nhất một cấp giải quyết.");
    }
    let ticked = fields.typed().all("cach-nop").filter_map(ChannelKind::from_code);
    let channels = in_order(&base.channels, ticked);
    let on_the_spot = fields.typed().has("ngay");
    let limits = read_limits(&mut fields);
    let fees = read_fees(&mut fields);
    let papers = read_papers(&mut fields);
    let clock = clock::read(&mut fields, &base.clock);
    let whole = (|| {
        let it = ProcedureVersion {
            code: code?,
            name: text::tidy(&name?),
            sector: text::tidy(&sector?),
            ministry: ministry?,
            tiers,
            tiers_before: base.tiers_before.clone(),
            body: body?,
            limits,
            channels,
            fees,
            papers,
            results: text_lines(&results?),
            conditions: conditions?,
            legal_basis: text_lines(&legal_basis?),
            applicants: applicants?,
            level: level?,
            agency: agency?,
            decision: decision?,
            sources: text_lines(&sources?),
            on_the_spot,
            clock: clock?,
        };
        Some((it, from?))
    })();
    if let Some((it, _)) = &whole {
        for wrong in it.errors(1) {
            let field = match wrong.field {
                "code" => "ma",
                "clock" => "dong-ho-can-cu",
                field => field,
            };
            fields.wrong(field, wrong.message);
        }
    }
    fields.finish(whole)
}

/// The newest version of `code`; none for a new procedure.
async fn old(
    site: &Site,
    who: &Who,
    code: Option<String>,
) -> Result<Option<sql::Version>, Failure> {
    let Some(code) = code else { return Ok(None) };
    let found = site.read(who, move |tx| Ok(sql::versions(tx, &code)?)).await?;
    found.into_iter().next().map(Some).ok_or(Failure::NotFound)
}

async fn form(site: Site, who: Who, code: Option<String>) -> Result<Html<String>, Failure> {
    let old = old(&site, &who, code).await?;
    let today = who.today();
    // The first day on which a new version can begin.
    let from = match &old {
        Some(it) if it.in_force_from >= today => it.in_force_from.tomorrow().unwrap_or(today),
        _ => today,
    };
    let blank = exchange::blank();
    let typed = typed_of(old.as_ref().map_or(&blank, |it| &it.body), from);
    shown(&site, &who, old.as_ref(), &Mistakes::none(typed))
}

async fn keep(
    site: Site,
    who: Who,
    code: Option<String>,
    typed: Typed,
) -> Result<Response, Failure> {
    let old = old(&site, &who, code).await?;
    if typed.get("viec") != "ghi" {
        return Ok(shown(&site, &who, old.as_ref(), &Mistakes::none(typed))?.into_response());
    }
    let after: Option<VersionId> = typed.get("sau-ban").parse().ok();
    let blank = exchange::blank();
    let read = read(typed, old.as_ref().map_or(&blank, |it| &it.body));
    let (body, from) = match read {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(shown(&site, &who, old.as_ref(), &m)?)),
    };
    let back = format!("/co-quan/thu-tuc/{}", site::percent(&body.code));
    site.write(&who, move |tx| changes::publish(tx, &body, from, after)?.or_refuse()).await?;
    Ok(told(&back, "Đã ghi phiên bản mới."))
}

/// GET `/co-quan/thu-tuc/moi`
pub async fn new_form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    form(site, who, None).await
}

/// POST `/co-quan/thu-tuc/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    keep(site, who, None, typed).await
}

/// GET `/co-quan/thu-tuc/{code}/sua`
pub async fn edit_form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    form(site, who, Some(code)).await
}

/// POST `/co-quan/thu-tuc/{code}/sua`
pub async fn edit(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    keep(site, who, Some(code), typed).await
}
