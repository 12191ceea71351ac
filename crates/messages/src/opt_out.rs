//! Who wants no messages: by a link in a mail, by a text message, or told to the office.

use askama::Template;
use axum::response::Response;
use domain::message::Channel;
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told};
use store::{Fault, journal::Entry};

use crate::{Contact, admin, channels::person_of, is_whole, sql};

/// What a link is sealed for.
const LINK: &str = "message-opt-out";

/// The end of a telephone or of an address: enough for whoever asks about his own.
#[must_use]
pub fn tail(address: &str) -> String {
    let plain: Vec<char> = address.chars().filter(|it| !it.is_whitespace()).collect();
    let from = plain.len().saturating_sub(3);
    format!("…{}", plain.iter().skip(from).collect::<String>())
}

/// Where whoever got a mail says that he wants no more.
///
/// # Errors
/// [`Fault::Broken`] if there is no randomness.
pub fn link(site: &Site, message: i64) -> Result<String, Fault> {
    Ok(format!("/tu-choi-tin/{}", site.seal.close(LINK, &message.to_string())?))
}

fn message_of(site: &Site, secret: &str) -> Result<i64, Failure> {
    let text = site.seal.open(LINK, secret).map_err(|_| Failure::NotFound)?;
    text.parse().map_err(|_| Failure::NotFound)
}

#[derive(Template)]
#[template(path = "templates/opt_out.html")]
struct Page {
    shell: Shell,
    secret: String,
    tail: String,
    is_done: bool,
}

async fn page(
    site: &Site,
    who: &Who,
    secret: String,
    is_done: bool,
) -> Result<Html<String>, Failure> {
    let id = message_of(site, &secret)?;
    let found = site.read(who, move |tx| Ok(sql::held(tx, id)?)).await?;
    let it = found.ok_or(Failure::NotFound)?;
    site.page(&Page { shell: site.shell(who), tail: tail(&it.to.email), secret, is_done })
}

/// GET `/tu-choi-tin/{secret}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, secret, false).await
}

/// POST `/tu-choi-tin/{secret}`
pub async fn by_link(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Filled(_): Filled,
) -> Result<Html<String>, Failure> {
    let id = message_of(&site, &secret)?;
    let inner = site.clone();
    site.write(&who, move |tx| {
        let it = sql::held(tx, id)?.ok_or(Failure::NotFound)?;
        if let Some(person) = person_of(&inner, Channel::Email, &it.to) {
            let end = tail(&it.to.email);
            if sql::opt_out(tx, (&person, Channel::Email), Some((&end, "link")))? {
                let about = serde_json::json!({"channel": "email", "way": "link"});
                tx.journal(Entry::new("message", id, "opt_out").details(&about));
            }
        }
        Ok(())
    })
    .await?;
    page(&site, &who, secret, true).await
}

/// POST `/co-quan/quan-tri/kenh-tin/nhan-lai`: somebody wants messages again, or none any more, and told the office.
pub async fn lift(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let off = typed.get("viec") == "tu-choi";
    let mut fields = Fields::of(typed);
    let address = fields.text("dia-chi-nhan", 120);
    let address = match fields.finish(address) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(admin::home_page(&site, &who, &m).await?)),
    };
    let again = address.clone();
    let (contact, channels) = if address.contains('@') {
        (Contact { email: address.clone(), ..Contact::default() }, vec![Channel::Email])
    } else {
        (
            Contact { phone: address.clone(), ..Contact::default() },
            vec![Channel::Sms, Channel::Zalo],
        )
    };
    if !channels.iter().any(|it| contact.has(*it)) {
        let mut typed = Typed::default();
        typed.set("dia-chi-nhan", again);
        let m = Mistakes::one(
            typed,
            "dia-chi-nhan",
            "Nhập một số di động hoặc một địa chỉ thư điện tử.",
        );
        return Err(Failure::Mistaken(admin::home_page(&site, &who, &m).await?));
    }
    let inner = site.clone();
    let changed = site
        .write(&who, move |tx| {
            let mut changed = false;
            let end = tail(&address);
            for channel in channels {
                if let Some(person) = person_of(&inner, channel, &contact) {
                    let wish = off.then_some((end.as_str(), "office"));
                    changed |= sql::opt_out(tx, (&person, channel), wish)?;
                }
            }
            if changed {
                let act = if off { "opt_out" } else { "opt_in" };
                let about = serde_json::json!({"way": "office"});
                tx.journal(Entry::new("message", 0, act).details(&about));
            }
            Ok(changed)
        })
        .await?;
    let said = match (changed, off) {
        (false, _) => "Không có gì thay đổi.",
        (true, true) => "Đã ghi: người này không nhận tin nữa.",
        (true, false) => "Đã ghi: người này nhận tin trở lại.",
    };
    Ok(told(admin::PAGE, said))
}
