//! SQL of messages.

use domain::{
    lang::Lang,
    message::{Channel, Form, Kind, Quiet, State, order_of, shipped},
    time::Instant,
};
use store::{Fault, Param, Row, Tx};

pub mod devices;

use crate::{
    Message,
    channels::Setup,
    facts::{Attempt, COLUMNS, Kept, read},
};

/// How messages go out.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The first first.
    pub order: Vec<Channel>,
    /// When nobody is disturbed.
    pub quiet: Quiet,
    /// Which addresses providers call.
    pub hook: i64,
    /// Grows with every change.
    pub edition: i64,
}

/// How messages go out here.
pub fn policy(tx: &mut Tx<'_>) -> Result<Policy, Fault> {
    let row = tx.query_one(
        "select ways, quiet_from, quiet_until, hook, edition from message_policy where id = 1",
        &[],
    )?;
    let Some(row) = row else {
        return Ok(Policy { order: order_of(""), quiet: Quiet::default(), hook: 1, edition: 0 });
    };
    let minutes = |it: i64| u16::try_from(it).unwrap_or_default();
    Ok(Policy {
        order: order_of(&row.get::<String>(0)?),
        quiet: Quiet { from: minutes(row.get(1)?), until: minutes(row.get(2)?) },
        hook: row.get(3)?,
        edition: row.get(4)?,
    })
}

/// Keeps how messages go out. `false`: somebody else was first.
pub fn keep_policy(tx: &mut Tx<'_>, it: &Policy) -> Result<bool, Fault> {
    let ways: Vec<&str> = it.order.iter().map(|it| it.code()).collect();
    let touched = tx.execute(
        "insert into message_policy (id, ways, quiet_from, quiet_until, hook, edition)
         values (1, ?1, ?2, ?3, ?4, ?5)
         on conflict (id) do update set ways = excluded.ways, quiet_from = excluded.quiet_from,
           quiet_until = excluded.quiet_until, hook = excluded.hook, edition = excluded.edition
         where message_policy.edition = excluded.edition - 1",
        &[
            ways.join(" ").into(),
            i64::from(it.quiet.from).into(),
            i64::from(it.quiet.until).into(),
            it.hook.into(),
            (it.edition + 1).into(),
        ],
    )?;
    Ok(touched > 0)
}

/// The channels that are set up and turned on.
pub fn channels_on(tx: &mut Tx<'_>) -> Result<Vec<Channel>, Fault> {
    let rows = tx.query("select channel from message_channel where is_on = 1", &[])?;
    rows.iter().map(|row| row.parse(0, "channel", Channel::from_code)).collect()
}

