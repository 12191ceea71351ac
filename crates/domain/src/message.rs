//! Messages to people: kinds, channels, states, the words with their places, quiet hours, tries.

use jiff::civil::{DateTime, Time};

use crate::{dossier::codes::codes, lang::Lang};

mod english;
mod texts;

#[cfg(test)]
mod tests;

pub use texts::{
    Form, Mistake, Place, SMS_CHARS_MAX, check, examples, filled, fitting, places, shipped,
    subject, unaccented,
};

codes! {
    /// A way to somebody (kênh báo tin).
    pub enum Channel {
        /// A notice on a device whose browser was asked to show them (web push, RFC 8030).
        Push = "push", "Thông báo trên máy";
        /// A message of the office's Zalo account by a template that Zalo has approved.
        Zalo = "zalo", "Zalo";
        /// A text message to a telephone.
        Sms = "sms", "Tin nhắn SMS";
        /// A text message by a second provider, for when the first one cannot.
        SmsReserve = "reserve_sms", "Tin nhắn SMS (nhà cung cấp dự phòng)";
        /// E-mail.
        Email = "email", "Thư điện tử";
        /// Told by whoever is at the counter.
        Counter = "counter", "Báo trực tiếp";
        /// A printed letter.
        Letter = "letter", "Thư giấy";
    }
}

impl Channel {
    /// Those that the program sends by itself.
    pub const SENT: [Self; 5] = [Self::Push, Self::Zalo, Self::Sms, Self::SmsReserve, Self::Email];

    /// Whether the program sends it by itself.
    #[must_use]
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Push | Self::Zalo | Self::Sms | Self::SmsReserve | Self::Email)
    }

    /// The channel whose refusal holds for this one: whoever wants no text messages wants none of any provider.
    #[must_use]
    pub const fn refused_as(self) -> Self {
        match self {
            Self::SmsReserve => Self::Sms,
            other => other,
        }
    }
}

codes! {
    /// How far a message is (trạng thái tin).
    pub enum State {
        /// It is still to be sent, or tried again.
        Waiting = "waiting", "Chờ gửi";
        /// A provider took it. That is not yet with whom it is for.
        Sent = "sent", "Đã gửi";
        /// A provider says that it arrived.
        Delivered = "delivered", "Đã đến máy";
        /// Nobody knows whether it was sent, or it was taken and then did not arrive.
        Failed = "failed", "Không rõ đã đến";
        /// No channel is left: somebody has to tell it.
        GivenUp = "given_up", "Cần báo trực tiếp";
        /// Told by telephone or at the counter.
        Told = "told", "Đã báo trực tiếp";
        /// Printed as a letter.
        Printed = "printed", "Đã in thư";
        /// Nothing to be told any more: a newer one says it, or its cause is gone.
        Replaced = "replaced", "Không còn cần báo";
    }
}

impl State {
    /// Whether somebody at the counter has to do something.
    #[must_use]
    pub const fn is_due(self) -> bool {
        matches!(self, Self::Failed | Self::GivenUp)
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::Told | Self::Printed | Self::Replaced)
    }
}

