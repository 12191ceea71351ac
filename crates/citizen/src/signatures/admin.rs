//! The page “Chứng thư và con dấu số”.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::{Action, Role},
    ids::{StaffId, UnitId},
};
use people::staff::facts as staff;
use signing::{PFX_BYTES_MAX, Seal};
use site::{
    Failure, Fields, Filled, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Typed,
    Upload, Who, told,
};
use store::{Tx, journal::Entry};

use super::{
    PAGE, clamd,
    facts::{self, EDITION, SEAL},
    incoming::{WAITING, when},
    judging, sql,
};

/// Days before its end from which a certificate is warned of.
const WARN_DAYS: i64 = 45;
/// Files that are shown of those that are kept apart.
const HELD_MAX: i64 = 50;
const SUBJECT: &str = "certificate";

struct Line {
    id: i64,
    /// Whose it is: a unit, a person; empty for a root.
    whose: String,
    subject: String,
    fingerprint: String,
    until: String,
    state: &'static str,
    state_class: &'static str,
}

struct Held {
    code: String,
    name: String,
    state: &'static str,
    since: String,
}

#[derive(Template)]
#[template(path = "signatures/templates/page.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    roots: Vec<Line>,
    seals: Vec<Line>,
    signers: Vec<Line>,
    units: Vec<(String, String)>,
    people: Vec<(String, String)>,
    held: Vec<Held>,
    waiting: usize,
    clamd_is_set: bool,
    is_whole: bool,
    broken: Vec<(String, String)>,
}

