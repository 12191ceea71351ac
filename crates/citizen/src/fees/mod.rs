//! Fees and charges: the table, collecting, receipts, bank statements, refunds, the cash book.
//!
//! The rules are in `domain::fees`; money moves through `till` and nowhere else.

use domain::{
    access::{Action, Scope, may},
    ids::UnitId,
};
use site::{AdminGroup, Failure, Routes, Who, get, post};

mod accounts;
mod assess;
mod bank;
mod books;
mod calls;
mod cashbook;
mod collect;
mod config;
mod exchange;
mod exemptions;
pub mod facts;
mod match_page;
mod receipts;
mod refunds;
mod sql;
pub mod statement;
mod table;
pub mod till;

#[cfg(test)]
mod tests;

pub(crate) use assess::{Choices, Chosen, choices, is_unknown, read_choice};
pub(crate) use collect::qr_of;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (take, book, manage) = (Action::FeeCollect, Action::CashBook, Action::FeeManage);
    Routes::default()
        .configures(config::PART)
        .menu("Thu phí", "/co-quan/thu-phi", take)
        .admin(
            AdminGroup::Work,
            ("Biểu phí, lệ phí", table::ADDRESS),
            manage,
            "Mức thu theo thủ tục, ngày hiệu lực, căn cứ; nhập, xuất Excel.",
        )
        .admin(
            AdminGroup::Work,
            ("Miễn, giảm phí", exemptions::ADDRESS),
            manage,
            "Đối tượng được miễn, giảm; giấy tờ chứng minh, căn cứ.",
        )
        .admin(
            AdminGroup::Work,
            ("Tài khoản thu và quyển biên lai", accounts::ADDRESS),
            manage,
            "Tài khoản ngân hàng cho mã VietQR; mở, đóng quyển biên lai.",
        )
        .admin(
            AdminGroup::Work,
            ("Báo có tự động", calls::admin::ADDRESS),
            manage,
            "Ngân hàng, Nền tảng thanh toán báo tiền đến: khóa ký, thử chữ ký, các lần gọi.",
        )
        .on(calls::admin::ADDRESS, manage, get(calls::admin::list).post(calls::admin::add))
        .on(
            "/co-quan/quan-tri/bao-co/{id}",
            manage,
            get(calls::admin::show).post(calls::admin::change),
        )
        .on("/co-quan/quan-tri/bao-co/{id}/dung", manage, post(calls::admin::pause))
        .on("/co-quan/quan-tri/bao-co/{id}/thu-chu-ky", manage, post(calls::admin::try_out))
        .on("/thu-phi/bao-co/{code}", Action::RelayReceive, post(calls::hear))
        .job_apart("bank_calls_take_up", 5, |site| Box::pin(calls::take_up(site)))
        .on("/ho-so/{code}/ma-qr.png", Action::DossierTrack, get(receipts::qr_picture))
        .on("/ho-so/{code}/bien-lai/{id}", Action::DossierTrack, get(receipts::for_citizen))
        .on("/co-quan/thu-phi", take, get(collect::list))
        .on("/co-quan/thu-phi/xuat", take, get(collect::export))
        .on("/co-quan/thu-phi/ho-so/{id}", take, get(collect::form).post(collect::take))
        .on("/co-quan/thu-phi/ho-so/{id}/tinh", take, get(assess::form).post(assess::adjust))
        .on("/co-quan/thu-phi/bien-lai", book, get(receipts::list))
        .on("/co-quan/thu-phi/bien-lai/{id}", book, get(receipts::show))
        .on("/co-quan/thu-phi/bien-lai/{id}/in", take, get(receipts::print))
        .on("/co-quan/thu-phi/bien-lai/{id}/huy", take, post(receipts::cancel))
        .on("/co-quan/thu-phi/sao-ke", book, get(bank::list))
        .on("/co-quan/thu-phi/sao-ke/nhap", take, get(bank::form).post(bank::import))
        .on("/co-quan/thu-phi/sao-ke/khop", take, post(match_page::confirm))
        .on("/co-quan/thu-phi/sao-ke/{id}", take, get(match_page::show).post(match_page::by_hand))
        .on("/co-quan/thu-phi/sao-ke/{id}/de-rieng", take, post(match_page::aside))
        .on("/co-quan/thu-phi/sao-ke/{id}/bo-khop", take, post(match_page::undo))
        .on("/co-quan/thu-phi/hoan-tra", book, get(refunds::list))
        .on("/co-quan/thu-phi/hoan-tra/moi", take, get(refunds::form).post(refunds::ask))
        .on("/co-quan/thu-phi/hoan-tra/{id}", book, get(refunds::show))
        .on("/co-quan/thu-phi/hoan-tra/{id}/duyet", book, post(refunds::decide))
        .on("/co-quan/thu-phi/hoan-tra/{id}/chi", take, post(refunds::pay))
        .on("/co-quan/thu-phi/hoan-tra/{id}/in", book, get(refunds::print))
        .on("/co-quan/thu-phi/so-quy", book, get(cashbook::show))
        .on("/co-quan/thu-phi/so-quy/nop", take, post(cashbook::hand_over))
        .on("/co-quan/thu-phi/so-quy/nop/{id}", book, get(cashbook::slip))
        .on("/co-quan/thu-phi/so-quy/chot", take, post(cashbook::close))
        .on(table::ADDRESS, manage, get(table::list))
        .on("/co-quan/quan-tri/bieu-phi/xuat", manage, get(exchange::export))
        .on("/co-quan/quan-tri/bieu-phi/nhap", manage, get(exchange::form).post(exchange::import))
        .on("/co-quan/quan-tri/bieu-phi/tu-danh-muc", manage, post(table::fill))
        .on("/co-quan/quan-tri/bieu-phi/moi", manage, get(table::form).post(table::add))
        .on("/co-quan/quan-tri/bieu-phi/luc-thu", manage, post(table::moment))
        .on("/co-quan/quan-tri/bieu-phi/{id}", manage, get(table::change_form).post(table::change))
        .on(exemptions::ADDRESS, manage, get(exemptions::list).post(exemptions::add))
        .on(
            "/co-quan/quan-tri/mien-giam/{id}/het",
            manage,
            get(exemptions::ask_end).post(exemptions::end),
        )
        .on(accounts::ADDRESS, manage, get(accounts::list).post(accounts::add))
        .on(
            "/co-quan/quan-tri/thu-phi/{id}/ngung",
            manage,
            get(accounts::ask_end).post(accounts::end),
        )
        .on("/co-quan/quan-tri/thu-phi/quyen", manage, post(books::open))
        .on(
            "/co-quan/quan-tri/thu-phi/quyen/{id}/dong",
            manage,
            get(books::ask_close).post(books::close),
        )
}

