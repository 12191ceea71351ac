//! The steps of a filing and what each reads: the same words are judged when a step is left and before it is sent.

use std::collections::BTreeMap;

use citizen::dossiers::{Paper, Person, ProxyPaper};
use domain::{
    dossier::ReturnChannel,
    eform,
    identity::{Email, IdPaper, Phone},
    paper::AssistConsent,
    party::{Authority, Powers},
    procedure::{PaperRole, ProcedureVersion, RequiredPaper, ServiceLevel},
    text,
};
use jiff::civil::Date;
use site::{Typed, Words};

use super::{
    declaring::FORM,
    draft::{Draft, DraftFile},
};
use crate::vault::{AGREE, Shelf};

/// Papers of one filing at most.
pub(super) const PAPERS_MAX: usize = 120;
/// Characters of an address at most.
const ADDRESS_MAX: usize = 300;
/// Characters of a name at most.
const NAME_MAX: usize = 120;
/// Characters of what is asked for at most.
const REQUEST_MAX: usize = 1_000;

/// A step of a filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Person,
    Form,
    Papers,
    Receive,
    Review,
}

impl Step {
    const ALL: [Self; 5] = [Self::Person, Self::Form, Self::Papers, Self::Receive, Self::Review];

    /// The steps of a filing that declares something by a form, or does not.
    pub fn all(declares: bool) -> impl DoubleEndedIterator<Item = Self> {
        Self::ALL.into_iter().filter(move |it| declares || *it != Self::Form)
    }

    /// Its name in addresses and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "nguoi-nop",
            Self::Form => FORM,
            Self::Papers => "giay-to",
            Self::Receive => "nhan-ket-qua",
            Self::Review => "xem-lai",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    pub fn label(self, words: Words) -> String {
        match self {
            Self::Person => words.say("filing-step-person"),
            Self::Form => words.say("filing-step-form"),
            Self::Papers => words.say("filing-step-papers"),
            Self::Receive => words.say("filing-step-receive"),
            Self::Review => words.say("filing-step-review"),
        }
    }

    /// The step after this one.
    pub fn next(self, declares: bool) -> Self {
        let after = Self::all(declares).skip_while(|it| *it != self).nth(1);
        after.unwrap_or(Self::Review)
    }

    /// The step before this one.
    pub fn before(self, declares: bool) -> Option<Self> {
        Self::all(declares).take_while(|it| *it != self).last()
    }

    /// The fields that it asks for; those of a form are its own.
    pub fn fields(self, body: &ProcedureVersion) -> Vec<String> {
        let of = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        match self {
            Self::Person => of(&[
                "ho-ten",
                "so-giay-to",
                "ngay-sinh",
                "dien-thoai",
                "khong-dien-thoai",
                "email",
                "dia-chi",
                "noi-dung",
                "nop-thay",
                "nguoi-nop",
                "so-nguoi-nop",
                "uy-quyen",
                "so-uy-quyen",
            ]),
            Self::Papers => papers(body)
                .flat_map(|(place, _)| [format!("cach-{place}"), store_field(place)])
                .chain([AGREE.to_owned()])
                .collect(),
            Self::Receive => of(&["nhan-ket-qua", "dia-chi-nhan"]),
            Self::Form | Self::Review => Vec::new(),
        }
    }
}

/// The papers of a procedure with their places, from 1.
pub(super) fn papers(body: &ProcedureVersion) -> impl Iterator<Item = (i64, &RequiredPaper)> {
    let placed = body.papers_placed().into_iter().take(PAPERS_MAX);
    placed.map(|it| (i64::try_from(it.place).unwrap_or(0), it.paper))
}

/// The papers of a procedure that a declaration of this title is itself, by their places.
pub(super) fn stood_by(title: &str, body: &ProcedureVersion) -> Vec<i64> {
    eform::stood_for(title, papers(body).map(|(place, it)| (place, it.name.as_str())))
}

