//! What a dossier is to pay: chosen from the table with its working, or typed by hand with a reason.

use askama::Template;
use axum::response::Response;
use domain::{
    fees::{Assessment, COUNT_MAX, Item, assess},
    ids::DossierId,
    money::Dong,
    procedure::{ChannelKind, ProcedureVersion},
};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told};

use super::facts::{self, Tariff};
use crate::dossiers::facts::Around;

/// One rate on a form.
pub(crate) struct Choice {
    pub id: i64,
    pub name: String,
    pub price: String,
    pub basis: String,
    pub pieces: bool,
    pub count: String,
    pub piece_count: String,
    pub mistake: String,
}

/// What a form offers and what comes of what was typed so far.
pub(crate) struct Choices {
    pub rates: Vec<Choice>,
    pub exemptions: Vec<(String, String)>,
    pub exemption: String,
    /// What the chosen exemption is shown by.
    pub proof: String,
    pub lines: Vec<domain::fees::Line>,
    pub due: String,
    pub spared: String,
}

/// What was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub assessment: Assessment,
    pub by_hand: bool,
    pub reason: String,
    /// Whether there is anything to keep.
    pub any: bool,
}

/// Counts as typed: units and pieces; nothing for what is no number.
fn counts(typed: &Typed, id: i64, pieces: bool) -> (Option<u32>, Option<u32>) {
    let read = |name: String, empty: u32| match typed.get(&name) {
        "" => Some(empty),
        text => text.parse().ok().filter(|it| *it <= COUNT_MAX),
    };
    let piece_count = if pieces { read(format!("phi-ban-{id}"), 1) } else { Some(1) };
    (read(format!("phi-{id}"), 0), piece_count)
}

fn fitting(tariff: &Tariff, channel: ChannelKind) -> impl Iterator<Item = &facts::KeptRate> {
    tariff.rates.iter().filter(move |it| it.rate.channel.is_none_or(|it| it == channel))
}

fn worked_out(tariff: &Tariff, typed: &Typed, channel: ChannelKind) -> Assessment {
    let items: Vec<Item<'_>> = fitting(tariff, channel)
        .map(|it| {
            let (count, pieces) = counts(typed, it.id, it.rate.counts_pieces());
            Item { rate: &it.rate, count: count.unwrap_or(0), pieces: pieces.unwrap_or(0) }
        })
        .collect();
    let chosen = typed.get("mien-giam");
    let exemption = tariff
        .exemptions
        .iter()
        .find(|it| it.id.to_string() == chosen)
        .filter(|it| it.exemption.channel.is_none_or(|it| it == channel));
    assess(&items, exemption.map(|it| &it.exemption))
}

/// What the form shows. The only rate of a procedure is counted once until somebody says otherwise.
pub(crate) fn choices(tariff: &Tariff, m: &Mistakes, channel: ChannelKind) -> Choices {
    let mut typed = m.typed.clone();
    let mut only = fitting(tariff, channel);
    if let (Some(one), None) = (only.next(), only.next()) {
        let name = format!("phi-{}", one.id);
        if !typed.has(&name) {
            typed.set(&name, "1");
        }
    }
    let rates = fitting(tariff, channel)
        .map(|it| Choice {
            id: it.id,
            name: it.rate.name.clone(),
            price: it.rate.text(),
            basis: it.rate.basis.clone(),
            pieces: it.rate.counts_pieces(),
            count: typed.get(&format!("phi-{}", it.id)).to_owned(),
            piece_count: typed.get(&format!("phi-ban-{}", it.id)).to_owned(),
            mistake: m.at(&format!("phi-{}", it.id)).to_owned(),
        })
        .collect();
    let none = (String::new(), "Không miễn, giảm".to_owned());
    let able = tariff
        .exemptions
        .iter()
        .filter(|it| it.exemption.channel.is_none_or(|it| it == channel))
        .map(|it| (it.id.to_string(), it.exemption.text()));
    let exemptions: Vec<_> = std::iter::once(none).chain(able).collect();
    let exemption = typed.get("mien-giam").to_owned();
    let proof = tariff
        .exemptions
        .iter()
        .find(|it| it.id.to_string() == exemption)
        .map_or_else(String::new, |it| it.exemption.proof.clone());
    let made = worked_out(tariff, &typed, channel);
    let spared = made.spared();
    Choices {
        rates,
        exemptions,
        exemption,
        proof,
        due: made.due().to_string(),
        spared: if spared > Dong::ZERO { spared.to_string() } else { String::new() },
        lines: made.lines,
    }
}

