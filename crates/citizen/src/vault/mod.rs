//! What a citizen holds (kho dữ liệu của công dân): results of the register that were given to him, and their use in
//! place of papers. Nothing is copied into a store: the register is asked each time, so that what is revoked is
//! revoked here too. What stands for a paper is told by the result and the hash of its file.
//!
//! Law: NĐ 45/2020/NĐ-CP Đ.16 (kho dữ liệu điện tử của tổ chức, cá nhân); NĐ 107/2021/NĐ-CP Đ.1 (results in
//! electronic form are not asked for again); Luật 91/2025/QH15 (consent is asked, never supposed).

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use domain::{
    ids::{DossierId, UnitId},
    paper::{ConsentWay, Fit, fits},
    results::{ResultState, Validity, validity},
    text,
    time::Instant,
};
use jiff::civil::Date;
use site::{Failure, Routes, Tie, Who};
use store::{Fault, Tx, journal};

use crate::{
    dossiers::facts::{self as dossiers, SUBJECT},
    procedures::facts as procedures,
};

mod sql;

/// The purpose of `law/consent.toml` for which a citizen's results stand for papers.
pub const PURPOSE: &str = "reuse_papers";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().ties(ties)
}

/// The file of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its type, as sniffed from its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Its name in the file store.
    pub sha256: String,
    scan: String,
}

/// A result that was given to a citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its row in the register.
    pub id: i64,
    /// The dossier that it came of.
    pub dossier: DossierId,
    /// What opens its public page.
    pub code: String,
    /// What it is.
    pub kind: String,
    /// Its number; empty where the office gives none.
    pub number: String,
    /// When it was issued.
    pub issued_on: Date,
    /// The last day on which it holds; nothing if no end is known.
    pub expires_on: Option<Date>,
    /// What was asked for was granted.
    pub granted: bool,
    /// How it stands in the register.
    pub state: ResultState,
    /// The decision that ended it; empty if none did.
    pub decision: String,
    /// When it was ended.
    pub ended_on: Option<Date>,
    /// It was handed over, posted or sent.
    pub collected: bool,
    /// Whom it names.
    pub holder: String,
    /// The body that issued it.
    pub body: UnitId,
    /// The code of its dossier.
    pub dossier_code: String,
    /// A fee of its dossier is not paid yet: its file is not open.
    pub owed: bool,
    /// The procedure that gave it.
    pub procedure: String,
    /// What that procedure publishes as its result; empty if nothing.
    pub published: String,
    /// Its file, if it has one.
    pub file: Option<HeldFile>,
}

impl Held {
    /// Whether it holds on `today`.
    #[must_use]
    pub fn validity(&self, today: Date) -> Validity {
        validity(self.state, self.expires_on, today)
    }

    /// The file that its citizen may open: paid for, looked through, of a result that stands.
    #[must_use]
    pub fn open_file(&self) -> Option<&HeldFile> {
        use crate::signatures::incoming::{INFECTED, WAITING};
        let stands = self.state == ResultState::Issued && !self.owed;
        self.file.as_ref().filter(|it| stands && !matches!(it.scan.as_str(), WAITING | INFECTED))
    }

    /// Whether it can stand for a paper on `today`: granted, valid, with a file.
    #[must_use]
    pub fn is_usable(&self, today: Date) -> bool {
        self.granted && self.open_file().is_some() && self.validity(today) == Validity::Valid
    }

    /// What it is in a line: kind and number.
    #[must_use]
    pub fn line(&self) -> String {
        if self.number.is_empty() {
            self.kind.clone()
        } else {
            format!("{} số {}", self.kind, self.number)
        }
    }
}

/// The results of these dossiers that were given to their people, on paper or as a file, the newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn held(tx: &mut Tx<'_>, of: &[DossierId]) -> Result<Vec<Held>, Fault> {
    let mut named: HashMap<_, (String, String)> = HashMap::new();
    let mut all = Vec::new();
    for (mut it, version) in sql::of_dossiers(tx, of)? {
        // What was issued and waits at the counter is not with him yet.
        let is_given = it.collected || it.open_file().is_some() || it.state != ResultState::Issued;
        if !is_given {
            continue;
        }
        let (procedure, published) = match named.entry(version) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let found = procedures::version(tx, version)?;
                let names = found.map(|it| {
                    let first = it.body.results.first().cloned().unwrap_or_default();
                    (it.body.name.clone(), first)
                });
                place.insert(names.unwrap_or_default()).clone()
            }
        };
        (it.procedure, it.published) = (procedure, published);
        all.push(it);
    }
    Ok(all)
}

/// What of it can stand for papers on `today`: results of dossiers that bear exactly this number.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn usable(tx: &mut Tx<'_>, number: &str, today: Date) -> Result<Vec<Held>, Fault> {
    if number.is_empty() {
        return Ok(Vec::new());
    }
    let own = dossiers::of_number(tx, number)?;
    let mut all = held(tx, &own)?;
    all.retain(|it| it.is_usable(today));
    Ok(all)
}

/// Those that fit the paper called `name`, and why.
#[must_use]
pub fn fitting<'a>(all: &'a [Held], name: &str) -> Vec<(&'a Held, Fit)> {
    all.iter().filter_map(|it| Some((it, fits(name, &it.kind, &it.published)?))).collect()
}

/// How and when a citizen agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// How.
    pub way: ConsentWay,
    /// When.
    pub at: Instant,
}

