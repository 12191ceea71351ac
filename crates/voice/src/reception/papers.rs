//! Papers of one entry: the notice that somebody was not received, the receipt for what he left.

use axum::response::Response;
use domain::text;
use prints::{OfficePaper, PaperColumn, PaperSigner};
use site::{Failure, Path, Site, State, Who};

use super::{book, rules_on};
use crate::typed::{agency, pdf};

fn signer(title: &str, name: &str) -> PaperSigner {
    PaperSigner {
        title: title.to_owned(),
        hint: "(Ký, ghi rõ họ tên)".to_owned(),
        name: name.to_owned(),
    }
}

/// GET `/co-quan/tiep-cong-dan/so/{id}/in/{paper}`
pub(super) async fn of_entry(
    State(site): State<Site>,
    who: Who,
    Path((id, paper)): Path<(i64, String)>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site.write(&who, move |tx| book::load(&inner, &asker, tx, id)).await?;
    let (it, visitor) = (loaded.entry, loaded.visitor);
    // Of what is sealed no paper is printed here.
    if it.is_sealed() {
        return Err(Failure::NotFound);
    }
    let rules = rules_on(it.day)?;
    let base = OfficePaper {
        agency: agency(&who, it.unit),
        made_on: Some(it.day),
        demo: site.config.demo,
        ..OfficePaper::default()
    };
    let identity = vec![
        ("Họ tên".to_owned(), visitor.name.clone()),
        ("Số căn cước, hộ chiếu".to_owned(), visitor.id_number.clone()),
        ("Địa chỉ".to_owned(), visitor.address.clone()),
    ];
    match paper.as_str() {
        "tu-choi" => {
            // No paper is printed about what did not happen.
            let ground = it.refusal.ok_or(Failure::NotFound)?;
            let paper = OfficePaper {
                form: rules.refusal_form.clone(),
                title: "THÔNG BÁO".to_owned(),
                subtitle: "Về việc từ chối tiếp công dân".to_owned(),
                fields: identity,
                before: vec![
                    format!(
                        "Ngày {}, {} không tiếp ông (bà) có tên nêu trên về nội dung: {}.",
                        text::date(it.day),
                        who.tree.title(it.unit),
                        it.summary
                    ),
                    format!("Lý do: {}.", ground.label()),
                    format!(
                        "Căn cứ {}, {} thông báo để ông (bà) biết.",
                        rules.source,
                        who.tree.title(it.unit)
                    ),
                ],
                signers: vec![signer("Người tiếp công dân", ""), signer("Thủ trưởng đơn vị", "")],
                ..base
            };
            Ok(pdf(&paper, "thong-bao-tu-choi.pdf")?)
        }
        "bien-nhan" => {
            let rows: Vec<Vec<String>> = (1..)
                .zip(it.papers.lines().map(str::trim).filter(|it| !it.is_empty()))
                .map(|(at, paper)| vec![at.to_string(), paper.to_owned()])
                .collect();
            if rows.is_empty() {
                return Err(Failure::NotFound);
            }
            let paper = OfficePaper {
                form: rules.receipt_form.clone(),
                title: "GIẤY BIÊN NHẬN".to_owned(),
                subtitle: "Thông tin, tài liệu do công dân cung cấp".to_owned(),
                fields: identity,
                before: vec![format!(
                    "{}, {} đã nhận của ông (bà) có tên nêu trên các tài liệu sau (lượt tiếp số {}):",
                    text::date_time(it.received.civil()),
                    it.receiver,
                    book::number(&it)
                )],
                columns: vec![PaperColumn::centred("STT", 1), PaperColumn::left("Tên tài liệu", 9)],
                rows,
                after: vec!["Giấy này lập thành hai bản, mỗi bên giữ một bản.".to_owned()],
                signers: vec![
                    signer("Người cung cấp", &visitor.name),
                    signer("Người nhận", &who.name),
                ],
                ..base
            };
            Ok(pdf(&paper, "giay-bien-nhan.pdf")?)
        }
        _ => Err(Failure::NotFound),
    }
}
