//! What was done with a dossier, line by line, and by whom.

use std::collections::HashMap;

use domain::{
    dossier::{Collector, Event, What},
    ids::{AccountId, StaffId},
};
use people::staff::facts as staff;
use site::Who;
use store::{Fault, Tx};

use crate::{
    dossiers::{copies, links, online, sql, view::name_of},
    results::facts as results,
};

/// One line of it.
pub(super) struct Done {
    pub when: String,
    pub who: String,
    pub what: &'static str,
    /// To whom, how much, which number, until when.
    pub about: String,
    pub words: String,
}

/// What an event says beside its words: names of people and offices, dates, amounts, numbers.
fn about(tx: &mut Tx<'_>, who: &Who, names: &mut Names, what: &What) -> Result<String, Fault> {
    let until = |at: jiff::civil::DateTime| domain::text::date_time(at);
    Ok(match what {
        What::Submit { channel, .. } => channel.label().to_owned(),
        What::Accept { due_at, .. } => format!("Hẹn trả {}", until(*due_at)),
        What::Transfer { unit, .. } => format!("Đến {}", who.tree.title(*unit)),
        What::Assign { officer, .. } | What::Reassign { officer, .. } => {
            format!("Cho {}", names.of_staff(tx, Some(*officer))?)
        }
        What::MoveOn { hop, .. } => format!("Đến bước {}", hop.step + 1),
        What::ConsultMany { asked } => {
            let units = asked.iter().map(|it| who.tree.title(it.unit));
            let last = asked.iter().map(|it| it.due_at).max();
            let by = last.map_or_else(String::new, |it| format!(", trả lời trước {}", until(it)));
            format!("Hỏi {}{by}", units.collect::<Vec<_>>().join("; "))
        }
        What::HandOver { hop } => format!("Cho {}", names.of_staff(tx, hop.holder)?),
        What::Consult { unit, due_at, .. } => {
            format!("Hỏi {}, trả lời trước {}", who.tree.title(*unit), until(*due_at))
        }
        What::Answer { unit, paper: Some(paper), .. } => format!(
            "Nhập thay {}: văn bản số {}, ngày {}",
            who.tree.title(*unit),
            paper.number,
            domain::text::date(paper.on)
        ),
        What::Answer { unit, .. } => who.tree.title(*unit).to_owned(),
        What::RequestSupplement { until: at } => format!("Bổ sung trước {}", until(*at)),
        What::Supplement { resume, .. } => format!("Hẹn trả {}", until(resume.due_at)),
        What::MarkPaid { amount, paid_at: Some(at), .. } => {
            format!("{amount}, ngân hàng ghi có {}", until(*at))
        }
        What::RequestPayment { amount, .. }
        | What::MarkPaid { amount, .. }
        | What::CancelPayment { amount }
        | What::Refund { amount } => amount.to_string(),
        What::AdjustFee { amount, .. } => format!("Phải nộp {amount}"),
        What::Number { number, .. } | What::FinishCorrection { number, .. } => {
            format!("Số {number}")
        }
        What::SettleOnTheSpot { signer, number, .. } => {
            let signed = format!("Ký: {}", names.of_staff(tx, Some(*signer))?);
            number.as_ref().map_or(signed.clone(), |it| format!("{signed}; số {it}"))
        }
        What::Return { channel, collector } => {
            format!("{}; {}", channel.label(), collector.label().to_lowercase())
        }
        What::Extend { due_at, .. } | What::Recompute { due_at, .. } => {
            format!("Hẹn trả {}", until(*due_at))
        }
        What::RefuseIntake { ground } => ground.label().to_owned(),
        _ => String::new(),
    })
}

/// Names of accounts and of people, each looked up once.
pub(super) struct Names {
    day: jiff::civil::Date,
    accounts: HashMap<AccountId, String>,
    people: HashMap<StaffId, String>,
}

impl Names {
    pub fn on(day: jiff::civil::Date) -> Self {
        Self { day, accounts: HashMap::new(), people: HashMap::new() }
    }

