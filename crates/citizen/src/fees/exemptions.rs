//! Who pays less or nothing: kept as data, with the text that grants it and the paper that shows it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{fees::Exemption, procedure::ChannelKind, text};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, show::Ask, told,
};
use store::journal::Entry;

use super::{
    all_or,
    sql::table::{self, KeptExemption},
};
use crate::procedures::facts as procedures;

/// Where they are.
pub const ADDRESS: &str = "/co-quan/quan-tri/mien-giam";

struct Line {
    it: KeptExemption,
    applies: String,
    from: String,
    until: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "fees/templates/exemptions.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    lines: Vec<Line>,
    sectors: Vec<(String, String)>,
    channels: Vec<(String, String)>,
}

async fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let (inner, today) = (site.clone(), who.today());
    let (all, catalogue) = site
        .read(who, move |tx| Ok((table::exemptions(tx, None)?, procedures::catalogue(&inner, tx)?)))
        .await?;
    let none = (String::new(), "Mọi lĩnh vực".to_owned());
    let sectors = catalogue.sectors().iter().map(|it| (it.clone(), it.clone()));
    let lines = all
        .into_iter()
        .map(|it| {
            let of = &it.exemption;
            let mut applies: Vec<&str> = [of.sector.as_str(), of.procedure.as_str()]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect();
            applies.extend(of.channel.map(ChannelKind::label));
            Line {
                applies: if applies.is_empty() {
                    "Mọi thủ tục".into()
                } else {
                    applies.join(", ")
                },
                from: text::date(it.from),
                until: it.until.map_or_else(String::new, text::date),
                open: it.until.is_none_or(|it| it >= today),
                it,
            }
        })
        .collect();
    site.page(&Page {
        shell: site.shell(who),
        m,
        lines,
        sectors: std::iter::once(none).chain(sectors).collect(),
        channels: all_or("Mọi cách nộp", ChannelKind::ALL.iter().map(|it| (it.code(), it.label()))),
    })
}

/// GET `/co-quan/quan-tri/mien-giam`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    page(&site, &who, &Mistakes::none(typed)).await
}

/// POST `/co-quan/quan-tri/mien-giam`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let mut fields = Fields::of(typed);
    let name = fields.text("ten", 200);
    let percent = fields.number("muc-giam", 1..=100);
    let sector = fields.optional_text("linh-vuc", 120);
    let procedure = fields.optional_text("thu-tuc", 30);
    let channel = match fields.typed().get("kenh") {
        "" => Some(None),
        _ => fields.choice("kenh", ChannelKind::from_code).map(Some),
    };
    let proof = fields.optional_text("giay-to", 200);
    let basis = fields.text("can-cu", 300);
    let from = fields.date("tu-ngay");
    let until = fields.optional_date("den-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", "Có hiệu lực từ hôm nay trở đi.");
    }
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        fields.wrong("den-ngay", "Ngày cuối phải từ ngày đầu trở đi.");
    }
    let whole = (|| {
        let exemption = Exemption {
            name: text::tidy(&name?),
            percent: u8::try_from(percent?).ok()?,
            sector: sector?,
            procedure: procedure?,
            channel: channel?,
            proof: text::tidy(&proof?),
            basis: text::tidy(&basis?),
        };
        Some((exemption, from?, until?))
    })();
    let (exemption, from, until) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    };
    site.write(&who, move |tx| {
        let id = table::insert_exemption(tx, None, &exemption, from, until)?;
        let details = serde_json::json!({"percent": exemption.percent, "from": from});
        tx.journal(Entry::new("fee_exemption", id, "add").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã thêm đối tượng miễn, giảm."))
}

async fn find(site: &Site, who: &Who, id: i64) -> Result<KeptExemption, Failure> {
    let all = site.read(who, |tx| Ok(table::exemptions(tx, None)?)).await?;
    all.into_iter().find(|it| it.id == id).ok_or(Failure::NotFound)
}

/// What is said of one that was given its last day before.
fn ended_already(it: &KeptExemption, today: jiff::civil::Date) -> Option<Response> {
    let until = it.until.filter(|until| *until <= today)?;
    let name = &it.exemption.name;
    Some(told(
        ADDRESS,
        &format!(
            "“{name}” đã được cho hết hiệu lực từ trước, áp dụng đến hết ngày {}; lần này không có gì \
             thay đổi.",
            text::date(until)
        ),
    ))
}

fn question(it: &KeptExemption, today: jiff::civil::Date) -> Ask {
    let name = it.exemption.name.clone();
    Ask {
        heading: format!("Cho “{name}” hết hiệu lực?"),
        what: format!(
            "{} không còn được áp dụng sau hôm nay, {}. Hồ sơ đã tính phí giữ nguyên. Cần lại thì phải \
             thêm đối tượng mới.",
            it.exemption.text(),
            text::date(today)
        ),
        button: format!("Hết hiệu lực sau hôm nay: {name}"),
        action: format!("{ADDRESS}/{}/het", it.id),
        back: ADDRESS,
        back_label: "Đối tượng miễn, giảm",
        name,
    }
}

/// GET `/co-quan/quan-tri/mien-giam/{id}/het`
pub async fn ask_end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let it = find(&site, &who, id).await?;
    match ended_already(&it, who.today()) {
        Some(told) => Ok(told),
        None => Ok(question(&it, who.today()).page(&site, &who)?.into_response()),
    }
}

/// POST `/co-quan/quan-tri/mien-giam/{id}/het`
pub async fn end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let it = find(&site, &who, id).await?;
    if let Some(told) = ended_already(&it, today) {
        return Ok(told);
    }
    question(&it, today).demand(&site, &who, &typed)?;
    let ended = site
        .write(&who, move |tx| {
            let ended = table::end_exemption(tx, id, today)?;
            if ended {
                let details = serde_json::json!({"until": today});
                tx.journal(Entry::new("fee_exemption", id, "end").details(&details));
            }
            Ok(ended)
        })
        .await?;
    if !ended {
        let it = find(&site, &who, id).await?;
        return ended_already(&it, today).ok_or(Failure::NotFound);
    }
    Ok(told(ADDRESS, &format!("“{}” hết hiệu lực sau hôm nay.", it.exemption.name)))
}
