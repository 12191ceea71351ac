//! Reading the counter's form.

use std::collections::BTreeMap;

use domain::{
    dossier::{Ground, ReturnChannel},
    identity::{CardQr, Email, IdPaper, Phone},
    ids::{StaffId, UnitId},
    lang::Lang,
    procedure::{ChannelKind, PaperRole, ProcedureVersion, RequiredPaper, papers::PaperKind},
};
use jiff::civil::{Date, DateTime};
use site::{Fields, Mistakes, Typed};
use store::{Fault, Tx};

use crate::{
    dossiers::{
        checklist::{read_request, replaced_by},
        desk::{Intake, NotAccepted},
        party,
        sql::{Paper, Person},
    },
    eforms::facts as eforms,
    fees::{Chosen, facts::Tariff, is_unknown, read_choice},
    procedures::facts::Version,
};

/// Papers of one dossier at most.
pub(in crate::dossiers) const PAPERS_MAX: usize = 120;

/// Characters of a list of missing papers or of a reason at most.
const WORDS_MAX: usize = 8_000;

/// Puts what the card says into the form.
pub(in crate::dossiers) fn scan(typed: &mut Typed) -> (BTreeMap<String, String>, Vec<String>) {
    let mut mistakes = BTreeMap::new();
    let mut warnings = Vec::new();
    match CardQr::read(typed.get("quet")) {
        Ok(card) => {
            warnings.extend(card.warnings.iter().map(ToString::to_string));
            typed.set("ho-ten", card.name.clone());
            typed.set("so-giay-to", card.number.reveal());
            if let Some(day) = card.born_on {
                typed.set("ngay-sinh", domain::text::date(day));
            }
            typed.set("dia-chi", card.residence.clone());
        }
        Err(error) => {
            mistakes.insert("quet".to_owned(), error.to_string());
        }
    }
    // What was scanned is personal and was read: it does not go back into the page.
    typed.set("quet", "");
    (mistakes, warnings)
}

/// What the counter does with what was handed in, by the button that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dossiers) enum Then {
    Accept,
    AtOnce,
    Complete,
    Refuse,
}

impl Then {
    pub fn of(button: &str) -> Self {
        match button {
            "ngay" => Self::AtOnce,
            "bo-sung" => Self::Complete,
            "tu-choi" => Self::Refuse,
            _ => Self::Accept,
        }
    }

    pub const fn done(self) -> &'static str {
        match self {
            Self::Accept => "Đã tiếp nhận hồ sơ.",
            Self::AtOnce => "Đã giải quyết và trả kết quả.",
            Self::Complete => "Đã ghi yêu cầu hoàn thiện. Hãy in phiếu giao cho người nộp.",
            Self::Refuse => "Đã ghi từ chối tiếp nhận. Hãy in phiếu giao cho người nộp.",
        }
    }
}

/// The same with all that it requires.
pub(in crate::dossiers) enum Ending {
    Accept,
    AtOnce(StaffId, Option<String>),
    HoldBack(NotAccepted, String),
}

pub(in crate::dossiers) type Read = (Intake, String, Ending, Chosen);