    /// Looks these accounts up, all at once.
    pub fn learn(
        &mut self,
        tx: &mut Tx<'_>,
        accounts: impl Iterator<Item = AccountId>,
    ) -> Result<(), Fault> {
        let mut accounts: Vec<_> = accounts.collect();
        accounts.sort_unstable();
        accounts.dedup();
        self.accounts.extend(staff::account_names(tx, &accounts)?);
        Ok(())
    }

    /// The name of an account that was looked up; the program's if there is none.
    pub fn of(&self, account: AccountId) -> String {
        self.accounts.get(&account).cloned().unwrap_or_else(|| "Hệ thống".to_owned())
    }

    pub fn of_staff(&mut self, tx: &mut Tx<'_>, id: Option<StaffId>) -> Result<String, Fault> {
        if let Some(known) = id.and_then(|it| self.people.get(&it)) {
            return Ok(known.clone());
        }
        let name = name_of(tx, id, self.day)?;
        if let Some(id) = id {
            self.people.insert(id, name.clone());
        }
        Ok(name)
    }
}

/// What stands in the details of an entry about a file.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct OfFile {
    file: i64,
    kind: String,
    document: String,
}

/// What entries about files mean: the names stand with the files, and go with them when people are erased.
struct Files {
    files: Vec<sql::File>,
    papers: Vec<sql::Paper>,
}

impl Files {
    fn load(tx: &mut Tx<'_>, asides: &[store::journal::Kept]) -> Result<Self, Fault> {
        let first = asides.iter().find(|it| it.act == "add_file");
        Ok(match first.map(|it| domain::ids::DossierId(it.subject_id)) {
            Some(id) => Self { files: sql::files(tx, id)?, papers: sql::papers(tx, id)? },
            None => Self { files: Vec::new(), papers: Vec::new() },
        })
    }

    /// The file's paper and name, or what kind of file it was.
    fn about(&self, details: &str) -> String {
        let of: OfFile = serde_json::from_str(details).unwrap_or_default();
        if !of.document.is_empty() {
            return of.document;
        }
        let Some(file) = self.files.iter().find(|it| it.id == of.file) else {
            return match of.kind.as_str() {
                "result" => "Tệp kết quả, nay không còn".to_owned(),
                _ => "Tệp nay không còn".to_owned(),
            };
        };
        let paper = self.papers.iter().find(|it| Some(it.id) == file.paper);
        paper.map_or_else(
            || file.name.clone(),
            |it| format!("{}: {}", it.name.trim_end_matches([';', '.', ' ']), file.name),
        )
    }
}

/// What stands in the details of an entry about a result.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct OfResult {
    number: String,
    instead_of: String,
    decision: String,
    collector: String,
}

/// Its number, and what it replaces, by which decision it ended, who took it.
fn of_result(details: &str) -> String {
    let of: OfResult = serde_json::from_str(details).unwrap_or_default();
    let mut said = format!("Số {}", of.number);
    if !of.instead_of.is_empty() {
        said = format!("{said}, thay số {}", of.instead_of);
    }
    if !of.decision.is_empty() {
        said = format!("{said}, theo {}", of.decision);
    }
    match Collector::from_code(&of.collector) {
        Some(it) => format!("{said}; {}", it.label().to_lowercase()),
        None => said,
    }
}

/// Who did what was done through the portal.
const BY_CITIZEN: &str = "Người nộp, qua cổng";

