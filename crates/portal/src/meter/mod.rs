//! The publication meter: which procedures are published where, counted against a base that is named and kept; what goes
//! to the national portal, and what other portals answer.
//!
//! Law: NĐ 63/2010/NĐ-CP Đ.15–17; the rules of counting are in `domain::publication`.

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod answers;
pub mod count;
mod export;
mod national;
mod pages;
mod public;
mod sql;

#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{EvaluationView, PostingManage, ProcedureManage, PublicRead};
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Mức niêm yết, công khai", pages::PAGE),
            EvaluationView,
            "Bao nhiêu thủ tục đã niêm yết ở từng đơn vị, trên cổng này và các cổng khác; còn thiếu thủ tục nào.",
        )
        .admin(
            AdminGroup::Work,
            ("Trao đổi với cổng tỉnh, cổng quốc gia", answers::PAGE),
            ProcedureManage,
            "Xuất danh mục theo mẫu cổng quốc gia, nhập kết quả công khai trên các cổng.",
        )
        .job("publication_figures", 24 * 60, count::daily)
        .on("/muc-cong-khai", PublicRead, get(public::shares))
        .on(pages::PAGE, EvaluationView, get(pages::overview))
        .on("/co-quan/muc-niem-yet/xuat", EvaluationView, get(export::overview))
        .on("/co-quan/muc-niem-yet/{unit}", EvaluationView, get(pages::unit))
        .on("/co-quan/muc-niem-yet/{unit}/xuat", EvaluationView, get(export::unit))
        .on("/co-quan/muc-niem-yet/{unit}/in.pdf", EvaluationView, get(export::print))
        .on("/co-quan/muc-niem-yet/{unit}/niem-yet", PostingManage, post(pages::hang))
        .on(answers::PAGE, ProcedureManage, get(answers::list))
        .on("/co-quan/cong-quoc-gia/xuat", ProcedureManage, get(national::export))
        .on("/co-quan/cong-quoc-gia/tra-loi", ProcedureManage, get(answers::form).post(answers::import))
        .on("/co-quan/cong-quoc-gia/tra-loi/{id}/bo", ProcedureManage, get(answers::ask).post(answers::undo))
}
