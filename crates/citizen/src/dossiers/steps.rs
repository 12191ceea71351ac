//! Every step of a dossier after its receipt: one path, one form, one event.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::{
        Collector, Command, CommandKind, Ground, Maker, Part, ReturnChannel, SuspensionKind, What,
        Words,
    },
    ids::{DossierId, StaffId, UnitId},
    money::Dong,
    visit::Cause,
};
use jiff::civil::DateTime;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, once},
    told,
};
use store::Tx;

use crate::{lateness::facts as lateness, notices, results::facts as results};

use super::{
    checklist, collect,
    desk::{DeskError, OnDesk},
    show::{
        is_at_once,
        missing::{self, Missing},
    },
    sql::{self, Collection},
    view::Around,
};

mod ask;
mod at_once;
mod charge;
mod consult;
mod hint;
mod letter;
mod numbers;

pub(super) use ask::grounds;
use ask::{Ask, ask, words_label};

#[derive(Template)]
#[template(path = "dossiers/templates/step.html")]
struct StepPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    procedure: String,
    label: &'static str,
    slug: &'static str,
    ask: Ask,
    hint: String,
    /// The letter that goes out with the step, as it would be printed.
    letter: Option<letter::Letter>,
    /// Whether a letter goes out with the step.
    has_letter: bool,
    /// What the result still lacks, at the steps that let it out.
    missing: Vec<Missing>,
    words_label: &'static str,
    collectors: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    edition: String,
}

impl StepPage<'_> {
    fn ticked(&self, row: &i64) -> bool {
        self.m.typed.has(&format!("du-{row}"))
    }

    fn is_fee_unknown(&self) -> bool {
        self.ask.proposal.as_ref().is_some_and(|it| it.is_unknown)
    }

    fn is_chosen(&self, unit: &str) -> bool {
        consult::is_chosen(&self.m.typed, unit)
    }

    fn is_grave(&self) -> bool {
        self.slug == CommandKind::Number.slug() && self.missing.iter().any(|it| it.is_grave)
    }
}

