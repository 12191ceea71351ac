//! Papers about a visit: the common receipt, the slip of who took what home.

use axum::response::Response;
use domain::{dossier::Collector, ids::DossierId};
use people::staff::facts as staff;
use prints::{CollectionSheet, Member, VisitDossier, VisitSheet};
use site::{Asked, Failure, Path, Site, State, Who};
use store::Fault;

use super::{
    desk, papers,
    sql::{self, MemberOutcome, Person, party},
    view::Around,
    visits,
};

/// The owner of a dossier, as papers write him.
pub(super) fn applicant(it: &Person) -> prints::Person {
    let party = it.organisation.as_ref();
    prints::Person {
        name: it.name.clone(),
        id_number: it.id_number.clone(),
        address: it.address.clone(),
        phone: it.phone.clone(),
        email: it.email.clone(),
        organisation: party.is_some(),
        tax_code: party.map_or_else(String::new, |it| it.tax_code.clone()),
        representative: party.map_or_else(String::new, |it| {
            match (it.representative.as_str(), it.representative_title.as_str()) {
                (name, "") => name.to_owned(),
                (name, title) => format!("{name} ({title})"),
            }
        }),
        authority: String::new(),
    }
}

/// Who handed it in, if somebody else did.
pub(super) fn filer(it: &Person) -> Option<prints::Person> {
    (!it.proxy_name.is_empty()).then(|| prints::Person {
        name: it.proxy_name.clone(),
        id_number: it.proxy_id_number.clone(),
        authority: it.proxy_paper.as_ref().map_or_else(String::new, sql::ProxyPaper::line),
        ..prints::Person::default()
    })
}

/// What a member's paper says of its result.
pub(super) fn result_of(it: &sql::Member) -> String {
    match it.outcome {
        MemberOutcome::Pending => String::new(),
        MemberOutcome::Granted if it.number.is_empty() => it.outcome.label().to_owned(),
        MemberOutcome::Granted => format!("Số {}", it.number),
        MemberOutcome::Refused => "Từ chối".to_owned(),
    }
}

/// A dossier whose people can still be printed, if this person has a part in it: the papers bear
/// secrets and numbers that are the citizen's and the counter's.
fn printable(
    tx: &mut store::Tx<'_>,
    around: &Around,
    id: DossierId,
) -> Result<desk::OnDesk, Failure> {
    let on_desk = around.take(tx, id)?;
    if around.maker(tx, &on_desk.kept)?.parts.is_empty() {
        return Err(Failure::NotFound);
    }
    if on_desk.kept.applicant == sql::ERASED {
        return Err(Failure::Refused(
            "Dữ liệu cá nhân trong hồ sơ đã được xóa, không in lại được giấy này.".to_owned(),
        ));
    }
    Ok(on_desk)
}

async fn set(
    name: String,
    work: impl FnOnce() -> Result<Vec<u8>, prints::PrintError> + Send + 'static,
) -> Result<Response, Failure> {
    let made = tokio::task::spawn_blocking(work).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(papers::print_fault)?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

/// GET `/co-quan/ho-so/{id}/giay-hen-chung`: one receipt for what came on the same visit.
pub async fn common_receipt(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let first = printable(tx, &around, id)?;
            let mut dossiers = Vec::new();
            for (other, _) in visits::together(tx, &around, id)? {
                let on_desk = desk::take(tx, other)?;
                let dossier = &on_desk.kept.dossier;
                if on_desk.kept.applicant == sql::ERASED || dossier.received_at.is_none() {
                    continue;
                }
                let channel = dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
                let secret = if papers::tells_secret(&around.maker(tx, &on_desk.kept)?) {
                    sql::person(tx, other)?.map_or_else(String::new, |it| it.secret)
                } else {
                    papers::HIDDEN.to_owned()
                };
                dossiers.push(VisitDossier {
                    code: on_desk.kept.code.clone(),
                    secret,
                    procedure: on_desk.version.body.name.clone(),
                    due_at: dossier.due_at.or(dossier.due_original_at),
                    limit: desk::limit_text(&on_desk.version.body, channel, dossier.agreed_days),
                    dong: dossier.fee_due.0,
                    papers: u16::try_from(sql::papers(tx, other)?.len()).unwrap_or(u16::MAX),
                });
            }
            if dossiers.len() < 2 {
                return Err(Failure::Refused(
                    "Hồ sơ này được nộp một mình: in giấy hẹn ở trang hồ sơ.".to_owned(),
                ));
            }
            let person = sql::person(tx, id)?.unwrap_or_default();
            let events = sql::events(tx, id)?;
            let officer =
                events.first().map_or(Ok(String::new()), |it| staff::account_name(tx, it.by))?;
            Ok(VisitSheet {
                agency: papers::agency(&asker, first.kept.body),
                counter: papers::counter(&inner, &asker, first.kept.unit),
                applicant: applicant(&person),
                filer: filer(&person),
                received_at: first.kept.dossier.received_at,
                dossiers,
                track_url: format!("{}/tra-cuu", inner.config.base_url),
                officer,
                demo: inner.config.demo,
            })
        })
        .await?;
    let code = sheet.dossiers.first().map_or_else(String::new, |it| it.code.clone());
    set(format!("giay-hen-chung-{code}.pdf"), move || prints::render_visit_receipt(&sheet)).await
}

/// GET `/co-quan/ho-so/{id}/bien-nhan-tra`: who collected last, or the `?lan=` one.
pub async fn handover(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = printable(tx, &around, id)?;
            let all = party::collections(tx, id)?;
            let wanted = asked.get("lan").parse::<usize>().ok().and_then(|it| it.checked_sub(1));
            let it = match wanted {
                Some(at) => all.get(at),
                None => all.last(),
            };
            let it = it.cloned().ok_or_else(|| {
                Failure::Refused("Hồ sơ chưa trả kết quả cho ai, chưa có giấy để in.".to_owned())
            })?;
            let members = party::members(tx, id)?;
            let his = members
                .iter()
                .filter(|member| it.members.is_empty() || it.members.contains(&member.place));
            let authority = [it.authority.map_or("", domain::party::Authority::label), &it.number];
            let authority: Vec<&str> = authority.into_iter().filter(|it| !it.is_empty()).collect();
            let person = sql::person(tx, id)?.unwrap_or_default();
            // Issued anew, it bears another number than its dossier.
            let number = crate::results::facts::standing_number(tx, id)?;
            let number = number.or_else(|| on_desk.kept.dossier.number.clone());
            Ok(CollectionSheet {
                agency: papers::agency(&asker, on_desk.kept.body),
                counter: papers::counter(&inner, &asker, on_desk.kept.unit),
                code: on_desk.kept.code.clone(),
                procedure: on_desk.version.body.name.clone(),
                applicant: applicant(&person),
                number: number.unwrap_or_default(),
                collector: prints::Person {
                    name: it.name.clone(),
                    id_number: it.id_number.clone(),
                    authority: authority.join(", "),
                    ..prints::Person::default()
                },
                by_proxy: it.collector == Collector::Proxy.code(),
                collected_at: it.collected_at,
                members: his
                    .map(|it| Member {
                        name: it.name.clone(),
                        id_number: it.id_number.clone(),
                        detail: it.detail.clone(),
                        result: result_of(it),
                    })
                    .collect(),
                officer: asker.name.to_string(),
                demo: inner.config.demo,
            })
        })
        .await?;
    let name = format!("bien-nhan-{}.pdf", sheet.code);
    set(name, move || prints::render_collection(&sheet)).await
}
