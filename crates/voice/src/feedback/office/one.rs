//! One feedback as the office sees it: without its sender.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, ClassLaw, Status, redacted},
    ids::{AccountId, FeedbackId},
    text,
    time::Instant,
};
use site::{Failure, Html, Mistakes, Path, Shell, Site, State, Who};
use store::Tx;

use super::{
    super::{
        petitions, rules,
        sender::{self, Sender},
        sql::{
            answers::{self, Answer, Public},
            core::{self, Kept},
            events::{self, Happened, SentFile},
            list as rows, sender as looks,
        },
    },
    list::{late, tone},
    publish,
};

/// The office's words for what happened.
fn event_label(act: &str) -> &str {
    match act {
        "receive" => "Tiếp nhận",
        "sort" => "Phân loại",
        "assign" => "Giao xử lý",
        "ask_more" => "Đề nghị bổ sung",
        "supply" => "Người gửi bổ sung",
        "go_on" => "Xử lý tiếp, không chờ bổ sung",
        "reject" => "Không thụ lý",
        "hand_on" => "Chuyển đơn vị",
        "hand_out" => "Chuyển cơ quan khác",
        "draft" => "Soạn trả lời",
        "send_back" => "Trả lại bản soạn",
        "answer" => "Duyệt, gửi trả lời",
        "propose" => "Đề nghị công khai",
        "publish" => "Duyệt, công khai",
        "unpublish" => "Gỡ khỏi trang công khai",
        "solved" => "Người gửi: đã giải quyết",
        "unsolved" => "Người gửi: chưa giải quyết",
        "reopen" => "Xử lý lại",
        "remind" => "Nhắc người gửi",
        "remind_officer" => "Nhắc người xử lý",
        "escalate" => "Quá hạn, báo người đứng đầu",
        "close_silent" => "Khép do im lặng",
        "split" => "Tách đơn",
        "petition" => "Sổ đơn",
        "conduct" => "Xác minh về cán bộ",
        other => other,
    }
}

struct Line {
    at: String,
    by: String,
    what: String,
    class: &'static str,
    words: String,
}

struct Look {
    at: String,
    by: String,
    reason: String,
}

/// What a page is made of.
pub(super) struct Loaded {
    pub kept: Kept,
    village: String,
    files: Vec<SentFile>,
    events: Vec<Happened>,
    answers: Vec<Answer>,
    public: Option<Public>,
    parts: Vec<Kept>,
    parent: Option<Kept>,
    looks: Vec<(Instant, AccountId, String)>,
    has_sender: bool,
    names: Vec<(AccountId, String)>,
    officials: Vec<(String, String)>,
    officer: String,
    stage: Option<petitions::Entry>,
    /// What was said, with everything that seems to name somebody taken out.
    proposal: String,
}

pub(super) fn load(site: &Site, who: &Who, tx: &mut Tx<'_>, kept: Kept) -> Result<Loaded, Failure> {
    let id = kept.id;
    let events = events::of(tx, id)?;
    let answers = answers::of(tx, id)?;
    let looks = looks::looks(tx, id)?;
    let mut accounts: Vec<AccountId> = events.iter().filter_map(|it| it.by).collect();
    accounts.extend(answers.iter().flat_map(|it| [Some(it.drafted_by), it.released_by]).flatten());
    accounts.extend(looks.iter().map(|it| it.1));
    let public = answers::public(tx, id)?;
    accounts.extend(public.iter().map(|it| it.proposed_by));
    accounts.sort_unstable();
    accounts.dedup();
    let names = people::staff::facts::account_names(tx, &accounts)?;
    let people = rows::officials(tx, who, kept.state.unit)?;
    let officer = match kept.state.officer {
        Some(it) => people::staff::facts::person(tx, it, who.today())?
            .map_or_else(String::new, |it| it.name),
        None => String::new(),
    };
    // Its sender's name is looked for in what he wrote; it is shown to nobody.
    let hidden = sender::open(site, tx, id)?;
    let name = hidden.as_ref().map_or("", |it| it.name.as_str());
    let mut officials = vec![(String::new(), "Chọn người".to_owned())];
    officials.extend(
        people.into_iter().map(|it| (it.id.to_string(), format!("{}, {}", it.name, it.title))),
    );
    Ok(Loaded {
        village: rows::village(tx, kept.village)?,
        files: events::files(tx, id)?,
        public,
        parts: core::parts_of(tx, id)?,
        parent: match kept.parent {
            Some(it) => core::find(tx, it)?,
            None => None,
        },
        has_sender: hidden.is_some(),
        proposal: redacted(&kept.text, &[name]),
        stage: petitions::sql::find(tx, id)?,
        events,
        answers,
        looks,
        names,
        officials,
        officer,
        kept,
    })
}

/// Who stands behind an account.
fn named(names: &[(AccountId, String)], by: Option<AccountId>) -> String {
    match by {
        None => "Người gửi".to_owned(),
        Some(AccountId(0)) => "Hệ thống".to_owned(),
        Some(it) => {
            names.iter().find(|known| known.0 == it).map_or_else(String::new, |it| it.1.clone())
        }
    }
}

