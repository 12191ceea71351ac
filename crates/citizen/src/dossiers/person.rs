//! Putting right what was typed wrong about who hands in. What stood there before is kept in the
//! journal, in words that can be erased.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{dossier::Part, ids::DossierId, lang::Lang};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Typed, Who,
    told,
};
use store::{Tx, journal::Entry};

use super::{
    desk::{DeskError, OnDesk},
    intake::reading::read_person,
    party::{self, PartyView},
    sql::{self, Person},
    view::Around,
};

#[derive(Template)]
#[template(path = "dossiers/templates/person.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    edition: String,
    party: PartyView,
}

/// The dossier, if this person receives and returns it and it is not over; else it does not exist.
fn take(tx: &mut Tx<'_>, around: &Around, id: DossierId) -> Result<OnDesk, Failure> {
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    if !maker.plays_any(&[Part::Counter, Part::CounterHead]) {
        return Err(Failure::NotFound);
    }
    if on_desk.kept.dossier.status.is_over() || on_desk.kept.applicant == sql::ERASED {
        return Err(Failure::Refused(
            "Hồ sơ đã kết thúc, không sửa thông tin người nộp được nữa.".to_owned(),
        ));
    }
    Ok(on_desk)
}

async fn page(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (on_desk, person) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            Ok((on_desk, sql::person(tx, id)?.unwrap_or_default()))
        })
        .await?;
    let m = typed.unwrap_or_else(|| Mistakes::none(typed_of(&person)));
    let edition = match m.typed("an-ban") {
        "" => on_desk.kept.edition.to_string(),
        typed => typed.to_owned(),
    };
    let party = PartyView::of(&m, false, false);
    site.page(&Form { shell: site.shell(who), m: &m, id, code: on_desk.kept.code, edition, party })
}

fn typed_of(it: &Person) -> Typed {
    let born = site::form::parse_date(&it.birth_date).map_or_else(String::new, domain::text::date);
    let pairs = [
        ("ho-ten", &it.name),
        ("so-giay-to", &it.id_number),
        ("ngay-sinh", &born),
        ("dien-thoai", &it.phone),
        ("email", &it.email),
        ("dia-chi", &it.address),
        ("nguoi-nop", &it.proxy_name),
    ];
    let mut typed = Typed::of(pairs.map(|(name, text)| (name.to_owned(), text.clone())).to_vec());
    if it.lang == Lang::En {
        typed.set("tieng-anh", "1");
    }
    party::typed_of(it, &mut typed);
    typed
}

/// GET `/co-quan/ho-so/{id}/sua-nguoi-nop`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, None).await
}

/// What is different, as the journal says it: “Họ tên: Nguyễn Văn A → Nguyễn Văn Á”.
fn differences(before: &Person, after: &Person) -> Vec<String> {
    let party = |it: &Person| it.organisation.clone().unwrap_or_default();
    let paper = |it: &Person| {
        let paper = it.proxy_paper.as_ref();
        paper.map_or_else(String::new, |it| {
            let until = it.valid_until.map(domain::text::date);
            let until = until.map_or(String::new(), |it| format!("; đến hết {it}"));
            format!("{}; {}{until}", it.line(), it.powers.label())
        })
    };
    let (party_before, party_after) = (party(before), party(after));
    let (paper_before, paper_after) = (paper(before), paper(after));
    let (old, new) = (&party_before, &party_after);
    let (lang_before, lang_after) = (before.lang.label().to_owned(), after.lang.label().to_owned());
    let pairs = [
        ("Họ tên", &before.name, &after.name),
        ("Số giấy tờ", &before.id_number, &after.id_number),
        ("Ngày sinh", &before.birth_date, &after.birth_date),
        ("Điện thoại", &before.phone, &after.phone),
        ("Thư điện tử", &before.email, &after.email),
        ("Địa chỉ", &before.address, &after.address),
        ("Tin báo", &lang_before, &lang_after),
        ("Người nộp thay", &before.proxy_name, &after.proxy_name),
        ("Số giấy tờ người nộp thay", &before.proxy_id_number, &after.proxy_id_number),
        ("Giấy ủy quyền", &paper_before, &paper_after),
        ("Mã số thuế", &old.tax_code, &new.tax_code),
        ("Người đại diện", &old.representative, &new.representative),
        ("Chức danh đại diện", &old.representative_title, &new.representative_title),
    ];
    pairs
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(label, before, after)| format!("{label}: {before} → {after}"))
        .collect()
}

/// POST `/co-quan/ho-so/{id}/sua-nguoi-nop`
pub async fn correct(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asked: Option<i64> = typed.get("an-ban").parse().ok();
    let mut fields = Fields::of(typed);
    let person = read_person(&mut fields, who.today());
    let reason = fields.text("ly-do", 500);
    let (person, reason) = match fields.finish(person.zip(reason)) {
        Ok(it) => it,
        Err(m) => {
            let page = page(&site, &who, id, Some(m)).await?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    let changed = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            if asked.is_some_and(|it| it != on_desk.kept.edition) {
                return Err(DeskError::Stale).or_refuse();
            }
            let before = sql::person(tx, id)?.unwrap_or_default();
            let after = Person {
                request: before.request.clone(),
                return_way: before.return_way.clone(),
                secret: before.secret.clone(),
                ..person
            };
            let differences = differences(&before, &after);
            if differences.is_empty() {
                return Ok(false);
            }
            if !sql::correct_person(tx, &on_desk.kept, &after)? {
                return Err(DeskError::Stale).or_refuse();
            }
            let words = format!("{reason}\n{}", differences.join("\n"));
            tx.journal(Entry::new(sql::SUBJECT, id.0, "correct_person").words(Some(words)));
            Ok(true)
        })
        .await?;
    let notice = if changed {
        "Đã sửa thông tin người nộp. Hãy in lại giấy hẹn nếu thông tin trên giấy đã đổi."
    } else {
        "Không có gì thay đổi."
    };
    Ok(told(&format!("/co-quan/ho-so/{id}"), notice))
}
