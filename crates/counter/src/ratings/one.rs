//! One rating for the head: fold its words, publish an answer, open a case from it. Of which dossier it is, he is not
//! told.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, conduct::Source, ids::StaffId};
use people::staff::facts as staff;
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told};
use store::{Tx, journal::Entry};
use voice::conduct::facts::{self as conduct, Opening};

use super::{
    SUBJECT, list,
    mine::face_label,
    sql::{self, Said},
};

/// Letters of a reason, of published words and of a case's summary at most.
const REASON_MAX: usize = 300;
const PUBLIC_MAX: usize = 1000;
const SUMMARY_MAX: usize = 2000;

struct ReplyView {
    staff: StaffId,
    name: String,
    words: String,
    wants_public: bool,
    is_public: bool,
    public_said: String,
    public_reply: String,
}

#[derive(Template)]
#[template(path = "ratings/templates/one.html")]
struct One<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    unit: String,
    title: String,
    month: String,
    face: &'static str,
    is_bad: bool,
    is_visit: bool,
    words: String,
    folded: String,
    replies: Vec<ReplyView>,
    case: Option<(i64, String)>,
    /// Who can be named in a case; none: no case can be opened from it, or not by whoever looks.
    officials: Vec<(String, String)>,
    may_decide: bool,
}

/// The rating, if whoever asks may see those of its unit and it is not about himself: what is said of him he reads on his
/// own page, where nobody is known by it.
fn find(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Said, Failure> {
    let officials = sql::officials_of(tx, id)?;
    let is_own = officials.iter().any(|it| Some(it.0) == who.staff);
    sql::one(tx, id)?
        .filter(|it| !is_own && who.can_at(Action::EvaluationView, it.unit))
        .ok_or(Failure::NotFound)
}

/// The rating, if whoever asks decides for its unit.
fn find_to_decide(tx: &mut Tx<'_>, who: &Who, id: i64, action: Action) -> Result<Said, Failure> {
    let said = find(tx, who, id)?;
    site::demand(who, action, said.unit)?;
    Ok(said)
}

async fn page(site: &Site, who: &Who, id: i64, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (line, officials) = site
        .read(who, move |tx| {
            let said = find(tx, &asker, id)?;
            let officials = sql::officials_of(tx, id)?;
            let mut named = Vec::new();
            for (staff_id, _) in officials {
                if let Some(it) = staff::person(tx, staff_id, asker.today())? {
                    named.push((it.id.to_string(), format!("{} – {}", it.name, it.title)));
                }
            }
            let line = list::with_replies(tx, &asker, vec![said])?.pop();
            Ok((line.ok_or(Failure::NotFound)?, named))
        })
        .await?;
    let said = line.said;
    let may_decide = who.can_at(Action::FeedbackPublish, said.unit);
    let is_low = said.face <= 2 || said.is_bad;
    let opens = is_low && line.case.is_none() && who.can_at(Action::ConductHandle, said.unit);
    site.page(&One {
        shell: site.shell(who),
        m,
        id,
        unit: said.unit.to_string(),
        title: who.tree.title(said.unit).to_owned(),
        month: said.day.strftime("%m/%Y").to_string(),
        face: face_label(said.face),
        is_bad: said.is_bad,
        is_visit: said.is_visit,
        words: if said.folded.is_some() { String::new() } else { said.words.clone() },
        folded: said.folded.unwrap_or_default(),
        replies: line
            .replies
            .into_iter()
            .map(|(it, name)| ReplyView {
                staff: it.staff,
                name,
                is_public: it.published_on.is_some(),
                wants_public: it.wants_public,
                public_said: if it.published_on.is_some() {
                    it.public_said
                } else {
                    said.words.clone()
                },
                public_reply: if it.published_on.is_some() {
                    it.public_reply
                } else {
                    it.words.clone()
                },
                words: it.words,
            })
            .collect(),
        case: line.case,
        officials: if opens { officials } else { Vec::new() },
        may_decide,
    })
}

fn address(id: i64) -> String {
    format!("{}/{id}", list::ADDRESS)
}

/// GET `/co-quan/danh-gia/y-kien/{rating}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// POST `/co-quan/danh-gia/y-kien/{rating}/gap`
pub async fn fold(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do-gap", REASON_MAX);
    let reason = match fields.finish(reason) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        find_to_decide(tx, &asker, id, Action::FeedbackPublish)?;
        sql::fold(tx, id, &reason, asker.account)?;
        tx.journal(Entry::new(SUBJECT, id, "fold_words").words(Some(reason)));
        Ok(())
    })
    .await?;
    Ok(told(&address(id), "Đã gấp ý kiến; vẫn tính trong số liệu."))
}

