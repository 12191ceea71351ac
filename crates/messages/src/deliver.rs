//! Sends what waits: one message after the other, each try written down before a provider hears of it.

use domain::{
    lang::Lang,
    message::{
        CODE_AGE_MAX_MS, Channel, Kind, PATIENCE, Prospect, State, TRIES_MAX, next_channel,
        subject, teller, wait_ms,
    },
    time::Instant,
};
use site::{Failure, Site, jobs::JobFuture};
use store::Tx;

use crate::{
    channels::{Mail, Push, Setup, Sms, Zalo, mark, person_of},
    esms,
    facts::{Kept, hook_secret},
    opt_out, push, smtp, sql,
    web::{Ended, host},
    zns,
};

/// Messages of one run at most: the job comes again in a minute.
const MESSAGES_MAX: usize = 500;
/// A run that has gone on for so long leaves the rest to the next: other jobs wait for it.
const RUN_MAX_MS: i64 = 120_000;
/// No other process sends a claimed message for so long.
const LEASE_MS: i64 = 180_000;

/// A message and the channel that is about to have it.
pub struct Work {
    /// The message.
    pub it: Kept,
    /// What it tells of.
    pub kind: Kind,
    /// Its try.
    pub attempt: i64,
    /// By which channel.
    pub channel: Channel,
    /// How the channel is reached.
    pub setup: Setup,
    /// Where a gateway says that it arrived.
    pub callback: String,
    /// Devices that show it, for notices.
    pub devices: Vec<sql::devices::Kept>,
}

/// What was found to be done.
enum Step {
    Nothing,
    Settled,
    Send(Box<Work>),
}

/// The job.
pub fn deliver(site: Site) -> JobFuture {
    Box::pin(async move {
        let begun = (site.clock)().epoch_ms();
        for _ in 0..MESSAGES_MAX {
            if (site.clock)().epoch_ms() - begun > RUN_MAX_MS {
                break;
            }
            let inner = site.clone();
            let step = site.as_program("messages", move |tx| step(&inner, tx)).await?;
            let work = match step {
                Step::Nothing => break,
                Step::Settled => continue,
                Step::Send(work) => work,
            };
            let ended = speak(&site, &work).await?;
            site.as_program("messages", move |tx| finish(tx, &work, &ended)).await?;
        }
        Ok(())
    })
}