/// A result stands for a paper of a dossier from now on. The file is named once more, not sent once more.
///
/// # Errors
/// [`Failure::Refused`] if it is not the applicant's, does not hold any more or does not fit.
pub fn stand_for(
    tx: &mut Tx<'_>,
    id: DossierId,
    (paper, name): (i64, &str),
    result: i64,
    agreed: Agreed,
) -> Result<(), Failure> {
    let person = dossiers::applicant(tx, id)?.unwrap_or_default();
    let today = tx.now().civil().date();
    // Between the page and the press it may have been revoked: the register is asked again.
    let found = usable(tx, &person.id_number, today)?.into_iter().find(|it| it.id == result);
    let found = found.filter(|it| it.dossier != id);
    let found = found.filter(|it| fits(name, &it.kind, &it.published).is_some());
    let Some((it, file)) = found.as_ref().and_then(|it| Some((it, it.open_file()?))) else {
        return Err(Failure::Refused(format!(
            "Giấy chọn từ kho cho “{name}” không dùng được nữa: không còn hiệu lực hoặc không phải của người nộp. \
             Hãy chọn lại."
        )));
    };
    sql::stand(tx, (id, paper), (it.id, file), (agreed.way.code(), agreed.at))?;
    let details = serde_json::json!({
        "paper": paper, "result": it.id, "source_dossier": it.dossier.0, "sha256": file.sha256,
        "way": agreed.way, "agreed_ms": agreed.at.epoch_ms(),
    });
    tx.journal(journal::Entry::new(SUBJECT, id.0, "use_store").details(&details));
    // Whoever asks who used his result finds it there as well.
    let details = serde_json::json!({ "dossier": id.0 });
    tx.journal(
        journal::Entry::new(crate::results::facts::SUBJECT, it.id, "stand_for").details(&details),
    );
    Ok(())
}

/// That every paper of a dossier that is marked as standing in the store does stand there.
///
/// # Errors
/// [`Failure::Refused`] if one does not.
pub fn demand_whole(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Failure> {
    if sql::waiting(tx, id)?.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused("Có giấy đánh dấu lấy từ kho mà chưa chọn giấy nào trong kho.".to_owned()))
}

/// A result that stands for a paper, held against the register now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it is, from whom, and how it stands, in a line.
    pub told: String,
    /// Its public page.
    pub href: String,
    /// It holds, and its file is the one that was taken.
    pub holds: bool,
}

fn told(who: &Who, it: &sql::Standing) -> Standing {
    let found = validity(it.state, it.expires_on, who.today());
    let verdict = match found {
        Validity::Valid if !it.is_same_file => "tệp kết quả đã thay đổi sau khi dùng",
        Validity::Valid => "còn hiệu lực",
        Validity::Expired => "đã hết thời hạn",
        Validity::Revoked => "đã thu hồi",
        Validity::Replaced => "đã thay thế",
    };
    let number = if it.number.is_empty() { String::new() } else { format!(" số {}", it.number) };
    Standing {
        told: format!(
            "{}{number}, {} cấp ngày {}: {verdict}",
            it.kind,
            who.tree.title(it.body),
            text::date(it.issued_on)
        ),
        href: format!("/kiem-tra/{}", it.code),
        holds: found == Validity::Valid && it.is_same_file,
    }
}

/// What stands for the papers of a dossier, by their rows.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn standing(
    who: &Who,
    tx: &mut Tx<'_>,
    id: DossierId,
) -> Result<BTreeMap<i64, Standing>, Fault> {
    Ok(sql::standing(tx, id)?.iter().map(|it| (it.paper, told(who, it))).collect())
}

/// What a dossier's receipt says of papers that were taken from the store.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn receipt_lines(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let lines = sql::standing(tx, id)?.into_iter().map(|it| {
        let way = ConsentWay::from_code(&it.way).map_or("", ConsentWay::label);
        format!(
            "Lấy từ kho dữ liệu của công dân: {} số {}, cấp ngày {}; người nộp đồng ý lúc {} ({way}).",
            it.kind.chars().take(90).collect::<String>(),
            it.number,
            text::date(it.issued_on),
            text::date_time(it.agreed.civil()),
        )
    });
    Ok(lines.collect())
}

/// What no longer holds of what a dossier took from the store: for its page, before its result goes out.
fn ties(who: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Tie>, Fault> {
    let ties = sql::standing(tx, id)?.into_iter().filter_map(|it| {
        let now = told(who, &it);
        (!now.holds).then(|| Tie {
            label: format!("Giấy lấy từ kho không còn dùng được: {}", now.told),
            href: now.href,
            is_due: true,
            owed: Some(format!("Giấy lấy từ kho không còn dùng được: {}.", now.told)),
            stays: None,
            number: None,
        })
    });
    Ok(ties.collect())
}

/// Where a result stands for papers: the dossier, its code and when it was taken, the newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn uses(tx: &mut Tx<'_>, result: i64) -> Result<Vec<(DossierId, String, Instant)>, Fault> {
    sql::uses(tx, result)
}

/// Whether a dossier bears this number.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn bears(tx: &mut Tx<'_>, dossier: DossierId, number: &str) -> Result<bool, Fault> {
    sql::bears(tx, dossier, number)
}

/// A dossier's people are erased: nothing says any more whose results it used.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    sql::erase(tx, dossier)
}

/// A citizen took the file of a result home: it is written down as every download is.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn opened(tx: &mut Tx<'_>, it: &Held) -> Result<(), Fault> {
    crate::results::facts::downloaded(tx, it.id)
}