/// The papers for which the declaration of a draft stands: nobody is asked for them. One that was sent as a file all
/// the same is one like the others.
pub(super) fn stood_for(draft: &Draft, body: &ProcedureVersion) -> Vec<i64> {
    let Some(declared) = &draft.declared else { return Vec::new() };
    let mut found = stood_by(&declared.version.form.title, body);
    found.retain(|place| draft.files_at(*place).next().is_none());
    found
}

/// The field in which a result of one's store is chosen for the paper at `place`.
pub(super) fn store_field(place: i64) -> String {
    format!("kho-{place}")
}

/// How somebody hands in one paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As a file, now.
    File,
    /// On paper, later at the counter.
    Paper,
    /// It is the declaration that was just filled in.
    Declared,
    /// A result in his store stands for it.
    Store,
    /// It is not for his case.
    NotMine,
}

impl Way {
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "gui",
            Self::Paper => "ban-giay",
            Self::Declared => FORM,
            Self::Store => "kho",
            Self::NotMine => "khong",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::File, Self::Paper, Self::Declared, Self::Store, Self::NotMine];
        all.into_iter().find(|it| it.code() == code)
    }
}

/// What is wrong, by field, and what was read.
pub(super) struct Judged {
    words: Words,
    pub by_field: BTreeMap<String, String>,
}

impl Judged {
    pub fn new(words: Words) -> Self {
        Self { words, by_field: BTreeMap::new() }
    }

    pub fn wrong(&mut self, field: &str, message: String) {
        self.by_field.entry(field.to_owned()).or_insert(message);
    }

    fn text(&mut self, typed: &Typed, field: &str, chars_max: usize, owed: Option<&str>) -> String {
        let seen: String =
            typed.get(field).chars().filter(|it| !site::form::is_unseen(*it)).collect();
        let text = text::tidy(&seen);
        if text.chars().any(char::is_control) {
            self.wrong(field, self.words.say("filing-unreadable"));
        } else if text.chars().count() > chars_max {
            let max = chars_max.to_string();
            let message = self.words.say_with("filing-too-long", &[("count", &max)]);
            self.wrong(field, message);
        } else if let (true, Some(owed)) = (text.is_empty(), owed) {
            self.wrong(field, owed.to_owned());
        }
        text
    }

    fn day(&mut self, typed: &Typed, field: &str, today: Date) -> String {
        let text = typed.get(field);
        match site::form::parse_date(text) {
            // Who knows the year alone says none: his number says more.
            _ if text.is_empty() => String::new(),
            Some(day) if day <= today => day.to_string(),
            Some(_) => {
                self.wrong(field, self.words.say("filing-birth-later"));
                String::new()
            }
            None => {
                self.wrong(field, self.words.say("filing-birth-owed"));
                String::new()
            }
        }
    }

    fn number(&mut self, typed: &Typed, field: &str) -> String {
        match IdPaper::parse(typed.get(field)) {
            Ok(it) => it.reveal().to_owned(),
            Err(_) => {
                self.wrong(field, self.words.say("filing-number-owed"));
                String::new()
            }
        }
    }

