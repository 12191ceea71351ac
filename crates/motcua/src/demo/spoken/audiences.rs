//! Receptions of the last weeks: days that were held, the book, promises kept in time, late and not, what was handed on;
//! and times that are booked for the next one.

use domain::{
    calendar::WorkCalendar,
    feedback::Class,
    ids::ReceptionId,
    reception::{Matter, Outcome},
};
use jiff::{ToSpan as _, civil::Date};
use people::staff::facts as staff;
use site::Failure;
use store::Tx;
use voice::reception::facts::{self as reception, NewEntry};

use super::{PHONE, Place};
use crate::demo::{
    feedback::{Until, bring},
    receptions::rules,
};

/// Days ago on which the calendar of the last weeks was posted, and after how many more it begins.
const POSTED: i64 = 52;
const NOTICE: i64 = 10;

/// What came of a promise, so many days later.
type Kept = Option<(i64, &'static str)>;

/// What was promised, within how many working days, what came of it.
type Promise = (&'static str, u32, Kept);

/// Somebody who was received.
struct Audience {
    who: &'static str,
    people: i64,
    matter: Matter,
    summary: &'static str,
    outcome: Outcome,
    /// To whom he was shown the way.
    document: &'static str,
    /// What was answered, so many days later.
    answer: Option<(i64, &'static str)>,
    promise: Option<Promise>,
    /// Handed on: as what, how far it is, the answer.
    on: Option<(Class, Until, &'static str)>,
}

const AUDIENCES: [Audience; 7] = [
    Audience {
        who: "Nguyễn Thị Minh Họa",
        people: 1,
        matter: Matter::Petition,
        summary: "Đề nghị mở lại lối đi chung ở xóm 4 bị rào từ tháng trước.",
        outcome: Outcome::TakenUp,
        document: "",
        answer: Some((8, "Đã lập biên bản, chủ hộ tự tháo hàng rào; lối đi đã mở.")),
        promise: Some((
            "Kiểm tra lối đi, lập biên bản",
            5,
            Some((4, "Đã kiểm tra cùng trưởng xóm.")),
        )),
        on: Some((
            Class::Suggestion,
            Until::Solved,
            "Xã đã cùng trưởng xóm làm việc với chủ hộ; lối đi chung đã mở lại.",
        )),
    },
    Audience {
        who: "Trần Văn Minh Họa",
        people: 1,
        matter: Matter::Other,
        summary: "Hỏi thủ tục thừa kế quyền sử dụng đất khi sổ đứng tên cả hộ.",
        outcome: Outcome::Explained,
        document: "",
        answer: Some((0, "Đã giải thích thành phần hồ sơ, giao phiếu hướng dẫn.")),
        promise: None,
        on: None,
    },
    Audience {
        who: "Vi Văn Minh Họa",
        people: 6,
        matter: Matter::Petition,
        summary: "Sáu hộ xóm 9 đề nghị sửa mương tưới bị sạt 30 m.",
        outcome: Outcome::TakenUp,
        document: "",
        answer: Some((9, "Đã đưa vào kế hoạch sửa chữa quý này; văn bản trả lời gửi cả sáu hộ.")),
        promise: Some((
            "Khảo sát mương cùng hợp tác xã",
            7,
            Some((12, "Đã khảo sát; trễ vì mưa.")),
        )),
        on: None,
    },
    Audience {
        who: "Lê Thị Minh Họa",
        people: 1,
        matter: Matter::Complaint,
        summary: "Không đồng ý quyết định thu hồi đất của Ủy ban nhân dân huyện.",
        outcome: Outcome::Guided,
        document: "Chủ tịch UBND huyện; đã đưa mẫu đơn khiếu nại",
        answer: Some((0, "Đã hướng dẫn gửi đơn đúng nơi giải quyết lần đầu.")),
        promise: None,
        on: None,
    },
    Audience {
        who: "Hà Thị Minh Họa",
        people: 2,
        matter: Matter::Petition,
        summary: "Đề nghị hỗ trợ sửa nhà sau bão, hai hộ liền kề.",
        outcome: Outcome::TakenUp,
        document: "",
        answer: None,
        promise: Some(("Xác minh thiệt hại tại nhà", 3, None)),
        on: Some((Class::Suggestion, Until::Assigned, "")),
    },
    Audience {
        who: "Hà Văn Minh Họa",
        people: 1,
        matter: Matter::Other,
        summary: "Hỏi vì sao hồ sơ tách thửa bị yêu cầu bổ sung.",
        outcome: Outcome::Explained,
        document: "",
        answer: Some((0, "Đã đối chiếu hồ sơ cùng công chức địa chính; thiếu chữ ký giáp ranh.")),
        promise: None,
        on: None,
    },
    Audience {
        who: "Lê Văn Minh Họa",
        people: 1,
        matter: Matter::Petition,
        summary: "Đề nghị lắp gương cầu ở khúc cua gần trạm y tế.",
        outcome: Outcome::TakenUp,
        document: "",
        answer: None,
        promise: Some(("Xem vị trí, dự toán", 10, None)),
        on: None,
    },
];

/// Times of the next reception that somebody has booked by telephone.
const BOOKED: [(&str, &str, &str); 2] = [
    ("08:00", "Nguyễn Văn Minh Họa", "Hỏi việc đền bù đường dây điện"),
    ("09:30", "Vi Thị Minh Họa", "Xin xác nhận thời gian cư trú"),
];

pub(super) fn play(
    place: &Place<'_>,
    tx: &mut Tx<'_>,
    calendar: &WorkCalendar,
) -> Result<(), Failure> {
    let unit = place.body.body;
    let people = staff::holders(tx, &[unit], place.today())?;
    let Some(head) = people.iter().find(|it| it.signs) else { return Ok(()) };
    let (posted, yesterday) = (place.ago(POSTED), place.ago(1));
    place.at(tx, (posted, 8, 0), place.keeper);
    let term = (place.ago(POSTED - NOTICE), Some(yesterday));
    for rule in rules(place.body, head.position, term) {
        reception::add_rule(tx, calendar, &rule)?;
    }
    reception::publish(tx, unit, yesterday)?;
    let past = reception::planned(tx, unit, (posted, yesterday))?;
    for (at, day) in past.iter().enumerate() {
        // Each day its share of those who came, in their order.
        let share = AUDIENCES.iter().enumerate();
        let mut share = share.filter(|(it, _)| it * past.len() / AUDIENCES.len() == at);
        share.try_for_each(|(_, it)| receive(place, tx, calendar, (day, it)))?;
        place.at(tx, (day.1, 11, 15), place.keeper);
        reception::held(tx, day.0)?;
    }
    place.at(tx, (place.today(), 23, 0), place.keeper);
    let tomorrow = place.today().saturating_add(1.day());
    let to_come = reception::planned(tx, unit, (tomorrow, tomorrow.saturating_add(40.days())))?;
    if let Some((id, ..)) = to_come.first() {
        for (slot, name, about) in BOOKED {
            reception::book(place.site, tx, (*id, slot), (name, PHONE, about))?;
        }
    }
    Ok(())
}

fn receive(
    place: &Place<'_>,
    tx: &mut Tx<'_>,
    calendar: &WorkCalendar,
    ((id, day, receiver), it): (&(ReceptionId, Date, String), &Audience),
) -> Result<(), Failure> {
    let (site, keeper) = (place.site, place.keeper);
    place.at(tx, (*day, 9, 5), keeper);
    let who = place.who(tx)?;
    let address = place.body.address();
    let at_once = it.answer.filter(|it| it.0 == 0).map_or("", |it| it.1);
    let new = NewEntry {
        reception: Some(*id),
        visitor: (it.who, &address, PHONE),
        receiver,
        people: it.people,
        matter: it.matter,
        summary: it.summary,
        outcome: it.outcome,
        document: it.document,
        answer: at_once,
    };
    let entry = reception::enter(site, &who, tx, (place.body.body, &new))?;
    let mut promised = None;
    if let Some((what, days, kept)) = it.promise {
        let id = reception::promise(tx, calendar, entry, (what, "Công chức địa chính", days))?;
        promised = id.zip(kept);
    }
    if let Some((class, until, answer)) = it.on {
        let feedback = reception::hand_on(site, tx, entry, class)?;
        let of = (place.now, place.body, place.since(*day));
        bring(site, tx, of, (feedback, class, until, answer))?;
    }
    let later = |days: i64| day.saturating_add(days.days());
    if let Some((id, (days, result))) = promised {
        place.at(tx, (later(days), 10, 30), keeper);
        reception::keep_promise(tx, id, result)?;
    }
    if let Some((days, words)) = it.answer {
        place.at(tx, (later(days), 14, 0), keeper);
        reception::answer(tx, entry, words)?;
    }
    Ok(())
}
