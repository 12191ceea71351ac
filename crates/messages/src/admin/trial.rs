//! A trial: one message by one channel, to an address that the administrator types or to his own browser.

use axum::response::Response;
use domain::{
    identity::{Email, Phone},
    lang::Lang,
    message::{self, Channel, Kind, State as How},
};
use site::{Failure, Fields, Filled, Mistakes, Path, Site, State, Who, told};
use store::{Tx, journal::Entry};

use super::{PAGE, form_page, of_code, typed_of};
use crate::{
    Contact, Message,
    channels::{Setup, Zalo},
    deliver::{self, Work},
    facts, is_whole, push, sql, texts,
    web::Ended,
};

/// Trials by one person within an hour at most.
const TRIALS_MAX: u32 = 20;

/// Queues a trial on one channel and takes it at once.
fn trial(
    tx: &mut Tx<'_>,
    channel: Channel,
    setup: Setup,
    (to, key, unit): (&Contact, &str, &str),
    subject: (&str, i64),
    callback: String,
) -> Result<Work, Failure> {
    // Zalo sends by approved templates alone: the first that was typed is tried, with examples in its places.
    let kind = if channel == Channel::Zalo { with_template(&setup)? } else { Kind::Trial };
    let mut values = vec![("don-vi", unit)];
    if kind != Kind::Trial {
        let examples = message::examples(kind, Lang::Vi);
        values.extend(examples.into_iter().filter(|it| it.0 != "don-vi"));
    }
    let message = Message {
        key,
        kind: Kind::Trial,
        subject,
        to,
        // Whoever tries reads the office's pages.
        lang: Lang::Vi,
        values: &values,
        urgent: true,
        unit: None,
    };
    let words = texts::in_use(tx, Kind::Trial, Lang::Vi)?;
    // Nobody else takes it: it does not wait, it is being sent.
    let id = sql::insert(tx, &message, &words, (How::Failed, channel, ""))?;
    let it = match id {
        Some(id) => sql::held(tx, id)?,
        None => None,
    };
    let it = it.ok_or_else(|| Failure::Refused("Tin gửi thử này đã gửi rồi.".to_owned()))?;
    let attempt = sql::begin(tx, it.id, channel, &deliver::machine(&setup, channel))?;
    let devices = sql::devices::of(tx, subject)?;
    Ok(Work { it, kind, attempt, channel, setup, callback, devices })
}

/// The first kind that Zalo has a template for.
fn with_template(setup: &Setup) -> Result<Kind, Failure> {
    let zalo: Zalo = setup.read();
    let has = |it: &Kind| zalo.templates.get(it.code()).is_some_and(|id| !id.is_empty());
    Kind::editable().find(has).ok_or_else(|| {
        Failure::Refused(
            "Chưa nhập mã mẫu nào đã được Zalo duyệt. Nhập ít nhất một mã mẫu, lưu rồi gửi thử."
                .to_owned(),
        )
    })
}

/// POST `/co-quan/quan-tri/kenh-tin/{code}/gui-thu`
pub async fn try_out(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let channel = of_code(&code)?;
    let mut fields = Fields::of(typed);
    let given = fields.typed().get("dang-ky").to_owned();
    let to = if channel == Channel::Push {
        Some(Contact::default())
    } else if channel == Channel::Email {
        let read = fields.read("gui-den", Email::parse);
        read.map(|it| Contact { email: it.reveal().to_owned(), ..Contact::default() })
    } else {
        let read = fields.read("gui-den", Phone::parse);
        read.map(|it| Contact { phone: it.reveal().to_owned(), ..Contact::default() })
    };
    if channel != Channel::Push && to.as_ref().is_some_and(|it| !it.has(channel)) {
        fields.wrong("gui-den", "Nhập số di động.");
    }
    let to = match fields.finish(to) {
        Ok(it) => it,
        Err(m) => {
            let kept = site.read(&who, move |tx| Ok(sql::channel(tx, channel)?)).await?;
            let mut all = typed_of(channel, &kept.unwrap_or_default());
            all.set("gui-den", m.typed("gui-den"));
            let m = Mistakes { typed: all, by_field: m.by_field };
            return Err(Failure::Mistaken(form_page(&site, &who, channel, Some(m)).await?));
        }
    };
    let by = format!("message-trial:{}", who.account);
    site.limiter
        .take(&by, TRIALS_MAX, 3600, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let (key, unit) = (format!("trial:{}", site::random_hex(8)), site.shell(&who).unit_name);
    let (inner, who_account) = (site.clone(), who.account.0);
    let work = site
        .write(&who, move |tx| {
            let setup = sql::channel(tx, channel)?.filter(|it| it.is_on);
            let setup = setup.ok_or_else(|| {
                Failure::Refused("Kênh này chưa cấu hình hoặc đang tắt.".to_owned())
            })?;
            let secret = facts::hook_secret(&inner, tx)?;
            let callback = format!("{}/tin/{secret}/sms", inner.config.base_url);
            let subject = ("trial", who_account);
            if channel == Channel::Push {
                push::keep(&inner, tx, subject, (&given, None))?;
            }
            trial(tx, channel, setup, (&to, &key, &unit), subject, callback)
        })
        .await?;
    let ended = deliver::speak(&site, &work).await?;
    let said = match &ended {
        Ended::Accepted { code, .. } => format!("Nhà cung cấp đã nhận tin gửi thử (mã {code})."),
        Ended::Refused { code, why }
        | Ended::Later { code, why }
        | Ended::Unclear { code, why } => {
            let code = if code.is_empty() { String::new() } else { format!(" (mã {code})") };
            format!("Gửi thử không được: {why}{code}")
        }
    };
    site.write(&who, move |tx| {
        let state = if matches!(ended, Ended::Accepted { .. }) { How::Sent } else { How::Replaced };
        deliver::finish(tx, &work, &ended)?;
        sql::settle(tx, &work.it, (state, channel), "Tin gửi thử.")?;
        push::forget(tx, "trial", who_account)?;
        tx.journal(Entry::new("message", work.it.id, "try_out"));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{code}"), &said))
}