    /// Who files and for whom.
    pub fn person(&mut self, draft: &Draft, today: Date) -> Person {
        let typed = &draft.typed;
        // Who is helped may have no telephone, unless it is what he agrees by.
        let has_none = typed.get(super::declaring::NO_PHONE) == "1"
            && draft.assistant().is_some()
            && draft.consent() != Some(AssistConsent::OwnPhone);
        let words = self.words;
        let name = self.text(typed, "ho-ten", NAME_MAX, Some(&words.say("filing-name-owed")));
        self.is_name("ho-ten", &name);
        if super::assist::is_same_person(draft.witness(), &name) {
            self.wrong("ho-ten", WITNESS_IS_HE.to_owned());
        }
        let id_number = self.number(typed, "so-giay-to");
        let birth_date = self.day(typed, "ngay-sinh", today);
        let phone = match Phone::parse(typed.get("dien-thoai")) {
            Ok(it) => it.reveal().to_owned(),
            Err(_) if has_none && typed.get("dien-thoai").is_empty() => String::new(),
            Err(_) => {
                self.wrong("dien-thoai", words.say("filing-phone-owed"));
                String::new()
            }
        };
        let email = match typed.get("email") {
            "" => String::new(),
            typed => match Email::parse(typed) {
                Ok(it) => it.reveal().to_owned(),
                Err(_) => {
                    self.wrong("email", words.say("filing-email-wrong"));
                    String::new()
                }
            },
        };
        let address =
            self.text(typed, "dia-chi", ADDRESS_MAX, Some(&words.say("filing-address-owed")));
        let request = self.text(typed, "noi-dung", REQUEST_MAX, None);
        let person = Person {
            name,
            id_number,
            birth_date,
            phone,
            email,
            address,
            request,
            ..Person::default()
        };
        let for_another = typed.get("nop-thay") == "1" && draft.assistant().is_none();
        if for_another { self.proxy(typed, person) } else { person }
    }

    /// What stands on papers and lists as somebody's name is one, by the rule of the declarations.
    fn is_name(&mut self, field: &str, name: &str) {
        if !name.is_empty() && !domain::eform::is_name(name) {
            self.wrong(field, self.words.say("filing-name-wrong"));
        }
    }

    fn proxy(&mut self, typed: &Typed, person: Person) -> Person {
        let words = self.words;
        let proxy_name =
            self.text(typed, "nguoi-nop", NAME_MAX, Some(&words.say("filing-proxy-name-owed")));
        self.is_name("nguoi-nop", &proxy_name);
        let proxy_id_number = self.number(typed, "so-nguoi-nop");
        let authority = Authority::from_code(typed.get("uy-quyen"));
        let authority = authority.filter(|it| *it != Authority::Post);
        if authority.is_none() {
            self.wrong("uy-quyen", words.say("filing-authority-owed"));
        }
        let owed = words.say("filing-authority-number-owed");
        let owed = authority.is_some_and(Authority::has_paper).then_some(owed.as_str());
        let number = self.text(typed, "so-uy-quyen", 80, owed);
        let proxy_paper = authority.map(|authority| ProxyPaper {
            authority,
            powers: Powers::Both,
            number,
            signed_on: None,
            valid_until: None,
        });
        Person { proxy_name, proxy_id_number, proxy_paper, ..person }
    }

    /// The papers that come as files or will come on paper. What is not for his case is left out.
    pub fn papers(&mut self, draft: &Draft, body: &ProcedureVersion, shelf: &Shelf) -> Vec<Paper> {
        let mut found = Vec::new();
        let mut from_store = false;
        let stood = stood_for(draft, body);
        for (place, it) in papers(body) {
            // One declaration is one paper, whatever else the catalogue calls it.
            if stood.contains(&place) {
                if stood.first() == Some(&place) {
                    found.push(paper(place, it, "copy", true, DECLARED));
                }
                continue;
            }
            let field = format!("cach-{place}");
            let count = draft.files_at(place).count();
            match Way::from_code(draft.typed.get(&field)) {
                Some(Way::File) if count == 0 => {
                    self.wrong(&format!("tep-{place}"), self.words.say("filing-file-owed"));
                }
                Some(Way::File) => found.push(paper(place, it, "copy", true, "")),
                Some(Way::Declared) if draft.declared.is_some() && eform::stands_for(&it.name) => {
                    found.push(paper(place, it, "copy", true, DECLARED));
                }
                Some(Way::Store) => {
                    let chosen = store_field(place);
                    match shelf.chosen(&draft.typed, &chosen, &it.name) {
                        Some(held) => {
                            from_store = true;
                            let note: String = held.line().chars().take(NOTE_MAX).collect();
                            found.push(paper(place, it, "from_store", true, &note));
                        }
                        None => self.wrong(&field, self.words.say("vault-owed")),
                    }
                }
                Some(Way::Paper) => found.push(paper(place, it, "original", false, PROMISED)),
                Some(Way::NotMine) => {}
                Some(Way::Declared) | None => self.wrong(&field, self.words.say("filing-way-owed")),
            }
        }
        if from_store && shelf.agreed().is_none() && draft.typed.get(AGREE) != "1" {
            self.wrong(AGREE, self.words.say("vault-agree-owed"));
        }
        let asked = |it: &(i64, &RequiredPaper)| !stood.contains(&it.0);
        let first = papers(body).find(asked).map(|(place, _)| format!("cach-{place}"));
        if let Some(first) = first.filter(|_| found.is_empty() && self.by_field.is_empty()) {
            self.wrong(&first, self.words.say("filing-no-paper"));
        }
        found
    }

