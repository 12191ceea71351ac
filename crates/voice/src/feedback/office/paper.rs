//! Signs with a square code: for a notice board, for an official's badge.

use axum::response::Response;
use domain::{access::Action, ids::UnitId};
use prints::SignSheet;
use site::{Asked, Failure, Site, State, Typed, Who};
use store::Fault;

use super::rows;

fn unit(who: &Who, asked: &Typed) -> Result<UnitId, Failure> {
    let unit = UnitId(asked.get("don-vi").parse().map_err(|_| Failure::NotFound)?);
    if who.can_at(Action::VoiceManage, unit) { Ok(unit) } else { Err(Failure::NotFound) }
}

async fn pdf(site: &Site, sheet: SignSheet, name: &str) -> Result<Response, Failure> {
    let bytes = site
        .printed_once(sheet, |it| {
            prints::render_sign(it).map_err(|e| Fault::Broken(format!("sign: {e}")))
        })
        .await?;
    Ok(site::file(bytes, "application/pdf", name, false))
}

/// GET `…/bang-qr?don-vi=`
pub(super) async fn poster(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let unit = unit(&who, &asked)?;
    let sheet = SignSheet {
        unit: who.tree.title(unit).to_owned(),
        heading: "Phản ánh, kiến nghị, góp ý".to_owned(),
        lines: Vec::new(),
        notes: vec![
            "Quét mã bằng điện thoại, không cần cài gì, không cần đăng ký.".to_owned(),
            "Có thể không xưng tên. Gửi xong nhận một mã để theo dõi đến khi xong.".to_owned(),
        ],
        url: format!("{}/phan-anh/{unit}?cua=qr", site.config.base_url),
        badge: false,
        demo: site.config.demo,
    };
    pdf(&site, sheet, &format!("bang-qr-{unit}.pdf")).await
}

/// GET `…/the-can-bo?don-vi=&can-bo=`
pub(super) async fn badge(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let unit = unit(&who, &asked)?;
    let (asker, staff) = (who.clone(), asked.get("can-bo").parse::<i64>().unwrap_or(0));
    let found = site
        .read(&who, move |tx| Ok(rows::officials(tx, &asker, unit)?))
        .await?
        .into_iter()
        .find(|it| it.id.0 == staff)
        .ok_or(Failure::NotFound)?;
    let sheet = SignSheet {
        unit: who.tree.title(unit).to_owned(),
        heading: format!("Thẻ {}", found.name),
        lines: vec![found.name, found.title],
        notes: vec!["Quét mã để góp ý về cách phục vụ.".to_owned()],
        url: format!("{}/phan-anh/{unit}?can-bo={staff}", site.config.base_url),
        badge: true,
        demo: site.config.demo,
    };
    pdf(&site, sheet, &format!("the-can-bo-{staff}.pdf")).await
}
