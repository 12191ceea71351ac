//! Sociological surveys that cannot be gamed: a sample that anybody can draw again, links that answer once,
//! answers that nobody ties to a person, results that nobody sees before the end. It stands on `citizen`.
//!
//! What is sealed from whom, and what is not, is said in `docs/survey-anonymity.md`; the draw in `docs/survey-draw.md`.

use domain::access::Action;
use site::{Routes, get, post};

mod answer;
mod configuration;
mod desk;
mod entry;
mod export;
pub mod facts;
mod forms;
mod frame;
mod invite;
mod jobs;
mod manage;
mod outcome;
mod public;
mod secrets;
mod show;
mod sql;

#[cfg(test)]
mod tests;

/// The routes of this crate.
#[must_use]
pub fn routes() -> Routes {
    let (answers, manage, enter, read) =
        (Action::SurveyAnswer, Action::SurveyManage, Action::SurveyEnter, Action::SurveyRead);
    Routes::default()
        .menu("Khảo sát", manage::PAGE, read)
        .menu("Nhập phiếu khảo sát", entry::PAGE, enter)
        .erases(sql::people::erase)
        .needs_unit(jobs::needs_unit)
        .greets(public::greets)
        .configures(configuration::PART)
        .job("surveys_forms", 60, jobs::forms)
        .job("surveys_close", 10, jobs::close_due)
        .job("surveys_mix", 5, jobs::mix)
        .on("/ks", answers, get(answer::code_form).post(answer::code))
        .on("/ks/{secret}", answers, get(answer::form).post(answer::send))
        .on("/khao-sat", Action::PublicRead, get(public::list))
        .on("/khao-sat/{id}", Action::PublicRead, get(public::show))
        .on("/khao-sat/{id}/khung.txt", Action::PublicRead, get(public::frame))
        .on("/khao-sat/{id}/mau.txt", Action::PublicRead, get(public::sample))
        .on("/co-quan/khao-sat", read, get(manage::list))
        .on("/co-quan/khao-sat/so-sanh", read, get(outcome::compare))
        .on("/co-quan/khao-sat/moi", manage, get(manage::new_form).post(manage::create))
        .on("/co-quan/khao-sat/{id}", read, get(show::show))
        .on("/co-quan/khao-sat/{id}/sua", manage, get(manage::edit_form).post(manage::edit))
        .on("/co-quan/khao-sat/{id}/hat-giong", read, post(show::seed))
        .on("/co-quan/khao-sat/{id}/in-thu", manage, post(invite::print))
        .on("/co-quan/khao-sat/{id}/ket-qua", read, get(outcome::page))
        .on("/co-quan/khao-sat/{id}/xuat/{name}", read, get(export::export))
        .on("/co-quan/khao-sat/{id}/{step}", manage, post(show::step))
        .on("/co-quan/mau-khao-sat", manage, get(forms::list).post(forms::create))
        .on("/co-quan/mau-khao-sat/{id}", manage, get(forms::show).post(forms::change))
        .on("/co-quan/nhap-phieu", enter, get(entry::list))
        .on("/co-quan/nhap-phieu/{id}", enter, get(entry::survey))
        .on("/co-quan/nhap-phieu/{id}/lien-he/{secret}", enter, get(entry::contact))
        .on("/co-quan/nhap-phieu/{id}/phieu/{secret}", enter, get(entry::sheet).post(entry::enter))
        .on("/co-quan/nhap-phieu/{id}/goi-lai/{secret}", enter, post(entry::call_back))
}