codes! {
    /// What a message says (loại tin).
    pub enum Kind {
        /// A dossier was received and has a date.
        Received = "received", "Đã tiếp nhận hồ sơ";
        /// Papers are missing.
        Supplement = "supplement", "Đề nghị bổ sung hồ sơ";
        /// The calendar moved the appointment.
        NewDate = "new_date", "Ngày hẹn đổi vì lịch làm việc đổi";
        /// A new appointment was made with an apology (NĐ 61/2018 Đ.19 k.9).
        Extended = "extended", "Xin lỗi và hẹn lại";
        /// The result lies at the counter.
        ResultReady = "result_ready", "Đã có kết quả";
        /// The result was handed over: how it was, if he likes to say.
        RateAsked = "rate_asked", "Mời đánh giá sau khi nhận kết quả";
        /// Money is to be paid before it goes on.
        PayAsked = "pay_asked", "Đề nghị nộp tiền";
        /// Money came.
        Paid = "paid", "Đã nhận tiền";
        /// A code that is good once and for a few minutes.
        OneTimeCode = "one_time_code", "Mã dùng một lần";
        /// What was filed over the line was received.
        FilingAccepted = "filing_accepted", "Hồ sơ trực tuyến được tiếp nhận";
        /// What was filed over the line was not.
        FilingRefused = "filing_refused", "Hồ sơ trực tuyến không được tiếp nhận";
        /// Somebody filed a dossier for him.
        FiledForYou = "filed_for_you", "Có người nộp hộ hồ sơ";
        /// An account was signed in with a browser that was not seen before.
        SignedIn = "signed_in", "Báo đăng nhập trên máy mới";
        /// A reception that somebody booked is moved, cancelled or held by somebody else.
        ReceptionChanged = "reception_changed", "Buổi tiếp công dân thay đổi";
        /// There is something new about what he said to an office, and he asked to be told.
        FeedbackNews = "feedback_news", "Phản ánh, kiến nghị có tin mới";
        /// Somebody was drawn and is asked to answer a survey; the link is his alone.
        SurveyInvited = "survey_invited", "Mời trả lời khảo sát";
        /// An administrator tries whether a channel works.
        Trial = "trial", "Tin gửi thử";
    }
}

impl Kind {
    /// Whether somebody tells it by other means if it cannot be sent. What is not owed is not even
    /// queued where no channel is set up: whoever stands at the counter has the paper in his hand.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        matches!(
            self,
            Self::Supplement
                | Self::NewDate
                | Self::Extended
                | Self::PayAsked
                | Self::FilingAccepted
                | Self::FilingRefused
        )
    }

    /// Whether it goes out at night as well: its receiver has just asked for it.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::OneTimeCode | Self::Trial)
    }

    /// Whether what it says may not be kept once it was sent.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::OneTimeCode | Self::SurveyInvited)
    }

    /// Whether it may be shown on a device that asked for notices. A code proves a telephone: it goes there only.
    #[must_use]
    pub const fn goes_to_devices(self) -> bool {
        !self.is_secret()
    }

    /// Whether somebody who wants no messages gets it all the same: he has asked for it himself.
    #[must_use]
    pub const fn overrides_opt_out(self) -> bool {
        matches!(self, Self::OneTimeCode | Self::Trial)
    }

    /// Whether it tells of a step of a dossier: when the step is taken back, so is what was not told yet.
    #[must_use]
    pub const fn tells_a_step(self) -> bool {
        match self {
            Self::Received
            | Self::Supplement
            | Self::Extended
            | Self::ResultReady
            | Self::RateAsked
            | Self::PayAsked
            | Self::Paid
            | Self::FilingAccepted
            | Self::FilingRefused => true,
            // The calendar, an account, whoever files for somebody: no step of the office.
            Self::NewDate
            | Self::OneTimeCode
            | Self::FiledForYou
            | Self::SignedIn
            | Self::ReceptionChanged
            | Self::FeedbackNews
            | Self::SurveyInvited
            | Self::Trial => false,
        }
    }

    /// Whether the office may do without it: it costs money and nobody is owed it.
    #[must_use]
    pub const fn may_be_off(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::ResultReady
                | Self::RateAsked
                | Self::Paid
                | Self::SignedIn
                | Self::FeedbackNews
                | Self::SurveyInvited
        )
    }

    /// What it is called where it is read: over a notice, in a mail's line of subject, on a letter.
    #[must_use]
    pub const fn said(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Vi => self.label(),
            Lang::En => english::label(self),
        }
    }

    /// Those whose words the office may change.
    pub fn editable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|it| *it != Self::Trial)
    }
}

/// Hours of the day in which nobody is disturbed; minutes since midnight, civil time in Viet Nam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// From this minute on.
    pub from: u16,
    /// Until this minute; the next day if it is before `from`.
    pub until: u16,
}

