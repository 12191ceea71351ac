//! Two internal workflows of the demo: one that uses what a workflow can say, and a draft.

use citizen::workflows::facts;
use domain::{
    access::Role,
    dossier::Part,
    time::Instant,
    workflow::{Guard, Member, Place, Question, Series, Step, Way, Workflow},
};
use store::{Db, Fault, Stamp};

use super::office::Office;

/// Đăng ký khai thác nước dưới đất: seven working days.
const CODE: &str = "1.001662";

fn rich() -> Workflow {
    let step = Step::new;
    let officer = Step {
        members: vec![
            Member {
                way: Way::CoHandler,
                role: Role::Specialist,
                place: Place::Office,
                title: String::new(),
            },
            Member {
                way: Way::Follower,
                role: Role::Leader,
                place: Place::Body,
                title: String::new(),
            },
        ],
        guards: vec![Guard::FeePaid],
        documents: vec!["Biên bản kiểm tra thực địa".to_owned()],
        questions: vec![Question {
            kind: "district".to_owned(),
            name: String::new(),
            minutes: 16 * 60,
        }],
        ..step(
            "Công chức địa chính",
            Part::Officer,
            "Kiểm tra thực địa, lấy ý kiến, dự thảo giấy xác nhận",
            32 * 60,
        )
    };
    Workflow {
        code: CODE.to_owned(),
        version: 0,
        name: "Đăng ký khai thác nước dưới đất (minh họa)".to_owned(),
        source: "Quyết định minh họa của bản giới thiệu".to_owned(),
        steps: vec![
            Step {
                moves_after: Some(4 * 60),
                ..step(
                    "Công chức Bộ phận Một cửa",
                    Part::Counter,
                    "Tiếp nhận, số hóa, chuyển hồ sơ",
                    4 * 60,
                )
            },
            step("Chủ tịch UBND xã", Part::Dispatcher, "Phân công thụ lý", 4 * 60),
            officer,
            step("Trưởng Bộ phận Một cửa", Part::Reviewer, "Thẩm tra dự thảo", 4 * 60),
            step("Chủ tịch UBND xã", Part::Signer, "Xem xét, ký", 4 * 60),
            Step {
                series: Some(Series {
                    name: "Giấy xác nhận".to_owned(),
                    pattern: "{so}/GXN-UBND".to_owned(),
                }),
                ..step("Văn thư", Part::Clerk, "Lấy số, đóng dấu, chuyển Một cửa", 4 * 60)
            },
            step("Công chức Bộ phận Một cửa", Part::Counter, "Trả kết quả", 4 * 60),
        ],
    }
}

/// Publishes the one and begins the other, as the reform officer would.
pub(super) fn play(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    let Some(by) = office.reform_officer else { return Ok(()) };
    let stamp = Stamp { now, by: by.account, origin: "demo".into() };
    db.write_blocking(stamp, |tx| {
        facts::publish(tx, &rich()).map_err(super::year::played)?;
        let change = |body: &mut Workflow| {
            if let Some(step) = body.steps.get_mut(2) {
                step.documents.push("Tờ trình".to_owned());
                step.minutes = step.minutes.saturating_sub(4 * 60);
            }
        };
        facts::draft(tx, "QT.004", change).map_err(super::year::played)
    })
}
