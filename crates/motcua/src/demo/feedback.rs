//! What citizens said, through every door: of each class one at least, in each state; one denunciation, sealed; answers
//! that are published. Senders are made up and marked so.

use std::{path::PathBuf, sync::Arc};

use domain::{
    feedback::{Class, Command, Door},
    ids::{AccountId, FeedbackId, UnitId},
    procedure::Tier,
    time::Instant,
};
use jiff::{ToSpan as _, civil::Date};
use site::{Config, Failure, Site, seal::Seal};
use store::{Blobs, Db, Fault, Stamp, Tx};
use voice::feedback::facts::{self as said, NewFeedback, Sender};

use super::office::{Body, Office};

/// How far somebody brings what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Received,
    Sorted,
    Assigned,
    Asked,
    Answered,
    Solved,
    Reopened,
    Silent,
    Rejected,
    HandedOut,
}

/// Something said: days ago, door, class, how far it is, where, what, the answer; whether with a name.
type Said = (i64, Door, Class, Until, &'static str, &'static str, &'static str, bool);

const COMMUNE: [Said; 15] = [
    (
        62,
        Door::Web,
        Class::Suggestion,
        Until::Solved,
        "Xóm 3",
        "Cống trước nhà văn hóa xóm 3 bị tắc, nước bẩn tràn ra đường mỗi khi mưa.",
        "Tổ vệ sinh đã nạo vét toàn bộ đoạn cống 40 m và thay hai nắp vỡ. Xã kiểm tra lại sau mưa đầu tháng.",
        true,
    ),
    (
        55,
        Door::Qr,
        Class::RuleReport,
        Until::Solved,
        "",
        "Quy định nộp bản chứng thực sổ hộ khẩu khi đăng ký khai sinh gây đi lại nhiều lần, dù dữ liệu dân cư đã có.",
        "Từ 01/7/2021 không yêu cầu bản giấy khi đã khai thác được dữ liệu dân cư. \
         Xã đã nhắc bộ phận một cửa và gỡ mẫu cũ khỏi bảng niêm yết.",
        true,
    ),
    (
        48,
        Door::Hotline,
        Class::Question,
        Until::Silent,
        "",
        "Hỏi làm lại giấy khai sinh bị mất thì cần giấy tờ gì, bao lâu có.",
        "Ông, bà mang căn cước đến một cửa, khai theo mẫu; bản sao trích lục có trong ngày, lệ phí 8.000 đồng.",
        true,
    ),
    (
        40,
        Door::Counter,
        Class::Proposal,
        Until::Answered,
        "",
        "Kiến nghị cho trả kết quả chứng thực vào sáng thứ Bảy vì nhiều người đi làm xa.",
        "Xã đã trình huyện phương án trực sáng thứ Bảy tuần đầu tháng, thực hiện thử từ tháng sau.",
        true,
    ),
    (
        33,
        Door::Box,
        Class::Suggestion,
        Until::Solved,
        "",
        "Nhà để xe của trụ sở dột, mưa ướt hết.",
        "Đã thay mái tôn nhà để xe.",
        false,
    ),
    (
        30,
        Door::Press,
        Class::Suggestion,
        Until::HandedOut,
        "Xóm 7",
        "Báo phản ánh đường liên xã qua xóm 7 nhiều ổ gà, xe tải chạy đêm.",
        "",
        false,
    ),
    (
        21,
        Door::Kiosk,
        Class::Suggestion,
        Until::Reopened,
        "",
        "Máy lấy số hay hết giấy vào cuối buổi sáng.",
        "Đã bổ sung giấy và phân công người kiểm tra lúc 10 giờ.",
        false,
    ),
    (
        16,
        Door::Web,
        Class::Question,
        Until::Asked,
        "",
        "Đất nhà tôi có được tách thửa không?",
        "",
        true,
    ),
    (
        14,
        Door::Reception,
        Class::Complaint,
        Until::Sorted,
        "Xóm 2",
        "Đề nghị xem lại quyết định xử phạt hành chính về đổ vật liệu, vì tôi đã dọn trước khi lập biên bản.",
        "",
        true,
    ),
    (
        12,
        Door::Badge,
        Class::Conduct,
        Until::Sorted,
        "",
        "Cán bộ ở quầy nói trống không với người già, bắt chờ trong khi nghe điện thoại riêng.",
        "",
        true,
    ),
    (11, Door::Web, Class::Suggestion, Until::Rejected, "", "Tôi không hài lòng.", "", false),
    (
        9,
        Door::Qr,
        Class::Suggestion,
        Until::Assigned,
        "Xóm 5",
        "Đèn đường đoạn cổng trường tiểu học hỏng ba tuần nay, trẻ con đi học về tối nguy hiểm.",
        "",
        true,
    ),
    (
        5,
        Door::Hotline,
        Class::Suggestion,
        Until::Assigned,
        "Xóm 1",
        "Loa truyền thanh xóm 1 phát quá sớm, 4 giờ 30 sáng.",
        "",
        false,
    ),
    (
        2,
        Door::Web,
        Class::RuleReport,
        Until::Received,
        "",
        "Mẫu đơn xác nhận tình trạng hôn nhân trên bảng niêm yết khác mẫu ở quầy.",
        "",
        true,
    ),
    (
        0,
        Door::Qr,
        Class::Suggestion,
        Until::Received,
        "Xóm 4",
        "Rác tập kết ở đầu xóm 4 chưa thu gom từ thứ Bảy.",
        "",
        false,
    ),
];

const DISTRICT: [Said; 6] = [
    (
        44,
        Door::Web,
        Class::Question,
        Until::Solved,
        "",
        "Đăng ký hộ kinh doanh ở huyện hay ở xã?",
        "Nộp tại bộ phận một cửa của huyện hoặc trực tuyến; có kết quả trong 3 ngày làm việc.",
        true,
    ),
    (
        27,
        Door::Counter,
        Class::RuleReport,
        Until::Answered,
        "",
        "Bảng phí trên tường khác phí thu ở quầy đối với bản sao từ sổ gốc.",
        "Bảng cũ đã được thay; phần thu chênh được trả lại cho ba người.",
        true,
    ),
    (
        18,
        Door::Web,
        Class::Proposal,
        Until::Assigned,
        "",
        "Kiến nghị gộp hai lần nộp ảnh khi làm giấy phép xây dựng nhà ở.",
        "",
        true,
    ),
    (
        8,
        Door::Hotline,
        Class::Conduct,
        Until::Received,
        "",
        "Nhân viên bảo vệ không cho người đi xe lăn vào cổng chính.",
        "",
        false,
    ),
    (
        4,
        Door::Open311,
        Class::Suggestion,
        Until::Sorted,
        "",
        "Vạch sơn sang đường trước cổng huyện mờ hẳn.",
        "",
        false,
    ),
    (
        1,
        Door::Web,
        Class::Complaint,
        Until::Received,
        "",
        "Khiếu nại việc trả lại hồ sơ cấp giấy chứng nhận mà không nêu lý do bằng văn bản.",
        "",
        true,
    ),
];

const SENDERS: [&str; 4] =
    ["Lê Thị Minh Họa", "Trần Văn Minh Họa", "Vi Thị Minh Họa", "Hà Văn Minh Họa"];

/// Plays it.
pub(super) fn play(db: &Db, now: Instant, seal: &Seal, office: &Office) -> Result<(), Fault> {
    let config = Config {
        base_url: String::new(),
        tls: false,
        behind_proxy: false,
        demo: true,
        data_dir: PathBuf::new(),
        tries_per_address: site::TRIES_PER_ADDRESS,
        ocr: Vec::new(),
    };
    let site =
        Site::new(db.clone(), Blobs::in_memory(), Arc::new(move || now), config, seal.clone());
    let shown: Vec<UnitId> = office.shown().map(|it| it.body).collect();
    for body in &office.bodies {
        let is_shown = shown.contains(&body.body);
        let said: &[Said] = match (body.tier, is_shown) {
            (Tier::District, _) => &DISTRICT,
            // The shown communes in full, the others a little.
            (_, true) => &COMMUNE,
            _ => COMMUNE.get(11..).unwrap_or_default(),
        };
        let site = site.clone();
        db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
            if body.tier != Tier::District {
                for number in 1..=9 {
                    said::add_village(tx, body.body, &format!("Xóm {number}"))?;
                }
            }
            for (number, it) in said.iter().enumerate() {
                one(&site, tx, now, body, (number, it)).map_err(fault)?;
            }
            if is_shown {
                denounce(&site, tx, now, body).map_err(fault)?;
            }
            tx.restamp(Stamp::of_program(now, "demo"));
            Ok::<(), Fault>(())
        })?;
    }
    Ok(())
}

