//! The code of a receipt, scanned or typed anywhere in the office, opens the dossier.

use axum::response::{IntoResponse as _, Response};
use site::{Asked, Failure, Redirect, Site, State, Who};

use super::{sql, view::Around};

/// The dossier code in what a scanner reads: the code itself, or the address in the square code.
pub(super) fn code_in(scanned: &str) -> Option<String> {
    let scanned = scanned.trim();
    let part = match scanned.split_once("/ho-so/") {
        Some((_, rest)) => rest.split(['?', '/', '#']).next().unwrap_or(rest),
        None => scanned,
    };
    domain::codes::DossierCode::parse(part).ok().map(|it| it.to_string())
}

/// GET `/co-quan/ma?ma=…`
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let none = || {
        Failure::Refused(
            "Không có hồ sơ nào mang mã này trong phạm vi của ông, bà. Quét lại mã trên giấy hẹn, hoặc \
             tìm theo tên trong danh sách hồ sơ."
                .to_owned(),
        )
    };
    let code = code_in(asked.get("ma")).ok_or_else(none)?;
    let (inner, asker) = (site.clone(), who.clone());
    let id = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let found = sql::find_by_code(tx, &code)?.ok_or_else(none)?;
            match around.take(tx, found.id) {
                Err(Failure::NotFound) => Err(none()),
                other => other.map(|it| it.kept.id),
            }
        })
        .await?;
    Ok(Redirect::to(&format!("/co-quan/ho-so/{id}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn a_receipt_is_read_from_its_bars_and_from_its_square() {
        let code = Some("H41.99.40-260108-0001".to_owned());
        assert_eq!(code_in("H41.99.40-260108-0001"), code);
        assert_eq!(code_in(" http://motcua.test/ho-so/H41.99.40-260108-0001?ma=123456 "), code);
        assert_eq!(
            code_in("040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1|15042021"),
            None
        );
        assert_eq!(code_in("http://motcua.test/ho-so/"), None);
    }
}
