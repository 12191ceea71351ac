//! A survey's page at the office, and the steps that are taken from it.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::SurveyId,
    survey::{
        Status,
        draw::Frame,
        estimate::share_bp,
        tally::{CallBacks, Results},
    },
    text,
    time::Instant,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand, told,
};

use crate::{
    desk::{self, SeedPlan},
    frame, invite,
    manage::{PAGE, seen},
    outcome::{percent, shown_answers},
    sql::{Survey, answers, people},
};

/// A stratum as it is shown.
pub struct StratumLine {
    pub name: String,
    pub population: u64,
    pub asked: u64,
    pub answered: u64,
    /// What is shown of how many answered.
    pub shown: String,
    pub rate: String,
}

/// An invitation that may be replaced: nobody's name.
pub struct AskedLine {
    pub id: String,
    pub stratum: String,
    pub place: i64,
}

#[derive(Template)]
#[template(path = "templates/show.html")]
struct Show {
    shell: Shell,
    m: Mistakes,
    it: Survey,
    unit: String,
    form: String,
    period: String,
    closes: String,
    frozen: String,
    seeded: String,
    seed_on: String,
    strata: Vec<StratumLine>,
    population: u64,
    asked: u64,
    answered: u64,
    rate: String,
    size: u64,
    preview_wrong: String,
    entering: usize,
    to_send: usize,
    to_print: usize,
    batches: Vec<(i64, i64)>,
    calls: CallBacks,
    may_manage: bool,
    may_seed: bool,
    today_open: bool,
    open: Vec<AskedLine>,
    reserve_left: usize,
    tomorrow_hint: String,
}

struct Seen {
    it: Survey,
    form: String,
    strata: Vec<StratumLine>,
    size: u64,
    preview_wrong: String,
    entering: usize,
    open: Vec<AskedLine>,
    reserve_left: usize,
    to_send: usize,
    to_print: usize,
    batches: Vec<(i64, i64)>,
    calls: CallBacks,
}

fn line(name: &str, (population, asked, answered): (u64, u64, u64)) -> StratumLine {
    StratumLine {
        name: name.to_owned(),
        population,
        asked,
        answered,
        shown: answered.to_string(),
        rate: if asked == 0 { "–".to_owned() } else { percent(share_bp(answered, asked)) },
    }
}

/// Once figures are there, what they hide is not told beside them.
fn as_results(strata: &mut [StratumLine], found: &Results) {
    for (name, shown) in shown_answers(found) {
        if let Some(it) = strata.iter_mut().find(|it| it.name == name && shown.is_none()) {
            "ẩn".clone_into(&mut it.shown);
            "ẩn".clone_into(&mut it.rate);
        }
    }
}

fn of_frame(frame: &Frame) -> Vec<StratumLine> {
    frame.strata().iter().map(|(name, people)| line(name, (*people, 0, 0))).collect()
}

async fn load(site: &Site, who: &Who, id: SurveyId) -> Result<Seen, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(who, move |tx| {
        let it = seen(tx, &asker, Action::SurveyRead, id)?;
        let form = desk::form_of(tx, &it)?;
        let mut found = Seen {
            form: format!("{} – {}", form.code, form.vi),
            size: it.size,
            strata: Vec::new(),
            preview_wrong: String::new(),
            entering: 0,
            open: Vec::new(),
            reserve_left: 0,
            to_send: 0,
            to_print: 0,
            batches: Vec::new(),
            calls: CallBacks::default(),
            it,
        };
        if found.it.status == Status::Draft {
            match frame::gather(&inner, tx, &asker.tree, &found.it) {
                Ok(all) => {
                    found.strata = of_frame(&all.frame);
                    found.size = all.size;
                }
                Err(Failure::Refused(why)) => found.preview_wrong = why,
                Err(other) => return Err(other),
            }
            return Ok(found);
        }
        let answered = people::answered(tx, id)?;
        let came = |name: &str| answered.iter().find(|it| it.0 == name).map_or(0, |it| it.2);
        found.strata = people::strata(tx, id)?
            .iter()
            .map(|it| {
                let came = u64::try_from(came(&it.name)).unwrap_or(0);
                line(&it.name, (it.population, it.drawn, came))
            })
            .collect();
        if let Some(results) = desk::results_of(&found.it)? {
            as_results(&mut found.strata, &results);
        }
        found.calls = people::call_backs(tx, id)?;
        if found.it.status == Status::Open {
            found.batches = people::batches(tx, id)?;
            found.entering = answers::entries(tx, id)?.len();
            let asked = people::invitations(tx, id, &["asked"], 5_000)?;
            found.reserve_left = people::invitations(tx, id, &["ready"], 5_000)?.len();
            for it in &asked {
                let (send, print) = invite::ways(&inner, tx, it)?;
                found.to_send += usize::from(send);
                found.to_print += usize::from(print);
            }
            found.open = asked
                .into_iter()
                .map(|it| AskedLine { id: it.frame_id, stratum: it.stratum, place: it.place })
                .collect();
        }
        Ok(found)
    })
    .await
}

