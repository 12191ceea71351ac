//! The catalogue in the shape of the national portal: its own field names, nothing sent that lacks what it requires.
//!
//! The names of fields are those of the portal's interface; how they nest was inferred from partners' programs.

use axum::response::Response;
use citizen::procedures::facts::{self as procedures, Catalogue};
use domain::{
    procedure::{ChannelKind, PaperRole, ProcedureVersion},
    publication::lacks,
};
use serde_json::{Value, json};
use site::{Failure, Site, State, Who};
use store::{Fault, Tx};

/// A procedure of the catalogue as the national portal wants it, or what it lacks.
pub(super) struct Checked {
    pub code: String,
    pub name: String,
    pub lacks: Vec<&'static str>,
    pub row: Value,
}

/// The portal's number of a channel.
const fn channel_code(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Direct => "1",
        ChannelKind::Online => "2",
        ChannelKind::Postal => "3",
    }
}

fn fees(body: &ProcedureVersion) -> Vec<Value> {
    let of = |it: &domain::procedure::Fee| {
        json!({
            "SOTIEN": it.amount.map(|it| it.0.to_string()),
            "DONVI": "đồng",
            "MOTA": it.text(),
        })
    };
    body.fees.iter().map(of).collect()
}

fn channels(body: &ProcedureVersion) -> Vec<Value> {
    let of = |channel: &ChannelKind| {
        let limit = body.limit(*channel);
        json!({
            "KENH": channel_code(*channel),
            "THOIGIAN": [{
                "THOIGIANGIAIQUYET": limit.map(|it| it.value.to_string()),
                "DONVITINH": limit.map(|it| it.unit.label()),
                "MOTA": limit.map_or_else(|| body.limit_text(), domain::procedure::ChannelLimit::text),
                "PHILEPHI": fees(body),
            }],
        })
    };
    body.channels.iter().map(of).collect()
}

/// Papers by case, in the order in which the cases are met.
fn papers(body: &ProcedureVersion) -> Vec<Value> {
    let mut cases: Vec<(String, Vec<Value>)> = Vec::new();
    for it in body.papers.iter().filter(|it| it.role != PaperRole::Note) {
        let paper = json!({
            "TENGIAYTO": it.name,
            "SOBANCHINH": it.originals,
            "SOBANSAO": it.copies,
            "TENMAUDON": it.form,
        });
        match cases.iter_mut().find(|(case, _)| *case == it.group) {
            Some((_, papers)) => papers.push(paper),
            None => cases.push((it.group.clone(), vec![paper])),
        }
    }
    cases.into_iter().map(|(case, papers)| json!({"TRUONGHOP": case, "GIAYTO": papers})).collect()
}

fn row(body: &ProcedureVersion, steps: &[String]) -> Value {
    let competent: Vec<&str> = body.tiers.iter().map(|it| it.label()).collect();
    let agency = if body.agency.is_empty() { competent.join("; ") } else { body.agency.clone() };
    let steps: Vec<Value> = steps.iter().map(|it| json!({"TENTRINHTU": it})).collect();
    json!({
        "MATTHC": body.code,
        "TENTTHC": body.name,
        "TENLINHVUC": body.sector,
        "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": steps}],
        "CACHTHUCTHUCHIEN": channels(body),
        "THANHPHANHOSO": papers(body),
        "MOTADOITUONGTHUCHIEN": body.applicants,
        "KETQUATHUCHIEN": body.results.iter().map(|it| json!({"TENKETQUA": it})).collect::<Vec<_>>(),
        "CANCUPHAPLY": body.legal_basis.iter().map(|it| json!({"SOVANBAN": it})).collect::<Vec<_>>(),
        "COQUANTHUCHIEN": agency,
        "YEUCAU": body.conditions,
    })
}

/// The whole catalogue of People's Committees, each procedure with what it lacks.
pub(super) fn checked(tx: &mut Tx<'_>, catalogue: &Catalogue) -> Result<Vec<Checked>, Fault> {
    let today = tx.now().civil().date();
    let mut all = Vec::new();
    for it in catalogue.all().iter().filter(|it| it.body.body == "ubnd") {
        let body = &it.body;
        let Some(tier) = body.tiers.last().copied() else { continue };
        let (_, workflow) = procedures::workflow_for(tx, body, tier, today)?;
        let steps: Vec<String> = workflow.steps.iter().map(|it| it.task.clone()).collect();
        let mut lacks = lacks(body);
        if steps.iter().all(|it| it.trim().is_empty()) {
            lacks.push("Trình tự thực hiện");
        }
        all.push(Checked {
            code: body.code.clone(),
            name: body.name.clone(),
            lacks,
            row: row(body, &steps),
        });
    }
    Ok(all)
}

/// GET `/co-quan/cong-quoc-gia/xuat`: every procedure that lacks nothing, as JSON.
pub async fn export(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let inner = site.clone();
    let checked = site
        .read(&who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            Ok(checked(tx, &catalogue)?)
        })
        .await?;
    drop(turn);
    let rows: Vec<Value> =
        checked.into_iter().filter(|it| it.lacks.is_empty()).map(|it| it.row).collect();
    let body = json!({"service": "LayThuTuc", "data": rows});
    let text = serde_json::to_string_pretty(&body)
        .map_err(|e| Fault::Broken(format!("national export: {e}")))?;
    let name = format!("danh-muc-cong-quoc-gia-{}.json", who.today());
    Ok(site::file(text, "application/json", &name, true))
}