async fn step_page(
    site: &Site,
    who: &Who,
    id: DossierId,
    kind: CommandKind,
    mut m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let mut typed = m.typed.clone();
    let (ask, on_desk, (hint, missing), (drafted, number), (person, letter, noted)) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            if !on_desk.kept.dossier.may_try(kind, &maker, tx.now().civil()) {
                return Err(Failure::Refused(
                    on_desk.kept.dossier.why_not(kind, &maker).to_string(),
                ));
            }
            let mut noted = "";
            let ties = match kind {
                CommandKind::Number | CommandKind::Return | CommandKind::OnTheSpot => {
                    inner.ties_of(&asker, tx, id)?
                }
                _ => Vec::new(),
            };
            let ask = ask(tx, &around, &on_desk, &maker, kind)?;
            let next = numbers::proposed(tx, &on_desk, kind)?;
            let next_is = (next.as_deref(), ask.book.is_some());
            let hint = hint::of(&around, &on_desk, tx, kind, next_is)?;
            // What is settled at the desk may go without a number.
            let next = next.filter(|_| kind != CommandKind::OnTheSpot);
            let number = numbers::of_entry(tx, &on_desk, kind, &ties)?.or(next);
            let drafted =
                if kind == CommandKind::Extend { lateness::drafted(tx, id)? } else { None };
            let mut person = match kind {
                CommandKind::Return => sql::person(tx, id)?.unwrap_or_default(),
                _ => sql::Person::default(),
            };
            // What he took home by himself is not given to him once more.
            if kind == CommandKind::Return && !results::downloads(tx, id)?.is_empty() {
                ReturnChannel::Online.code().clone_into(&mut person.return_way);
                if typed.get("an-ban").is_empty() {
                    noted = hint::TAKEN;
                }
            }
            let missing = match kind {
                CommandKind::Number | CommandKind::Return => {
                    missing::of(&on_desk, &maker, &ties, &missing::Own::of(tx, id)?)
                }
                _ => Vec::new(),
            };
            let letter = match kind {
                CommandKind::Extend => {
                    propose_letter(drafted.as_ref(), &mut typed);
                    letter::of(tx, &around, &on_desk, &maker, &typed)?
                }
                _ => None,
            };
            Ok((ask, on_desk, (hint, missing), (drafted, number), (person, letter, noted)))
        })
        .await?;
    if kind == CommandKind::MarkPaid && m.typed("so-tien").is_empty() {
        let owed = on_desk.kept.dossier.fee_due.0 - on_desk.kept.dossier.fee_paid.0;
        m.typed.set("so-tien", owed.to_string());
    }
    propose_letter(drafted.as_ref(), &mut m.typed);
    if !noted.is_empty() {
        m.typed.set("loi", noted);
    }
    if let Some(number) = number.filter(|_| !m.typed.has(numbers::FIELD)) {
        m.typed.set(numbers::FIELD, number);
    }
    at_once::propose(&ask, &mut m.typed);
    collect::propose(&person, &mut m.typed);
    if !m.typed.has("cach-tra") && ReturnChannel::from_code(&person.return_way).is_some() {
        m.typed.set("cach-tra", person.return_way.clone());
    }
    if let Some(it) = &ask.proposal {
        charge::propose(it, &mut m.typed);
    }
    let edition = match m.typed("an-ban") {
        // Told what the rules say of the dossier as it is now, he acts on that.
        _ if !m.at(NOT_TAKEN).is_empty() => on_desk.kept.edition.to_string(),
        "" => on_desk.kept.edition.to_string(),
        typed => typed.to_owned(),
    };
    site.page(&StepPage {
        shell: site.shell(who),
        id,
        code: on_desk.kept.code.clone(),
        procedure: on_desk.version.body.name.clone(),
        label: kind.label(),
        slug: kind.slug(),
        ask,
        hint,
        letter,
        has_letter: kind == CommandKind::Extend,
        missing,
        words_label: words_label(kind),
        collectors: Collector::ALL
            .iter()
            .filter(|it| **it != Collector::Lead)
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        ways: ReturnChannel::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        edition,
        m: &m,
    })
}

/// The letter that was drafted by itself, for whoever signs to read and change.
fn propose_letter(drafted: Option<&(jiff::civil::Date, String)>, typed: &mut Typed) {
    if let Some((day, why)) = drafted.filter(|_| typed.get("an-ban").is_empty()) {
        typed.set("ngay", domain::text::date(*day));
        typed.set("loi", why.clone());
    }
}

/// GET `/co-quan/ho-so/{id}/{step}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(DossierId, String)>,
) -> Result<Response, Failure> {
    let kind = CommandKind::from_slug(&step).ok_or(Failure::NotFound)?;
    if let Some(elsewhere) = at_the_till(id, kind) {
        return Ok(site::Redirect::to(&elsewhere).into_response());
    }
    Ok(step_page(&site, &who, id, kind, Mistakes::default()).await?.into_response())
}

/// The page where a step about money is taken, if it is one.
pub(super) fn at_the_till(id: DossierId, kind: CommandKind) -> Option<String> {
    match kind {
        CommandKind::MarkPaid | CommandKind::CancelPayment => {
            Some(format!("/co-quan/thu-phi/ho-so/{id}"))
        }
        CommandKind::AdjustFee => Some(format!("/co-quan/thu-phi/ho-so/{id}/tinh")),
        CommandKind::Refund => Some(format!("/co-quan/thu-phi/ho-so/{id}")),
        _ => None,
    }
}

/// Where a page has what the rules say about a step.
const NOT_TAKEN: &str = "viec";

/// Why nothing is returned over the line without a file.
const NO_FILE: &str = "Chưa có tệp kết quả để trả trực tuyến. Mở kết quả này trong “Sổ kết quả” và thêm tệp PDF đã ký, \
                       đóng dấu (nên là bản ký số), rồi trả; hoặc chọn cách trả khác.";

