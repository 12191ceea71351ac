//! Setting a survey up and leading it through its steps.

use ::people::sheets;
use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::{SurveyId, UnitId},
    survey::Status,
    text,
};
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, OrShowAgain as _, Path, Redirect,
    Shell, Site, State, Typed, Who, demand,
    form::{Sending, Sent, new_token, once},
};
use store::{Tx, journal::Entry};

use crate::{
    desk, forms, frame,
    sql::{self, Filter, Plan, Source, Survey, people},
};

/// Where surveys are.
pub const PAGE: &str = "/co-quan/khao-sat";
/// Surveys on one page.
const ON_PAGE: usize = 30;

pub struct Line {
    pub id: SurveyId,
    pub title: String,
    pub unit: String,
    pub status: Status,
    pub closes: String,
    pub asked: i64,
    pub answered: i64,
}

#[derive(Template)]
#[template(path = "templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    chosen: String,
    statuses: Vec<(String, String)>,
    lines: Vec<Line>,
    next: Option<String>,
    may_manage: bool,
}

/// GET `/co-quan/khao-sat`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let scope = who.scope(Action::SurveyRead);
    let filter = Filter {
        q: text::fold(asked.get("q")),
        status: Status::from_code(asked.get("trang-thai")),
    };
    let before: Option<i64> = asked.get("truoc").parse().ok();
    let wanted = filter.clone();
    let asker = who.clone();
    let (lines, next) = site
        .read(&who, move |tx| {
            let mut found = sql::list(tx, &scope, &wanted, before, 500)?;
            let next = (found.len() > ON_PAGE).then(|| found.get(ON_PAGE - 1).map(|it| it.id.0));
            found.truncate(ON_PAGE);
            let mut lines = Vec::new();
            for it in found {
                let came = people::answered(tx, it.id)?;
                lines.push(Line {
                    id: it.id,
                    unit: asker.tree.title(it.unit).to_owned(),
                    status: it.status,
                    closes: text::date(it.closes_on),
                    asked: came.iter().map(|it| it.1).sum(),
                    answered: came.iter().map(|it| it.2).sum(),
                    title: it.title,
                });
            }
            Ok((lines, next.flatten()))
        })
        .await?;
    let chosen = filter.status.map_or("", Status::code).to_owned();
    let mut statuses = vec![(String::new(), "Mọi trạng thái".to_owned())];
    statuses.extend(Status::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    site.page(&List {
        next: next.map(|it| {
            format!("{PAGE}?q={}&trang-thai={chosen}&truoc={it}", site::percent(asked.get("q")))
        }),
        q: asked.get("q").to_owned(),
        chosen,
        statuses,
        lines,
        may_manage: !forms::units_of(&who, Action::SurveyManage).is_empty(),
        shell: site.shell(&who),
    })
}

#[derive(Template)]
#[template(path = "templates/plan.html")]
struct PlanForm {
    shell: Shell,
    m: Mistakes,
    action: String,
    title: &'static str,
    units: Vec<(String, String)>,
    forms: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    listed: usize,
}

async fn plan_page(
    site: &Site,
    who: &Who,
    m: Mistakes,
    (id, listed): (Option<SurveyId>, usize),
) -> Result<Html<String>, Failure> {
    let scope = who.scope(Action::SurveyManage);
    let all = site.read(who, move |tx| Ok(sql::forms::list(tx, &scope)?)).await?;
    let label = |it: &sql::forms::KeptForm| {
        let whose = it.unit.map_or("có sẵn", |unit| who.tree.title(unit));
        format!("{} – {} (phiên bản {}, {whose})", it.form.code, it.form.vi, it.version)
    };
    let usable = all.iter().filter(|it| it.form.mistakes().is_empty());
    site.page(&PlanForm {
        action: id.map_or_else(|| format!("{PAGE}/moi"), |id| format!("{PAGE}/{id}/sua")),
        title: if id.is_some() { "Sửa cuộc khảo sát" } else { "Lập cuộc khảo sát" },
        units: forms::units_of(who, Action::SurveyManage),
        forms: usable.map(|it| (it.id.to_string(), label(it))).collect(),
        sources: [Source::Dossiers, Source::Roll]
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        m,
        listed,
        shell: site.shell(who),
    })
}

