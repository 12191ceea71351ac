//! The list of papers of a dossier (đánh dấu giấy tờ): each with its mark, changed later with who and
//! when, ticked off one by one when a supplement comes. What a state database holds is not asked for.

use std::collections::BTreeMap;

use domain::{
    dossier::{CommandKind, Maker, Part},
    ids::DossierId,
    names_replaced::ReplacedPaper,
    paper::{PaperMark, named_in},
    procedure::ProcedureVersion,
};
use people::staff::facts as staff;
use site::{Fields, Typed};
use store::{Fault, Tx, journal::Entry};

use crate::procedures::facts::shipped;

use super::{
    desk::OnDesk,
    sql::{self as dossiers, File},
};

pub(super) mod page;
pub(super) mod sql;
#[cfg(test)]
pub(super) mod tests;

pub(super) use sql::{Listed, listed};

/// Letters of a paper's name at most.
const NAME_MAX: usize = 300;
/// Papers of one dossier at most.
const LISTED_MAX: usize = 200;

/// Who keeps the list: those who receive, and who works on the dossier.
fn keeps_list(maker: &Maker) -> bool {
    maker.plays_any(&[Part::Counter, Part::CounterHead, Part::Officer])
}

/// Marks by hand, for a choice.
pub(super) fn marks() -> Vec<(&'static str, &'static str)> {
    let by_hand = PaperMark::ALL.iter().filter(|it| it.is_chosen_by_hand());
    by_hand.map(|it| (it.code(), it.label())).collect()
}

/// The database that holds what a paper says, for this procedure.
pub(super) fn replaced_by(procedure: &str, paper: &str) -> Option<&'static ReplacedPaper> {
    shipped::replaced(procedure).iter().find(|it| it.covers(paper))
}

/// What is still to come.
pub(super) fn missing(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(i64, String)>, Fault> {
    let all = listed(tx, id)?;
    let missing = all.into_iter().filter(|it| it.mark == PaperMark::Missing);
    Ok(missing.map(|it| (it.id, it.name)).collect())
}

/// Lines of a request that ask for what a state database holds.
fn asked_in_vain<'a>(
    procedure: &'a str,
    words: &'a str,
) -> impl Iterator<Item = (&'a str, &'static ReplacedPaper)> {
    words.lines().filter_map(move |line| {
        let name = line.split(':').next().unwrap_or(line);
        Some((line, replaced_by(procedure, name)?))
    })
}

