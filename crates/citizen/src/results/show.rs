//! One result: what it is, what became of it, who took it.

use askama::Template;
use domain::{
    dossier::{Delivery, Part, Status},
    results::{ResultState, signature_path, signature_svg},
    text,
};
use people::staff::facts as staff;
use site::{Failure, Html, Mistakes, Path, Shell, Site, State, Who, form::new_token};
use store::{Fault, Tx};

use super::{
    list::state_of,
    sql::{self, Kept, Parcel},
};
use crate::dossiers::facts::{self as dossiers, Around, OnDesk};

/// A result with its dossier, for somebody who sees it, and what he is there.
pub(super) struct Taken {
    pub kept: Kept,
    pub on_desk: OnDesk,
    pub maker: domain::dossier::Maker,
    pub around: Around,
    /// Its dossier is a part of another office's case: it goes back there, and to nobody else.
    pub is_part: bool,
}

/// Its number is a book's, and a book gives each number once.
const OF_A_BOOK: &str = "Kết quả này làm ngay tại quầy, lấy số của sổ nên không cấp lại. Người dân cần nữa thì tiếp nhận \
                         hồ sơ mới: mục mới, số mới trong sổ.";
/// It is another office's to ask for it again.
const OF_A_PART: &str = "Kết quả của phần việc liên thông không cấp lại ở đây: cơ quan chủ trì đề nghị bằng một phần việc \
                         mới.";

impl Taken {
    /// Whether this person may hand results over at this counter.
    pub fn is_counter(&self) -> bool {
        self.maker.plays_any(&[Part::Counter, Part::CounterHead])
    }

    /// Why a lost one is not issued anew; nothing if it is. What is settled at the desk and bears the number of an
    /// entry that stands in a book is asked for again and gets the book's next number; a part's result is asked for
    /// again by the office that leads.
    pub fn why_not_anew(
        &self,
        tx: &mut Tx<'_>,
        site: &Site,
        who: &Who,
    ) -> Result<Option<&'static str>, Fault> {
        if self.is_part {
            return Ok(Some(OF_A_PART));
        }
        if !self.on_desk.version.body.on_the_spot {
            return Ok(None);
        }
        // With its volume behind it where the plain one was somebody else's.
        let (number, _) = self.kept.number.split_once(',').unwrap_or((&self.kept.number, ""));
        let ties = site.ties_of(who, tx, self.kept.dossier)?;
        let stands = ties.iter().any(|it| it.number.as_deref() == Some(number));
        Ok(stands.then_some(OF_A_BOOK))
    }

    /// Whether this person signs for the office that issued it.
    pub fn is_signer(&self) -> bool {
        self.maker.plays_any(&[Part::Signer])
    }
}

/// The result, for somebody who sees its dossier.
pub(super) fn take(tx: &mut Tx<'_>, site: &Site, who: &Who, id: i64) -> Result<Taken, Failure> {
    let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let around = Around::load(site, who, tx)?;
    let on_desk = around.take(tx, kept.dossier)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    let is_part = crate::dossiers::links::facts::is_child(tx, kept.dossier)?;
    Ok(Taken { kept, on_desk, maker, around, is_part })
}

/// That the result still waits at the counter, whatever an older page showed.
///
/// # Errors
/// [`Failure::Refused`] with where it is instead.
pub(super) fn waits_at_counter(taken: &Taken, is_anew: bool) -> Result<(), Failure> {
    let kept = &taken.kept;
    if taken.is_part {
        return Err(Failure::Refused(
            "Kết quả của phần việc liên thông được bàn giao về cơ quan chủ trì: làm ở mục “Liên thông” của hồ sơ."
                .to_owned(),
        ));
    }
    if kept.state != ResultState::Issued {
        return Err(Failure::Refused(format!(
            "Kết quả số {} không giao được nữa: {}.",
            kept.number,
            kept.state.label().to_lowercase()
        )));
    }
    match taken.on_desk.kept.dossier.delivery {
        Delivery::InPost => Err(Failure::Refused(format!(
            "Kết quả số {} đã gửi qua bưu chính, không còn ở quầy. Bưu gửi chuyển hoàn thì ghi nhận ở \
             trang “Bưu gửi” rồi mới giao.",
            kept.number
        ))),
        Delivery::Delivered if !is_anew => {
            Err(Failure::Refused(format!("Kết quả số {} đã giao từ trước.", kept.number)))
        }
        _ => Ok(()),
    }
}

/// Whether a result was issued anew after its dossier was over, for one that was lost, and still lies at the
/// counter: it is handed over by itself.
pub(super) fn is_anew(tx: &mut Tx<'_>, taken: &Taken) -> Result<bool, Fault> {
    Ok(!taken.is_part
        && taken.on_desk.kept.dossier.delivery == Delivery::Delivered
        && taken.kept.state == ResultState::Issued
        && taken.kept.collected_at.is_none()
        && sql::origin(tx, taken.kept.id)?.2)
}

/// The name of a member of staff; empty for nobody.
pub(super) fn name(
    tx: &mut Tx<'_>,
    id: Option<domain::ids::StaffId>,
    who: &Who,
) -> Result<String, Fault> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(staff::person(tx, id, who.today())?.map_or_else(String::new, |it| it.name))
}