/// How a channel is set up.
pub fn channel(tx: &mut Tx<'_>, channel: Channel) -> Result<Option<Setup>, Fault> {
    let row = tx.query_one(
        "select settings, secret, is_on, edition, worked_ms, failed_ms, failure, lent, lent_until_ms
         from message_channel where channel = ?1",
        &[channel.code().into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let instant =
        |at: usize| Ok::<_, Fault>(row.get::<Option<i64>>(at)?.map(Instant::from_epoch_ms));
    Ok(Some(Setup {
        settings: row.get(0)?,
        secret: row.get(1)?,
        is_on: row.get(2)?,
        edition: row.get(3)?,
        worked: instant(4)?,
        failed: instant(5)?,
        failure: row.get(6)?,
        lent: row.get(7)?,
        lent_until: row.get(8)?,
    }))
}

/// Keeps how a channel is set up. `false`: somebody else was first.
pub fn keep_channel(tx: &mut Tx<'_>, channel: Channel, it: &Setup) -> Result<bool, Fault> {
    let touched = tx.execute(
        "insert into message_channel
           (channel, settings, secret, is_on, edition, failure, lent, lent_until_ms)
         values (?1, ?2, ?3, ?4, ?5, '', ?6, ?7)
         on conflict (channel) do update set settings = excluded.settings, secret = excluded.secret,
           is_on = excluded.is_on, edition = excluded.edition, failure = '', lent = excluded.lent,
           lent_until_ms = excluded.lent_until_ms, renewing_ms = null
         where message_channel.edition = excluded.edition - 1",
        &[
            channel.code().into(),
            it.settings.as_str().into(),
            it.secret.as_str().into(),
            it.is_on.into(),
            (it.edition + 1).into(),
            it.lent.as_str().into(),
            it.lent_until.into(),
        ],
    )?;
    Ok(touched > 0)
}

/// The channel works, or does not and why.
pub fn channel_went(tx: &mut Tx<'_>, channel: Channel, failure: Option<&str>) -> Result<(), Fault> {
    let now = tx.now();
    match failure {
        None => tx.execute(
            "update message_channel set worked_ms = ?2 where channel = ?1",
            &[channel.code().into(), now.into()],
        )?,
        Some(why) => tx.execute(
            "update message_channel set failed_ms = ?2, failure = ?3 where channel = ?1",
            &[channel.code().into(), now.into(), why.into()],
        )?,
    };
    Ok(())
}

/// Takes the turn to ask for new tokens: the channel as it is now, with what was lent to whoever had the turn before.
/// Nothing: somebody else is asking.
pub fn begin_renewal(tx: &mut Tx<'_>, since: Instant) -> Result<Option<Setup>, Fault> {
    let now = tx.now();
    let touched = tx.execute(
        "update message_channel set renewing_ms = ?1
         where channel = 'zalo' and (renewing_ms < ?2 or renewing_ms is null)",
        &[now.into(), since.into()],
    )?;
    if touched > 0 { channel(tx, Channel::Zalo) } else { Ok(None) }
}

/// Keeps new tokens of the channel as it was at this edition, or ends a turn that brought none. What an
/// administrator typed meanwhile stays.
pub fn end_renewal(tx: &mut Tx<'_>, lent: Option<(&str, i64, i64)>) -> Result<(), Fault> {
    if let Some((sealed, until, edition)) = lent {
        tx.execute(
            "update message_channel set lent = ?1, lent_until_ms = ?2
             where channel = 'zalo' and edition = ?3",
            &[sealed.into(), until.into(), edition.into()],
        )?;
    }
    tx.execute("update message_channel set renewing_ms = null where channel = 'zalo'", &[])?;
    Ok(())
}

/// Says that the access token is good no more.
pub fn expire_access(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.execute("update message_channel set lent_until_ms = 0 where channel = 'zalo'", &[])?;
    Ok(())
}

/// Words of a kind in a language: those that the office chose, or those that ship.
pub fn text(tx: &mut Tx<'_>, kind: Kind, form: Form, lang: Lang) -> Result<String, Fault> {
    let row = tx.query_one(
        "select text from message_text where kind = ?1 and form = ?2",
        &[kind.code().into(), form.code(lang).into()],
    )?;
    row.map_or_else(|| Ok(shipped(kind, form, lang).to_owned()), |row| row.get(0))
}

/// Whether the office does without a kind.
pub fn is_off(tx: &mut Tx<'_>, kind: Kind) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from message_text where kind = ?1 and form = 'off'",
        &[kind.code().into()],
    )?;
    Ok(count > 0)
}

/// Does without a kind, or no longer.
pub fn keep_off(tx: &mut Tx<'_>, kind: Kind, off: bool) -> Result<(), Fault> {
    let code = || kind.code().into();
    if off {
        tx.execute(
            "insert into message_text (kind, form, text) values (?1, 'off', '')
             on conflict (kind, form) do nothing",
            &[code()],
        )?;
    } else {
        tx.execute("delete from message_text where kind = ?1 and form = 'off'", &[code()])?;
    }
    Ok(())
}

/// Keeps words; none for those that ship.
pub fn keep_text(
    tx: &mut Tx<'_>,
    (kind, form, lang): (Kind, Form, Lang),
    text: Option<&str>,
) -> Result<(), Fault> {
    let form = form.code(lang);
    match text {
        None => tx.execute(
            "delete from message_text where kind = ?1 and form = ?2",
            &[kind.code().into(), form.into()],
        )?,
        Some(text) => tx.execute(
            "insert into message_text (kind, form, text) values (?1, ?2, ?3)
             on conflict (kind, form) do update set text = excluded.text",
            &[kind.code().into(), form.into(), text.into()],
        )?,
    };
    Ok(())
}

/// Queues a message unless one with the same key was.
pub fn insert(
    tx: &mut Tx<'_>,
    it: &Message<'_>,
    (full, short): &(String, String),
    (state, channel, why): (State, Channel, &str),
) -> Result<Option<i64>, Fault> {
    let data: Vec<(&str, &str)> = it.values.to_vec();
    let data = serde_json::to_string(&data).map_err(|e| Fault::Broken(format!("message: {e}")))?;
    let now = tx.now();
    let row = tx.query_one(
        "insert into outbox
           (dedupe, kind, subject, subject_id, recipient, text, created_ms, token, name, email, address,
            short, data, urgent, state, channel, next_ms, round, why, unit, lang)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?7, 0, ?17, ?18, ?19)
         on conflict (dedupe) do nothing returning id",
        &[
            it.key.into(),
            it.kind.code().into(),
            it.subject.0.into(),
            it.subject.1.into(),
            it.to.phone.as_str().into(),
            full.as_str().into(),
            now.into(),
            site::random_hex(16).into(),
            it.to.name.as_str().into(),
            it.to.email.as_str().into(),
            it.to.address.as_str().into(),
            short.as_str().into(),
            data.into(),
            it.urgent.into(),
            state.code().into(),
            channel.code().into(),
            why.into(),
            it.unit.into(),
            it.lang.code().into(),
        ],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The next message that may go now; only what is urgent in the hours of rest. It is nobody else's until `lease`.
pub fn claim(tx: &mut Tx<'_>, is_quiet: bool, lease: Instant) -> Result<Option<Kept>, Fault> {
    let only = if is_quiet { "and o.urgent = 1" } else { "" };
    let sql = format!(
        "select {COLUMNS} from outbox o where o.state = 'waiting' and o.next_ms <= ?1 {only}
         order by o.urgent desc, o.next_ms, o.id limit 1"
    );
    let Some(row) = tx.query_one(&sql, &[tx.now().into()])? else { return Ok(None) };
    let found = read(&row)?;
    let touched = tx.execute(
        "update outbox set next_ms = ?3 where id = ?1 and next_ms = ?2 and state = 'waiting'",
        &[found.id.into(), found.next.into(), lease.into()],
    )?;
    Ok((touched > 0).then_some(found))
}

/// One message, held until the transaction is done.
pub fn held(tx: &mut Tx<'_>, id: i64) -> Result<Option<Kept>, Fault> {
    let lock = tx.for_update();
    let sql = format!("select {COLUMNS} from outbox o where o.id = ?1{lock}");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(read).transpose()
}

/// The message that providers know by this key of ours.
pub fn by_token(tx: &mut Tx<'_>, token: &str) -> Result<Option<i64>, Fault> {
    let row =
        tx.query_one("select id from outbox where token = ?1 and token <> ''", &[token.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// Tries of a message, oldest first.
pub fn attempts(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Attempt>, Fault> {
    let rows = tx.query(
        "select id, channel, provider, at_ms, outcome, code, reference from message_attempt
         where message = ?1 order by id",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Attempt {
                id: row.get(0)?,
                channel: row.parse(1, "channel", Channel::from_code)?,
                provider: row.get(2)?,
                at: Instant::from_epoch_ms(row.get(3)?),
                outcome: row.get(4)?,
                code: row.get(5)?,
                reference: row.get(6)?,
            })
        })
        .collect()
}

/// Writes down that a provider is about to be spoken to.
pub fn begin(tx: &mut Tx<'_>, id: i64, channel: Channel, provider: &str) -> Result<i64, Fault> {
    tx.execute(
        "update outbox set channel = ?2 where id = ?1",
        &[id.into(), channel.code().into()],
    )?;
    tx.insert(
        "insert into message_attempt (message, channel, provider, at_ms, outcome, code, reference)
         values (?1, ?2, ?3, ?4, 'begun', '', '') returning id",
        &[id.into(), channel.code().into(), provider.into(), tx.now().into()],
    )
}

/// Writes down how a try went.
pub fn end(
    tx: &mut Tx<'_>,
    attempt: i64,
    outcome: &str,
    (code, reference): (&str, &str),
) -> Result<(), Fault> {
    tx.execute(
        "update message_attempt set outcome = ?2, code = ?3, reference = ?4, ended_ms = ?5 where id = ?1",
        &[attempt.into(), outcome.into(), code.into(), reference.into(), tx.now().into()],
    )?;
    Ok(())
}

/// What a provider says of a message later: that it arrived, or did not.
pub fn report(tx: &mut Tx<'_>, attempt: i64, outcome: &str) -> Result<(), Fault> {
    tx.execute(
        "update message_attempt set outcome = ?2 where id = ?1",
        &[attempt.into(), outcome.into()],
    )?;
    Ok(())
}

/// The message goes on waiting, not before `next`.
pub fn wait(tx: &mut Tx<'_>, id: i64, next: Instant, why: &str) -> Result<(), Fault> {
    tx.execute(
        "update outbox set next_ms = ?2, why = ?3 where id = ?1",
        &[id.into(), next.into(), why.into()],
    )?;
    Ok(())
}

/// The message comes to rest in a state. What may not be kept is wiped.
pub fn settle(
    tx: &mut Tx<'_>,
    it: &Kept,
    (state, channel): (State, Channel),
    why: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    let gone = matches!(state, State::GivenUp | State::Failed);
    let at = if gone { None } else { Some(now) };
    tx.execute(
        "update outbox set state = ?2, channel = ?3, why = ?4, sent_ms = ?5 where id = ?1",
        &[it.id.into(), state.code().into(), channel.code().into(), why.into(), at.into()],
    )?;
    if it.kind.is_some_and(Kind::is_secret) {
        tx.execute(
            "update outbox set text = '', short = '', data = '' where id = ?1",
            &[it.id.into()],
        )?;
    }
    Ok(())
}

/// The message waits again, as if it had never been tried.
pub fn revive(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update outbox set state = 'waiting', next_ms = ?2, sent_ms = null, why = '',
           round = (select coalesce(max(a.id), 0) from message_attempt a where a.message = outbox.id)
         where id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// What of these kinds is not yet told about a subject need not be told any more.
pub fn replace(
    tx: &mut Tx<'_>,
    (subject, id): (&str, i64),
    kinds: &[Kind],
    why: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    for kind in kinds {
        tx.execute(
            "update outbox set state = 'replaced', why = ?4, sent_ms = ?5
             where subject = ?1 and subject_id = ?2 and kind = ?3
               and state in ('waiting', 'failed', 'given_up')",
            &[subject.into(), id.into(), kind.code().into(), why.into(), now.into()],
        )?;
    }
    Ok(())
}

/// What tells of steps of a subject, was queued since and is not told yet need not be told any more.
pub fn take_back(
    tx: &mut Tx<'_>,
    (subject, id): (&str, i64),
    since: Instant,
    why: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    for kind in Kind::ALL.iter().filter(|it| it.tells_a_step()) {
        tx.execute(
            "update outbox set state = 'replaced', why = ?5, sent_ms = ?6
             where subject = ?1 and subject_id = ?2 and kind = ?3 and created_ms >= ?4
               and state in ('waiting', 'failed', 'given_up')",
            &[subject.into(), id.into(), kind.code().into(), since.into(), why.into(), now.into()],
        )?;
    }
    Ok(())
}

/// Everything that was said about a subject is gone, with every try.
pub fn forget(tx: &mut Tx<'_>, subject: &str, id: i64) -> Result<(), Fault> {
    hold(tx, "o.subject = ?1 and o.subject_id = ?2", &[subject.into(), id.into()])?;
    tx.execute(
        "delete from message_attempt where message in
           (select o.id from outbox o where o.subject = ?1 and o.subject_id = ?2)",
        &[subject.into(), id.into()],
    )?;
    tx.execute(
        "delete from outbox where subject = ?1 and subject_id = ?2",
        &[subject.into(), id.into()],
    )?;
    Ok(())
}

/// Holds messages that are about to go: nobody begins a try of them meanwhile.
fn hold(tx: &mut Tx<'_>, which: &str, values: &[Param]) -> Result<(), Fault> {
    let sql = format!("select o.id from outbox o where {which} order by o.id{}", tx.for_update());
    tx.query(&sql, values).map(|_| ())
}

/// Everything that was said to a telephone about subjects of a kind is gone, with every try.
pub fn forget_phone(tx: &mut Tx<'_>, subject: &str, phone: &str) -> Result<(), Fault> {
    hold(tx, "o.subject = ?1 and o.recipient = ?2", &[subject.into(), phone.into()])?;
    tx.execute(
        "delete from message_attempt where message in
           (select o.id from outbox o where o.subject = ?1 and o.recipient = ?2)",
        &[subject.into(), phone.into()],
    )?;
    tx.execute(
        "delete from outbox where subject = ?1 and recipient = ?2",
        &[subject.into(), phone.into()],
    )?;
    Ok(())
}

/// Messages of a kind from before are gone, with every try; how many.
pub fn sweep(tx: &mut Tx<'_>, kind: Kind, before: Instant) -> Result<usize, Fault> {
    hold(tx, "o.kind = ?1 and o.created_ms < ?2", &[kind.code().into(), before.into()])?;
    tx.execute(
        "delete from message_attempt where message in
           (select o.id from outbox o where o.kind = ?1 and o.created_ms < ?2)",
        &[kind.code().into(), before.into()],
    )?;
    tx.execute(
        "delete from outbox where kind = ?1 and created_ms < ?2",
        &[kind.code().into(), before.into()],
    )
}

/// How many messages are in each state since a moment, by channel.
pub fn counts(tx: &mut Tx<'_>, since: Instant) -> Result<Vec<(Channel, State, i64)>, Fault> {
    let rows = tx.query(
        "select channel, state, count(*) from outbox where created_ms >= ?1
         group by channel, state order by channel, state",
        &[since.into()],
    )?;
    rows.iter()
        .map(|row| {
            let channel = row.parse(0, "channel", Channel::from_code)?;
            Ok((channel, row.parse(1, "state", State::from_code)?, row.get(2)?))
        })
        .collect()
}

/// Whether somebody wants nothing by a channel.
pub fn is_opted_out(tx: &mut Tx<'_>, person: &str, channel: Channel) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from message_opt_out where who = ?1 and channel = ?2",
        &[person.into(), channel.code().into()],
    )?;
    Ok(count > 0)
}

/// Somebody wants nothing by a channel any more, or again.
pub fn opt_out(
    tx: &mut Tx<'_>,
    (person, channel): (&str, Channel),
    off: Option<(&str, &str)>,
) -> Result<bool, Fault> {
    let now = tx.now();
    let touched = match off {
        Some((tail, way)) => tx.execute(
            "insert into message_opt_out (who, channel, tail, way, at_ms) values (?1, ?2, ?3, ?4, ?5)
             on conflict (who, channel) do nothing",
            &[person.into(), channel.code().into(), tail.into(), way.into(), now.into()],
        )?,
        None => tx.execute(
            "delete from message_opt_out where who = ?1 and channel = ?2",
            &[person.into(), channel.code().into()],
        )?,
    };
    Ok(touched > 0)
}

/// Who wants nothing: channel, end of the address, way, since when; the newest first.
pub fn opted_out(
    tx: &mut Tx<'_>,
    limit: i64,
) -> Result<Vec<(Channel, String, String, Instant)>, Fault> {
    let rows = tx.query(
        "select channel, tail, way, at_ms from message_opt_out order by at_ms desc, who limit ?1",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row: &Row| {
            let channel = row.parse(0, "channel", Channel::from_code)?;
            Ok((channel, row.get(1)?, row.get(2)?, Instant::from_epoch_ms(row.get(3)?)))
        })
        .collect()
}

/// What was taken and did not arrive waits again, for the channels that are left.
pub fn reopen(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update outbox set state = 'waiting', next_ms = ?2, sent_ms = null, why = ?3 where id = ?1",
        &[id.into(), now.into(), why.into()],
    )?;
    Ok(())
}