/// GET `/co-quan/khao-sat/moi`
pub async fn new_form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let mut m = Mistakes::default();
    let today = who.today();
    let year = today.checked_sub(jiff::Span::new().years(1)).unwrap_or(today);
    let month = today.checked_add(jiff::Span::new().days(30)).unwrap_or(today);
    for (name, value) in [
        ("nguon", "dossiers".to_owned()),
        ("tu-ngay", text::date(year)),
        ("den-ngay", text::date(today.yesterday().unwrap_or(today))),
        ("thu-den", text::date(month)),
        ("sai-so", "5".to_owned()),
        ("san", "50".to_owned()),
        ("du-phong", "10".to_owned()),
        ("tieng-anh", "1".to_owned()),
        ("lan-gui", new_token()),
    ] {
        m.typed.set(name, value);
    }
    plan_page(&site, &who, m, (None, 0)).await
}

/// What was typed, with what belongs to a plan.
fn read(
    site: &Site,
    who: &Who,
    (typed, files): (Typed, Vec<site::Upload>),
    kept_roll: &str,
) -> Result<Plan, Mistakes> {
    let units = forms::units_of(who, Action::SurveyManage);
    let mut fields = Fields::of(typed);
    let title = fields.text("ten", 200);
    let unit = fields.choice("don-vi", |it| {
        units.iter().find(|(id, _)| id == it).and_then(|(id, _)| id.parse().ok()).map(UnitId)
    });
    let form = fields.choice("mau", |it| it.parse::<i64>().ok());
    let source = fields.choice("nguon", Source::from_code);
    let is_dossiers = source == Some(Source::Dossiers);
    let period = if is_dossiers {
        let (from, until) = (fields.date("tu-ngay"), fields.date("den-ngay"));
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            fields.wrong("den-ngay", "Ngày cuối phải sau ngày đầu.");
        }
        from.zip(until)
    } else {
        None
    };
    let closes_on = fields.date("thu-den");
    if closes_on.is_some_and(|it| it <= who.today()) {
        fields.wrong("thu-den", "Ngày cuối thu phiếu phải sau hôm nay.");
    }
    let error = fields.number("sai-so", 1..=20);
    let floor = fields.number("san", 0..=5_000);
    let reserve = fields.number("du-phong", 0..=500);
    let english = fields.typed().has("tieng-anh");
    let mut roll = if is_dossiers { String::new() } else { kept_roll.to_owned() };
    if source == Some(Source::Roll) {
        let pasted = fields.typed().get("danh-sach").to_owned();
        let upload = files.into_iter().find(|it| it.field == "tep" && !it.bytes.is_empty());
        let rows = match upload {
            Some(file) => sheets::read(&file.name, &file.bytes).map(|table| {
                let mut rows = vec![(1, table.heads)];
                rows.extend(table.rows);
                rows
            }),
            None => Ok(frame::pasted(&pasted)),
        };
        match rows {
            Err(wrong) => fields.wrong("tep", wrong),
            Ok(rows) if rows.is_empty() && !roll.is_empty() => {}
            Ok(rows) => match frame::read_roll(&rows) {
                Err(wrong) => fields.wrong("danh-sach", wrong),
                Ok(listed) => match frame::close_roll(site, &listed) {
                    Ok(sealed) => roll = sealed,
                    Err(_) => {
                        fields.wrong("danh-sach", "Không niêm phong được danh sách. Hãy thử lại.")
                    }
                },
            },
        }
    }
    let whole = title.zip(unit).zip(form).zip(source).zip(closes_on).zip(error).zip(floor);
    let whole = whole.zip(reserve).map(
        |(((((((title, unit), form), source), closes_on), error), floor), reserve)| {
            let count = |it: i64| u64::try_from(it).unwrap_or(0);
            Plan {
                unit,
                form,
                title,
                source,
                period,
                closes_on,
                languages: if english { "vi,en" } else { "vi" }.to_owned(),
                error_bp: count(error) * 100,
                floor: count(floor),
                reserve: count(reserve),
                roll,
            }
        },
    );
    fields.finish(whole)
}