pub(super) fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Fault(it) => it,
        other => Fault::Broken(format!("demo of feedback: {other:?}")),
    }
}

/// A working hour so many days ago, never after now.
pub(super) fn moment(now: Instant, days: i64, hour: i8) -> Instant {
    let day: Date = now.civil().date().checked_sub(days.max(0).days()).unwrap_or(Date::MIN);
    Instant::from_civil(day.at(hour, 12, 0, 0)).min(now)
}

pub(super) fn stamped(tx: &mut Tx<'_>, at: Instant, by: AccountId) {
    tx.restamp(Stamp { now: at, by, origin: "demo".into() });
}

fn one(
    site: &Site,
    tx: &mut Tx<'_>,
    now: Instant,
    body: &Body,
    (number, said): (usize, &Said),
) -> Result<(), Failure> {
    let (days, door, class, until, village, text, answer, named) = *said;
    stamped(tx, moment(now, days, 8), AccountId(0));
    let sender = named.then(|| Sender {
        name: (*SENDERS.get(number % SENDERS.len()).unwrap_or(&"")).to_owned(),
        phone: "0900000000".to_owned(),
        address: body.address(),
        ..Sender::default()
    });
    let new = NewFeedback {
        village: said::village(tx, body.body, village)?,
        staff: (class == Class::Conduct && door == Door::Badge).then_some(body.official.staff),
        accused: if class == Class::Conduct {
            "Cán bộ tại quầy (minh họa)".to_owned()
        } else {
            String::new()
        },
        sender,
        ..NewFeedback::of(body.body, door, class, text)
    };
    let id: FeedbackId = said::receive(site, tx, &new)?.id;
    bring(site, tx, (now, body, days), (id, class, until, answer))
}