/// Everything that was done with the dossier, the newest first.
pub(super) fn done(
    tx: &mut Tx<'_>,
    who: &Who,
    names: &mut Names,
    events: &[Event],
    asides: Vec<store::journal::Kept>,
    id: domain::ids::DossierId,
) -> Result<Vec<Done>, Fault> {
    let actors = events.iter().map(|it| it.by).chain(asides.iter().map(|it| it.by));
    names.learn(tx, actors)?;
    let files = Files::load(tx, &asides)?;
    let mut done = Vec::with_capacity(events.len() + asides.len());
    for event in events {
        let mut name = if online::is_his(event.by, &event.what) {
            BY_CITIZEN.to_owned()
        } else {
            names.of(event.by)
        };
        if let Some(absent) = event.in_place_of {
            name = format!("{name} (thay {})", names.of_staff(tx, Some(absent))?);
        }
        let line = Done {
            when: domain::text::date_time(event.at.civil()),
            who: name,
            about: about(tx, who, names, &event.what)?,
            what: event.what.kind().label(),
            words: event.words.clone().unwrap_or_default(),
        };
        done.push((event.at, line));
    }
    // What he sent with a supplement was put to the dossier in the same moment as the supplement itself.
    let his: Vec<_> =
        events.iter().filter(|it| online::is_his(it.by, &it.what)).map(|it| it.at).collect();
    for it in asides {
        let unit = links::act_unit(&it.details);
        if let Some(what) = links::act_label(&it.act) {
            let line = Done {
                when: domain::text::date_time(it.at.civil()),
                who: names.of(it.by),
                about: unit.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
                what,
                words: it.words.unwrap_or_default(),
            };
            done.push((it.at, line));
            continue;
        }
        let about = match it.act.as_str() {
            "add_file" | "name_document" => files.about(&it.details),
            "certify_copy" | "revoke_copy" => {
                copies::about(tx, domain::ids::DossierId(it.subject_id), &it.details)?
            }
            "reissue" | "revoke_result" | "hand_over_result" => of_result(&it.details),
            _ => String::new(),
        };
        let (what, words) = match it.act.as_str() {
            "correct_person" => ("Sửa thông tin người nộp", it.words.unwrap_or_default()),
            "mark_papers" => ("Đánh dấu lại giấy tờ", String::new()),
            "reuse_paper" => ("Dùng lại giấy đã nộp", String::new()),
            "use_store" => ("Lấy giấy từ kho dữ liệu của công dân", String::new()),
            "agree_reuse" => ("Người nộp đồng ý dùng lại giấy tờ", String::new()),
            "withdraw_reuse" => ("Người nộp rút đồng ý dùng lại giấy tờ", String::new()),
            "certify_copy" => ("Chứng thực bản sao điện tử", String::new()),
            "revoke_copy" => ("Thu hồi bản sao điện tử", it.words.unwrap_or_default()),
            "print_paper" => ("In từ hàng đợi", it.words.unwrap_or_default()),
            "name_document" => ("Lập văn bản", String::new()),
            "erase_person" => ("Xóa dữ liệu cá nhân", it.words.unwrap_or_default()),
            "decide_members" => ("Ghi kết quả từng thành viên", it.words.unwrap_or_default()),
            "collect_members" => ("Trả kết quả cho thành viên", it.words.unwrap_or_default()),
            "visit" => ("Khách đến", it.words.unwrap_or_default()),
            "reissue" => ("Cấp lại kết quả", it.words.unwrap_or_default()),
            "revoke_result" => ("Thu hồi kết quả", it.words.unwrap_or_default()),
            "hand_over_result" => ("Giao kết quả cấp lại", it.words.unwrap_or_default()),
            _ => ("Thêm tệp", String::new()),
        };
        let sent = it.act == "add_file" && it.by == AccountId(0) && his.contains(&it.at);
        let line = Done {
            when: domain::text::date_time(it.at.civil()),
            who: if sent { BY_CITIZEN.to_owned() } else { names.of(it.by) },
            about,
            what,
            words,
        };
        done.push((it.at, line));
    }
    for (number, at) in results::downloads(tx, id)? {
        let line = Done {
            when: domain::text::date_time(at.civil()),
            who: BY_CITIZEN.to_owned(),
            what: "Tải bản điện tử",
            about: if number.is_empty() { String::new() } else { format!("Số {number}") },
            words: String::new(),
        };
        done.push((at, line));
    }
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().rev().map(|(_, line)| line).collect())
}