async fn page(site: &Site, who: &Who, id: SurveyId, m: Mistakes) -> Result<Html<String>, Failure> {
    let seen = load(site, who, id).await?;
    let it = seen.it;
    let moment = |ms: Option<i64>| {
        ms.map_or_else(String::new, |it| text::date_time(Instant::from_epoch_ms(it).civil()))
    };
    let sum = |of: fn(&StratumLine) -> u64| seen.strata.iter().map(of).sum::<u64>();
    let (population, asked, answered) =
        (sum(|it| it.population), sum(|it| it.asked), sum(|it| it.answered));
    let may_manage = who.can_at(Action::SurveyManage, it.unit);
    let is_first = it.seed_half_by == Some(who.account.0);
    let today = who.today();
    site.page(&Show {
        unit: who.tree.title(it.unit).to_owned(),
        form: seen.form,
        period: it.period.map_or_else(String::new, |(from, until)| {
            format!("{} đến {}", text::date(from), text::date(until))
        }),
        closes: text::date(it.closes_on),
        frozen: moment(it.frozen_ms),
        seeded: moment(it.seeded_ms),
        seed_on: it.seed_on.map_or_else(String::new, text::date),
        population,
        asked,
        answered,
        rate: if asked == 0 { "–".to_owned() } else { percent(share_bp(answered, asked)) },
        strata: seen.strata,
        size: seen.size,
        preview_wrong: seen.preview_wrong,
        entering: seen.entering,
        to_send: seen.to_send,
        to_print: seen.to_print,
        batches: seen.batches,
        calls: seen.calls,
        may_manage,
        may_seed: it.status == Status::Framed
            && if it.seed_way == "two" {
                !is_first
            } else {
                may_manage && it.seed_on.is_some_and(|on| on <= today)
            },
        today_open: desk::is_answered(&it, today),
        open: seen.open,
        reserve_left: seen.reserve_left,
        tomorrow_hint: format!("Từ {} trở đi.", text::date(today.tomorrow().unwrap_or(today))),
        m,
        it,
        shell: site.shell(who),
    })
}

/// GET `/co-quan/khao-sat/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, SurveyId(id), Mistakes::default()).await
}

async fn again(site: &Site, who: &Who, id: SurveyId, m: Mistakes) -> Failure {
    match page(site, who, id, m).await {
        Ok(page) => Failure::Mistaken(page),
        Err(failure) => failure,
    }
}

fn seed_plan(fields: &mut Fields) -> Option<SeedPlan> {
    match fields.typed().get("cach") {
        "two" => Some(SeedPlan::Two),
        "source" => {
            let source = fields.text("nguon-hat", 200);
            let on = fields.date("ngay-hat");
            source.zip(on).map(|(source, on)| SeedPlan::Source { source: text::tidy(&source), on })
        }
        _ => {
            fields.wrong("cach", "Chọn cách có hạt giống.");
            None
        }
    }
}