struct Hand {
    how: &'static str,
    who: String,
    number: String,
    at: String,
    by: String,
    signature: String,
    /// When it was taken back; empty if it stands.
    undone: String,
}

#[derive(Template)]
#[template(path = "results/templates/show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    once: String,
    it: Kept,
    state: &'static str,
    tone: &'static str,
    issued: String,
    expires: String,
    ended: String,
    signer: String,
    url: String,
    /// The members of a group to whom it was granted, with their numbers.
    members: Vec<String>,
    others: Vec<(i64, String)>,
    hands: Vec<Hand>,
    parcel: Option<(Parcel, String)>,
    may_print: bool,
    may_write: bool,
    may_hand_over: bool,
    may_post: bool,
    may_end: bool,
    may_reissue: bool,
    owes: bool,
}

/// The address where a result is checked.
pub(super) fn url(site: &Site, it: &Kept) -> String {
    format!("{}/kiem-tra/{}", site.config.base_url, it.code)
}

/// GET `/co-quan/ket-qua/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// The page of a result, with what is wrong in the form on it.
pub(super) async fn page(
    site: &Site,
    who: &Who,
    id: i64,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (taken, hands, signer, (all, members), (parcel, anew, may_reissue)) = site
        .read(who, move |tx| {
            let taken = take(tx, &inner, &asker, id)?;
            let mut hands = Vec::new();
            for it in sql::handovers(tx, id)? {
                let channel = domain::dossier::ReturnChannel::from_code(&it.channel);
                hands.push(Hand {
                    how: channel.map_or("", |it| it.label()),
                    by: staff::account_name(tx, it.by)?,
                    at: text::date_time(it.at.civil()),
                    who: it.collector,
                    number: text::mask_id(&it.number),
                    signature: it.signature,
                    undone: it.undone_at.map_or_else(String::new, |it| text::date_time(it.civil())),
                });
            }
            let signer = name(tx, taken.kept.signer, &asker)?;
            let all = sql::of_dossier(tx, taken.kept.dossier)?;
            let parcel = sql::open_parcel(tx, taken.kept.dossier)?;
            let anew = is_anew(tx, &taken)?;
            let mut members = dossiers::granted_members(tx, &[taken.kept.dossier])?;
            let members = members.remove(&taken.kept.dossier).unwrap_or_default();
            let granted = taken.kept.outcome == domain::dossier::Outcome::Granted.code();
            let members = if granted { members } else { Vec::new() };
            let may_reissue =
                taken.is_signer() && taken.why_not_anew(tx, &inner, &asker)?.is_none();
            Ok((taken, hands, signer, (all, members), (parcel, anew, may_reissue)))
        })
        .await?;
    let dossier = &taken.on_desk.kept.dossier;
    let counter = taken.is_counter();
    let stands = taken.kept.state == ResultState::Issued;
    let waits = dossier.status == Status::ResultAtCounter && stands && !taken.is_part;
    let owes = dossier.financial == domain::dossier::Financial::Due;
    let today = who.today();
    let (state, tone) = state_of(&taken.kept, today);
    let own = taken.kept.id;
    // Who looks has looked into somebody's affairs: that is written down.
    let is_own = !taken.maker.parts.is_empty();
    crate::dossiers::facts::opened(site, who, taken.kept.dossier, is_own, "result").await?;
    site.page(&Show {
        shell: site.shell(who),
        m,
        once: new_token(),
        state,
        tone,
        issued: text::date(taken.kept.issued_on),
        expires: taken.kept.expires_on.map_or_else(String::new, text::date),
        ended: taken.kept.ended_on.map_or_else(String::new, text::date),
        signer,
        url: url(site, &taken.kept),
        members: members.iter().map(super::list::member).collect(),
        others: all
            .into_iter()
            .filter(|it| it.id != own)
            .map(|it| (it.id, format!("{} – {}", it.number, it.state.label())))
            .collect(),
        hands,
        parcel: parcel.map(|it| {
            let said = it.state.label().to_owned();
            (it, said)
        }),
        may_print: !taken.maker.parts.is_empty(),
        may_write: counter && taken.kept.state == ResultState::Issued,
        may_hand_over: counter && !owes && (anew || waits && dossier.delivery == Delivery::Waiting),
        may_post: counter && waits && !owes && dossier.delivery == Delivery::Waiting,
        may_end: taken.is_signer() && stands,
        may_reissue,
        owes: owes && waits,
        it: taken.kept,
    })
}

/// The picture of a signature, for a page.
pub(super) fn picture(path: &str) -> String {
    // Kept as we wrote it; anything else is no signature.
    let plain = |c: char| c.is_ascii_digit() || matches!(c, 'M' | 'L' | ' ');
    if path.is_empty() || !path.chars().all(plain) { String::new() } else { signature_svg(path) }
}

/// Reads what was drawn.
pub(super) fn drawn(typed: &str) -> Result<String, domain::results::SignatureError> {
    signature_path(typed)
}
