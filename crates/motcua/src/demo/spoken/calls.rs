//! Calls: answered and missed, promised and called back in time, late and not yet, some handed on to their end.

use domain::{
    feedback::Class,
    hotline::{BackResult, CallKind},
};
use site::Failure;
use store::Tx;
use voice::hotline::facts::{self as hotline, NewCall};

use super::{PHONE, Place};
use crate::demo::feedback::{Until, bring};

/// A call of the demo.
struct Call {
    /// Days ago, and the hour.
    at: (i64, i8),
    kind: CallKind,
    /// Who called; nobody: he did not say.
    caller: &'static str,
    subject: &'static str,
    /// What was promised, and within how many working days.
    promise: (&'static str, Option<u32>),
    /// Called back so many days later, with what result.
    back: Option<(i64, BackResult, &'static str)>,
    /// Handed on: as what, how far it is, the answer.
    on: Option<(Class, Until, &'static str)>,
}

const CALLS: [Call; 8] = [
    Call {
        at: (29, 9),
        kind: CallKind::Answered,
        caller: "Lê Thị Minh Họa",
        subject: "Xe thu gom rác không vào ngõ 2 xóm 6 đã ba tuần.",
        promise: ("Báo lịch thu gom", Some(2)),
        back: Some((1, BackResult::Reached, "Đã báo lịch mới: sáng thứ Ba và thứ Sáu.")),
        on: Some((
            Class::Suggestion,
            Until::Solved,
            "Tổ thu gom đã đổi xe nhỏ vào ngõ 2, lịch thứ Ba và thứ Sáu hằng tuần.",
        )),
    },
    Call {
        at: (22, 14),
        kind: CallKind::Answered,
        caller: "",
        subject: "Quán ở ngã ba mở nhạc to sau 23 giờ.",
        promise: ("", None),
        back: None,
        on: None,
    },
    Call {
        at: (20, 10),
        kind: CallKind::Missed,
        caller: "Trần Văn Minh Họa",
        subject: "",
        promise: ("", None),
        back: Some((1, BackResult::Reached, "Hỏi giờ làm việc ngày thứ Bảy; đã trả lời.")),
        on: None,
    },
    Call {
        at: (15, 16),
        kind: CallKind::Answered,
        caller: "Vi Thị Minh Họa",
        subject: "Hỏi trợ cấp người cao tuổi tháng này chưa thấy chuyển khoản.",
        promise: ("Hỏi bưu điện rồi gọi lại", Some(1)),
        back: Some((6, BackResult::Reached, "Đã chuyển khoản; xin lỗi vì gọi lại trễ.")),
        on: Some((
            Class::Question,
            Until::Answered,
            "Danh sách tháng này bưu điện nhận muộn hai ngày; tiền đã chuyển ngày 15.",
        )),
    },
    Call {
        at: (9, 11),
        kind: CallKind::Missed,
        caller: "",
        subject: "",
        promise: ("", None),
        back: None,
        on: None,
    },
    Call {
        at: (8, 8),
        kind: CallKind::Missed,
        caller: "Hà Văn Minh Họa",
        subject: "",
        promise: ("", None),
        back: Some((1, BackResult::Unreachable, "Gọi ba lần, không nghe máy.")),
        on: None,
    },
    Call {
        at: (6, 15),
        kind: CallKind::Answered,
        caller: "Lê Văn Minh Họa",
        subject: "Cột điện đầu xóm 8 nghiêng về phía đường sau trận gió đêm qua.",
        promise: ("", None),
        back: None,
        on: Some((Class::Suggestion, Until::Assigned, "")),
    },
    Call {
        at: (1, 10),
        kind: CallKind::Answered,
        caller: "Hà Thị Minh Họa",
        subject: "Hỏi hồ sơ hỗ trợ giống lúa vụ tới nộp ở đâu.",
        promise: ("Hỏi cán bộ nông nghiệp rồi gọi lại", Some(3)),
        back: None,
        on: None,
    },
];

pub(super) fn play(place: &Place<'_>, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let unit = place.body.body;
    let board = hotline::board(tx, &[unit])?;
    let called = board.iter().map(|it| it.phone.as_str()).find(|it| !it.is_empty()).unwrap_or("");
    for call in &CALLS {
        let (days, hour) = call.at;
        let day = place.ago(days);
        place.at(tx, (day, hour, 20), place.keeper);
        let who = place.who(tx)?;
        let new = NewCall {
            at: tx.now().civil(),
            called,
            kind: call.kind,
            caller: (call.caller, if call.caller.is_empty() { "" } else { PHONE }),
            subject: call.subject,
            promise: call.promise.0,
            back_days: call.promise.1,
        };
        let Some(id) = hotline::log_call(place.site, &who, tx, (unit, &new))? else { continue };
        if let Some((class, until, answer)) = call.on {
            let feedback = hotline::hand_on(place.site, tx, id, class)?;
            let of = (place.now, place.body, days);
            bring(place.site, tx, of, (feedback, class, until, answer))?;
        }
        if let Some((after, result, note)) = call.back {
            place.at(tx, (place.ago(days - after), 9, 40), place.keeper);
            hotline::call_back(tx, id, (result, note))?;
        }
    }
    Ok(())
}