pub(in crate::dossiers) fn read_form(
    typed: Typed,
    then: Then,
    unit: UnitId,
    (version, tariff, asked): (&Version, &Tariff, Asked<'_>),
    now: DateTime,
) -> Result<Read, Mistakes> {
    let mut fields = Fields::of(typed);
    let person = read_person(&mut fields, now.date());
    let members = party::read_members(&mut fields);
    if let Some(person) = &person {
        party::allow(&mut fields, person, then == Then::AtOnce, now.date());
    }
    let request = fields.optional_text("noi-dung", 1_000);
    let way = fields.choice("nhan-ket-qua", ReturnChannel::from_code);
    let channel = fields.choice("kenh", ChannelKind::from_code);
    let charged = !tariff.rates.is_empty()
        || version.body.fees.iter().any(|it| it.amount.is_none_or(|it| it.0 > 0));
    let must = match then {
        Then::AtOnce => charged,
        Then::Accept => is_unknown(tariff, &version.body),
        _ => false,
    };
    let fee = read_choice(&mut fields, tariff, channel.unwrap_or(ChannelKind::Direct), must);
    let once = fields.typed().get("lan").to_owned();
    let papers = read_papers(&mut fields, &version.body, asked.declaration);
    if matches!(then, Then::Accept | Then::AtOnce)
        && papers.as_ref().is_some_and(Vec::is_empty)
        && !wanted(&version.body, asked.declaration).is_empty()
    {
        fields.wrong(
            "co-1",
            "Chưa đánh dấu giấy tờ nào. Đánh dấu những giấy tờ đã nhận, hoặc bấm “Yêu cầu hoàn thiện”.",
        );
    }
    let ending = read_ending(&mut fields, then, &version.body, asked);
    let agreed_days = match fields.typed().get("so-ngay") {
        "" => Some(None),
        _ => fields.number("so-ngay", 1..=365).map(|it| u16::try_from(it).ok()),
    };
    let published = channel.and_then(|it| version.body.limit(it)?.time_limit()).is_some();
    if then == Then::Accept && !published && agreed_days == Some(None) {
        fields.wrong(
            "so-ngay",
            "Thủ tục chưa công bố thời hạn: nhập số ngày làm việc hẹn trả, từ 1 đến 365.",
        );
    }
    if once.len() != 32 {
        fields.wrong("ho-ten", "Biểu mẫu đã cũ. Hãy mở lại trang tiếp nhận.");
    }
    let whole = (|| {
        let chosen = fee?;
        let person = Person {
            request: match request? {
                it if it.is_empty() => version.body.name.clone(),
                it => it,
            },
            return_way: way?.code().to_owned(),
            members: members?,
            ..person?
        };
        let intake = Intake {
            procedure: version.body.code.clone(),
            unit,
            channel: channel?,
            received_at: now,
            person,
            papers: papers?,
            fee: chosen.assessment.due(),
            agreed_days: match agreed_days? {
                _ if published => None,
                // Done at once: a day is more than it takes.
                None if then == Then::AtOnce => Some(1),
                days => days,
            },
        };
        Some((intake, once, ending?, chosen))
    })();
    fields.finish(whole)
}

/// Who hands in, as the form says: what is asked for and how the result comes back is not in it.
pub(in crate::dossiers) fn read_person(fields: &mut Fields, today: Date) -> Option<Person> {
    let name = fields.text("ho-ten", 120);
    let id_number = fields.read_optional("so-giay-to", IdPaper::parse);
    let birth_date = fields.optional_date("ngay-sinh");
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let email = fields.read_optional("email", Email::parse);
    let address = fields.optional_text("dia-chi", 300);
    let proxy_name = fields.optional_text("nguoi-nop", 120);
    let lang = if fields.typed().has("tieng-anh") { Lang::En } else { Lang::Vi };
    if birth_date.flatten().is_some_and(|it| it > today) {
        fields.wrong("ngay-sinh", "Ngày sinh không thể sau hôm nay.");
    }
    let person = Person {
        name: domain::text::tidy(&name?),
        id_number: id_number?.map_or_else(String::new, |it| it.reveal().to_owned()),
        birth_date: birth_date?.map_or_else(String::new, |it| it.to_string()),
        phone: phone?.map_or_else(String::new, |it| it.reveal().to_owned()),
        email: email?.map_or_else(String::new, |it| it.reveal().to_owned()),
        address: domain::text::tidy(&address?),
        proxy_name: domain::text::tidy(&proxy_name?),
        lang,
        ..Person::default()
    };
    party::read(fields, person, today)
}

fn read_ending(
    fields: &mut Fields,
    then: Then,
    body: &ProcedureVersion,
    asked: Asked<'_>,
) -> Option<Ending> {
    match then {
        Then::Accept => Some(Ending::Accept),
        Then::AtOnce => {
            let signer = fields.choice("nguoi-ky", |it| it.parse().ok().map(StaffId));
            if asked.by_book {
                return signer.map(|it| Ending::AtOnce(it, None));
            }
            if fields.typed().get("so-van-ban").is_empty() {
                fields.wrong("so-van-ban", "Ghi số chứng thực hoặc số của giấy tờ vừa cấp.");
            }
            let number = fields.optional_text("so-van-ban", 60).map(Some);
            signer.zip(number).map(|(signer, number)| Ending::AtOnce(signer, number))
        }
        Then::Complete => {
            if fields.typed().get("ly-do").is_empty() {
                let missing = missing_papers(fields.typed(), body);
                fields.fill("ly-do", missing);
                fields.wrong(
                    "ly-do",
                    "Ghi mọi giấy tờ còn thiếu, mỗi dòng một loại. Những giấy tờ chưa đánh dấu đã \
                     được điền sẵn; sửa lại cho đúng rồi bấm lần nữa.",
                );
            }
            let words = fields.text("ly-do", WORDS_MAX)?;
            let words = read_request(fields, "ly-do", &body.code, words)?;
            Some(Ending::HoldBack(NotAccepted::Complete, words))
        }
        Then::Refuse => {
            let ground = fields.choice("can-cu", Ground::from_code);
            let words = fields.text("ly-do", WORDS_MAX);
            let (ground, words) = ground.zip(words)?;
            Some(Ending::HoldBack(NotAccepted::Refuse(ground), words))
        }
    }
}

/// The papers that were not ticked, a line each. What some cases need only, whoever asks adds himself; what the
/// catalogue does not list is not asked for by the program (NĐ 63/2010 Đ.8).
fn missing_papers(typed: &Typed, body: &ProcedureVersion) -> String {
    let missing: Vec<String> = wanted(body, None)
        .into_iter()
        .filter(|it| it.kind != PaperKind::Case && !typed.has(&format!("co-{}", it.place)))
        .filter(|it| replaced_by(&body.code, &it.paper.name).is_none())
        .map(|it| it.paper.name)
        .collect();
    missing.join("\n")
}

/// What the form asked for beside the procedure's own.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::dossiers) struct Asked<'a> {
    /// Whether a book numbers what is settled at once.
    pub by_book: bool,
    /// The declaration that is not in the catalogue's list.
    pub declaration: Option<&'a str>,
}