#[derive(Template)]
#[template(path = "feedback/templates/one.html")]
struct One<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    code: String,
    unit: String,
    class: Class,
    is_sorted: bool,
    status: &'static str,
    tone: &'static str,
    late: &'static str,
    due: String,
    sort_due: String,
    hand_due: String,
    source: String,
    kept: &'a Kept,
    received: String,
    village: &'a str,
    position: String,
    files: &'a [SentFile],
    lines: Vec<Line>,
    laws: Vec<&'a ClassLaw>,
    law: Option<&'a ClassLaw>,
    has_right: bool,
    officer: &'a str,
    officials: &'a [(String, String)],
    units: Vec<(String, String)>,
    classes: Vec<(String, String)>,
    released: Vec<(String, String, String)>,
    draft: Option<(String, String)>,
    draft_mark: String,
    sent_back: String,
    drafted_by_me: bool,
    public: Option<&'a Public>,
    is_public: bool,
    /// Who proposed what may become public.
    proposed_by: String,
    public_mark: String,
    /// Why whoever looks does not release it; empty if he may.
    not_released: &'static str,
    proposal: String,
    answer_proposal: String,
    parts: Vec<(i64, String, &'static str, &'static str)>,
    parent: Option<(i64, String)>,
    looks: Vec<Look>,
    /// The token of the form that cuts a part out.
    lan: String,
    sender: Option<Sender>,
    has_sender: bool,
    petition: String,
    ended: String,
    may: May,
}

/// What whoever looks may do now.
struct May {
    sort: bool,
    work: bool,
    answer: bool,
    release: bool,
    propose: bool,
    publish: bool,
    reopen: bool,
    end: bool,
    reveal: bool,
}

impl May {
    fn of(who: &Who, it: &Kept) -> Self {
        let can = |action| who.can_at(action, it.state.unit);
        let status = it.state.status;
        let runs = status.is_open() || status == Status::NeedInfo;
        let may_be_public =
            it.state.class.is_open() && matches!(status, Status::Answered | Status::Closed);
        let is_petition = matches!(it.state.class, Class::Complaint | Class::Denunciation);
        Self {
            sort: can(Action::FeedbackSort) && runs,
            work: can(Action::FeedbackSort) && runs && it.state.is_sorted,
            answer: can(Action::FeedbackAnswer)
                && status.is_open()
                && it.state.is_sorted
                && !is_petition,
            release: can(Action::FeedbackPublish) && status.is_open(),
            propose: can(Action::FeedbackAnswer) && may_be_public,
            publish: can(Action::FeedbackPublish) && may_be_public,
            reopen: can(Action::FeedbackSort)
                && !is_petition
                && matches!(status, Status::Answered | Status::Closed),
            // How a complaint ends says its register.
            end: can(Action::FeedbackSort) && runs && !(is_petition && it.state.is_sorted),
            reveal: can(Action::SenderReveal),
        }
    }
}

/// `19.123456, 105.123456`.
fn degrees(position: Option<(i64, i64)>) -> String {
    let one = |it: i64| {
        let sign = if it < 0 { "-" } else { "" };
        format!("{sign}{}.{:06}", it.abs() / 1_000_000, it.abs() % 1_000_000)
    };
    position.map_or_else(String::new, |(lat, lon)| format!("{}, {}", one(lat), one(lon)))
}

