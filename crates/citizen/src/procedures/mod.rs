//! The catalogue of procedures: versions by date, public pages, notice boards, exchange.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod board;
pub mod changes;
mod drawn;
mod edit;
pub mod exchange;
pub mod facts;
mod listed;
mod office;
mod pages;
pub(crate) mod place;
mod sql;
#[cfg(test)]
mod tests;
mod transfer;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    public().and(in_the_office())
}

fn public() -> Routes {
    Routes::default()
        .on("/", Action::PublicRead, get(pages::home))
        .on("/thu-tuc", Action::PublicRead, get(pages::search))
        .on("/thu-tuc/goi-y", Action::PublicRead, get(pages::suggest))
        .on("/thu-tuc/{code}", Action::PublicRead, get(pages::show))
        .on("/thu-tuc/{code}/in.pdf", Action::PublicRead, get(pages::print))
        .on("/niem-yet/{unit}", Action::PublicRead, get(pages::board))
        .on("/niem-yet/{unit}/in.pdf", Action::PublicRead, get(pages::print_board))
}

fn in_the_office() -> Routes {
    let manage = Action::ProcedureManage;
    Routes::default()
        .on("/co-quan/thu-tuc", Action::OfficeHome, get(office::list))
        .on("/co-quan/thu-tuc/moi", manage, get(edit::new_form).post(edit::create))
        .on("/co-quan/thu-tuc/nhap", manage, get(transfer::form).post(transfer::import))
        .on("/co-quan/thu-tuc/xuat", manage, get(transfer::export))
        .on("/co-quan/thu-tuc/{code}", Action::OfficeHome, get(office::show))
        .on("/co-quan/thu-tuc/{code}/trang-thai", manage, site::post(office::change))
        .on("/co-quan/thu-tuc/{code}/sua", manage, get(edit::edit_form).post(edit::edit))
        .on("/co-quan/niem-yet", Action::PostingManage, get(board::list).post(board::change))
        .menu("Danh mục thủ tục", "/co-quan/thu-tuc", Action::OfficeHome)
        .menu("Niêm yết", "/co-quan/niem-yet", Action::PostingManage)
        .admin(
            AdminGroup::Work,
            ("Danh mục thủ tục", "/co-quan/thu-tuc"),
            Action::ProcedureManage,
            "Sửa theo phiên bản, tạm dừng, nhập và xuất Excel.",
        )
}
