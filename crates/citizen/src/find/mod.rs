//! Finding what one needs: events of a life, everyday words, questions before one files, and how
//! hard the texts are to read. What citizens see here the reform officers change by themselves.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod ask;
pub mod carried;
mod configuration;
pub(crate) mod events;
mod events_edit;
pub mod facts;
mod guides_edit;
mod guides_text;
mod reading;
mod sql;
mod synonyms;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use events::view as event_view;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::ProcedureManage;
    Routes::default()
        .on("/su-kien", Action::PublicRead, get(events::list))
        .on("/su-kien/{event}", Action::PublicRead, get(events::show))
        .on("/thu-tuc/{code}/hoi", Action::PublicRead, get(ask::show))
        .on("/thu-tuc/{code}/hoi/in.pdf", Action::PublicRead, get(ask::print))
        .on(synonyms::PAGE, manage, get(synonyms::list))
        .on(
            "/co-quan/quan-tri/tu-dong-nghia/{name}",
            manage,
            get(synonyms::form).post(synonyms::save),
        )
        .on(events_edit::PAGE, manage, get(events_edit::list))
        .on(
            "/co-quan/quan-tri/su-kien/{event}",
            manage,
            get(events_edit::form).post(events_edit::save),
        )
        .on(guides_edit::PAGE, manage, get(guides_edit::list))
        .on(
            "/co-quan/quan-tri/cau-hoi/{code}",
            manage,
            get(guides_edit::form).post(guides_edit::save),
        )
        .on(reading::PAGE, manage, get(reading::list))
        .configures(configuration::PART)
        .admin(
            AdminGroup::Work,
            ("Từ dân hay dùng", synonyms::PAGE),
            manage,
            "Từ đồng nghĩa để tìm thủ tục, có tìm thử.",
        )
        .admin(
            AdminGroup::Work,
            ("Việc trong đời", events_edit::PAGE),
            manage,
            "Các trang sinh con, kết hôn, làm nhà… và thứ tự thủ tục.",
        )
        .admin(
            AdminGroup::Work,
            ("Câu hỏi trước khi nộp", guides_edit::PAGE),
            manage,
            "Hỏi vài câu để biết đủ điều kiện và cần giấy tờ gì.",
        )
        .admin(
            AdminGroup::Work,
            ("Độ dễ đọc", reading::PAGE),
            manage,
            "Những lời khó đọc nhất trên trang của người dân.",
        )
}