/// The units within which somebody may do `action`; nothing for all of them.
fn units(who: &Who, action: Action) -> Option<Vec<UnitId>> {
    match who.scope(action) {
        Scope::Everything => None,
        Scope::Units(units) => Some(units),
    }
}

/// Whether somebody collects for a unit: by a right at it or at its own body. Who oversees the books of
/// other bodies reads them; he moves no money there.
fn collects(who: &Who, unit: UnitId) -> bool {
    let line = who.tree.line(unit);
    let is_part = |it: &UnitId| {
        who.tree.unit(*it).is_some_and(|it| matches!(it.kind.as_str(), "one_stop" | "division"))
    };
    let parts = line.iter().take_while(|it| is_part(it)).count();
    let own: Vec<UnitId> = line.into_iter().take(parts + 1).collect();
    let today = who.today();
    who.grants
        .iter()
        .any(|it| it.holds_on(today) && may(it.role, Action::FeeCollect) && own.contains(&it.unit))
}

/// Refuses whoever does not collect for the unit: for him there is no such thing.
fn demand_collector(who: &Who, unit: UnitId) -> Result<(), Failure> {
    if collects(who, unit) { Ok(()) } else { Err(Failure::NotFound) }
}

/// One-stop shops and bodies within which somebody may do `action`, with their titles.
fn places(who: &Who, action: Action) -> Vec<(String, String)> {
    who.tree
        .all()
        .filter(|it| it.kind != "division" && who.can_at(action, it.id))
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect()
}

/// The number that stands in an address or a form as a unit's.
fn unit_of(typed: &str) -> Option<UnitId> {
    typed.parse().ok().map(UnitId)
}

/// The address of a list with the filters that somebody chose and one more field, or without it.
fn address(path: &str, asked: &site::Typed, name: &str, value: Option<String>) -> String {
    let mut parts: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(it, text)| it != name && !text.is_empty())
        .map(|(it, text)| format!("{}={}", site::percent(it), site::percent(text)))
        .collect();
    parts.extend(value.map(|it| format!("{name}={}", site::percent(&it))));
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

/// Choices of a list of codes and labels, with one for all of them.
fn all_or(
    first: &str,
    rest: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Vec<(String, String)> {
    let first = (String::new(), first.to_owned());
    let rest = rest.into_iter().map(|(code, label)| (code.to_owned(), label.to_owned()));
    std::iter::once(first).chain(rest).collect()
}

/// A page of a list: its rows without the one that says that there are more, and whether there are.
fn cut<T>(mut rows: Vec<T>, most: usize) -> (Vec<T>, bool) {
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}