/// Reads the words of a request: a paper that a state database replaces is asked for only where the
/// official says that the database has nothing, and then the paper says so (NQ 66.7/2025/NQ-CP).
pub(super) fn read_request(
    fields: &mut Fields,
    field: &str,
    procedure: &str,
    words: String,
) -> Option<String> {
    let said = fields.typed().has("csdl-thieu");
    let Some((_, first)) = asked_in_vain(procedure, &words).next() else { return Some(words) };
    if !said {
        fields.wrong(
            field,
            format!(
                "“{}” không được yêu cầu nộp: dữ liệu có trong {}. Bỏ dòng này; nếu đã tra cứu mà cơ sở dữ \
                 liệu chưa có dữ liệu thì đánh dấu ô bên dưới.",
                first.paper,
                first.reason()
            ),
        );
        return None;
    }
    let lines = words.lines().map(|line| {
        match replaced_by(procedure, line.split(':').next().unwrap_or(line)) {
            Some(it) => {
                let parted = if line.contains(':') { ";" } else { ":" };
                format!(
                    "{line}{parted} {} chưa có dữ liệu, cơ quan cập nhật: {}",
                    it.database, it.owner
                )
            }
            None => line.to_owned(),
        }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// What is asked for stands on the list as missing, a paper for each line.
pub(super) fn asked(
    tx: &mut Tx<'_>,
    id: DossierId,
    body: &ProcedureVersion,
    words: &str,
) -> Result<(), Fault> {
    for line in words.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let all = listed(tx, id)?;
        if all.len() >= LISTED_MAX {
            break;
        }
        let note = line.split_once(':').map_or("", |it| it.1.trim()).to_owned();
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        if let Some(it) = named_in(line, &names).and_then(|at| all.get(at)) {
            let was = it.mark;
            let it = Listed { mark: PaperMark::Missing, note, ..it.clone() };
            sql::set(tx, &it)?;
            sql::log(tx, id, Some(was), &it, "request")?;
            continue;
        }
        let wanted: Vec<&str> = body.papers_to_bring().map(|it| it.name.as_str()).collect();
        let (place, name) = match named_in(line, &wanted) {
            Some(at) => (at + 1, wanted.get(at).copied().unwrap_or(line)),
            None => (wanted.len() + all.len() + 1, line.split(':').next().unwrap_or(line).trim()),
        };
        add(tx, id, place, name, (PaperMark::Missing, 1), note, "request")?;
    }
    Ok(())
}

fn add(
    tx: &mut Tx<'_>,
    id: DossierId,
    place: usize,
    name: &str,
    (mark, count): (PaperMark, i64),
    note: String,
    cause: &str,
) -> Result<i64, Fault> {
    let mut it = Listed {
        id: 0,
        place: i64::try_from(place).unwrap_or(i64::MAX),
        name: name.chars().take(NAME_MAX).collect(),
        mark,
        count,
        note,
        valid_until: None,
    };
    it.id = sql::add(tx, id, &it)?;
    sql::log(tx, id, None, &it, cause)?;
    Ok(it.id)
}

/// A request that is taken back leaves the list as it was.
pub(super) fn taken_back(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    let marks = sql::last_marks(tx, id)?;
    for it in listed(tx, id)? {
        let Some(last) = marks.get(&it.id).filter(|it| it.cause == "request") else { continue };
        let was = it.mark;
        let it =
            Listed { mark: last.was.unwrap_or(PaperMark::NotNeeded), note: String::new(), ..it };
        sql::set(tx, &it)?;
        sql::log(tx, id, Some(was), &it, "undo")?;
    }
    Ok(())
}

/// What came with a supplement is ticked off: `du-{row}` says that it is there, `muc-{row}` how.
pub(super) fn came(tx: &mut Tx<'_>, id: DossierId, typed: &Typed) -> Result<(), Fault> {
    for it in listed(tx, id)? {
        if it.mark != PaperMark::Missing || !typed.has(&format!("du-{}", it.id)) {
            continue;
        }
        let mark = PaperMark::from_code(typed.get(&format!("muc-{}", it.id)))
            .filter(|it| it.is_chosen_by_hand() && it.is_there())
            .unwrap_or(PaperMark::Original);
        let it = Listed { mark, count: it.count.max(1), ..it };
        sql::set(tx, &it)?;
        sql::log(tx, id, Some(PaperMark::Missing), &it, "supplement")?;
    }
    Ok(())
}

/// A paper that is missing comes from the citizen's store; its name, nothing if it is not waited for.
pub(super) fn from_store(
    tx: &mut Tx<'_>,
    id: DossierId,
    row: i64,
) -> Result<Option<String>, Fault> {
    let found = listed(tx, id)?.into_iter().find(|it| it.id == row);
    let Some(it) = found.filter(|it| it.mark == PaperMark::Missing) else { return Ok(None) };
    let it = Listed { mark: PaperMark::FromStore, count: 1, ..it };
    sql::set(tx, &it)?;
    sql::log(tx, id, Some(PaperMark::Missing), &it, "supplement")?;
    Ok(Some(it.name))
}

/// Keeps the list with a step: what was asked for is missing, what came is ticked off, a request that
/// is taken back leaves it as it was.
pub(super) fn stepped(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    (kind, last): (CommandKind, Option<CommandKind>),
    words: &str,
    typed: &Typed,
) -> Result<(), Fault> {
    let id = on_desk.kept.id;
    match kind {
        it if REQUESTS.contains(&it) => asked(tx, id, &on_desk.version.body, words),
        CommandKind::Supplement | CommandKind::Accept => came(tx, id, typed),
        CommandKind::Undo if last.is_some_and(|it| REQUESTS.contains(&it)) => taken_back(tx, id),
        _ => Ok(()),
    }
}

/// Steps that ask a citizen for papers.
const REQUESTS: [CommandKind; 2] =
    [CommandKind::RequestSupplement, CommandKind::RequestIntakeSupplement];

/// Whether a step asks for papers of which state databases hold some.
pub(super) fn may_lack_data(kind: CommandKind, procedure: &str) -> bool {
    REQUESTS.contains(&kind) && !shipped::replaced(procedure).is_empty()
}

/// The words of a step: a request names no paper in vain, and what is not ticked off is explained.
pub(super) fn read_words(
    fields: &mut Fields,
    kind: CommandKind,
    procedure: &str,
    papers: &[(i64, String)],
    words: Option<String>,
) -> Option<String> {
    let words = match words {
        Some(it) if REQUESTS.contains(&kind) => read_request(fields, "loi", procedure, it),
        other => other,
    };
    let left = unticked(papers, fields.typed());
    if left > 0 && words.as_ref().is_some_and(String::is_empty) {
        fields.wrong(
            "loi",
            format!(
                "Còn {left} giấy chưa đánh dấu đã nhận. Đánh dấu từng giấy; nếu vẫn thiếu thì ghi rõ vì \
                 sao vẫn làm bước này."
            ),
        );
    }
    words
}

/// How many papers of a supplement are not ticked, on a form that showed them.
fn unticked(papers: &[(i64, String)], typed: &Typed) -> usize {
    if !typed.has("co-giay") {
        return 0;
    }
    papers.iter().filter(|(id, _)| !typed.has(&format!("du-{id}"))).count()
}

/// A file of a paper, as the dossier's page shows it.
pub(super) struct FileLine {
    pub id: i64,
    pub name: String,
    pub kilobytes: i64,
    /// Which document of the workflow it is; empty if none.
    pub document: String,
    /// Kept apart: it waits for its scan, or failed it.
    pub is_held: bool,
    /// What is to be said about its signatures and its scan; empty if nothing.
    pub told: String,
    pub is_doubtful: bool,
    /// The codes of electronic copies that were certified from it.
    pub copies: Vec<super::copies::Line>,
    /// Whether it is certified from here: not while a copy of it holds.
    pub may_certify: bool,
    /// Whether a copy of it is taken back from here, whatever its paper is marked as by now.
    pub may_revoke: bool,
    pub may_read: bool,
}

/// A paper, as the dossier's page shows it.
pub(super) struct Line {
    pub name: String,
    pub mark: &'static str,
    pub class: &'static str,
    pub count: i64,
    pub note: String,
    /// Who marked it last, and when.
    pub marked: String,
    pub valid_until: String,
    /// From which dossier it is used again.
    pub reused: String,
    /// The result in the citizen's store that stands for it, held against the register now.
    pub standing: Option<crate::vault::Standing>,
    /// Why it is not asked for.
    pub replaced: String,
    pub files: Vec<FileLine>,
}

/// What the dossier's page shows of its papers.
pub(super) struct View {
    pub lines: Vec<Line>,
    pub missing: usize,
    /// Files that belong to no paper.
    pub loose: Vec<FileLine>,
    pub may_mark: bool,
    pub consent: Option<super::reuse::Said>,
    /// What the office put into it of its own.
    pub own: super::show::missing::Own,
}

/// The papers of a dossier for whoever looks at it.
pub(super) fn view(
    tx: &mut Tx<'_>,
    (site, who): (&site::Site, &site::Who),
    on_desk: &OnDesk,
    maker: &Maker,
) -> Result<View, Fault> {
    let kept = &on_desk.kept;
    let id = kept.id;
    let files = dossiers::files(tx, id)?;
    let documents = dossiers::documents(tx, id)?;
    let marks = sql::last_marks(tx, id)?;
    let copies = super::copies::of(tx, id)?;
    let reused = super::reuse::sources(tx, id)?;
    let counter = maker.plays_any(&[Part::Counter, Part::CounterHead]);
    let erased = kept.applicant == dossiers::ERASED;
    let line = |it: &File, mark: Option<PaperMark>| FileLine {
        id: it.id,
        name: it.name.clone(),
        kilobytes: it.size / 1024 + 1,
        document: documents
            .iter()
            .find(|(file, _)| *file == it.id)
            .map(|(_, name)| name.clone())
            .unwrap_or_default(),
        is_held: it.is_held(),
        told: it.told(),
        is_doubtful: it.is_doubtful(),
        copies: copies.iter().filter(|copy| copy.file == it.id).cloned().collect(),
        may_certify: counter
            && !erased
            && !it.is_held()
            && !copies.iter().any(|copy| copy.file == it.id && !copy.revoked)
            && mark.is_some_and(|mark| domain::paper::may_certify(mark, &it.media_type).is_ok()),
        may_revoke: counter && !erased,
        may_read: counter && !erased && !it.is_held() && super::ocr::reads(site, &it.media_type),
    };
    let all = listed(tx, id)?;
    let mut standing = BTreeMap::new();
    // Most dossiers take nothing from a store: their page asks no more than it must.
    if all.iter().any(|it| it.mark == PaperMark::FromStore) {
        standing = crate::vault::standing(who, tx, id)?;
    }
    let mut lines = Vec::with_capacity(all.len());
    for it in &all {
        let marked = match marks.get(&it.id) {
            Some(last) => {
                let name = staff::account_name(tx, last.by)?;
                format!("{}, {}", name, domain::text::date_time(last.at.civil()))
            }
            None => String::new(),
        };
        lines.push(Line {
            name: it.name.clone(),
            mark: it.mark.label(),
            class: match it.mark {
                PaperMark::Missing => "bad",
                PaperMark::InDatabase | PaperMark::Reused | PaperMark::FromStore => "good",
                _ => "",
            },
            count: it.count,
            note: it.note.clone(),
            marked,
            valid_until: it.valid_until.map_or_else(String::new, domain::text::date),
            reused: reused.get(&it.id).cloned().unwrap_or_default(),
            standing: standing.remove(&it.id),
            replaced: replaced_by(&on_desk.version.body.code, &it.name)
                .map(ReplacedPaper::reason)
                .unwrap_or_default(),
            files: files
                .iter()
                .filter(|file| file.paper == Some(it.id))
                .map(|file| line(file, Some(it.mark)))
                .collect(),
        });
    }
    Ok(View {
        missing: all.iter().filter(|it| it.mark == PaperMark::Missing).count(),
        lines,
        loose: files.iter().filter(|it| it.paper.is_none()).map(|it| line(it, None)).collect(),
        may_mark: keeps_list(maker) && !erased,
        own: super::show::missing::Own {
            has_file: !documents.is_empty() || files.iter().any(|it| it.kind == "result"),
            doubt: super::signed::doubt_of(&files),
        },
        consent: if counter && !erased { super::reuse::said(tx, kept)? } else { None },
    })
}

/// What the journal keeps of marks: rows and codes, nothing that names anybody.
fn journal(tx: &mut Tx<'_>, id: DossierId, changes: &BTreeMap<i64, &'static str>) {
    let details = serde_json::json!({ "marks": changes });
    tx.journal(Entry::new(dossiers::SUBJECT, id.0, "mark_papers").details(&details));
}