/// The page; `sender` is shown once to whoever has just been written down as looking.
pub(super) fn render(
    site: &Site,
    who: &Who,
    it: &Loaded,
    (m, sender): (&Mistakes, Option<Sender>),
) -> Result<Html<String>, Failure> {
    let kept = &it.kept;
    let limits = rules::on(who.today())?;
    let day = |it: Option<Instant>| it.map_or_else(String::new, |it| text::date_time(it.civil()));
    let draft = it.answers.last().filter(|it| it.released_at.is_none());
    let last = it.answers.iter().rev().find(|it| it.released_at.is_some());
    let own: Vec<Class> = Class::ALL.iter().copied().filter(|it| !it.is_sealed()).collect();
    let page = One {
        shell: site.shell(who),
        m,
        id: kept.id.0,
        code: kept.code.clone(),
        unit: who.tree.title(kept.state.unit).to_owned(),
        class: kept.state.class,
        is_sorted: kept.state.is_sorted,
        status: kept.state.status.label(),
        tone: tone(kept.state.status),
        late: late(kept, who.now),
        due: day(kept.due),
        sort_due: day(kept.sort_due.filter(|_| !kept.state.is_sorted)),
        hand_due: day(kept.hand_due.filter(|_| kept.state.officer.is_none())),
        source: kept.source.as_ref().map_or_else(String::new, |(kind, id)| match kind.as_str() {
            "hotline_call" => format!("cuộc gọi số {id}"),
            "box_slip" => format!("phiếu số {id} của hòm thư"),
            "reception_entry" => format!("lượt tiếp số {id}"),
            _ => String::new(),
        }),
        received: text::date_time(kept.state.received_at),
        village: &it.village,
        position: degrees(kept.position),
        files: &it.files,
        lines: it
            .events
            .iter()
            .map(|event| Line {
                at: text::date_time(event.at.civil()),
                by: named(&it.names, event.by),
                what: event_label(&event.act).to_owned(),
                class: if event.act == "sort" { event.class.label() } else { "" },
                words: event.words.clone(),
            })
            .collect(),
        laws: limits.class.iter().collect(),
        law: limits.of(kept.state.class),
        has_right: kept.state.class.has_right(kept.anonymous),
        officer: &it.officer,
        officials: &it.officials,
        units: unit_options_elsewhere(who, kept),
        classes: own.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect(),
        released: it
            .answers
            .iter()
            .filter(|it| it.released_at.is_some())
            .map(|answer| {
                let who = format!(
                    "{} soạn, {} duyệt",
                    named(&it.names, Some(answer.drafted_by)),
                    named(&it.names, answer.released_by)
                );
                (day(answer.released_at), who, answer.text.clone())
            })
            .collect(),
        draft: draft.map(|answer| (named(&it.names, Some(answer.drafted_by)), answer.text.clone())),
        draft_mark: draft.map_or_else(String::new, |it| site::form::mark_of([&it.text])),
        sent_back: draft.map_or_else(String::new, |it| it.sent_back.clone()),
        drafted_by_me: draft.is_some_and(|it| it.drafted_by == who.account),
        public: it.public.as_ref(),
        is_public: it.public.as_ref().is_some_and(|it| !it.waits()),
        proposed_by: it
            .public
            .as_ref()
            .map_or_else(String::new, |known| named(&it.names, Some(known.proposed_by))),
        public_mark: it.public.as_ref().map_or_else(String::new, Public::mark),
        not_released: it
            .public
            .as_ref()
            .and_then(|known| publish::why_not(who.account, known, last.map(|it| it.drafted_by)))
            .unwrap_or_default(),
        proposal: match &it.public {
            Some(known) => known.said.clone(),
            None => it.proposal.clone(),
        },
        answer_proposal: match &it.public {
            Some(known) => known.answered.clone(),
            None => last.map_or_else(String::new, |it| redacted(&it.text, &[])),
        },
        parts: it
            .parts
            .iter()
            .map(|it| (it.id.0, it.code.clone(), it.state.class.label(), it.state.status.label()))
            .collect(),
        parent: it.parent.as_ref().map(|it| (it.id.0, it.code.clone())),
        looks: it
            .looks
            .iter()
            .map(|(at, by, reason)| Look {
                at: text::date_time(at.civil()),
                by: named(&it.names, Some(*by)),
                reason: reason.clone(),
            })
            .collect(),
        lan: match m.typed("lan") {
            "" => site::form::new_token(),
            it => it.to_owned(),
        },
        sender,
        has_sender: it.has_sender,
        petition: it
            .stage
            .as_ref()
            .map_or_else(String::new, |it| it.petition.stage.label().to_owned()),
        ended: kept.state.closing.map_or_else(String::new, |it| it.label().to_owned()),
        may: May::of(who, kept),
        kept,
    };
    site.page(&page)
}

/// Units to which it can be handed: every one of this installation but its own.
fn unit_options_elsewhere(who: &Who, kept: &Kept) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = who
        .tree
        .all()
        .filter(|it| it.id != kept.state.unit)
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect();
    all.sort_by_cached_key(|it| text::sort_key(&it.1));
    all.insert(0, (String::new(), "Chọn đơn vị".to_owned()));
    all
}

/// The page with a mistake in it, as it was sent.
pub(super) async fn again(
    site: &Site,
    who: &Who,
    id: FeedbackId,
    m: Mistakes,
) -> Result<Failure, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site
        .read(who, move |tx| {
            let kept = super::find(tx, &asker, Action::FeedbackView, id)?;
            load(&inner, &asker, tx, kept)
        })
        .await?;
    Ok(Failure::Mistaken(render(site, who, &loaded, (&m, None))?))
}

/// GET `/co-quan/phan-anh/{id}`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site
        .read(&who, move |tx| {
            let kept = super::find(tx, &asker, Action::FeedbackView, id)?;
            load(&inner, &asker, tx, kept)
        })
        .await?;
    render(&site, &who, &loaded, (&Mistakes::default(), None))
}

/// GET `/co-quan/phan-anh/{id}/tep/{file}`
pub(super) async fn file(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(FeedbackId, i64)>,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let found = site
        .read(&who, move |tx| {
            super::find(tx, &asker, Action::FeedbackView, id)?;
            Ok(events::files(tx, id)?.into_iter().find(|it| it.id == file))
        })
        .await?
        .ok_or(Failure::NotFound)?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    Ok(site::file(bytes, &found.media_type, &found.name, false))
}