/// Brings what was received so many days ago as far as it is, each step on its day by whoever does it.
pub(super) fn bring(
    site: &Site,
    tx: &mut Tx<'_>,
    (now, body, days): (Instant, &Body, i64),
    (id, class, until, answer): (FeedbackId, Class, Until, &str),
) -> Result<(), Failure> {
    let mut after = 0;
    let mut next = |tx: &mut Tx<'_>, days_on: i64, by: AccountId| {
        after += days_on;
        stamped(tx, moment(now, days - after, 9), by);
    };
    let sorter = body.reception_officer.unwrap_or(body.head);
    let writer = body.specialists.first().copied().unwrap_or(sorter);
    let reason = |it: &str| it.to_owned();
    if until == Until::Received {
        return Ok(());
    }
    next(tx, 1, sorter.account);
    match until {
        Until::Asked => {
            let words =
                reason("Xin cho biết số thửa, tờ bản đồ và diện tích còn lại sau khi tách.");
            return said::take_step(site, tx, id, (Command::AskMore { words }, false));
        }
        Until::Rejected => {
            let reason = reason("Nội dung chưa nêu việc gì, ở đâu. Mời gửi lại với việc cụ thể.");
            return said::take_step(site, tx, id, (Command::Reject { reason }, false));
        }
        _ => said::take_step(site, tx, id, (Command::Sort { class }, false))?,
    }
    if until == Until::Sorted {
        return Ok(());
    }
    if until == Until::HandedOut {
        let body = reason("Công ty quản lý đường bộ, văn bản số 118/UBND-ĐC");
        let reason = reason("Đường do công ty bảo trì.");
        return said::take_step(site, tx, id, (Command::HandOut { body, reason }, false));
    }
    said::take_step(site, tx, id, (Command::Assign { officer: writer.staff }, false))?;
    if until == Until::Assigned {
        return Ok(());
    }
    next(tx, 4, body.head.account);
    said::answer(site, tx, id, (answer, writer.account))?;
    if class.is_open() {
        next(tx, 0, writer.account);
        said::propose(site, tx, id)?;
        next(tx, 0, body.head.account);
        said::publish(tx, id)?;
    }
    match until {
        Until::Solved => {
            next(tx, 2, AccountId(0));
            said::take_step(site, tx, id, (Command::Solved, true))
        }
        Until::Reopened => {
            next(tx, 2, AccountId(0));
            said::take_step(site, tx, id, (Command::Unsolved, true))
        }
        Until::Silent => {
            next(tx, 6, AccountId(0));
            said::take_step(site, tx, id, (Command::Remind, false))?;
            next(tx, 11, AccountId(0));
            said::take_step(site, tx, id, (Command::CloseSilent, false))
        }
        _ => Ok(()),
    }
}

fn denounce(site: &Site, tx: &mut Tx<'_>, now: Instant, body: &Body) -> Result<(), Failure> {
    stamped(tx, moment(now, 6, 8), AccountId(0));
    let text = "Tố cáo (minh họa): cán bộ địa chính nhận tiền ngoài biên lai khi đo đạc, có hai người chứng kiến.";
    let new = NewFeedback {
        accused: "Cán bộ địa chính (minh họa)".to_owned(),
        sender: Some(Sender {
            name: "Người tố cáo (minh họa)".to_owned(),
            phone: "0900000000".to_owned(),
            address: body.address(),
            ..Sender::default()
        }),
        ..NewFeedback::of(body.body, Door::Web, Class::Denunciation, text)
    };
    said::receive(site, tx, &new)?;
    Ok(())
}
