//! The table of fees: looked at, added to, changed from a day on, ended.

use askama::Template;
use axum::response::Response;
use domain::{
    fees::{Beyond, COUNT_MAX, FeeKind, Moment, Rate},
    money::Dong,
    procedure::ChannelKind,
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    address, all_or, cut, facts,
    sql::table::{self, Filter, KeptRate},
};
use crate::procedures::facts as procedures;

/// Where the table is.
pub const ADDRESS: &str = "/co-quan/quan-tri/bieu-phi";
/// Rows of one page.
const ROWS: usize = 50;
/// Rows of the whole table at most.
pub(super) const ROWS_MAX: i64 = 10_000;

/// A rate as it is shown.
pub(super) struct Line {
    pub id: i64,
    pub code: String,
    pub procedure: String,
    pub name: String,
    pub channel: &'static str,
    pub price: String,
    pub basis: String,
    pub from: String,
    pub until: String,
    pub over: bool,
}

#[derive(Template)]
#[template(path = "fees/templates/table.html")]
struct List {
    shell: Shell,
    q: String,
    view: String,
    views: Vec<(String, String)>,
    lines: Vec<Line>,
    count: String,
    export: String,
    next: Option<String>,
    first: Option<String>,
}

/// What somebody looks for: procedures by word or code, of today or of all times.
pub(super) fn found(
    site: &Site,
    tx: &mut Tx<'_>,
    asked: &Typed,
    today: Date,
) -> Result<Vec<Line>, store::Fault> {
    let catalogue = procedures::catalogue(site, tx)?;
    let q = asked.get("q");
    let procedures = (!q.is_empty()).then(|| {
        let mut codes: Vec<String> =
            catalogue.find(q, 80).into_iter().map(|it| it.body.code.clone()).collect();
        codes.push(q.to_owned());
        codes
    });
    let on = (asked.get("xem") != "tat-ca").then_some(today);
    let filter = Filter { procedures, on };
    let rates = table::rates(tx, &filter, ROWS_MAX)?;
    Ok(rates
        .into_iter()
        .map(|it| Line {
            procedure: catalogue
                .get(&it.procedure)
                .map_or_else(String::new, |it| it.body.name.clone()),
            id: it.id,
            code: it.procedure,
            name: it.rate.name.clone(),
            channel: it.rate.channel.map_or("Mọi cách nộp", ChannelKind::label),
            price: it.rate.text(),
            basis: it.rate.basis.clone(),
            from: text::date(it.from),
            until: it.until.map_or_else(String::new, text::date),
            over: it.until.is_some_and(|it| it < today),
        })
        .collect())
}

/// GET `/co-quan/quan-tri/bieu-phi`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (inner, filter, today) = (site.clone(), asked.clone(), who.today());
    let lines = site.read(&who, move |tx| Ok(found(&inner, tx, &filter, today)?)).await?;
    let count = i64::try_from(lines.len()).unwrap_or(0);
    let skipped: usize = asked.get("tu").parse().unwrap_or(0);
    let (lines, more) = cut(lines.into_iter().skip(skipped).collect(), ROWS);
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        view: asked.get("xem").to_owned(),
        views: all_or("Đang áp dụng", [("tat-ca", "Mọi thời kỳ")]),
        count: format!("{} mức thu", text::number(count)),
        export: address("/co-quan/quan-tri/bieu-phi/xuat", &asked, "tu", None),
        first: (skipped > 0).then(|| address(ADDRESS, &asked, "tu", None)),
        next: more.then(|| address(ADDRESS, &asked, "tu", Some((skipped + ROWS).to_string()))),
        lines,
    })
}

/// POST `/co-quan/quan-tri/bieu-phi/tu-danh-muc`: what the catalogue says beyond doubt.
pub async fn fill(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let written = site
        .write(&who, move |tx| {
            let written = facts::fill_from_catalogue(tx, today)?;
            let details = serde_json::json!({"written": written});
            tx.journal(Entry::new("fee_rate", 0, "import").details(&details));
            Ok(written)
        })
        .await?;
    Ok(told(
        ADDRESS,
        &format!(
            "Đã thêm {written} mức thu đọc chắc chắn được từ danh mục. Mức còn lại do người nhập, kèm căn cứ."
        ),
    ))
}

#[derive(Template)]
#[template(path = "fees/templates/rate.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    once: String,
    /// The rate that is changed; a new one if none.
    id: Option<i64>,
    title: String,
    kinds: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    moments: Vec<(String, String)>,
    code: String,
}