/// POST `/co-quan/khao-sat/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let sending = Sending::of(&who, &typed, "lan-gui");
    let plan = match read(&site, &who, (typed, files), "") {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(plan_page(&site, &who, m, (None, 0)).await?)),
    };
    let asker = who.clone();
    let sent = once::<Mistakes>(&site, &who, sending, move |tx| {
        forms::seen(tx, &asker, plan.form)?;
        let id = sql::insert(tx, &plan)?;
        tx.journal(Entry::new(desk::SUBJECT, id.0, "create"));
        Ok(Ok(format!("{PAGE}/{id}")))
    })
    .await?;
    match sent {
        Sent::Done(location) => Ok(Redirect::to(&location).into_response()),
        Sent::Wrong(m) | Sent::Before(m) => {
            Err(Failure::Mistaken(plan_page(&site, &who, m, (None, 0)).await?))
        }
    }
}

/// The survey, for somebody who may do `action` to it.
pub fn seen(tx: &mut Tx<'_>, who: &Who, action: Action, id: SurveyId) -> Result<Survey, Failure> {
    let it = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, action, it.unit)?;
    Ok(it)
}

/// GET `/co-quan/khao-sat/{id}/sua`
pub async fn edit_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (asker, id) = (who.clone(), SurveyId(id));
    let it = site.read(&who, move |tx| seen(tx, &asker, Action::SurveyManage, id)).await?;
    let mut typed = Typed::default();
    for (name, value) in [
        ("ten", it.title.clone()),
        ("don-vi", it.unit.to_string()),
        ("mau", it.form.to_string()),
        ("nguon", it.source.code().to_owned()),
        ("tu-ngay", it.period.map_or_else(String::new, |it| text::date(it.0))),
        ("den-ngay", it.period.map_or_else(String::new, |it| text::date(it.1))),
        ("thu-den", text::date(it.closes_on)),
        ("sai-so", (it.error_bp / 100).to_string()),
        ("san", it.floor.to_string()),
        ("du-phong", it.reserve.to_string()),
        ("ban", it.edition.to_string()),
    ] {
        typed.set(name, value);
    }
    if it.languages.contains("en") {
        typed.set("tieng-anh", "1");
    }
    let listed = frame::open_roll(&site, &it.roll)?.len();
    plan_page(&site, &who, Mistakes::none(typed), (Some(id), listed)).await
}

/// POST `/co-quan/khao-sat/{id}/sua`
pub async fn edit(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let (asker, id) = (who.clone(), SurveyId(id));
    let it = site.read(&who, move |tx| seen(tx, &asker, Action::SurveyManage, id)).await?;
    let edition: i64 = typed.get("ban").parse().unwrap_or(0);
    let listed = frame::open_roll(&site, &it.roll)?.len();
    let again = typed.clone();
    let plan = match read(&site, &who, (typed, files), &it.roll) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(plan_page(&site, &who, m, (Some(id), listed)).await?));
        }
    };
    let asker = who.clone();
    let done = site
        .write(&who, move |tx| {
            seen(tx, &asker, Action::SurveyManage, id)?;
            forms::seen(tx, &asker, plan.form)?;
            let done = sql::change(tx, id, edition, &plan)?;
            if done {
                tx.journal(Entry::new(desk::SUBJECT, id.0, "change"));
            }
            Ok(done)
        })
        .await?;
    if done {
        return Ok(site::told(&format!("{PAGE}/{id}"), "Đã lưu."));
    }
    let why =
        "Có người vừa sửa cuộc khảo sát này, hoặc danh sách đã chốt. Mở lại trang để xem bản mới.";
    let wrong: Result<(), Mistakes> = Err(Mistakes::one(again, "ten", why));
    let page =
        plan_page(&site, &who, wrong.clone().err().unwrap_or_default(), (Some(id), listed)).await?;
    wrong.or_show_again(|_| Ok(page))?;
    Ok(Redirect::to(PAGE).into_response())
}