/// POST `/co-quan/danh-gia/y-kien/{rating}/mo`
pub async fn unfold(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        find_to_decide(tx, &asker, id, Action::FeedbackPublish)?;
        sql::unfold(tx, id)?;
        tx.journal(Entry::new(SUBJECT, id, "unfold_words"));
        Ok(())
    })
    .await?;
    Ok(told(&address(id), "Đã mở lại ý kiến."))
}

/// POST `/co-quan/danh-gia/y-kien/{rating}/dang/{staff}`
pub async fn publish(
    State(site): State<Site>,
    who: Who,
    Path((id, staff)): Path<(i64, StaffId)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let read = typed.has("da-doc");
    let mut fields = Fields::of(typed);
    let (said, reply) =
        (fields.text("y-kien-dang", PUBLIC_MAX), fields.text("tra-loi-dang", PUBLIC_MAX));
    if !read {
        fields.wrong("da-doc", "Hãy đọc lại rồi đánh dấu: đã bỏ thông tin cá nhân.");
    }
    let (said, reply) = match fields.finish(said.zip(reply)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let kept = find_to_decide(tx, &asker, id, Action::FeedbackPublish)?;
        let known = sql::replies(tx, &[id])?;
        let wished = known.iter().any(|it| it.staff == staff && it.wants_public);
        if !wished || kept.folded.is_some() {
            return Err(Failure::Refused(
                "Chỉ đăng ý kiến chưa gấp mà cán bộ đề nghị công khai.".to_owned(),
            ));
        }
        sql::publish(tx, id, staff, Some((&said, &reply, asker.account)))?;
        tx.journal(Entry::new(SUBJECT, id, "publish_reply"));
        Ok(())
    })
    .await?;
    Ok(told(&address(id), "Đã đăng trên trang công khai của cán bộ."))
}

/// POST `/co-quan/danh-gia/y-kien/{rating}/go/{staff}`
pub async fn unpublish(
    State(site): State<Site>,
    who: Who,
    Path((id, staff)): Path<(i64, StaffId)>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        find_to_decide(tx, &asker, id, Action::FeedbackPublish)?;
        sql::publish(tx, id, staff, None)?;
        tx.journal(Entry::new(SUBJECT, id, "unpublish_reply"));
        Ok(())
    })
    .await?;
    Ok(told(&address(id), "Đã gỡ khỏi trang công khai."))
}

/// POST `/co-quan/danh-gia/y-kien/{rating}/vu-viec`: a case from a low rating.
pub async fn open_case(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let accused = fields.choice("can-bo", |it| it.parse().ok().map(StaffId));
    let summary = fields.text("noi-dung", SUMMARY_MAX);
    let (accused, summary) = match fields.finish(accused.zip(summary)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let (asker, inner) = (who.clone(), site.clone());
    let case = site
        .write(&who, move |tx| {
            let said = find_to_decide(tx, &asker, id, Action::ConductHandle)?;
            if said.face > 2 && !said.is_bad {
                return Err(Failure::NotFound);
            }
            let officials = sql::officials_of(tx, id)?;
            if !officials.iter().any(|it| it.0 == accused) {
                return Err(Failure::NotFound);
            }
            let opening = Opening {
                accused,
                source: Source::Rating,
                origin: format!("Lượt đánh giá tháng {}", said.day.strftime("%m/%Y")),
                summary,
                happened_on: None,
                feedback: Vec::new(),
                rating: Some(id),
            };
            conduct::open(&inner, tx, &asker, &opening)
        })
        .await?;
    Ok(told(&format!("/co-quan/vu-viec/{case}"), "Đã mở vụ việc từ lượt đánh giá."))
}

/// What was typed for a form that is shown for the first time.
impl One<'_> {
    fn typed(&self, name: &str, otherwise: &str) -> String {
        let typed: &Typed = &self.m.typed;
        if typed.has(name) { typed.get(name).to_owned() } else { otherwise.to_owned() }
    }
}