/// A paper that the form lets tick.
pub(in crate::dossiers) struct Wanted {
    /// Its place, from 1; [`DECLARATION`] for a declaration that the catalogue does not list.
    pub place: usize,
    pub kind: PaperKind,
    pub paper: RequiredPaper,
}

/// The place of a declaration that the catalogue does not list: before all others.
const DECLARATION: usize = 0;

/// The title of the office's own form for a procedure whose catalogue lists no declaration.
pub(in crate::dossiers) fn declaration(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    day: Date,
) -> Result<Option<String>, Fault> {
    if body.lists_declaration() {
        return Ok(None);
    }
    let form = eforms::form_for(tx, &body.code, day)?;
    Ok(form.map(|it| it.form.title.clone()).filter(|it| !it.trim().is_empty()))
}

/// The papers that a form lets tick, in their order.
pub(in crate::dossiers) fn wanted(
    body: &ProcedureVersion,
    declaration: Option<&str>,
) -> Vec<Wanted> {
    let declared = declaration.map(|title| Wanted {
        place: DECLARATION,
        kind: PaperKind::Declaration,
        paper: RequiredPaper {
            name: title.to_owned(),
            group: String::new(),
            role: PaperRole::Submit,
            originals: Some(1),
            copies: None,
            form: String::new(),
        },
    });
    let placed = body.papers_placed().into_iter().take(PAPERS_MAX);
    let listed =
        placed.map(|it| Wanted { place: it.place, kind: it.kind, paper: it.paper.clone() });
    declared.into_iter().chain(listed).collect()
}

fn read_papers(
    fields: &mut Fields,
    body: &ProcedureVersion,
    declaration: Option<&str>,
) -> Option<Vec<Paper>> {
    let mut papers = Vec::new();
    let mut right = true;
    for Wanted { place, paper: it, .. } in wanted(body, declaration) {
        if !fields.typed().has(&format!("co-{place}")) {
            continue;
        }
        let form = match fields.typed().get(&format!("dang-{place}")) {
            form @ ("original" | "certified" | "copy" | "shown" | "in_database" | "reused"
            | "from_store") => form.to_owned(),
            _ if it.role == PaperRole::Show => "shown".to_owned(),
            _ => "original".to_owned(),
        };
        let Some(count) = fields.number(&format!("so-{place}"), 0..=99) else {
            right = false;
            continue;
        };
        if count == 0 && !matches!(form.as_str(), "shown" | "in_database") {
            fields.wrong(
                &format!("so-{place}"),
                "Đã đánh dấu thì số bản ít nhất là 1; nếu chưa nhận thì bỏ dấu.",
            );
            right = false;
            continue;
        }
        papers.push(Paper {
            id: 0,
            place: i64::try_from(place).unwrap_or(0),
            name: it.name.clone(),
            form,
            count,
            sufficient: true,
            note: String::new(),
        });
    }
    right.then_some(papers)
}