fn form_page(
    site: &Site,
    who: &Who,
    (id, title, code): (Option<i64>, String, String),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let once = m.typed("lan-gui");
    site.page(&Form {
        shell: site.shell(who),
        m,
        once: if once.is_empty() { new_token() } else { once.to_owned() },
        id,
        title,
        kinds: FeeKind::ALL.iter().map(|it| (it.code().into(), it.label().into())).collect(),
        channels: all_or("Mọi cách nộp", ChannelKind::ALL.iter().map(|it| (it.code(), it.label()))),
        moments: Moment::ALL.iter().map(|it| (it.code().into(), it.label().into())).collect(),
        code,
    })
}

/// GET `/co-quan/quan-tri/bieu-phi/moi`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("thu-tuc", asked.get("thu-tuc"));
    typed.set("tu-ngay", text::date(who.today()));
    form_page(&site, &who, (None, "Thêm mức thu".into(), String::new()), &Mistakes::none(typed))
}

/// Reads a rate as it stands in the form or in a row of a table.
pub(super) fn read(fields: &mut Fields) -> Option<Rate> {
    let name = fields.text("ten", 200);
    let kind = fields.choice("loai", FeeKind::from_code);
    let channel = match fields.typed().get("kenh") {
        "" => Some(None),
        _ => fields.choice("kenh", ChannelKind::from_code).map(Some),
    };
    let amount = fields.read("muc", Dong::parse);
    if amount == Some(Dong::ZERO) {
        fields.wrong("muc", "Mức thu phải lớn hơn 0; không thu thì không cần ghi.");
    }
    let unit = fields.optional_text("don-vi-tinh", 40);
    let after = match fields.typed().get("het-bac") {
        "" => Some(None),
        _ => fields.number("het-bac", 1..=COUNT_MAX.into()).map(Some),
    };
    let beyond = fields.read_optional("muc-sau", Dong::parse);
    if let (Some(after), Some(beyond)) = (after, beyond)
        && after.is_some() != beyond.is_some()
    {
        fields.wrong("muc-sau", "Mức theo bậc cần cả số đơn vị đầu và mức thu sau đó.");
    }
    let cap = fields.read_optional("toi-da", Dong::parse);
    let basis = fields.text("can-cu", 300);
    Some(Rate {
        name: text::tidy(&name?),
        kind: kind?,
        channel: channel?,
        amount: amount?,
        unit: text::tidy(&unit?).to_lowercase(),
        beyond: after?.zip(beyond?).map(|(after, amount)| Beyond {
            after: u32::try_from(after).unwrap_or(COUNT_MAX),
            amount,
        }),
        cap: cap?,
        basis: text::tidy(&basis?),
    })
}

/// A rate that collects the same as `rate` on one of these days.
fn same_open(
    tx: &mut Tx<'_>,
    code: &str,
    rate: &Rate,
    (from, until): (Date, Option<Date>),
) -> Result<Option<KeptRate>, store::Fault> {
    let filter = Filter { procedures: Some(vec![code.to_owned()]), on: None };
    let name = text::fold(&rate.name);
    let there = table::rates(tx, &filter, ROWS_MAX)?.into_iter().find(|it| {
        let same = Rate { name: rate.name.clone(), basis: rate.basis.clone(), ..it.rate.clone() };
        let meets =
            it.until.is_none_or(|last| last >= from) && until.is_none_or(|it2| it.from <= it2);
        same == *rate && text::fold(&it.rate.name) == name && meets
    });
    Ok(there)
}

