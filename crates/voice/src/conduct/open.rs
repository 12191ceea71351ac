//! A case is opened: from a report, an inspection, the press, of the head's own motion; a report joins another's case.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Role,
    conduct::Source,
    ids::{ConductCaseId, FeedbackId, StaffId},
};
use people::staff::facts as staff;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, SUBJECT, WORDS_MAX, awaits,
    desk::{self, Opening},
    list, sql,
};
use crate::feedback::facts as feedback;

/// Letters of where it comes from at most.
const ORIGIN_MAX: usize = 300;
/// Sources that are chosen on the form; the others come with what they are opened from.
const CHOSEN: [Source; 3] = [Source::OwnMotion, Source::Inspection, Source::Press];

#[derive(Template)]
#[template(path = "conduct/templates/open.html")]
struct Open<'a> {
    shell: Shell,
    m: &'a Mistakes,
    officials: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    /// The report from which it is opened: code and words; empty without one.
    report: i64,
    report_code: String,
    report_text: String,
    report_about: String,
}

/// Whoever works in the units of whoever asks, but himself.
pub(super) fn officials(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<(String, String)>, Failure> {
    const SERVES: [Role; 7] = [
        Role::CounterOfficial,
        Role::UnitHead,
        Role::Specialist,
        Role::Clerk,
        Role::Leader,
        Role::ReceptionOfficer,
        Role::ReformOfficer,
    ];
    let found = staff::with_any_role(tx, &SERVES, &awaits::units(who), who.today())?;
    let others = found.into_iter().filter(|it| Some(it.id) != who.staff);
    Ok(others.map(|it| (it.id.to_string(), format!("{} – {}", it.name, it.title))).collect())
}

/// A report that waits for a case, if whoever asks sees it.
fn report(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Option<feedback::ConductReport>, Failure> {
    if id == 0 {
        return Ok(None);
    }
    let found = list::waiting(tx, who)?.into_iter().find(|it| it.id.0 == id);
    found.ok_or(Failure::NotFound).map(Some)
}

async fn page(
    site: &Site,
    who: &Who,
    id: i64,
    m: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (officials, report) =
        site.read(who, move |tx| Ok((officials(tx, &asker)?, report(tx, &asker, id)?))).await?;
    let m = m.unwrap_or_else(|| {
        let mut typed = Typed::default();
        typed.set("lan-gui", new_token());
        if let Some(it) = &report {
            typed.set("noi-dung", it.text.clone());
            typed.set("can-bo", it.staff.map_or_else(String::new, |it| it.to_string()));
        }
        Mistakes::none(typed)
    });
    let none = (String::new(), "– chọn –".to_owned());
    site.page(&Open {
        shell: site.shell(who),
        m: &m,
        officials: std::iter::once(none).chain(officials).collect(),
        sources: CHOSEN.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect(),
        report: id,
        report_code: report.as_ref().map_or_else(String::new, |it| it.code.clone()),
        report_about: report.as_ref().map_or_else(String::new, |it| it.accused.clone()),
        report_text: report.map_or_else(String::new, |it| it.text),
    })
}

/// GET `/co-quan/vu-viec/moi?phan-anh=`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, asked.get("phan-anh").parse().unwrap_or(0), None).await
}

/// POST `/co-quan/vu-viec/moi`
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id: i64 = typed.get("phan-anh").parse().unwrap_or(0);
    let sending = Sending::of(&who, &typed, "lan-gui");
    let clean = typed.has("khong-lo");
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let accused = fields.choice("can-bo", |it| it.parse().ok().map(StaffId));
    let source = if id > 0 {
        Some(Source::Feedback)
    } else {
        fields.choice("nguon", |it| Source::from_code(it).filter(|it| CHOSEN.contains(it)))
    };
    let origin = fields.optional_text("xuat-xu", ORIGIN_MAX);
    let summary = fields.text("noi-dung", WORDS_MAX);
    let happened_on = fields.optional_date("ngay-xay-ra");
    if happened_on.flatten().is_some_and(|it| it > who.today()) {
        fields.wrong("ngay-xay-ra", "Ngày xảy ra chưa đến.");
    }
    if matches!(source, Some(Source::Press | Source::Inspection))
        && origin.as_ref().is_some_and(String::is_empty)
    {
        fields.wrong("xuat-xu", "Ghi bài báo hoặc văn bản kiểm tra nào.");
    }
    if !clean {
        fields.wrong("khong-lo", "Hãy đọc lại nội dung rồi đánh dấu: cán bộ sẽ đọc nội dung này.");
    }
    let read = (|| {
        Some(Opening {
            accused: accused?,
            source: source?,
            origin: origin?,
            summary: summary?,
            happened_on: happened_on?,
            feedback: (id > 0).then_some(FeedbackId(id)).into_iter().collect(),
            rating: None,
        })
    })();
    let opening = match fields.finish(read) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, Some(m)).await?)),
    };
    let (asker, inner) = (who.clone(), site.clone());
    let done = once(&site, &who, sending, move |tx| {
        report(tx, &asker, id)?;
        let named = officials(tx, &asker)?;
        if !named.iter().any(|it| it.0 == opening.accused.to_string()) {
            return Ok(Err("Chọn cán bộ trong danh sách.".to_owned()));
        }
        let case = desk::open(&inner, tx, &asker, &opening)?;
        // A head's case is the unit's above: who opened it from below sees it no more.
        let kept = sql::find(tx, case)?.ok_or(Failure::NotFound)?;
        Ok(Ok(if desk::sees(&asker, &kept) {
            format!("{ADDRESS}/{case}")
        } else {
            ADDRESS.to_owned()
        }))
    })
    .await?;
    match done {
        Sent::Done(location) if location == ADDRESS => Ok(told(
            ADDRESS,
            "Đã mở vụ việc. Người bị phản ánh đứng đầu đơn vị nên vụ việc do đơn vị cấp trên xử lý.",
        )),
        Sent::Done(location) => Ok(told(&location, "Đã mở vụ việc.")),
        Sent::Wrong(text) => {
            let m = Mistakes::one(as_typed, "can-bo", text);
            Err(Failure::Mistaken(page(&site, &who, id, Some(m)).await?))
        }
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, id, Some(m)).await?)),
    }
}

/// POST `/co-quan/vu-viec/nhap`: another report about the same event joins a case.
pub async fn join(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id: i64 = typed.get("phan-anh").parse().unwrap_or(0);
    let case: ConductCaseId = typed.get("vu-viec").parse().map_err(|_| Failure::NotFound)?;
    let asker = who.clone();
    site.write(&who, move |tx| {
        let report = report(tx, &asker, id)?.ok_or(Failure::NotFound)?;
        let kept = desk::find(tx, &asker, case)?;
        if !kept.case.status.is_unsettled() {
            return Err(Failure::Refused(
                "Vụ việc đã kết luận nên không nhập thêm phản ánh. Hãy mở vụ việc mới.".to_owned(),
            ));
        }
        desk::tie(tx, report.id, case)?;
        sql::add_event(tx, case, "join", "{}", &format!("Phản ánh {}", report.code))?;
        tx.journal(Entry::new(SUBJECT, case.0, "join_conduct").details(&report.id));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{case}"), "Đã nhập phản ánh vào vụ việc."))
}