/// The fingerprint as people compare it: groups of digits.
fn grouped(fingerprint: &str) -> String {
    let digits: Vec<char> = fingerprint.to_uppercase().chars().collect();
    digits.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn state(from_ms: i64, until_ms: i64, now_ms: i64) -> (&'static str, &'static str) {
    if now_ms > until_ms {
        ("đã hết hạn", "bad")
    } else if now_ms < from_ms {
        ("chưa có hiệu lực", "warn")
    } else if until_ms - now_ms < WARN_DAYS * 86_400_000 {
        ("sắp hết hạn", "warn")
    } else {
        ("đang hiệu lực", "good")
    }
}

/// Whether `who` administers every one-stop shop: whom we trust and what is set holds for all of them.
/// Bodies above them, which the installation only names, need not be within.
fn is_whole(who: &Who) -> bool {
    let one_stops = who.tree.all().filter(|it| it.kind == "one_stop");
    one_stops.map(|it| it.id).all(|it| who.can_at(Action::SealManage, it))
}

fn signable(who: &Who) -> Vec<(String, String)> {
    let kinds = ["commune", "district", "province", "department"];
    who.tree
        .all()
        .filter(|it| kinds.contains(&it.kind.as_str()) && who.can_at(Action::SealManage, it.id))
        .map(|it| (it.id.to_string(), who.tree.title(it.id).to_owned()))
        .collect()
}

/// Those who may sign within reach, unit by unit.
fn leaders(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<(String, String)>, Failure> {
    let mut found: Vec<(String, String)> = Vec::new();
    for unit in who.tree.all().filter(|it| who.can_at(Action::SealManage, it.id)) {
        let title = who.tree.title(unit.id);
        for it in staff::with_any_role(tx, &[Role::Leader], &[unit.id], who.today())? {
            let id = it.id.to_string();
            if found.iter().all(|one| one.0 != id) {
                found.push((id, format!("{title}: {} – {}", it.name, it.title)));
            }
        }
    }
    Ok(found)
}

async fn show(site: &Site, who: &Who, mut m: Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (roots, seals, signers, people, held, policy, names) = site
        .read(who, move |tx| {
            let signers = sql::signers(tx)?;
            let mut names = Vec::new();
            for it in &signers {
                let name = staff::person(tx, it.staff, asker.today())?.map(|it| it.name);
                names.push(name.unwrap_or_else(|| "–".to_owned()));
            }
            Ok((
                sql::roots(tx)?,
                sql::seals(tx)?,
                signers,
                leaders(tx, &asker)?,
                sql::held(tx, HELD_MAX)?,
                facts::policy(tx)?,
                names,
            ))
        })
        .await?;
    let now = (site.clock)().epoch_ms();
    let line = |id, whose: String, subject: String, print: &str, (from, until): (i64, i64)| {
        let (state, state_class) = state(from, until, now);
        let fingerprint = grouped(print);
        Line { id, whose, subject, fingerprint, until: when(until), state, state_class }
    };
    for (name, value) in [("clamd", &policy.clamd), ("tac-tu", &policy.agent)] {
        if !m.typed.has(name) {
            m.typed.set(name, value.clone());
        }
    }
    if !m.typed.has("chu-ky-hong") {
        m.typed.set("chu-ky-hong", if policy.refuses_broken { "refuse" } else { "warn" });
    }
    let whole = is_whole(who);
    let reach = |unit: UnitId| who.can_at(Action::SealManage, unit);
    let page = Page {
        shell: site.shell(who),
        roots: roots
            .into_iter()
            .map(|it| line(it.id, String::new(), it.subject, &it.fingerprint, (0, it.not_after_ms)))
            .collect(),
        seals: seals
            .into_iter()
            .filter(|it| reach(it.unit))
            .map(|it| {
                let whose = who.tree.title(it.unit).to_owned();
                let subject = format!("{}; do {} cấp", it.subject, it.issuer);
                let dates = (it.not_before_ms, it.not_after_ms);
                let mut line = line(it.id, whose, subject, &it.fingerprint, dates);
                if it.untrusted && line.state_class != "bad" {
                    (line.state, line.state_class) = ("tổ chức cấp chưa được tin cậy", "bad");
                }
                line
            })
            .collect(),
        signers: signers
            .into_iter()
            .zip(names)
            .filter(|(it, _)| whole || people.iter().any(|one| one.0 == it.staff.to_string()))
            .map(|(it, name)| line(it.id, name, it.subject, &it.fingerprint, (0, it.not_after_ms)))
            .collect(),
        units: signable(who),
        people,
        waiting: held.iter().filter(|it| it.scan == WAITING).count(),
        held: held
            .into_iter()
            .filter(|_| whole)
            .map(|it| Held {
                code: it.code,
                name: it.name,
                state: if it.scan == WAITING { "chờ quét" } else { "có mã độc" },
                since: when(it.added_ms),
            })
            .collect(),
        clamd_is_set: !policy.clamd.is_empty(),
        is_whole: whole,
        broken: [
            ("warn", "Nhận, kèm cảnh báo cho người gửi và người xử lý"),
            ("refuse", "Không nhận, nói rõ lý do"),
        ]
        .map(|(code, label)| (code.to_owned(), label.to_owned()))
        .to_vec(),
        m: &m,
    };
    site.page(&page)
}

/// GET `/co-quan/quan-tri/chung-thu`
pub async fn page(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    show(&site, &who, Mistakes::default()).await
}

/// POST `/co-quan/quan-tri/chung-thu`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let of = |field: &str| uploads.iter().find(|it| it.field == field);
    let done = match typed.get("viec") {
        "goc" => trust(&site, &who, typed.clone(), of("tep-goc")).await?,
        "con-dau" => take_seal(&site, &who, typed.clone(), of("tep-con-dau")).await?,
        "nguoi-ky" => take_signer(&site, &who, typed.clone(), of("tep-nguoi-ky")).await?,
        "thiet-dat" => set(&site, &who, typed.clone()).await?,
        _ => return Err(Failure::NotFound),
    };
    match done {
        Ok(notice) => Ok(told(PAGE, &notice)),
        Err(m) => {
            let page = show(&site, &who, m).await?;
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

type Done = Result<String, Mistakes>;

fn wrong(typed: Typed, field: &str, why: impl ToString) -> Done {
    let mut m = Mistakes::none(typed);
    m.by_field.insert(field.to_owned(), why.to_string());
    Err(m)
}

fn only_whole(who: &Who) -> Result<(), Failure> {
    if is_whole(who) {
        return Ok(());
    }
    Err(Failure::Refused(
        "Việc này áp dụng cho mọi đơn vị nên chỉ quản trị bao trùm mọi đơn vị được làm.".to_owned(),
    ))
}

async fn trust(
    site: &Site,
    who: &Who,
    typed: Typed,
    upload: Option<&Upload>,
) -> Result<Done, Failure> {
    only_whole(who)?;
    let Some(upload) = upload else {
        return Ok(wrong(typed, "tep-goc", "Chưa chọn tệp chứng thư."));
    };
    let found = match signing::certificates(&upload.bytes) {
        Ok(it) => it,
        Err(why) => return Ok(wrong(typed, "tep-goc", why)),
    };
    if found.iter().any(|it| !it.is_authority()) {
        let why =
            "Trong tệp có chứng thư không phải của tổ chức cấp chứng thư (CA), không dùng làm gốc.";
        return Ok(wrong(typed, "tep-goc", why));
    }
    let count = found.len();
    let added = site
        .write(who, move |tx| {
            let mut added = 0;
            for it in &found {
                if let Some(id) = sql::add_root(tx, it, &facts::hex(&it.der))? {
                    added += 1;
                    let details = serde_json::json!({"fingerprint": it.fingerprint()});
                    tx.journal(Entry::new(SUBJECT, id, "trust_root").details(&details));
                }
            }
            site::outdate(tx, EDITION)?;
            Ok(added)
        })
        .await?;
    // Seals, and the first files, at once; the job goes through the rest.
    judging::judge_seals(site).await?;
    judging::judge_files(site, 0).await?;
    Ok(Ok(match (added, count) {
        (0, _) => "Các chứng thư này đã được tin cậy từ trước.".to_owned(),
        (added, _) => format!("Đã thêm {added} chứng thư gốc được tin cậy."),
    }))
}

async fn take_seal(
    site: &Site,
    who: &Who,
    typed: Typed,
    upload: Option<&Upload>,
) -> Result<Done, Failure> {
    let units = signable(who);
    let mut fields = Fields::of(typed.clone());
    let unit = fields.choice("don-vi", |it| {
        units.iter().any(|(id, _)| id == it).then(|| it.parse().ok().map(UnitId))?
    });
    let Some(upload) = upload.filter(|it| it.bytes.len() <= PFX_BYTES_MAX) else {
        return Ok(wrong(typed, "tep-con-dau", "Chọn tệp PKCS#12 (.p12, .pfx), tối đa 256 KB."));
    };
    let unit = match fields.finish(unit) {
        Ok(it) => it,
        Err(m) => return Ok(Err(m)),
    };
    // Whoever may not see it again types it anew: a password is never put back into a page.
    let mut shown = typed.clone();
    shown.set("mat-khau", "");
    let password = typed.all("mat-khau").next().unwrap_or("").to_owned();
    if password.contains('\n') {
        return Ok(wrong(shown, "mat-khau", "Mật khẩu không được có dấu xuống dòng."));
    }
    let (bytes, tried) = (upload.bytes.clone(), password.clone());
    let opened = tokio::task::spawn_blocking(move || Seal::open(&bytes, &tried));
    let opened = opened.await.map_err(|e| store::Fault::Broken(e.to_string()))?;
    let seal = match opened {
        Ok(it) => it,
        Err(why @ signing::BadPfx::Password) => return Ok(wrong(shown, "mat-khau", why)),
        Err(why) => return Ok(wrong(shown, "tep-con-dau", why)),
    };
    let Some(certificate) = seal.certificate().cloned() else {
        return Ok(wrong(shown, "tep-con-dau", signing::BadPfx::Incomplete));
    };
    if certificate.not_after.saturating_mul(1000) < (site.clock)().epoch_ms() {
        return Ok(wrong(
            shown,
            "tep-con-dau",
            "Chứng thư trong tệp đã hết hạn. Hãy dùng chứng thư mới.",
        ));
    }
    let text = format!("{}\n{password}", facts::hex(&upload.bytes));
    let closed = site.seal.close(&format!("{SEAL}:{unit}"), &text)?;
    let title = who.tree.title(unit).to_owned();
    let inner = site.clone();
    let roots = site.read(who, move |tx| Ok(facts::roots(&inner, tx)?)).await?;
    let untrusted = !seal.is_trusted(&roots.0, (site.clock)().epoch_ms() / 1000);
    let issuer = certificate.issuer_line();
    site.write(who, move |tx| {
        sql::keep_seal(tx, unit, &certificate, (&closed, untrusted))?;
        let details = serde_json::json!({"fingerprint": certificate.fingerprint()});
        tx.journal(Entry::new("unit", unit.0, "add_seal").details(&details));
        Ok(())
    })
    .await?;
    let but = match untrusted {
        true => format!(
            " Nhưng {issuer}, nơi cấp chứng thư của con dấu, chưa được tin cậy: văn bản đóng dấu sẽ hiện là chưa hợp \
             lệ. Hãy thêm chứng thư gốc của nơi cấp ở trên."
        ),
        false => String::new(),
    };
    Ok(Ok(format!("Đã lưu con dấu số của {title}.{but}")))
}

async fn take_signer(
    site: &Site,
    who: &Who,
    typed: Typed,
    upload: Option<&Upload>,
) -> Result<Done, Failure> {
    let asker = who.clone();
    let people = site.read(who, move |tx| leaders(tx, &asker)).await?;
    let mut fields = Fields::of(typed.clone());
    let person = fields.choice("can-bo", |it| {
        people.iter().any(|(id, _)| id == it).then(|| it.parse().ok().map(StaffId))?
    });
    let Some(upload) = upload else {
        return Ok(wrong(typed, "tep-nguoi-ky", "Chưa chọn tệp chứng thư của người ký."));
    };
    let person = match fields.finish(person) {
        Ok(it) => it,
        Err(m) => return Ok(Err(m)),
    };
    let found = match signing::certificates(&upload.bytes) {
        Ok(it) => it,
        Err(why) => return Ok(wrong(typed, "tep-nguoi-ky", why)),
    };
    let Some(certificate) =
        found.into_iter().find(|it| it.may_sign_documents() && !it.is_authority())
    else {
        let why = "Chứng thư trong tệp không dùng để ký văn bản.";
        return Ok(wrong(typed, "tep-nguoi-ky", why));
    };
    site.write(who, move |tx| {
        sql::add_signer(tx, person, &certificate)?;
        let details = serde_json::json!({"fingerprint": certificate.fingerprint()});
        tx.journal(Entry::new("staff", person.0, "add_certificate").details(&details));
        Ok(())
    })
    .await?;
    Ok(Ok("Đã ghi chứng thư của người ký.".to_owned()))
}

async fn set(site: &Site, who: &Who, typed: Typed) -> Result<Done, Failure> {
    only_whole(who)?;
    let mut fields = Fields::of(typed);
    let clamd = fields.optional_text("clamd", 200);
    let agent = fields.optional_text("tac-tu", 200);
    let broken =
        fields.choice("chu-ky-hong", |it| matches!(it, "warn" | "refuse").then(|| it.to_owned()));
    if agent.as_ref().is_some_and(|it| {
        let here = ["wss://127.0.0.1:", "wss://localhost:", "ws://127.0.0.1:"];
        let port = here.iter().find_map(|one| it.strip_prefix(one));
        // It stands in the content policy of the page that signs: nothing but a port may follow.
        !it.is_empty() && port.is_none_or(|it| it.parse::<u16>().is_err())
    }) {
        fields.wrong(
            "tac-tu",
            "Phần mềm ký chạy trên chính máy người ký: wss://127.0.0.1 và số cổng.",
        );
    }
    let settable = |it: &String| {
        it.is_empty()
            || it.starts_with("unix:/")
            || it.rsplit_once(':').is_some_and(|it| it.1.parse::<u16>().is_ok())
    };
    if clamd.as_ref().is_some_and(|it| !settable(it)) {
        fields.wrong("clamd", "Ghi unix:/đường-dẫn hoặc máy:cổng, ví dụ 127.0.0.1:3310.");
    }
    let whole = clamd.zip(agent).zip(broken);
    let ((clamd, agent), broken) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Ok(Err(m)),
    };
    // What stops the sending of files unnoticed is told now, not when somebody wonders why they wait.
    let heard = match clamd.as_str() {
        "" => "",
        it if clamd::answers(it).await => " clamd đã trả lời.",
        _ => {
            " Nhưng clamd chưa trả lời ở địa chỉ này: tệp gửi đến sẽ được nhận và giữ riêng, chưa ai mở được cho \
             đến khi clamd trả lời."
        }
    };
    site.write(who, move |tx| {
        for (name, value) in [("clamd", &clamd), ("agent", &agent), ("broken", &broken)] {
            sql::set(tx, name, value)?;
        }
        // Without a clamd nobody would ever let the files go that wait for it.
        let released = if clamd.is_empty() { sql::release_all(tx)? } else { 0 };
        let details =
            serde_json::json!({"clamd": !clamd.is_empty(), "broken": broken, "released": released});
        tx.journal(Entry::new("setting", 0, "set_files").details(&details));
        Ok(())
    })
    .await?;
    Ok(Ok(format!("Đã lưu thiết đặt.{heard}")))
}

#[derive(Template)]
#[template(path = "signatures/templates/confirm.html")]
struct Confirm {
    shell: Shell,
    step: String,
    id: i64,
    title: &'static str,
    what: String,
    then: &'static str,
}

fn titles(step: &str) -> Option<(&'static str, &'static str)> {
    Some(match step {
        "goc" => (
            "Thôi tin cậy chứng thư gốc",
            "Chữ ký số do chứng thư này cấp sẽ bị coi là của tổ chức chưa được tin cậy. Kết quả kiểm tra đã lưu không đổi.",
        ),
        "con-dau" => (
            "Xóa con dấu số",
            "Đơn vị sẽ không đóng dấu số được cho đến khi tải con dấu khác lên. Văn bản đã đóng dấu không đổi.",
        ),
        "nguoi-ky" => (
            "Bỏ chứng thư của người ký",
            "Người này sẽ không ký số được bằng chứng thư đó. Văn bản đã ký không đổi.",
        ),
        _ => return None,
    })
}

/// Whose it is, if `who` may change it.
fn named(tx: &mut Tx<'_>, who: &Who, step: &str, id: i64) -> Result<String, Failure> {
    match step {
        "goc" => {
            only_whole(who)?;
            let found = sql::roots(tx)?.into_iter().find(|it| it.id == id);
            Ok(found.ok_or(Failure::NotFound)?.subject)
        }
        "con-dau" => {
            let found = sql::seals(tx)?.into_iter().find(|it| it.id == id);
            let found = found.ok_or(Failure::NotFound)?;
            site::demand(who, Action::SealManage, found.unit)?;
            Ok(format!("{} ({})", who.tree.title(found.unit), found.subject))
        }
        "nguoi-ky" => {
            let found = sql::signers(tx)?.into_iter().find(|it| it.id == id);
            let found = found.ok_or(Failure::NotFound)?;
            let reach = leaders(tx, who)?.iter().any(|it| it.0 == found.staff.to_string());
            if reach || is_whole(who) { Ok(found.subject) } else { Err(Failure::NotFound) }
        }
        _ => Err(Failure::NotFound),
    }
}

/// GET `/co-quan/quan-tri/chung-thu/{step}/{id}`
pub async fn confirm(
    State(site): State<Site>,
    who: Who,
    Path((step, id)): Path<(String, i64)>,
) -> Result<Html<String>, Failure> {
    let (title, then) = titles(&step).ok_or(Failure::NotFound)?;
    let (asker, kind) = (who.clone(), step.clone());
    let what = site.read(&who, move |tx| named(tx, &asker, &kind, id)).await?;
    site.page(&Confirm { shell: site.shell(&who), step, id, title, what, then })
}

/// POST `/co-quan/quan-tri/chung-thu/{step}/{id}`
pub async fn remove(
    State(site): State<Site>,
    who: Who,
    Path((step, id)): Path<(String, i64)>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    titles(&step).ok_or(Failure::NotFound)?;
    let (asker, is_root) = (who.clone(), step == "goc");
    site.write(&who, move |tx| {
        named(tx, &asker, &step, id)?;
        let act = match step.as_str() {
            "goc" => {
                sql::remove_root(tx, id)?;
                site::outdate(tx, EDITION)?;
                "distrust_root"
            }
            "con-dau" => {
                sql::remove_seal(tx, id)?;
                "remove_seal"
            }
            _ => {
                sql::remove_signer(tx, id)?;
                "remove_certificate"
            }
        };
        tx.journal(Entry::new(SUBJECT, id, act));
        Ok(())
    })
    .await?;
    if is_root {
        judging::judge_seals(&site).await?;
    }
    Ok(told(PAGE, "Đã bỏ."))
}