/// POST `/co-quan/quan-tri/bieu-phi/moi`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let sending = Sending::of(&who, &typed, "lan-gui");
    let mut fields = Fields::of(typed);
    let rate = read(&mut fields);
    let code = fields.text("thu-tuc", 30);
    let from = fields.date("tu-ngay");
    let until = fields.optional_date("den-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", "Mức thu có hiệu lực từ hôm nay trở đi.");
    }
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        fields.wrong("den-ngay", "Ngày cuối phải từ ngày đầu trở đi.");
    }
    let done = once(&site, &who, sending, move |tx| {
        let known = match &code {
            Some(code) => procedures::in_force(tx, code, today)?.is_some(),
            None => true,
        };
        if !known {
            fields.wrong("thu-tuc", "Không có thủ tục mang mã này trong danh mục đang áp dụng.");
        }
        if let (Some(rate), Some(code), Some(from), Some(until)) = (&rate, &code, from, until)
            && let Some(there) = same_open(tx, code, rate, (from, until))?
        {
            let since = text::date(there.from);
            fields.wrong(
                "ten",
                format!("Mức thu này đã có, áp dụng từ {since}; không thêm lần nữa."),
            );
        }
        let whole = (|| Some((rate?, code?, from?, until?)))();
        let (rate, code, from, until) = match fields.finish(whole) {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        let id = table::insert_rate(tx, None, &code, &rate, from, until)?;
        let details = serde_json::json!({"procedure": code, "amount": rate.amount, "from": from});
        tx.journal(Entry::new("fee_rate", id, "add").details(&details));
        Ok(Ok(ADDRESS.to_owned()))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã thêm mức thu.")),
        Sent::Wrong(m) | Sent::Before(m) => {
            let title = (None, "Thêm mức thu".to_owned(), String::new());
            Err(Failure::Mistaken(form_page(&site, &who, title, &m)?))
        }
    }
}

fn as_typed(it: &KeptRate, today: Date) -> Typed {
    let mut typed = Typed::default();
    typed.set("thu-tuc", it.procedure.as_str());
    typed.set("ten", it.rate.name.as_str());
    typed.set("loai", it.rate.kind.code());
    typed.set("kenh", it.rate.channel.map_or("", ChannelKind::code));
    typed.set("muc", it.rate.amount.0.to_string());
    typed.set("don-vi-tinh", it.rate.unit.as_str());
    if let Some(beyond) = it.rate.beyond {
        typed.set("het-bac", beyond.after.to_string());
        typed.set("muc-sau", beyond.amount.0.to_string());
    }
    typed.set("toi-da", it.rate.cap.map_or_else(String::new, |it| it.0.to_string()));
    typed.set("can-cu", it.rate.basis.as_str());
    typed.set("tu-ngay", text::date(it.from.max(today)));
    typed
}

fn change_title(it: &KeptRate) -> (Option<i64>, String, String) {
    (Some(it.id), format!("Đổi mức thu: {} ({})", it.rate.name, it.procedure), it.procedure.clone())
}

/// GET `/co-quan/quan-tri/bieu-phi/{id}`
pub async fn change_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let today = who.today();
    let (it, moments) =
        site.read(&who, move |tx| Ok((table::rate(tx, id)?, table::moments(tx)?))).await?;
    let it = it.ok_or(Failure::NotFound)?;
    let mut m = Mistakes::none(as_typed(&it, today));
    let moment = moments.iter().find(|set| set.0 == it.procedure).map_or(Moment::Start, |it| it.1);
    m.typed.set("luc-thu", moment.code());
    form_page(&site, &who, change_title(&it), &m)
}

/// POST `/co-quan/quan-tri/bieu-phi/{id}`: another rate from a day on, or none any more.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let ends = typed.get("viec") == "het";
    let mut fields = Fields::of(typed);
    let rate = if ends { None } else { read(&mut fields) };
    let from = fields.date("tu-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", "Chỉ đổi từ hôm nay trở đi; hồ sơ đã tính giữ mức cũ.");
    }
    let done = site
        .write(&who, move |tx| {
            let it = table::rate(tx, id)?.ok_or(Failure::NotFound)?;
            if it.until.is_some_and(|until| from.is_some_and(|from| from > until)) {
                fields.wrong("tu-ngay", "Mức thu này đã hết hiệu lực trước ngày đó.");
            }
            let whole = if ends { from.map(|it| (None, it)) } else { rate.map(Some).zip(from) };
            let (rate, from) = match fields.finish(whole) {
                Ok(it) => it,
                Err(m) => return Ok(Err((m, it))),
            };
            match from.yesterday().ok().filter(|last| *last >= it.from) {
                Some(last) => table::end_rate(tx, id, last)?,
                None => table::delete_rate(tx, id)?,
            }
            let amount = rate.as_ref().map(|it| it.amount);
            if let Some(rate) = rate {
                table::insert_rate(tx, Some(it.series), &it.procedure, &rate, from, it.until)?;
            }
            let details =
                serde_json::json!({"procedure": it.procedure, "was": it.rate.amount, "is": amount, "from": from});
            tx.journal(Entry::new("fee_rate", it.series, "change").details(&details));
            Ok(Ok(()))
        })
        .await?;
    match done {
        Ok(()) => Ok(told(ADDRESS, if ends { "Đã cho hết hiệu lực." } else { "Đã đổi mức thu." })),
        Err((m, it)) => Err(Failure::Mistaken(form_page(&site, &who, change_title(&it), &m)?)),
    }
}

/// POST `/co-quan/quan-tri/bieu-phi/luc-thu`: when a procedure's fee is collected.
pub async fn moment(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let moment = Moment::from_code(typed.get("luc-thu")).ok_or(Failure::NotFound)?;
    let (code, today) = (typed.get("thu-tuc").to_owned(), who.today());
    site.write(&who, move |tx| {
        procedures::in_force(tx, &code, today)?.ok_or(Failure::NotFound)?;
        table::set_moment(tx, &code, moment)?;
        let details = serde_json::json!({"procedure": code, "moment": moment.code()});
        tx.journal(Entry::new("fee_rate", 0, "set_moment").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, &format!("Đã đặt: {}.", moment.label().to_lowercase())))
}
