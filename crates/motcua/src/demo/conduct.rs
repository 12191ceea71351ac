//! Two made-up cases about conduct at Phú Sơn: one looked into, put right and closed, one in which somebody is to
//! explain himself.

use std::{path::PathBuf, sync::Arc};

use domain::{
    conduct::{Command, Conclusion, Measure, Source},
    ids::ConductCaseId,
    time::Instant,
};
use jiff::{ToSpan as _, civil::DateTime};
use people::staff::facts as staff;
use site::{Config, Lang, Site, Who, seal::Seal};
use store::{Blobs, Db, Fault, Stamp, Tx};
use voice::conduct::facts::{self as conduct, Opening, Verifier};

use super::{
    office::{Body, Office, Player},
    year::{at, played},
};

/// Somebody at a moment, as a page would know him.
pub(super) fn who(site: &Site, tx: &mut Tx<'_>, time: DateTime, it: Player) -> Result<Who, Fault> {
    tx.restamp(at(time, it));
    Ok(Who {
        account: it.account,
        staff: Some(it.staff),
        name: staff::account_name(tx, it.account)?.into(),
        grants: staff::grants_of(tx, &[it.staff])?.into(),
        tree: site.tree(tx)?,
        now: Instant::from_civil(time),
        ..Who::nobody(Lang::Vi)
    })
}

struct Play<'a> {
    site: &'a Site,
    case: ConductCaseId,
}

impl Play<'_> {
    fn take(
        &self,
        tx: &mut Tx<'_>,
        (time, by): (DateTime, Player),
        command: Command,
        words: &str,
    ) -> Result<(), Fault> {
        let who = who(self.site, tx, time, by)?;
        conduct::take(tx, &who, self.case, (command, words)).map_err(played)
    }
}

fn opened<'a>(
    site: &'a Site,
    tx: &mut Tx<'_>,
    (time, by): (DateTime, Player),
    opening: &Opening,
) -> Result<Play<'a>, Fault> {
    let who = who(site, tx, time, by)?;
    let case = conduct::open(site, tx, &who, opening).map_err(played)?;
    Ok(Play { site, case })
}

fn cases(site: &Site, tx: &mut Tx<'_>, now: Instant, body: &Body) -> Result<(), Fault> {
    let Some(verifier) = body.specialists.first().copied() else { return Ok(()) };
    let day = |before: i64, hour: i8| {
        let day = now.civil().date().saturating_sub(before.days());
        day.at(hour, 15, 0, 0)
    };
    let (head, leader, accused) = (body.head, body.leader, body.official);
    let own = Opening {
        accused: accused.staff,
        source: Source::OwnMotion,
        origin: String::new(),
        summary:
            "Sáng thứ Hai, quầy số 1 to tiếng với một cụ bà hỏi lại giấy tờ phải nộp (minh họa)."
                .to_owned(),
        happened_on: Some(day(25, 8).date()),
        feedback: Vec::new(),
        rating: None,
    };
    let first = opened(site, tx, (day(24, 8), head), &own)?;
    let due = |before: i64| day(before, 16);
    first.take(tx, (day(23, 9), head), Command::Screen { due_at: due(2) }, "")?;
    let named = Verifier { staff: verifier.staff, is_under_accused: false };
    first.take(
        tx,
        (day(23, 10), leader),
        Command::Assign { verifier: named },
        "Hỏi người có mặt",
    )?;
    first.take(tx, (day(22, 8), verifier), Command::Begin { explain_until: due(19) }, "")?;
    let said =
        "Hôm đó loa gọi số hỏng nên tôi phải nói to; tôi nhận chưa giữ được bình tĩnh (minh họa).";
    first.take(tx, (day(21, 8), accused), Command::Explain, said)?;
    let found =
        "Hai người có mặt xác nhận có nói to, không xúc phạm; loa hỏng từ hôm trước (minh họa).";
    first.take(tx, (day(20, 8), verifier), Command::Find, found)?;
    let conclude = Command::Conclude { conclusion: Conclusion::Partly, due_at: due(12) };
    first.take(
        tx,
        (day(18, 8), leader),
        conclude,
        "Có nói to tiếng nơi công sở; không có lời xúc phạm.",
    )?;
    let apology = Command::Correct {
        measure: Measure::Apology,
        due_on: day(12, 8).date(),
        checker: head.staff,
    };
    first.take(tx, (day(17, 8), leader), apology, "Xin lỗi cụ bà; sửa loa gọi số")?;
    let checked = "Đã đến nhà xin lỗi cùng trưởng xóm; loa đã thay.";
    first.take(tx, (day(14, 8), head), Command::Check { at: 0 }, checked)?;
    first.take(
        tx,
        (day(13, 8), leader),
        Command::Reply,
        "Vụ việc không có người phản ánh cần trả lời.",
    )?;
    first.take(tx, (day(13, 9), leader), Command::Close, "")?;

    let press = Opening {
        source: Source::Press,
        origin: "Bản tin minh họa, bài “Chờ ở một cửa”".to_owned(),
        summary:
            "Bài viết nêu quầy tiếp nhận trả lời cụt lủn, không hướng dẫn người dân (minh họa)."
                .to_owned(),
        happened_on: None,
        ..own
    };
    let second = opened(site, tx, (day(1, 8), head), &press)?;
    second.take(tx, (day(1, 9), head), Command::Screen { due_at: due(-20) }, "")?;
    second.take(tx, (day(1, 10), leader), Command::Assign { verifier: named }, "")?;
    second.take(tx, (day(1, 11), verifier), Command::Begin { explain_until: due(-2) }, "")
}

/// Plays the cases.
pub(super) fn play(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    let config = Config {
        base_url: String::new(),
        tls: false,
        behind_proxy: false,
        demo: true,
        data_dir: PathBuf::new(),
        tries_per_address: site::TRIES_PER_ADDRESS,
        ocr: Vec::new(),
    };
    // Nothing of a case is sealed: any key does.
    let site =
        Site::new(db.clone(), Blobs::in_memory(), Arc::new(move || now), config, Seal::passing());
    for body in office.bodies.iter().filter(|it| it.place.contains("Phú Sơn")) {
        db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
            cases(&site, tx, now, body)?;
            tx.restamp(Stamp::of_program(now, "demo"));
            Ok::<(), Fault>(())
        })?;
    }
    Ok(())
}
