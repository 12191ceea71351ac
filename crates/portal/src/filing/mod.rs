//! Filing over the line: a draft with an address of its own, sent to a one-stop shop, received there.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16, NĐ 45/2020/NĐ-CP Đ.9–12. What is sent is a dossier at the counter, not yet accepted:
//! the counter answers within the hours that the rule pack of the day names.

use domain::access::Action;
use site::{Routes, get, post};

mod assist;
mod assist_papers;
mod at_hand;
mod awaiting;
mod begun;
mod declaring;
mod draft;
pub mod facts;
mod office;
mod owner;
mod proof;
mod reading;
mod send;
mod sql;
mod start;
mod steps;
mod view;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use draft::{FILES_BYTES_MAX, FILES_MAX, HELD, erase};

/// Days after which a draft that nobody touches is erased.
pub const IDLE_DAYS: i64 = 30;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{DossierReceive, FilingAssist, OnlineFile};
    Routes::default()
        .menu("Hồ sơ trực tuyến", office::PAGE, DossierReceive)
        .menu("Nộp hộ", assist::PAGE, FilingAssist)
        .ties(office::ties)
        .tells(assist::told)
        .erases(sql::erase)
        .awaits(awaiting::awaits)
        .job_apart("sweep-filings", 24 * 60, draft::sweep)
        .on("/nop", OnlineFile, get(begun::list))
        .on("/nop/{code}", OnlineFile, get(start::start).post(start::begin))
        .on("/nop/{code}/{secret}", OnlineFile, get(steps::show).post(steps::save))
        .on("/nop/{code}/{secret}/bo", OnlineFile, post(steps::discard))
        .on("/nop/{code}/{secret}/vao-tai-khoan", OnlineFile, post(begun::take))
        .on("/nop/{code}/{secret}/to-khai.pdf", OnlineFile, get(steps::print))
        .on("/nop/{code}/{secret}/phieu-dong-y.pdf", OnlineFile, get(assist_papers::consent))
        .on("/nop/{code}/{secret}/giay-bao.pdf", OnlineFile, get(assist_papers::note))
        .on(assist::PAGE, FilingAssist, get(assist::list).post(assist::begin))
        .on(office::PAGE, DossierReceive, get(office::list))
        .on("/co-quan/nop-truc-tuyen/xuat", DossierReceive, get(office::export))
}