/// POST `/co-quan/ho-so/{id}/{step}`
pub async fn take(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(DossierId, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let kind = CommandKind::from_slug(&step).ok_or(Failure::NotFound)?;
    if kind == CommandKind::Extend && matches!(typed.get("viec"), letter::SHOW | letter::PRINT) {
        return shown_first(&site, &who, id, typed).await;
    }
    if kind == CommandKind::ConsultMany && consult::only_ticks(&typed) {
        let page = step_page(&site, &who, id, kind, Mistakes::none(typed)).await?;
        return Ok(page.into_response());
    }
    let (inner, asker) = (site.clone(), who.clone());
    let as_typed = typed.clone();
    let (states_edition, asked) = (typed.has("an-ban"), typed.get("an-ban").parse::<i64>().ok());
    // The edition that a form shows is its token: pressed twice, the same words find what they made.
    let sending = Sending::of(&who, &typed, "an-ban");
    let location = format!("/co-quan/ho-so/{id}");
    let (first, leads_to) = (Arc::new(AtomicBool::new(false)), location.clone());
    let is_first = first.clone();
    let work = move |tx: &mut Tx<'_>| {
        let around = Around::load(&inner, &asker, tx)?;
        let mut on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        // A page that shows an older state must not act on a newer one.
        if states_edition && asked != Some(on_desk.kept.edition) {
            return Err(DeskError::Stale).or_refuse();
        }
        let now = tx.now().civil();
        let came = typed.get("cach-den") != "gui";
        let ticked = typed.clone();
        let mut all_the_same = None;
        if kind == CommandKind::Number {
            let ties = inner.ties_of(&asker, tx, id)?;
            let mut fields = Fields::of(typed.clone());
            let may = missing::read((&on_desk, &maker), &ties, &mut fields);
            match fields.finish(may) {
                Ok(it) => all_the_same = it,
                Err(m) => return Ok(Err(m)),
            }
        }
        let read = command(tx, &around, &mut on_desk, &maker, kind, typed, now)?;
        let (mut command, collection) = match read {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        // That somebody let it out without its entry stays to be read; the clerk's step has no other words.
        command.words = command.words.or(all_the_same);
        let waited_for_money = on_desk.kept.dossier.status == domain::dossier::Status::AwaitPayment;
        let members = match collection {
            Some(_) => sql::party::members(tx, id)?,
            None => Vec::new(),
        };
        if let What::MarkPaid { amount, .. } = command.what {
            let payment = crate::fees::till::Payment::cash(amount);
            let words = command.words;
            on_desk.take_payment(tx, around.desk(), &maker, &payment, words)?;
            if waited_for_money {
                sql::visits::came(tx, id, on_desk.kept.unit, Cause::Payment, None)?;
            }
            is_first.store(true, Ordering::Relaxed);
            return Ok(Ok(leads_to));
        }
        let entry = match at_once::numbered(tx, &around, &on_desk, &mut command, &ticked)? {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        let charged = charge::of(tx, &on_desk, &command, now.date())?;
        let requested = charge::requested(&command, ticked.get(charge::REASON));
        let words = command.words.clone().unwrap_or_default();
        let last = on_desk.kept.dossier.last.as_ref().map(|it| it.kind);
        on_desk.step(tx, around.desk(), &maker, command)?;
        if let Some(keep) = entry {
            keep(tx, id)?;
        }
        checklist::stepped(tx, &on_desk, (kind, last), &words, &ticked)?;
        if let Some(assessment) = &charged {
            crate::fees::facts::record(tx, id, assessment, (false, "", true))?;
        } else if let Some((amount, why, replaces)) = requested {
            let assessment = domain::fees::Assessment::by_hand(amount);
            crate::fees::facts::record(tx, id, &assessment, (true, &why, replaces))?;
        }
        if let Some(collection) = collection {
            let left = members.iter().filter(|it| it.collected_at.is_none());
            let members = left.map(|it| it.place).collect();
            let collection = Collection { members, collected_at: Some(now), ..collection };
            sql::party::insert_collection(tx, id, &collection)?;
        }
        if kind == CommandKind::Supplement && !came {
            sql::visits::take_back(tx, id, tx.now())?;
        }
        if kind == CommandKind::Extend {
            lateness::apologised(tx, id)?;
            let year = tx.now().civil().year();
            let number = on_desk.apology_number(tx, year)?.unwrap_or_default();
            super::links::facts::apologised(tx, &on_desk.kept, &number, &words)?;
            notices::extended(tx, &around.who.tree, &on_desk.kept)?;
        }
        is_first.store(true, Ordering::Relaxed);
        Ok(Ok(leads_to))
    };
    let done = match once(&site, &who, sending, work).await {
        // Other words to a state that is over, from another window.
        Ok(Sent::Before(_)) => Err(DeskError::Stale).or_refuse(),
        Ok(Sent::Done(_)) => Ok(Ok(())),
        Ok(Sent::Wrong(m)) => Ok(Err(m)),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(Ok(())) => {
            let sealed = if kind == CommandKind::Number && first.load(Ordering::Relaxed) {
                super::signed::seal_if_it_waits(&site, &who, id).await?
            } else {
                String::new()
            };
            let number = match kind {
                CommandKind::Extend => letter::told_number(&site, &who, id).await?,
                _ => String::new(),
            };
            Ok(told(&location, &format!("Đã ghi nhận: {}.{sealed}{number}", kind.label())))
        }
        Ok(Err(m)) if is_at_once(kind) => Err(super::show::again(&site, &who, id, m).await?),
        Ok(Err(m)) => {
            let page = step_page(&site, &who, id, kind, m).await?;
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        // What the rules say stands on the page that the button was on, with the dossier as it is now.
        Err(Failure::Refused(why)) => {
            let m = Mistakes::one(as_typed, NOT_TAKEN, why);
            if !is_at_once(kind)
                && let Ok(page) = step_page(&site, &who, id, kind, m.clone()).await
            {
                return Err(Failure::Mistaken(page));
            }
            Err(super::show::again(&site, &who, id, m).await?)
        }
        Err(other) => Err(other),
    }
}

/// The letter of a step that nobody took yet: on the page, or as it would be printed.
async fn shown_first(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: Typed,
) -> Result<Response, Failure> {
    let m = match typed.get("viec") {
        letter::PRINT => match letter::print(site, who, id, typed).await? {
            Ok(print) => return Ok(print),
            Err(m) => m,
        },
        _ => letter::mistakes(site, who, id, typed).await?,
    };
    let status = if m.any() { 422 } else { 200 };
    let page = step_page(site, who, id, CommandKind::Extend, m).await?;
    let status = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    Ok((status, page).into_response())
}

fn staff_of(maker: &Maker) -> Result<StaffId, Failure> {
    maker.staff.ok_or_else(|| {
        Failure::Refused(
            "Tài khoản chưa gắn với cán bộ nào. Hãy đề nghị quản trị hệ thống bổ sung.".to_owned(),
        )
    })
}

/// Reads a step's form. Mistakes beside their fields; what the state machine says comes later.
fn command(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &mut OnDesk,
    maker: &Maker,
    kind: CommandKind,
    typed: Typed,
    now: DateTime,
) -> Result<Result<(Command, Option<Collection>), Mistakes>, Failure> {
    let desk = around.desk();
    let kept = &on_desk.kept;
    let clock = &on_desk.version.body.clock;
    let asks = ask(tx, around, on_desk, maker, kind)?;
    let mut fields = Fields::of(typed);
    let mut collection = None;
    let words = if kind.words() == Words::Owed {
        fields.text("loi", 2_000)
    } else {
        fields.optional_text("loi", 2_000)
    };
    let code = &on_desk.version.body.code;
    let words = checklist::read_words(&mut fields, kind, code, &asks.papers, words);
    let person = |fields: &mut Fields| {
        fields.choice("can-bo", |it| {
            asks.people.iter().any(|(id, _)| id == it).then(|| it.parse().ok().map(StaffId))?
        })
    };
    let unit = |fields: &mut Fields| {
        fields.choice("don-vi", |it| {
            asks.units.iter().any(|(id, _)| id == it).then(|| it.parse().ok().map(UnitId))?
        })
    };
    let hop = |part, holder| on_desk.hop(desk, part, holder, now);
    let closing = |day: jiff::civil::Date| {
        let calendar = desk.calendar(kept.unit);
        day.to_datetime(calendar.hours.closing(day))
    };
    let what = match kind {
        CommandKind::Transfer => unit(&mut fields).map(|unit| {
            let hop = hop(Part::Dispatcher, None).or_else(|| hop(Part::Officer, None));
            What::Transfer { unit, hop }
        }),
        CommandKind::Assign => person(&mut fields)
            .map(|officer| What::Assign { officer, hop: hop(Part::Officer, Some(officer)) }),
        CommandKind::Reassign => person(&mut fields)
            .map(|officer| What::Reassign { officer, hop: hop(Part::Officer, Some(officer)) }),
        CommandKind::HandOver => person(&mut fields).and_then(|officer| {
            let hop = on_desk.hop_on(desk, Part::Officer, Some(officer), now);
            hop.map(|hop| What::HandOver { hop })
        }),
        CommandKind::Begin => Some(What::Begin { officer: staff_of(maker)? }),
        CommandKind::Verify => {
            Some(What::Verify { pause: clock.pauses_for(SuspensionKind::Verification) })
        }
        CommandKind::FinishVerify => {
            Some(What::FinishVerify { resume: on_desk.resume(desk, now)? })
        }
        CommandKind::Consult => {
            let unit = unit(&mut fields);
            consult::one(&mut fields, on_desk, unit, (now, closing))
        }
        CommandKind::Answer => {
            // The clock goes on with the last answer.
            let last = kept.dossier.open_consultations().count() <= 1;
            let resume = if last { on_desk.resume(desk, now)? } else { None };
            let unit = unit(&mut fields);
            consult::answer(&mut fields, maker, unit, (resume, now.date()))
        }
        CommandKind::SkipAnswer => Some(What::SkipAnswer { resume: on_desk.resume(desk, now)? }),
        CommandKind::RequestSupplement => {
            let pack = around.calendars.pack(&kept.rules);
            let days = pack.map_or(15, |it| clock.wait_days(it));
            let until = desk.calendar(kept.unit).nth_after(now.date(), u32::from(days));
            until.map(|it| What::RequestSupplement { until: closing(it) })
        }
        CommandKind::Supplement => on_desk.resume(desk, now)?.map(|resume| What::Supplement {
            resume,
            hop: hop(Part::Officer, kept.dossier.officer),
        }),
        CommandKind::CloseNoSupplement => Some(What::CloseNoSupplement),
        CommandKind::RequestPayment => fields.read("so-tien", Dong::parse).map(|amount| {
            let pause = clock.pauses_for(SuspensionKind::Payment);
            What::RequestPayment { amount, pause }
        }),
        CommandKind::MarkPaid => {
            // What the clock does is for the till.
            let amount = fields.read("so-tien", Dong::parse);
            amount.map(|amount| What::MarkPaid { amount, resume: None, paid_at: None })
        }
        CommandKind::RequestWithdraw => Some(What::RequestWithdraw),
        CommandKind::Withdraw => Some(What::Withdraw),
        CommandKind::RejectWithdraw => Some(What::RejectWithdraw),
        CommandKind::PutUp | CommandKind::Refuse => {
            let refuses = kind == CommandKind::Refuse;
            Some(on_desk.put_up(desk, staff_of(maker)?, refuses, now))
        }
        CommandKind::Approve => Some(on_desk.approve(desk, staff_of(maker)?, now)),
        CommandKind::Contribute => Some(What::Contribute),
        CommandKind::ConsultMany => consult::many(&mut fields, around, on_desk, (&asks, now)),
        CommandKind::SendBack => Some(What::SendBack { hop: on_desk.hop_back(desk, now) }),
        CommandKind::Sign => {
            Some(What::Sign { signer: staff_of(maker)?, hop: hop(Part::Clerk, None) })
        }
        CommandKind::OnTheSpot => {
            let signer = person(&mut fields);
            at_once::read(tx, on_desk, maker, (&mut fields, signer), (&asks, now))?
        }
        CommandKind::Number if on_desk.series().is_some() => on_desk
            .number_of_series(tx, now)?
            .map(|number| What::Number { number, hop: hop(Part::Counter, None) }),
        CommandKind::Number => {
            let typed = fields.text(numbers::FIELD, 60);
            numbers::read(tx, on_desk, &mut fields, typed)?
                .map(|number| What::Number { number, hop: hop(Part::Counter, None) })
        }
        CommandKind::SendByPost => Some(What::SendByPost),
        CommandKind::PostFailed => Some(What::PostFailed),
        CommandKind::Return => {
            let person = sql::person(tx, kept.id)?.unwrap_or_default();
            collection = collect::read(&mut fields, &person, now.date());
            let own = |it: &str| Collector::from_code(it).filter(|it| *it != Collector::Lead);
            let collector = fields.choice("nguoi-nhan", own);
            let channel = fields.choice("cach-tra", ReturnChannel::from_code);
            if channel == Some(ReturnChannel::Online) && !results::has_file(tx, kept.id)? {
                fields.wrong("cach-tra", NO_FILE);
            }
            collector.zip(channel).map(|(collector, channel)| What::Return { channel, collector })
        }
        CommandKind::Extend => {
            let day = fields.date("ngay").and_then(|day| {
                if desk.calendar(kept.unit).works_on(day) {
                    return Some(day);
                }
                fields.wrong("ngay", "Ngày hẹn mới phải là ngày làm việc.");
                None
            });
            let days = around.calendars.pack(&kept.rules).map_or(1, |it| it.apology_days_before);
            day.map(|day| {
                let due = kept.dossier.due_at.map_or(day, |it| it.date());
                let received = kept.dossier.received_at.map_or(due, |it| it.date());
                let calendar = desk.calendar(kept.unit);
                let latest = domain::deadline::apology_day(calendar, received, due, days);
                What::Extend { due_at: closing(day), notice_by: latest.unwrap_or(due) }
            })
        }
        CommandKind::Correct => Some(What::Correct { due_at: None }),
        CommandKind::FinishCorrection => {
            let signer = staff_of(maker)?;
            let typed = fields.text(numbers::FIELD, 60);
            numbers::read(tx, on_desk, &mut fields, typed)?
                .map(|number| What::FinishCorrection { signer, number })
        }
        CommandKind::Archive => Some(What::Archive),
        CommandKind::Undo => Some(What::Undo),
        CommandKind::Resubmit => Some(What::Resubmit),
        CommandKind::RequestIntakeSupplement => Some(What::RequestIntakeSupplement),
        CommandKind::RefuseIntake => {
            fields.choice("can-cu", Ground::from_code).map(|ground| What::RefuseIntake { ground })
        }
        CommandKind::Accept => {
            let proposal = charge::proposed(tx, on_desk, now.date())?;
            let fee = charge::read(&mut fields, &proposal);
            let days = if asks.days_label.is_empty() {
                Some(None)
            } else {
                fields.number("so-ngay", 1..=365).map(|it| u16::try_from(it).ok())
            };
            match fee.zip(days) {
                Some(((fee, _), days)) => Some(on_desk.acceptance(tx, desk, now, fee, days)?),
                None => None,
            }
        }
        CommandKind::Submit
        | CommandKind::AdjustFee
        | CommandKind::CancelPayment
        | CommandKind::Refund
        | CommandKind::MoveOn
        | CommandKind::Recompute
        | CommandKind::Synchronise => return Err(Failure::NotFound),
    };
    let whole = what.zip(words).map(|(what, words)| {
        // Who collected stands in the event's words, which can be erased.
        let who = collection.as_ref().map_or_else(String::new, Collection::words);
        let words = [who, words].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>();
        let words = words.join("\n");
        (Command { what, words: Some(words).filter(|it| !it.is_empty()) }, collection)
    });
    Ok(fields.finish(whole))
}
