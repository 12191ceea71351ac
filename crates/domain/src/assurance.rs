//! How surely we know who a citizen is (mức độ bảo đảm), and what he may do then.
//!
//! One table: what a deed takes. A session's assurance comes from how it was opened and from what is known of
//! the account; a telephone number can be lost or lent, so a code sent to it never says more than the number
//! that an official confirmed together with that very telephone.
//!
//! Law: NĐ 45/2020/NĐ-CP Đ.9 (danh tính điện tử); NĐ 42/2022/NĐ-CP Đ.11; NĐ 59/2022/NĐ-CP và NĐ 69/2024/NĐ-CP
//! (mức độ xác thực).

use thiserror::Error;

use crate::{Refusal, dossier::codes::codes};

#[cfg(test)]
mod tests;

codes! {
    /// How surely we know who somebody is; more stands later.
    pub enum Assurance {
        /// We know nothing but what he says.
        Nothing = "none", "Chưa xác nhận";
        /// He answered a code sent to his telephone.
        Phone = "phone", "Đã xác nhận số điện thoại";
        /// His personal number is known from a provider of identity or from his card at a counter.
        Identified = "identified", "Đã xác thực danh tính";
    }
}

codes! {
    /// How somebody signed in.
    pub enum SignInWay {
        /// By a provider of electronic identity.
        Provider = "provider", "Tài khoản định danh điện tử";
        /// By a code sent to his telephone.
        Phone = "phone", "Mã gửi đến điện thoại";
    }
}

codes! {
    /// What a citizen does on the portal.
    pub enum Deed {
        /// Sends a dossier.
        File = "file", "Nộp hồ sơ trực tuyến";
        /// Pays what a dossier of his owes.
        Pay = "pay", "Nộp phí, lệ phí trực tuyến";
        /// Opens the results of dossiers that he sent from this account.
        SeeResults = "see_results", "Xem, tải kết quả hồ sơ đã nộp từ tài khoản này";
        /// Keeps and uses results in his personal store.
        Store = "store", "Dùng kho dữ liệu cá nhân";
        /// Sees every dossier that bears his number, wherever it was handed in.
        SeeOthers = "see_others", "Xem mọi hồ sơ mang số định danh của mình";
    }
}

/// Why a deed is not open: how surely we would have to know who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotSure {
    /// The telephone has to be confirmed.
    #[error("Việc này cần xác nhận số điện thoại: nhập mã gửi đến máy của ông, bà.")]
    Phone,
    /// The personal number has to be known.
    #[error(
        "Việc này cần xác thực danh tính: đăng nhập bằng tài khoản định danh điện tử, hoặc mang căn cước \
         đến Bộ phận Một cửa để cán bộ xác nhận một lần."
    )]
    Identified,
}

impl Refusal for NotSure {}

/// What `deed` takes at least.
#[must_use]
pub const fn needed(deed: Deed) -> Assurance {
    match deed {
        // What was typed is held against the papers when the office takes the dossier in; a telephone that
        // answers is what the office needs until then (NĐ 61/2018/NĐ-CP Đ.17, NĐ 45/2020/NĐ-CP Đ.10).
        Deed::File | Deed::Pay | Deed::SeeResults => Assurance::Phone,
        // Here others' data would be shown to whoever holds a telephone that was lost.
        Deed::Store | Deed::SeeOthers => Assurance::Identified,
    }
}

/// Whether somebody known so surely may do `deed`.
///
/// # Errors
/// [`NotSure`] says what is missing.
pub fn may(assurance: Assurance, deed: Deed) -> Result<(), NotSure> {
    let needed = needed(deed);
    if assurance >= needed {
        return Ok(());
    }
    Err(match needed {
        Assurance::Identified => NotSure::Identified,
        Assurance::Phone | Assurance::Nothing => NotSure::Phone,
    })
}

/// What is known of an account when somebody opens a session with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The provider vouched for the personal number in this very sign-in.
    pub provider_vouches: bool,
    /// The telephone of the account answered a code once.
    pub phone_confirmed: bool,
    /// An official saw the card of whoever holds this telephone, and confirmed the number.
    pub shown_at_counter: bool,
}

/// How surely we know somebody who signed in `way`.
///
/// A provider that does not vouch for a number tells that it is the same person as before, not who he is.
#[must_use]
pub const fn of_session(way: SignInWay, known: Known) -> Assurance {
    match way {
        SignInWay::Provider if known.provider_vouches => Assurance::Identified,
        SignInWay::Provider if known.phone_confirmed => Assurance::Phone,
        SignInWay::Provider => Assurance::Nothing,
        SignInWay::Phone if known.shown_at_counter => Assurance::Identified,
        SignInWay::Phone => Assurance::Phone,
    }
}