fn step(site: &Site, tx: &mut Tx<'_>) -> Result<Step, Failure> {
    let now = tx.now();
    let policy = sql::policy(tx)?;
    let lease = Instant::from_epoch_ms(now.epoch_ms() + LEASE_MS);
    let Some(it) = sql::claim(tx, policy.quiet.holds(now.civil()), lease)? else {
        return Ok(Step::Nothing);
    };
    let attempts = sql::attempts(tx, it.id)?;
    // A try without an end was cut off: nobody knows whether the provider heard it.
    if let Some(cut) = attempts.iter().find(|a| a.id > it.round && a.outcome == "begun") {
        sql::end(tx, cut.id, "unclear", ("", ""))?;
        let why = "Việc gửi bị ngắt giữa chừng, không rõ đã gửi hay chưa.";
        sql::settle(tx, &it, (State::Failed, cut.channel), why)?;
        return Ok(Step::Settled);
    }
    let Some(kind) = it.kind else {
        // A kind that this edition of the program does not know: nobody is told something else instead.
        let why = "Loại tin này phiên bản đang chạy không biết, không gửi.";
        sql::settle(tx, &it, (State::Failed, it.channel), why)?;
        return Ok(Step::Settled);
    };
    if kind.is_secret()
        && kind.is_urgent()
        && now.epoch_ms() - it.created.epoch_ms() > CODE_AGE_MAX_MS
    {
        sql::settle(tx, &it, (State::Replaced, it.channel), "Quá giờ dùng được của mã.")?;
        return Ok(Step::Settled);
    }
    let devices = if kind.goes_to_devices() {
        sql::devices::of(tx, (&it.subject, it.subject_id))?
    } else {
        Vec::new()
    };
    let mut prospects = Vec::with_capacity(policy.order.len() + 1);
    let mut last_of_all = None;
    let mut setups = Vec::new();
    for channel in policy.order.iter().copied().filter(|it| it.is_sent()) {
        let setup = sql::channel(tx, channel)?.filter(|it| it.is_on);
        let own = || attempts.iter().filter(|a| a.id > it.round && a.channel == channel);
        let opted_out = match person_of(site, channel, &it.to) {
            Some(person) => sql::is_opted_out(tx, &person, channel.refused_as())?,
            None => false,
        };
        let reaches = it.to.has(channel) || channel == Channel::Push && !devices.is_empty();
        let says = |lang| setup.as_ref().is_some_and(|it| has_words(it, channel, (kind, lang)));
        let prospect = Prospect {
            channel,
            can: reaches && says(it.lang),
            opted_out,
            refused: own().any(|a| matches!(a.outcome.as_str(), "refused" | "undelivered")),
            failures: i64::try_from(own().filter(|a| a.outcome == "later").count()).unwrap_or(0),
        };
        // Zalo sends the words of its own templates alone. Whoever reads English has an SMS, a notice or a mail in
        // English rather than a Zalo message that he cannot read; but Vietnamese words with his code, his day and
        // a link in them are better than silence: they come last, when every other channel is at its end.
        if reaches && !prospect.can && says(Lang::Vi) {
            last_of_all = Some(Prospect { can: true, ..prospect });
        }
        prospects.push(prospect);
        setups.extend(setup.map(|setup| (channel, setup)));
    }
    prospects.extend(last_of_all);
    let next = next_channel(&prospects, kind);
    let found = next.and_then(|wanted| setups.into_iter().find(|(it, _)| *it == wanted));
    let Some((channel, setup)) = found else {
        let wants_none = prospects.iter().any(|it| it.can && it.opted_out);
        give_up(tx, &it, kind, &policy.order, wants_none)?;
        return Ok(Step::Settled);
    };
    let attempt = sql::begin(tx, it.id, channel, &machine(&setup, channel))?;
    let secret = hook_secret(site, tx)?;
    let callback = format!("{}/tin/{secret}/sms", site.config.base_url);
    Ok(Step::Send(Box::new(Work { it, kind, attempt, channel, setup, callback, devices })))
}

/// Zalo sends by approved templates only.
fn has_words(setup: &Setup, channel: Channel, (kind, lang): (Kind, Lang)) -> bool {
    channel != Channel::Zalo || setup.read::<Zalo>().template(kind, lang).is_some()
}

/// The machine that is spoken to.
pub fn machine(setup: &Setup, channel: Channel) -> String {
    match channel {
        Channel::Zalo => host(&setup.read::<Zalo>().url),
        Channel::Sms | Channel::SmsReserve => host(&setup.read::<Sms>().url),
        Channel::Push => "web push".to_owned(),
        _ => setup.read::<Mail>().host,
    }
}

/// No channel is left.
fn give_up(
    tx: &mut Tx<'_>,
    it: &Kept,
    kind: Kind,
    order: &[Channel],
    wants_none: bool,
) -> Result<(), Failure> {
    if !kind.is_owed() {
        let why = "Không gửi được bằng kênh nào; loại tin này không cần báo trực tiếp.";
        sql::settle(tx, it, (State::Replaced, it.channel), why)?;
        return Ok(());
    }
    let (phone, address) = (it.to.has(Channel::Counter), it.to.has(Channel::Letter));
    let why = match (wants_none, it.why.is_empty()) {
        (true, _) => "Người này từ chối nhận tin.",
        (_, false) => it.why.as_str(),
        _ => "Không còn kênh nào gửi được.",
    };
    sql::settle(tx, it, (State::GivenUp, teller(order, phone, address)), why)?;
    Ok(())
}

