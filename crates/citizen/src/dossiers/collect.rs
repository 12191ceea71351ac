//! Who takes a result home, and whether he may.

use domain::{
    dossier::Collector,
    identity::IdPaper,
    party::{Authority, may_collect},
    text,
};
use jiff::civil::Date;
use site::{Fields, Typed};

use super::sql::{Collection, Person};

impl Collection {
    /// As the events say it: “Trần Văn B, số giấy tờ 040…; Giấy ủy quyền, giấy giới thiệu, 12/3”.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.name.clone();
        if !self.id_number.is_empty() {
            words.push_str(&format!(", số giấy tờ {}", self.id_number));
        }
        if let Some(authority) = self.authority {
            words.push_str(&format!("; {}", authority.label()));
            if !self.number.is_empty() {
                words.push_str(&format!(" {}", self.number));
            }
        }
        words
    }
}

/// What was recorded at intake, as the form of the return says it; empty if nobody came in the
/// applicant's place.
pub(crate) fn recorded(person: &Person) -> String {
    let Some(paper) = &person.proxy_paper else { return String::new() };
    let until = paper.valid_until.map(text::date);
    let until = until.map_or(String::new(), |it| format!(", đến hết {it}"));
    format!(
        "Khi nộp đã ghi: {}, số giấy tờ {}; {}; {}{until}.",
        person.proxy_name,
        if person.proxy_id_number.is_empty() { "–" } else { &person.proxy_id_number },
        paper.line(),
        paper.powers.label().to_lowercase(),
    )
}

/// Puts the proxy of the intake into an empty form.
pub(crate) fn propose(person: &Person, typed: &mut Typed) {
    let may = person.proxy_paper.as_ref().is_some_and(|it| {
        it.powers != domain::party::Powers::Submit && !person.proxy_name.is_empty()
    });
    if may && typed.get("nguoi-nhan").is_empty() {
        typed.set("nguoi-nhan", Collector::Proxy.code());
        typed.set("ten-nhan", person.proxy_name.clone());
        typed.set("so-nhan", person.proxy_id_number.clone());
    }
}

/// Reads who collects, and holds it against what was recorded at intake.
pub(crate) fn read(fields: &mut Fields, person: &Person, today: Date) -> Option<Collection> {
    // What goes back to the office that leads goes with a slip of its own.
    let own = |it: &str| Collector::from_code(it).filter(|it| *it != Collector::Lead);
    let collector = fields.choice("nguoi-nhan", own)?;
    let name = fields.optional_text("ten-nhan", 120);
    let id_number = fields.read_optional("so-nhan", IdPaper::parse);
    let number = fields.optional_text("so-uy-quyen", 120);
    let authority = match fields.typed().get("uy-quyen") {
        "" => Some(None),
        _ => fields.choice("uy-quyen", Authority::from_code).map(Some),
    };
    let (name, id_number) = (text::tidy(&name?), id_number?);
    let id_number = id_number.map_or_else(String::new, |it| it.reveal().to_owned());
    let (number, authority) = (number?, authority?);
    if collector == Collector::Applicant {
        let is_other = !name.is_empty() && text::fold(&name) != text::fold(&person.name);
        if is_other && person.organisation.is_none() && !person.name.is_empty() {
            let why = format!(
                "Người nộp hồ sơ là {}. Người khác nhận thì chọn đúng người nhận và giấy ủy quyền; tên người nộp sai \
                 thì sửa ở hồ sơ trước.",
                person.name
            );
            fields.wrong("ten-nhan", why);
        }
        // The applicant is known; for an organisation it is said who came.
        return Some(Collection {
            collector: collector.code().to_owned(),
            name: if name.is_empty() { person.name.clone() } else { name },
            id_number: if id_number.is_empty() { person.id_number.clone() } else { id_number },
            ..Collection::default()
        });
    }
    if name.is_empty() {
        fields.wrong("ten-nhan", "Ghi họ tên người nhận thay.");
    }
    if id_number.is_empty() && authority != Some(Authority::Post) {
        fields.wrong("so-nhan", "Ghi số giấy tờ tùy thân của người nhận thay.");
    }
    let is_recorded =
        text::fold(&name) == text::fold(&person.proxy_name) && id_number == person.proxy_id_number;
    let recorded = person.proxy_paper.as_ref().filter(|_| is_recorded);
    let (authority, number) = match (authority, recorded) {
        (Some(authority), _) => {
            if authority.has_paper() && number.is_empty() {
                fields.wrong("so-uy-quyen", "Ghi số, ngày của giấy ủy quyền mới xuất trình.");
            }
            (Some(authority), number)
        }
        (None, recorded) => {
            if let Err(why) = may_collect(recorded.map(|it| it.authorisation()), today) {
                fields.wrong("uy-quyen", why.to_string());
            }
            let line = recorded.map_or_else(String::new, |it| {
                let day = it.signed_on.map(text::date);
                let day = day.map_or(String::new(), |it| format!("ngày {it}"));
                [it.number.clone(), day]
                    .into_iter()
                    .filter(|it| !it.is_empty())
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            (recorded.map(|it| it.authority), line)
        }
    };
    Some(Collection {
        collector: collector.code().to_owned(),
        name,
        id_number,
        authority,
        number,
        ..Collection::default()
    })
}
