//! What comes in from other installations: believed only with a signature, carried out once and in order,
//! committed before it is acknowledged.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{
    dossier::{Maker, Part, Sync},
    ids::UnitId,
    link::{Arrangement, Carriage, Direction, HandOverState, LinkAct, LinkState},
};
use people::calendar::facts::calendars;
use site::{Failure, Site, State, Typed, Upload, Who};
use store::{Fault, StoredBlob, Tx, journal::Entry};

use super::{
    believe::{By, Known, Signatures, TIME, head_of, known},
    message::{self, Answer, BODY_BYTES_MAX, File, Message, Opening, Progress, Returned, Said},
    send::synchronised,
    sign::{self, Head},
    sql::{self, Case, Partner},
};
use crate::dossiers::{
    desk::{self, Desk, Intake},
    files,
    links::{
        Handed, Link, acts,
        sql::{self as links},
    },
    sql::{self as dossiers, Person},
};

/// Messages from one address within a minute at most.
const PER_MINUTE_MAX: u32 = 600;

/// What a stranger and a forger hear.
const UNBELIEVED: &str = "Chữ ký của bản tin không đúng.";
/// An answer in the partner's own form.
pub type Reply = (StatusCode, String);

/// An answer that nobody signed.
pub fn plain((status, body): Reply) -> Response {
    (status, [("content-type", "application/json")], body).into_response()
}

fn problem(status: StatusCode, key: &str, why: impl Into<String>) -> Reply {
    let it = Answer { key: key.to_owned(), problem: why.into(), ..Answer::default() };
    (status, serde_json::to_string(&it).unwrap_or_default())
}

/// Why a message was not carried out.
enum No {
    /// Never will be.
    Refused(String),
    /// Comes too early: those before it first.
    TooEarly,
}

/// POST `/lien-thong/nhan`
pub async fn receive(
    State(site): State<Site>,
    who: Who,
    request: Request,
) -> Result<Response, Failure> {
    let from = format!("relay-from:{}", who.origin);
    site.limiter
        .take(&from, PER_MINUTE_MAX, 60, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let Some((head, signatures)) = head_of(request.headers()) else {
        return Ok(plain(problem(StatusCode::UNAUTHORIZED, "", "Thiếu chữ ký của bản tin.")));
    };
    let code = head.from.clone();
    let known = site.read(&who, move |tx| Ok(known(tx, &code)?)).await?;
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        let no = problem(StatusCode::PAYLOAD_TOO_LARGE, &head.key, "Bản tin quá lớn.");
        // Also this is final for who sent it: he must see that it is ours.
        return Ok(match &known {
            Some(it) => it.sign(&site, &head, no),
            None => plain(no),
        });
    };
    // Who is unknown and who signs wrongly hear the same.
    let Some(known) = known else {
        return Ok(plain(problem(StatusCode::UNAUTHORIZED, &head.key, UNBELIEVED)));
    };
    let reply = believed(&site, &who, &head, &known, signatures, body).await?;
    Ok(known.sign(&site, &head, reply))
}