    /// What the form says; a mistake under the name of its field.
    pub fn declaration(&mut self, draft: &Draft) {
        let Some(declared) = &draft.declared else { return };
        for it in &declared.judged.mistakes {
            let english = self.words.lang == site::Lang::En && !it.say.en.is_empty();
            let said = if english { &it.say.en } else { &it.say.vi };
            self.wrong(&format!("f.{}", it.path), said.clone());
        }
    }

    /// How the result comes back.
    pub fn receive(&mut self, typed: &Typed, level: ServiceLevel) -> (ReturnChannel, String) {
        let chosen = ReturnChannel::from_code(typed.get("nhan-ket-qua"));
        let chosen = chosen.filter(|it| offered(level).contains(it));
        if chosen.is_none() {
            self.wrong("nhan-ket-qua", self.words.say("filing-return-owed"));
        }
        let by_post = chosen == Some(ReturnChannel::Post);
        let owed = self.words.say("filing-post-address-owed");
        let owed = by_post.then_some(owed.as_str());
        let address = self.text(typed, "dia-chi-nhan", ADDRESS_MAX, owed);
        (chosen.unwrap_or(ReturnChannel::Counter), if by_post { address } else { String::new() })
    }
}

/// Characters of what the counter reads beside a paper at most.
const NOTE_MAX: usize = 300;

/// Said to whoever helps, who is of an office.
const WITNESS_IS_HE: &str = "Người làm chứng đã ghi trùng với họ tên này: người dân không tự làm chứng cho mình. Bỏ \
                             bản nháp này, bắt đầu lại với người làm chứng khác.";

/// What the counter reads beside a paper that is still to come.
const PROMISED: &str = "Người nộp hẹn nộp bản giấy tại quầy";

/// What the counter reads beside a paper in whose place something was declared.
const DECLARED: &str = "Tờ khai điện tử kèm hồ sơ này";

fn paper(place: i64, it: &RequiredPaper, form: &str, sufficient: bool, note: &str) -> Paper {
    let shown = it.role == PaperRole::Show && form == "original";
    Paper {
        id: 0,
        place,
        name: it.name.clone(),
        form: if shown { "shown" } else { form }.to_owned(),
        count: 1,
        sufficient,
        note: note.to_owned(),
    }
}

/// The ways in which a result of this level can come back: electronically at level 4 only.
pub(super) fn offered(level: ServiceLevel) -> Vec<ReturnChannel> {
    let all = ReturnChannel::ALL.iter().copied();
    all.filter(|it| level == ServiceLevel::EndToEnd || *it != ReturnChannel::Online).collect()
}

/// What somebody sees of a file that he sent.
pub(super) fn file_line(it: &DraftFile) -> String {
    let told = it.stored.told();
    let size = format!("{} KB", it.stored.size / 1024 + 1);
    if told.is_empty() { size } else { format!("{size}; {told}") }
}
