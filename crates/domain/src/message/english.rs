//! What messages say to whoever reads English.

use super::{Form, Kind};

/// What may stand in a place in English; nothing where it is the same in either language. The day is the longest that
/// there is: words that fit with it fit with every other.
pub(super) fn example(place: &str) -> Option<&'static str> {
    match place {
        "ngay-hen" => Some("17:00, Wednesday 16 September 2026"),
        "so-tien" => Some("50,000 VND"),
        "cach-nhan" => Some("Collect it at Một cửa xã Phú Sơn, bring your ID and this code."),
        "cach-nop" => Some("Send it on your dossier's page or hand it in at Một cửa xã Phú Sơn."),
        "tin-moi" => Some("has been answered: please say whether it is solved"),
        "luc" => Some("14:05, Wednesday 16 September 2026"),
        _ => None,
    }
}

/// What a kind is called.
pub(super) const fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Received => "Dossier received",
        Kind::Supplement => "Papers needed",
        Kind::NewDate => "New date for your result",
        Kind::Extended => "Our apology and a new date",
        Kind::ResultReady => "Your result is ready",
        Kind::RateAsked => "How was it?",
        Kind::PayAsked => "Payment needed",
        Kind::Paid => "Payment received",
        Kind::OneTimeCode => "One-time code",
        Kind::FilingAccepted => "Online dossier received",
        Kind::FilingRefused => "Online dossier not received",
        Kind::FiledForYou => "Somebody filed for you",
        Kind::SignedIn => "Sign-in on a new device",
        Kind::ReceptionChanged => "A reception of citizens has changed",
        Kind::FeedbackNews => "News of your feedback",
        Kind::SurveyInvited => "A survey that you were drawn for",
        Kind::Trial => "Trial message",
    }
}

/// What a kind says until the office says something else.
pub(super) const fn shipped(kind: Kind, form: Form) -> &'static str {
    match (kind, form) {
        (Kind::Received, Form::Full) => {
            "{don-vi} has received your dossier {ma-ho-so}. Your result is due at {ngay-hen}. Follow it at {lien-ket}"
        }
        (Kind::Received, Form::Short) => {
            "Dossier {ma-ho-so} received, result due {ngay-hen}. {don-vi}"
        }
        (Kind::Supplement, Form::Full) => {
            "Dossier {ma-ho-so}: please add {noi-dung}. {cach-nop} {lien-ket}"
        }
        (Kind::Supplement, Form::Short) => "Dossier {ma-ho-so}, please add: {noi-dung}. {cach-nop}",
        (Kind::NewDate, Form::Full) => {
            "Dossier {ma-ho-so}: your result is now due at {ngay-hen}, because the office's working days have \
             changed ({ly-do})."
        }
        (Kind::NewDate, Form::Short) => {
            "Dossier {ma-ho-so}: now due {ngay-hen}, working days changed ({ly-do})"
        }
        (Kind::Extended, Form::Full) => {
            "Dossier {ma-ho-so}: the office apologises that your result is late. It is now due at {ngay-hen}. \
             The letter of apology comes with this notice."
        }
        (Kind::Extended, Form::Short) => {
            "Dossier {ma-ho-so}: we are sorry for the delay, now due {ngay-hen}. {don-vi}"
        }
        (Kind::ResultReady, Form::Full) => {
            "The result of your dossier {ma-ho-so} is ready. {cach-nhan} {lien-ket}"
        }
        (Kind::ResultReady, Form::Short) => "Dossier {ma-ho-so}: your result is ready. {cach-nhan}",
        (Kind::RateAsked, Form::Full) => {
            "The result of your dossier {ma-ho-so} was handed over. How was it? Once, and without your name: {lien-ket}"
        }
        (Kind::RateAsked, Form::Short) => {
            "Dossier {ma-ho-so} is done. How was it? Once, without your name: {lien-ket}"
        }
        (Kind::PayAsked, Form::Full) => {
            "Dossier {ma-ho-so}: please pay {so-tien}. Pay at {don-vi} or scan the code at {lien-ket}"
        }
        (Kind::PayAsked, Form::Short) => "Dossier {ma-ho-so}: please pay {so-tien} at {don-vi}.",
        (Kind::Paid, Form::Full) => {
            "{don-vi} has received {so-tien} for dossier {ma-ho-so}. Receipt: {lien-ket}"
        }
        (Kind::Paid, Form::Short) => {
            "{so-tien} received for dossier {ma-ho-so}. Receipt: {lien-ket}"
        }
        (Kind::OneTimeCode, Form::Full) => {
            "Your code is {ma}. It is good for 5 minutes. Give it to nobody, not even to an official."
        }
        (Kind::OneTimeCode, Form::Short) => {
            "Your code: {ma}, good for 5 minutes. Give it to nobody, not even to an official."
        }
        (Kind::FilingAccepted, Form::Full) => {
            "Your online dossier {ma-ho-so} was received. Your result is due at {ngay-hen}. Follow it at {lien-ket}"
        }
        (Kind::FilingAccepted, Form::Short) => {
            "Online dossier {ma-ho-so} received, result due {ngay-hen}. {don-vi}"
        }
        (Kind::FilingRefused, Form::Full) => {
            "Your online dossier {ma-ho-so} was not received: {ly-do}. Please contact {don-vi}."
        }
        (Kind::FilingRefused, Form::Short) => {
            "Online dossier {ma-ho-so} was not received: {ly-do}. {don-vi}"
        }
        (Kind::FiledForYou, Form::Full) => {
            "{nguoi-nop-ho} has just filed dossier {ma-ho-so} for you at {don-vi}. If you asked nobody to, tell \
             {don-vi} at once. Follow it with the code on your note at {lien-ket}"
        }
        (Kind::FiledForYou, Form::Short) => {
            "{nguoi-nop-ho} filed dossier {ma-ho-so} for you. If you did not ask for it, tell {don-vi} at once."
        }
        (Kind::SignedIn, Form::Full) => {
            "Your account on {trang} was signed in on a new device at {luc}. \
             If it was not you, open My account and end that session."
        }
        (Kind::SignedIn, Form::Short) => {
            "{trang}: sign-in on a new device at {luc}. If it was not you, open My account and end that session."
        }
        (Kind::ReceptionChanged, Form::Full) => {
            "The reception of citizens {luc} at {don-vi} that you booked has changed: {ly-do}. \
             See or change your booking at {lien-ket}"
        }
        (Kind::ReceptionChanged, Form::Short) => {
            "{don-vi}: the reception of {luc} has changed: {ly-do}."
        }
        (Kind::FeedbackNews, Form::Full) => {
            "{don-vi}: your feedback {ma-phan-anh} {tin-moi}. Read it at {lien-ket}"
        }
        (Kind::FeedbackNews, Form::Short) => "Feedback {ma-phan-anh} {tin-moi}. {don-vi}",
        (Kind::SurveyInvited, Form::Full) => {
            "{don-vi} asks you to answer a survey about its service: about 3 minutes, without your name, until \
             {den-ngay}. The link is yours alone and works once: {lien-ket}"
        }
        (Kind::SurveyInvited, Form::Short) => {
            "{don-vi} asks you to answer a survey, without your name, until {den-ngay}: {lien-ket}"
        }
        (Kind::Trial, Form::Full) => "Trial message of the one-stop system of {don-vi}.",
        (Kind::Trial, Form::Short) => "Trial message of the one-stop system of {don-vi}.",
    }
}