/// See [`receive`]: from the signature on.
async fn believed(
    site: &Site,
    who: &Who,
    head: &Head,
    known: &Known,
    signatures: Signatures,
    body: Bytes,
) -> Result<Reply, Failure> {
    let partner = known.partner.clone();
    let by = match known.believes(site, head, &body, &signatures, who.now) {
        Ok(it) => it,
        Err(why) => {
            fails(site, who, partner.id, why).await?;
            let said = if why == TIME { TIME } else { UNBELIEVED };
            return Ok(problem(StatusCode::UNAUTHORIZED, &head.key, said));
        }
    };
    let body_sha256 = sign::sha256(&body);
    let (id, key, for_seen) = (partner.id, head.key.clone(), body_sha256.clone());
    let before = site
        .write(who, move |tx| {
            let used = match by {
                By::Key => signatures.by_key,
                By::Secret => signatures.by_secret,
            };
            if !sql::use_up(tx, &used.unwrap_or_default())? {
                return Ok(Err(()));
            }
            sql::heard_of(tx, id)?;
            if by == By::Key {
                sql::heard_by_key(tx, id)?;
            }
            Ok(Ok(sql::answered(tx, id, &key)?))
        })
        .await?;
    match before {
        Err(()) => {
            return Ok(problem(
                StatusCode::UNAUTHORIZED,
                &head.key,
                "Bản tin này đã được gửi rồi.",
            ));
        }
        Ok(Some((sha256, _))) if sha256 != for_seen => {
            let why = "Cùng mã bản tin nhưng nội dung khác.";
            return Ok(problem(StatusCode::BAD_REQUEST, &head.key, why));
        }
        // A repeat: the same answer, and nothing is done.
        Ok(Some((_, answer))) => return Ok((StatusCode::OK, answer)),
        Ok(None) => {}
    }
    let mut message = match message::read(&body) {
        Ok(it) => it,
        Err(why) => return Ok(problem(StatusCode::BAD_REQUEST, &head.key, why)),
    };
    let stored = match store_files(site, who, message.said.files_mut()).await? {
        Ok(it) => it,
        Err(why) => return Ok(problem(StatusCode::BAD_REQUEST, &head.key, why)),
    };
    let (inner, asker, key) = (site.clone(), who.clone(), head.key.clone());
    let done = site
        .write(who, move |tx| {
            if let Some((_, before)) = sql::answered(tx, partner.id, &key)? {
                return Ok(Ok(before));
            }
            let work = Work { site: &inner, who: &asker, partner: &partner, stored: &stored };
            let code = match work.carry_out(tx, &message)? {
                Ok(it) => it,
                Err(no) => return Ok(Err(no)),
            };
            let by = if by == By::Key { message::BY_KEY } else { "" };
            let said = Answer { key: key.clone(), code, by: by.to_owned(), problem: String::new() };
            let said = serde_json::to_string(&said).map_err(|e| Fault::Broken(e.to_string()))?;
            sql::answer(tx, partner.id, &key, &body_sha256, &said)?;
            Ok(Ok(said))
        })
        .await;
    match done {
        Ok(Ok(said)) => Ok((StatusCode::OK, said)),
        Ok(Err(No::TooEarly)) => {
            let why = "Bản tin đến trước lượt; hãy gửi các bản tin trước.";
            Ok(problem(StatusCode::CONFLICT, &head.key, why))
        }
        Ok(Err(No::Refused(why))) | Err(Failure::Refused(why)) => {
            Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, &head.key, why))
        }
        Err(Failure::NotFound) => {
            let why = "Không có vụ việc này.";
            Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, &head.key, why))
        }
        // Two tries in one moment: the second comes again and finds the answer of the first.
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            Ok(problem(StatusCode::CONFLICT, &head.key, "Bản tin đang được xử lý."))
        }
        Err(other) => Err(other),
    }
}

async fn fails(site: &Site, who: &Who, partner: i64, why: &'static str) -> Result<(), Failure> {
    site.write(who, move |tx| Ok(sql::line_fails(tx, partner, why)?)).await
}

/// Checks every file by its size, its hash and its bytes, and puts it away.
async fn store_files(
    site: &Site,
    who: &Who,
    said: &mut [File],
) -> Result<Result<Vec<files::Stored>, String>, Failure> {
    let mut read = Vec::with_capacity(said.len());
    for file in said {
        let data = std::mem::take(&mut file.data);
        let Ok(bytes) = STANDARD.decode(data.as_bytes()) else {
            return Ok(Err(format!("Tệp “{}” không đọc được.", file.name)));
        };
        let is_whole = i64::try_from(bytes.len()).is_ok_and(|it| it == file.size);
        if !is_whole || sign::sha256(&bytes) != file.sha256 {
            return Ok(Err(format!("Tệp “{}” không khớp mã kiểm tra.", file.name)));
        }
        read.push(Upload {
            field: "tep".to_owned(),
            name: file.name.clone(),
            bytes: Bytes::from(bytes),
        });
    }
    // Opened and looked through as what comes in at the counter is.
    let (stored, wrong) = files::store_all(site, who, &Typed::default(), read).await?;
    Ok(if wrong.is_empty() { Ok(stored) } else { Err(wrong.join(" ")) })
}

struct Work<'a> {
    site: &'a Site,
    who: &'a Who,
    partner: &'a Partner,
    stored: &'a [files::Stored],
}

/// The partner's people are nobody here: what they do, the program does for the lead.
fn lead() -> Maker {
    Maker { parts: vec![Part::Lead], ..Maker::system() }
}