impl Default for Quiet {
    /// From 21:00 to 07:00.
    fn default() -> Self {
        Self { from: 21 * 60, until: 7 * 60 }
    }
}

impl Quiet {
    /// Whether `at` lies in it. From and until alike: never.
    #[must_use]
    pub fn holds(self, at: DateTime) -> bool {
        let hour = u16::try_from(at.hour()).unwrap_or_default();
        let minute = u16::try_from(at.minute()).unwrap_or_default();
        let now = hour * 60 + minute;
        if self.from <= self.until {
            (self.from..self.until).contains(&now)
        } else {
            now >= self.from || now < self.until
        }
    }

    /// Minutes of a time of day, such as `21:00`.
    #[must_use]
    pub fn minutes(time: Time) -> u16 {
        let part = |it: i8| u16::try_from(it).unwrap_or_default();
        part(time.hour()) * 60 + part(time.minute())
    }

    /// `21:00` for 1260.
    #[must_use]
    pub fn shown(minutes: u16) -> String {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Tries on one channel at most, before the next one is taken.
pub const TRIES_MAX: i64 = 5;
/// The wait after a failure, milliseconds: doubled each time, from a minute to an hour.
const WAIT_MS: i64 = 60_000;
/// See [`WAIT_MS`].
const WAIT_MAX_MS: i64 = 3_600_000;
/// A code that was not sent within so many milliseconds is sent no more.
pub const CODE_AGE_MAX_MS: i64 = 5 * 60_000;

/// How long to wait after so many failures on one channel, milliseconds.
#[must_use]
pub fn wait_ms(failures: i64) -> i64 {
    (WAIT_MS << failures.saturating_sub(1).clamp(0, 10)).min(WAIT_MAX_MS)
}

/// What is known of one channel for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prospect {
    /// The channel.
    pub channel: Channel,
    /// Whether it is set up, knows an address of the person and has words for this kind.
    pub can: bool,
    /// Whether the person wants nothing by it.
    pub opted_out: bool,
    /// Whether it was refused there.
    pub refused: bool,
    /// Failures there that may pass.
    pub failures: i64,
}

/// Failures on a channel after which the next one that can has its turn: whoever cannot be reached twice is down.
pub const PATIENCE: i64 = 2;

/// The channel that is next, in the office's order; nothing if none is left and somebody has to tell it. A channel
/// that failed [`PATIENCE`] times makes way for the next; once all have, each is tried on up to [`TRIES_MAX`].
/// What is urgent waits nowhere: one failure, and the next channel has its turn.
#[must_use]
pub fn next_channel(prospects: &[Prospect], kind: Kind) -> Option<Channel> {
    let first = |most: i64| {
        prospects
            .iter()
            .find(|it| {
                it.channel.is_sent()
                    && it.can
                    && (!it.opted_out || kind.overrides_opt_out())
                    && !it.refused
                    && it.failures < most
            })
            .map(|it| it.channel)
    };
    if kind.is_urgent() { first(1) } else { first(PATIENCE).or_else(|| first(TRIES_MAX)) }
}

/// Who tells what cannot be sent: the counter where there is a telephone, else the post; in the office's
/// order where both could.
#[must_use]
pub fn teller(order: &[Channel], has_phone: bool, has_address: bool) -> Channel {
    let can = |it: &&Channel| match it {
        Channel::Counter => has_phone,
        Channel::Letter => has_address,
        _ => false,
    };
    order.iter().find(can).copied().unwrap_or(Channel::Counter)
}

/// The order of channels as it is kept: codes with spaces between. Every channel stands in it once; one that
/// was forgotten comes last.
#[must_use]
pub fn order_of(text: &str) -> Vec<Channel> {
    let mut order: Vec<Channel> = Vec::new();
    let named = text.split_whitespace().filter_map(Channel::from_code);
    for it in named.chain(Channel::ALL.iter().copied()) {
        if !order.contains(&it) {
            order.push(it);
        }
    }
    order
}