/// POST `/co-quan/khao-sat/{id}/hat-giong`: the seed, or a half of it.
pub async fn seed(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    let mut fields = Fields::of(typed);
    let said = fields.text("hat-giong", 80).map(|it| text::tidy(&it));
    let said = match fields.finish(said) {
        Ok(it) => it,
        Err(m) => return Err(again(&site, &who, id, m).await),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let whole = site
        .write(&who, move |tx| {
            let it = seen(tx, &asker, Action::SurveyRead, id)?;
            if it.seed_way != "two" {
                demand(&asker, Action::SurveyManage, it.unit)?;
            }
            desk::seed(&inner, tx, id, &said)
        })
        .await?;
    let notice = if whole {
        "Đã rút mẫu. Ai cũng rút lại được bằng mã băm và hạt giống công khai."
    } else {
        "Đã niêm phong nửa hạt giống của bạn. Người thứ hai ghi nửa còn lại."
    };
    Ok(told(&format!("{PAGE}/{id}"), notice))
}

/// What a step does with what was typed; the words that follow.
async fn take(
    site: &Site,
    who: &Who,
    id: SurveyId,
    (step, typed): (&str, Typed),
) -> Result<Result<String, Mistakes>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let mut fields = Fields::of(typed);
    macro_rules! done {
        ($tx:ident, $work:expr, $words:expr) => {{
            let words = $words;
            site.write(who, move |$tx| {
                seen($tx, &asker, Action::SurveyManage, id)?;
                $work
            })
            .await?;
            Ok(Ok(words.to_owned()))
        }};
    }
    match step {
        "chot" => {
            let plan = seed_plan(&mut fields);
            let plan = match fields.finish(plan) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            done!(tx, desk::freeze(&inner, tx, id, &plan), "Đã chốt danh sách và công bố mã băm.")
        }
        "mo" => done!(tx, desk::open(tx, id), "Đã mở thu phiếu. Gửi tin, in thư mời ở bên dưới."),
        "dong" => {
            let reason = fields.text("ly-do-dong", 500);
            let reason = match fields.finish(reason) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            done!(tx, desk::close(&inner, tx, id, &reason), "Đã đóng khảo sát và chốt kết quả.")
        }
        "cong-bo" => done!(tx, desk::publish(tx, id), "Đã công bố kết quả."),
        "huy" => {
            let reason = fields.text("ly-do-huy", 500);
            let sure = fields.typed().has("chac-chan");
            if !sure {
                fields.wrong("chac-chan", "Đánh dấu để xác nhận: hủy rồi không lấy lại được.");
            }
            let reason = match fields.finish(reason) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            done!(tx, desk::void(tx, id, &reason), "Đã hủy. Lý do hiện công khai.")
        }
        "gui" | "nhac" => {
            let reminds = step == "nhac";
            let count = site
                .write(who, move |tx| {
                    let it = seen(tx, &asker, Action::SurveyManage, id)?;
                    invite::send(&inner, tx, &it, reminds)
                })
                .await?;
            Ok(Ok(format!("Đã xếp gửi {count} tin. Người còn lại được mời bằng thư giấy.")))
        }
        "thay" => {
            let why = fields.text("ly-do-thay", 200);
            let whom = fields.typed().get("ai").to_owned();
            let why = match fields.finish(why) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            done!(
                tx,
                invite::replace(tx, id, &whom, &why),
                "Đã thay bằng người dự phòng kế tiếp của cùng tầng."
            )
        }
        _ => Err(Failure::NotFound),
    }
}

/// POST `/co-quan/khao-sat/{id}/{step}`
pub async fn step(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(i64, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    match take(&site, &who, id, (&step, typed)).await? {
        Ok(words) => Ok(told(&format!("{PAGE}/{id}"), &words)),
        Err(m) => Err(again(&site, &who, id, m).await),
    }
}

impl Show {
    fn is_draft(&self) -> bool {
        self.it.status == Status::Draft
    }

    fn is(&self, code: &str) -> bool {
        self.it.status.code() == code
    }
}