/// Hands it to the provider.
///
/// # Errors
/// Any [`Failure`] of the database while tokens are renewed.
pub async fn speak(site: &Site, work: &Work) -> Result<Ended, Failure> {
    let Work { it, channel, setup, .. } = work;
    let base = &site.config.base_url;
    let secrets = || setup.secrets(site, *channel);
    // Each channel has its own key: what one took is no repeat for another.
    let key = format!("{}{}", it.token, mark(*channel));
    let kind = work.kind;
    Ok(match channel {
        Channel::Sms | Channel::SmsReserve => {
            let Some(phone) = it.to.mobile() else {
                return Ok(Ended::refused("", "Không phải số di động."));
            };
            let content = it.said_short(base);
            let text = esms::Text {
                phone: &phone,
                content: &content,
                key: &key,
                callback: &work.callback,
            };
            esms::send(&setup.read(), &secrets(), &text).await
        }
        Channel::Zalo => {
            let Some(phone) = it.to.mobile() else {
                return Ok(Ended::refused("", "Không phải số di động."));
            };
            let values = it.values_at(base);
            let message =
                zns::ByTemplate { phone: &phone, kind, lang: it.lang, values: &values, key: &key };
            zns::send(site, setup, &message).await?
        }
        Channel::Email => {
            let about = subject(kind, it.code(), it.lang);
            let foot = match it.lang {
                Lang::Vi => "Thư này do hệ thống tự gửi. Không muốn nhận thư nữa",
                Lang::En => "This mail was sent by the system. To get no more of them",
            };
            let link = opt_out::link(site, it.id)?;
            let asked = if it.lang == Lang::En { "?lang=en" } else { "" };
            let text = format!("{}\n\n--\n{foot}: {base}{link}{asked}\n", it.said(base));
            let at = (site.clock)();
            let letter =
                smtp::Letter { to: &it.to.email, subject: &about, text: &text, key: &key, at };
            smtp::send(&setup.read(), &secrets(), &letter).await
        }
        Channel::Push => push::send(site, &setup.read::<Push>(), it, &work.devices).await?,
        Channel::Counter | Channel::Letter => Ended::refused("", "Kênh này không tự gửi."),
    })
}

/// Writes down how it went, and what comes next.
///
/// # Errors
/// Any [`Failure`] of the database.
pub fn finish(tx: &mut Tx<'_>, work: &Work, ended: &Ended) -> Result<(), Failure> {
    // What was told or replaced meanwhile stays so; the try is kept all the same.
    let Some(it) = sql::held(tx, work.it.id)? else { return Ok(()) };
    let waits = it.state == State::Waiting;
    let now = tx.now();
    match ended {
        Ended::Accepted { code, reference } => {
            sql::end(tx, work.attempt, "accepted", (code, reference))?;
            sql::channel_went(tx, work.channel, None)?;
            if waits {
                sql::settle(tx, &it, (State::Sent, work.channel), "")?;
            }
        }
        Ended::Refused { code, why } => {
            sql::end(tx, work.attempt, "refused", (code, ""))?;
            sql::channel_went(tx, work.channel, Some(why))?;
            if waits {
                sql::wait(tx, it.id, now, why)?;
            }
        }
        Ended::Later { code, why } => {
            sql::end(tx, work.attempt, "later", (code, ""))?;
            sql::channel_went(tx, work.channel, Some(why))?;
            if waits {
                let attempts = sql::attempts(tx, it.id)?;
                let own = |a: &&crate::facts::Attempt| {
                    a.id > it.round && a.channel == work.channel && a.outcome == "later"
                };
                let failures = i64::try_from(attempts.iter().filter(own).count()).unwrap_or(1);
                let urgent = it.kind.is_some_and(Kind::is_urgent);
                let makes_way = failures == PATIENCE && sql::channels_on(tx)?.len() > 1;
                let wait = if urgent || makes_way || failures >= TRIES_MAX {
                    0
                } else {
                    wait_ms(failures)
                };
                sql::wait(tx, it.id, Instant::from_epoch_ms(now.epoch_ms() + wait), why)?;
            }
        }
        Ended::Unclear { code, why } => {
            sql::end(tx, work.attempt, "unclear", (code, ""))?;
            sql::channel_went(tx, work.channel, Some(why))?;
            if waits {
                let why = format!("{why} Không tự gửi lại.");
                sql::settle(tx, &it, (State::Failed, work.channel), &why)?;
            }
        }
    }
    Ok(())
}