impl Work<'_> {
    /// Carries a message out; gives our dossier code.
    fn carry_out(&self, tx: &mut Tx<'_>, message: &Message) -> Result<Result<String, No>, Failure> {
        let calendars = calendars(self.site, tx)?;
        let desk = Desk { tree: &self.who.tree, calendars: &calendars };
        let found = sql::case_held(tx, self.partner.id, &message.reference)?;
        let mut case = match (&message.said, found) {
            (Said::Open(opening), None) => {
                if message.sequence != 1 {
                    return Ok(Err(No::TooEarly));
                }
                return self.open(tx, desk, message, opening);
            }
            (Said::Open(_), Some(_)) => {
                return Ok(Err(No::Refused("Vụ việc này đã có.".to_owned())));
            }
            (_, None) => return Ok(Err(No::TooEarly)),
            (_, Some(it)) => it,
        };
        let mut link = links::find(tx, case.link)?.ok_or(Failure::NotFound)?;
        // Each half counts its own messages; the first of theirs to the opener is number 1.
        if message.sequence != case.received + 1 {
            let old = message.sequence <= case.received;
            let no = No::Refused("Bản tin này đã cũ.".to_owned());
            return Ok(Err(if old { no } else { No::TooEarly }));
        }
        case.received = message.sequence;
        match &message.said {
            Said::Open(_) => {}
            Said::Progress(it) => self.progress(tx, &mut case, &mut link, it)?,
            Said::Result(it) => self.result(tx, desk, &mut link, it)?,
            Said::Received => {
                acts::returned(tx, desk, &lead(), &mut link)?;
            }
            Said::RefuseResult { reason } => {
                acts::move_on(tx, &mut link, LinkAct::RefuseResult, Some(reason.clone()))?;
                acts::close_waiting(tx, link.id, HandOverState::Refused, reason)?;
            }
            Said::Withdraw { reason } => {
                match acts::withdraw(tx, desk, &lead(), &mut link, reason) {
                    // There is a result already: it is on its way.
                    Ok(()) | Err(Failure::Refused(_)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        sql::keep_case(tx, &case)?;
        Ok(Ok(self.own_code(tx, &link)?))
    }

    fn own_code(&self, tx: &mut Tx<'_>, link: &Link) -> Result<String, Failure> {
        let id = link.child.or(link.parent).ok_or(Failure::NotFound)?;
        Ok(dossiers::find(tx, id)?.map_or_else(String::new, |it| it.code))
    }

    /// The one-stop shop of the body with this agency code.
    fn counter(&self, agency: &str) -> Option<UnitId> {
        let tree = &self.who.tree;
        let body = tree.all().find(|it| {
            it.agency_code == agency
                && matches!(it.kind.as_str(), "commune" | "district" | "province")
        })?;
        let below = tree.children(body.id).iter().copied();
        below.into_iter().find(|it| tree.unit(*it).is_some_and(|it| it.kind == "one_stop"))
    }

    /// Lays a part of somebody else's case on the counter that it is for.
    fn open(
        &self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        message: &Message,
        it: &Opening,
    ) -> Result<Result<String, No>, Failure> {
        let Some(to) = self.counter(&it.to_agency) else {
            let why = format!("Không có đơn vị mã {} ở hệ thống nhận.", it.to_agency);
            return Ok(Err(No::Refused(why)));
        };
        let channel = it.channel;
        let days = it.agreed_days;
        let now = tx.now().civil();
        // What could not be promised is refused at once, before anybody waits for it.
        desk::promise(tx, desk, &it.procedure, to, (channel, days), now)?;
        let intake = Intake {
            procedure: it.procedure.clone(),
            unit: to,
            channel,
            received_at: now,
            person: Person {
                name: it.applicant.name.clone(),
                id_number: it.applicant.id_number.clone(),
                birth_date: it.applicant.birth_date.clone(),
                phone: it.applicant.phone.clone(),
                email: it.applicant.email.clone(),
                address: it.applicant.address.clone(),
                request: it.request.clone(),
                return_way: "counter".to_owned(),
                ..Person::default()
            },
            papers: acts::papers_of(&handed(&it.papers)),
            fee: domain::money::Dong::ZERO,
            agreed_days: days,
        };
        let received = desk::hand_in(tx, desk, &lead(), &intake)?;
        files::attach(tx, received.id, "scan", self.stored)?;
        let mut link = Link {
            id: 0,
            parent: None,
            child: Some(received.id),
            place: 1,
            arrangement: Arrangement::Parallel,
            state: LinkState::AtCounter,
            from_unit: None,
            to_unit: Some(to),
            procedure: it.procedure.clone(),
            carriage: Carriage::from_code(&it.carriage).unwrap_or(Carriage::Electronic),
            agreed_days: days,
            request: it.request.clone(),
            outcome: None,
            number: String::new(),
            opened_by: tx.by(),
            opened: tx.now(),
            edition: 1,
        };
        link.id = links::insert(tx, &link)?;
        sql::insert_case(
            tx,
            &Case {
                link: link.id,
                partner: self.partner.id,
                reference: message.reference.clone(),
                agency: it.from_agency.clone(),
                unit: it.from_unit.clone(),
                code: it.whole_code.clone(),
                procedure: it.whole_procedure.clone(),
                status: String::new(),
                due_at: it.whole_due_at,
                sent: 0,
                received: message.sequence,
            },
        )?;
        let mut papers = handed(&it.papers);
        papers.extend(own_files(tx, received.id, self.stored)?);
        acts::give(tx, desk, link.id, Direction::Out, (None, Some(to)), &papers)?;
        let about = serde_json::json!({"link": link.id, "partner": self.partner.id});
        tx.journal(Entry::new(dossiers::SUBJECT, received.id.0, "link_arrive").details(&about));
        synchronised(self.site, tx, link.id, Sync::Synced)?;
        Ok(Ok(received.code))
    }

    /// What the other half says of itself.
    fn progress(
        &self,
        tx: &mut Tx<'_>,
        case: &mut Case,
        link: &mut Link,
        it: &Progress,
    ) -> Result<(), Failure> {
        case.status.clone_from(&it.status);
        case.due_at = it.due_at;
        if !it.code.is_empty() {
            case.code.clone_from(&it.code);
        }
        if !it.unit.is_empty() {
            case.unit.clone_from(&it.unit);
        }
        let act = match LinkAct::from_code(&it.act) {
            Some(
                act @ (LinkAct::Accept
                | LinkAct::Refuse
                | LinkAct::Finish
                | LinkAct::Unfinish
                | LinkAct::Withdraw),
            ) => act,
            _ => return Ok(()),
        };
        // Its acknowledgement may still be on the way: whoever accepts has it.
        if link.state == LinkState::Queued {
            acts::move_on(tx, link, LinkAct::Arrive, None)?;
        }
        // What the lead has called back stays so, whatever was under way.
        if !link.state.is_open() {
            return Ok(());
        }
        let finished = act == LinkAct::Finish;
        link.outcome = if finished { it.outcome } else { None };
        link.number = if finished { it.number.clone() } else { String::new() };
        acts::move_on(tx, link, act, Some(it.reason.clone()).filter(|it| !it.is_empty()))?;
        match act {
            LinkAct::Accept => acts::close_waiting(tx, link.id, HandOverState::Confirmed, ""),
            LinkAct::Refuse => acts::close_waiting(tx, link.id, HandOverState::Refused, &it.reason),
            _ => Ok(()),
        }
    }

    /// A result comes back: its files are the parent's from now, and the lead confirms the papers.
    fn result(
        &self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        link: &mut Link,
        it: &Returned,
    ) -> Result<(), Failure> {
        if !link.state.is_open() {
            return Ok(());
        }
        let parent = link.parent.ok_or(Failure::NotFound)?;
        link.outcome = it.outcome;
        link.number.clone_from(&it.number);
        acts::move_on(tx, link, LinkAct::SendBack, None)?;
        files::attach(tx, parent, "result", self.stored)?;
        let mut papers = handed(&it.papers);
        papers.extend(own_files(tx, parent, self.stored)?);
        acts::give(tx, desk, link.id, Direction::Back, (None, link.from_unit), &papers)?;
        Ok(())
    }
}

fn handed(papers: &[message::Paper]) -> Vec<Handed> {
    papers
        .iter()
        .map(|it| Handed {
            name: it.name.clone(),
            form: it.form.clone(),
            count: it.count,
            file: None,
        })
        .collect()
}

/// The rows of files that were just attached.
fn own_files(
    tx: &mut Tx<'_>,
    id: domain::ids::DossierId,
    stored: &[files::Stored],
) -> Result<Vec<Handed>, Fault> {
    let known = dossiers::files(tx, id)?;
    let of = |it: &files::Stored| {
        let blob = StoredBlob { sha256: it.sha256.clone(), size: it.size };
        known.iter().rev().find(|file| file.sha256 == blob.sha256).map(|file| Handed {
            name: file.name.clone(),
            form: "file".to_owned(),
            count: 1,
            file: Some(file.id),
        })
    };
    Ok(stored.iter().filter_map(of).collect())
}
