//! What the form of a step asks for, and among what it lets choose.

use domain::{
    access::Role,
    dossier::{CommandKind, Ground, Maker, Part, Words},
    ids::UnitId,
};
use site::{Failure, at_once::BookAsks};
use store::Tx;

use super::{at_once, charge};

use crate::dossiers::{checklist, collect, desk::OnDesk, party, sql, view::Around};

/// What a step's form asks for.
#[derive(Default)]
pub(super) struct Ask {
    pub people: Vec<(String, String)>,
    pub people_label: &'static str,
    pub units: Vec<(String, String)>,
    pub units_label: &'static str,
    pub date_label: &'static str,
    pub amount_label: &'static str,
    /// How the amount came about.
    pub amount_hint: String,
    /// What is proposed to be paid, where it can be worked out.
    pub proposal: Option<domain::fees::proposal::Proposal>,
    pub number_label: &'static str,
    /// The book that gives the number, and what it asks for.
    pub book: Option<BookAsks>,
    pub collector: bool,
    pub authorities: Vec<(String, String)>,
    pub recorded: String,
    /// Whether it is asked how the citizen brought what was missing.
    pub coming: bool,
    pub grounds: Vec<(String, String)>,
    pub days_label: &'static str,
    /// Papers that are still to come, to be ticked off.
    pub papers: Vec<(i64, String)>,
    /// Whether state databases hold what this procedure had asked for.
    pub replaced: bool,
    /// Units of which several may be chosen.
    pub many: Vec<(String, String)>,
    /// Whether whoever is asked may only enter for some of the units what came on paper.
    pub on_paper: bool,
}

/// The question of the workflow that means a unit.
pub(super) fn question<'a>(
    questions: &'a [domain::workflow::Question],
    unit: &site::tree::UnitToday,
) -> Option<&'a domain::workflow::Question> {
    questions.iter().find(|it| it.means(&unit.kind, &unit.title))
}

pub(super) fn pairs(people: Vec<people::staff::facts::Person>) -> Vec<(String, String)> {
    people
        .into_iter()
        .map(|it| (it.id.to_string(), format!("{} – {}", it.name, it.title)))
        .collect()
}

/// Grounds on which a dossier is turned away.
pub(in crate::dossiers) fn grounds() -> Vec<(String, String)> {
    Ground::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect()
}

/// What the form of a step asks, for this dossier and whoever takes the step.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    maker: &Maker,
    kind: CommandKind,
) -> Result<Ask, Failure> {
    let kept = &on_desk.kept;
    let tree = &around.who.tree;
    let title = |it: UnitId| (it.to_string(), tree.title(it).to_owned());
    let mut ask = Ask::default();
    match kind {
        CommandKind::Transfer => {
            ask.units = around.desk().competent(kept.body).into_iter().map(title).collect();
            ask.units_label = "Chuyển đến";
        }
        CommandKind::Assign | CommandKind::Reassign | CommandKind::HandOver => {
            ask.people = pairs(around.people(tx, Role::Specialist, kept.competent, kept.body)?);
            ask.people_label = "Công chức thụ lý";
        }
        CommandKind::Consult => {
            ask.units = tree
                .all()
                .filter(|it| it.kind != "one_stop" && it.id != kept.competent)
                .map(|it| title(it.id))
                .collect();
            ask.units_label = "Hỏi ý kiến đơn vị";
            ask.date_label = "Đề nghị trả lời trước ngày";
        }
        CommandKind::ConsultMany => {
            let named = |it: &&site::tree::UnitToday| question(on_desk.questions(), it).is_some();
            let asked: Vec<UnitId> = kept.dossier.open_consultations().map(|it| it.unit).collect();
            let home =
                |it: &&site::tree::UnitToday| it.parent == Some(kept.body) || it.kind != "division";
            let units = tree.all().filter(|it| it.id != kept.competent && !asked.contains(&it.id));
            ask.many = units.filter(named).filter(home).map(|it| title(it.id)).collect();
        }
        CommandKind::Answer => {
            let open = kept.dossier.open_consultations().map(|it| it.unit);
            let his = open
                .filter(|it| maker.plays_any(&[Part::Officer]) || maker.answers_for.contains(it));
            let his: Vec<UnitId> = his.collect();
            ask.on_paper = his.iter().any(|it| !maker.answers_for.contains(it));
            ask.units = his.into_iter().map(title).collect();
            ask.units_label = "Đơn vị trả lời";
        }
        CommandKind::Extend => ask.date_label = "Ngày hẹn mới",
        CommandKind::RequestPayment | CommandKind::MarkPaid => {
            ask.amount_label = "Số tiền (đồng)";
        }
        CommandKind::Number if on_desk.series().is_some() => {}
        CommandKind::OnTheSpot => at_once::ask(tx, around, on_desk, &mut ask)?,
        CommandKind::Number | CommandKind::FinishCorrection => {
            ask.number_label = "Số, ký hiệu văn bản";
        }
        CommandKind::Return => {
            ask.collector = true;
            ask.authorities = party::authorities();
            ask.recorded = collect::recorded(&sql::person(tx, kept.id)?.unwrap_or_default());
        }
        CommandKind::Supplement => ask.coming = true,
        CommandKind::Accept => {
            ask.amount_label = "Phí, lệ phí phải nộp (đồng)";
            let proposal = charge::proposed(tx, on_desk, tx.now().civil().date())?;
            ask.amount_hint = charge::hint(&proposal, &on_desk.version.body.fee_text());
            ask.proposal = Some(proposal);
            if on_desk.needs_agreed_days() {
                ask.days_label = "Số ngày làm việc hẹn trả (thủ tục chưa công bố thời hạn)";
            }
        }
        CommandKind::RefuseIntake => ask.grounds = grounds(),
        _ => {}
    }
    if matches!(kind, CommandKind::Supplement | CommandKind::Accept) {
        ask.papers = checklist::missing(tx, kept.id)?;
    }
    ask.replaced = checklist::may_lack_data(kind, &on_desk.version.body.code);
    Ok(ask)
}

/// What stands beside the field for words; empty if there is none.
pub(super) const fn words_label(kind: CommandKind) -> &'static str {
    match kind.words() {
        Words::None => "",
        Words::Owed => match kind {
            CommandKind::RequestSupplement | CommandKind::RequestIntakeSupplement => {
                "Giấy tờ cần bổ sung, mỗi dòng một loại, kèm lý do và căn cứ"
            }
            CommandKind::Consult | CommandKind::ConsultMany => "Nội dung hỏi",
            CommandKind::Contribute => "Ý kiến phối hợp",
            CommandKind::Answer => "Nội dung trả lời",
            _ => "Lý do",
        },
        Words::Welcome => "Ghi chú (không bắt buộc)",
    }
}
