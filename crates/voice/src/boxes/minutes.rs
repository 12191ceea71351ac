//! The minutes of an opening (biên bản mở hòm thư), for both to sign.

use axum::response::Response;
use domain::{access::Action, ids::BoxOpeningId, text};
use prints::{OfficePaper, PaperColumn, PaperSigner};
use site::{Failure, Path, Site, State, Who, demand};

use super::{SOURCE, opening, sql};
use crate::{
    feedback::facts as feedback,
    typed::{agency, pdf},
};

/// GET `/co-quan/hom-thu/lan/{id}/bien-ban`
pub(super) async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let (it, place, slips, known, notes) = site
        .read(&who, move |tx| {
            let it = sql::find(tx, id, false)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::FeedbackView, it.unit)?;
            // No paper is printed about what did not happen.
            if it.state != "closed" {
                return Err(Failure::Refused("Đóng lần mở trước khi in biên bản.".to_owned()));
            }
            let place = sql::any_box(tx, it.kept)?.map(|it| it.place).unwrap_or_default();
            let slips = sql::slips(tx, id)?;
            let ids: Vec<i64> = slips.iter().map(|it| it.id).collect();
            let known = feedback::of_sources(tx, SOURCE, &ids)?;
            Ok((it, place, slips, known, sql::notes(tx, id)?))
        })
        .await?;
    let at = |it: Option<domain::time::Instant>| {
        it.map_or_else(String::new, |at| text::date_time(at.civil()))
    };
    let handed = slips.iter().filter(|it| it.state == "feedback").count();
    let rows = slips.iter().map(|it| vec![opening::number(it), opening::slip_state(it, &known)]);
    let mut after: Vec<String> = Vec::new();
    if !it.why.is_empty() {
        after.push(format!("Số phiếu chụp khác số phiếu đã đếm. Lý do: {}.", it.why));
    }
    after.extend(notes.iter().map(|(when, name, words)| {
        format!("Ghi chú thêm, {} ({name}): {words}", text::date_time(when.civil()))
    }));
    after.push("Hai người mở hòm cùng đọc lại biên bản và ký tên.".to_owned());
    let signer = |name: &str| PaperSigner {
        title: "Người mở hòm".to_owned(),
        hint: "(Ký, ghi rõ họ tên)".to_owned(),
        name: name.to_owned(),
    };
    let paper = OfficePaper {
        agency: agency(&who, it.unit),
        title: "BIÊN BẢN".to_owned(),
        subtitle: "Mở hòm thư góp ý".to_owned(),
        fields: vec![
            ("Nơi đặt hòm thư".to_owned(), place),
            ("Mở lúc".to_owned(), at(it.opened)),
            ("Đóng lúc".to_owned(), at(it.closed)),
            ("Người thứ nhất".to_owned(), it.first_name.clone()),
            ("Người thứ hai".to_owned(), it.second_name.clone()),
            ("Số phiếu đã đếm".to_owned(), it.declared.unwrap_or(0).to_string()),
            ("Số phiếu đã chụp, đánh số".to_owned(), slips.len().to_string()),
            ("Chuyển thành phản ánh, kiến nghị".to_owned(), handed.to_string()),
            ("Có lý do không chuyển".to_owned(), (slips.len() - handed).to_string()),
        ],
        columns: if slips.is_empty() {
            Vec::new()
        } else {
            vec![PaperColumn::centred("Số phiếu", 2), PaperColumn::left("Kết quả", 8)]
        },
        rows: rows.collect(),
        after,
        signers: vec![signer(&it.first_name), signer(&it.second_name)],
        made_on: Some(it.day),
        demo: site.config.demo,
        ..OfficePaper::default()
    };
    Ok(pdf(&paper, &format!("bien-ban-mo-hom-thu-{}.pdf", it.day))?)
}