/// Reads what was chosen. An amount that the table does not give needs a reason; `must` says that nothing
/// at all is a mistake.
pub(crate) fn read_choice(
    fields: &mut Fields,
    tariff: &Tariff,
    channel: ChannelKind,
    must: bool,
) -> Option<Chosen> {
    let mut right = true;
    for it in fitting(tariff, channel) {
        let (count, pieces) = counts(fields.typed(), it.id, it.rate.counts_pieces());
        if count.is_none() || pieces.is_none() {
            let text =
                format!("Số lượng là một số từ 0 đến {}.", domain::text::number(COUNT_MAX.into()));
            fields.wrong(&format!("phi-{}", it.id), text);
            right = false;
        }
    }
    let chosen = fields.typed().get("mien-giam").to_owned();
    if !chosen.is_empty() {
        let known = tariff.exemptions.iter().find(|it| it.id.to_string() == chosen);
        match known.map(|it| &it.exemption) {
            Some(it) if it.channel.is_none_or(|it| it == channel) => {
                if !it.proof.is_empty() && !fields.typed().has("da-xem-giay-to") {
                    let text = format!("Đánh dấu khi đã xem giấy tờ chứng minh: {}.", it.proof);
                    fields.wrong("da-xem-giay-to", text);
                    right = false;
                }
            }
            _ => {
                fields.wrong(
                    "mien-giam",
                    "Đối tượng này không áp dụng cho thủ tục hoặc cách nộp này.",
                );
                right = false;
            }
        }
    }
    let made = worked_out(tariff, fields.typed(), channel);
    let typed = fields.read_optional("le-phi", Dong::parse)?;
    let reason = fields.optional_text("ly-do-phi", 300)?;
    if !right {
        return None;
    }
    let counted = !made.lines.is_empty();
    if must && !fields.typed().get(NONE).is_empty() {
        return nothing_charged(fields, typed, reason);
    }
    match typed {
        None if must && tariff.rates.is_empty() => {
            let text = "Chưa tính được lệ phí: nhập số tiền phải nộp kèm căn cứ, hoặc đánh dấu “Không thu”.";
            fields.wrong("le-phi", text);
            None
        }
        None if must && !counted => {
            fields.wrong(
                "le-phi",
                "Nhập số lượng theo biểu phí, hoặc nhập số tiền kèm lý do; được miễn thì ghi 0.",
            );
            None
        }
        None => {
            Some(Chosen { assessment: made, by_hand: false, reason: String::new(), any: counted })
        }
        Some(amount) if amount == made.due() && (counted || (tariff.rates.is_empty() && !must)) => {
            Some(Chosen { assessment: made, by_hand: false, reason, any: counted })
        }
        Some(amount) => {
            if reason.is_empty() {
                let text = if counted {
                    format!(
                        "Số tiền khác số tính theo biểu phí ({}). Ghi rõ lý do sửa.",
                        made.due()
                    )
                } else {
                    "Số tiền nhập tay: ghi rõ lý do hoặc căn cứ thu.".to_owned()
                };
                fields.wrong("ly-do-phi", text);
                return None;
            }
            let assessment = Assessment {
                exemption: made.exemption,
                basis: made.basis,
                ..Assessment::by_hand(amount)
            };
            Some(Chosen { assessment, by_hand: true, reason, any: true })
        }
    }
}

/// The tick that nothing is charged, where no table says what would be.
const NONE: &str = "khong-thu";

fn nothing_charged(fields: &mut Fields, typed: Option<Dong>, reason: String) -> Option<Chosen> {
    if typed.is_some_and(|it| it > Dong::ZERO) {
        fields.wrong(NONE, "Đã nhập số tiền thì bỏ dấu “Không thu”, hoặc xóa số tiền.");
        return None;
    }
    if reason.is_empty() {
        let text = "Ghi vì sao không thu: được miễn, hoặc địa phương chưa quy định mức thu.";
        fields.wrong("ly-do-phi", text);
        return None;
    }
    Some(Chosen { assessment: Assessment::by_hand(Dong::ZERO), by_hand: true, reason, any: true })
}

/// Whether nobody knows here what a procedure costs: no rate of the table, and no amount in the catalogue.
pub(crate) fn is_unknown(tariff: &Tariff, body: &ProcedureVersion) -> bool {
    tariff.rates.is_empty() && body.fees.iter().any(|it| it.amount.is_none())
}

#[derive(Template)]
#[template(path = "fees/templates/assess.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    procedure: String,
    due: String,
    paid: String,
    fees: Choices,
}

async fn page(site: &Site, who: &Who, id: DossierId, m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (on_desk, tariff) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let tariff = facts::tariff(tx, &on_desk.version.body, asker.today())?;
            Ok((on_desk, tariff))
        })
        .await?;
    let dossier = &on_desk.kept.dossier;
    let channel = dossier.channel.unwrap_or(ChannelKind::Direct);
    site.page(&Page {
        shell: site.shell(who),
        id,
        code: on_desk.kept.code.clone(),
        procedure: on_desk.version.body.name.clone(),
        due: dossier.fee_due.to_string(),
        paid: dossier.fee_paid.to_string(),
        fees: choices(&tariff, &m, channel),
        m: &m,
    })
}

/// GET `/co-quan/thu-phi/ho-so/{id}/tinh`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, Mistakes::default()).await
}

/// POST `/co-quan/thu-phi/ho-so/{id}/tinh`: sets anew what is to be paid in all.
pub async fn adjust(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    if typed.get("viec") == "xem" {
        use axum::response::IntoResponse as _;
        return Ok(page(&site, &who, id, Mistakes::none(typed)).await?.into_response());
    }
    let (inner, asker) = (site.clone(), who.clone());
    let done = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let mut on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let tariff = facts::tariff(tx, &on_desk.version.body, asker.today())?;
            let channel = on_desk.kept.dossier.channel.unwrap_or(ChannelKind::Direct);
            let mut fields = Fields::of(typed);
            let chosen = read_choice(&mut fields, &tariff, channel, true);
            let why = fields.optional_text("ly-do-phi", 300);
            if why.as_deref() == Some("") {
                fields.wrong("ly-do-phi", "Ghi rõ vì sao tính lại số tiền phải nộp.");
            }
            let (chosen, why) = match fields.finish(chosen.zip(why)) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            let desk = around.desk();
            on_desk.adjust_fee(tx, desk, &maker, (&chosen.assessment, chosen.by_hand), &why)?;
            Ok(Ok(()))
        })
        .await?;
    match done {
        Ok(()) => {
            Ok(told(&format!("/co-quan/thu-phi/ho-so/{id}"), "Đã tính lại số tiền phải nộp."))
        }
        Err(m) => Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    }
}
