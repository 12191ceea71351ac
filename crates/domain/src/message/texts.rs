//! What messages say: words that the office may change, with places for what changes.

use thiserror::Error;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Kind, english};
use crate::{Refusal, lang::Lang};

/// Characters of a text message that telephones get as one.
pub const SMS_CHARS_MAX: usize = 160;
/// Characters of a text at most.
const CHARS_MAX: usize = 400;

/// Which words of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As it is read out, printed and mailed.
    Full,
    /// As a text message, unaccented.
    Short,
}

impl Form {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::Short];

    /// The stable name in the database, of the words in one language.
    #[must_use]
    pub const fn code(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Full, Lang::Vi) => "full",
            (Self::Short, Lang::Vi) => "short",
            (Self::Full, Lang::En) => "full_en",
            (Self::Short, Lang::En) => "short_en",
        }
    }
}

/// A place in a text: its name and an example of what stands there.
pub type Place = (&'static str, &'static str);

const CODE: Place = ("ma-ho-so", "H41.99.40-260302-0001");
const DUE: Place = ("ngay-hen", "17:00, thứ Hai 16/03/2026");
const UNIT: Place = ("don-vi", "Một cửa xã Phú Sơn");
const LINK: Place = ("lien-ket", "https://motcua.example/tra-cuu?ma-ho-so=H41.99.40-260302-0001");
const RATE: Place = ("lien-ket", "https://motcua.example/dg/k7m2q9x4tz");
const WHAT: Place = ("noi-dung", "bản chính giấy chứng sinh");
const WHY: Place = ("ly-do", "nghỉ bù Quốc khánh");
const VOICE: Place = ("ma-phan-anh", "PA-7K3M9Q");
const NEWS: Place = ("tin-moi", "đã có trả lời, mời xem và cho biết đã giải quyết chưa");
const AMOUNT: Place = ("so-tien", "50.000 đ");
const SECRET: Place = ("ma", "481 920");
const HELPER: Place = ("nguoi-nop-ho", "Nguyễn Văn Giúp");
const COLLECT: Place =
    ("cach-nhan", "Mời nhận tại Một cửa xã Phú Sơn, mang giấy tờ tùy thân, nói mã hồ sơ.");
const HAND_IN: Place = ("cach-nop", "Gửi ở trang theo dõi hồ sơ hoặc nộp tại Một cửa xã Phú Sơn.");
const WHEN: Place = ("luc", "14:05, thứ Hai 02/03/2026");
const UNTIL: Place = ("den-ngay", "30/09/2026");
const SITE: Place = ("trang", "motcua.example");

/// The places that may stand in a kind's words; the first must.
#[must_use]
pub const fn places(kind: Kind) -> &'static [Place] {
    match kind {
        Kind::Received => &[CODE, DUE, UNIT, LINK],
        Kind::Supplement => &[CODE, WHAT, DUE, HAND_IN, UNIT, LINK],
        Kind::NewDate => &[CODE, DUE, WHY, UNIT, LINK],
        Kind::Extended => &[CODE, DUE, UNIT, LINK],
        Kind::ResultReady => &[CODE, COLLECT, UNIT, LINK],
        Kind::RateAsked => &[CODE, RATE, UNIT],
        Kind::PayAsked | Kind::Paid => &[CODE, AMOUNT, UNIT, LINK],
        Kind::OneTimeCode => &[SECRET],
        Kind::FilingAccepted => &[CODE, DUE, UNIT, LINK],
        Kind::FilingRefused => &[CODE, WHY, UNIT, LINK],
        Kind::FiledForYou => &[CODE, HELPER, UNIT, LINK],
        Kind::SignedIn => &[WHEN, SITE],
        Kind::ReceptionChanged => &[WHEN, WHY, UNIT, LINK],
        Kind::FeedbackNews => &[VOICE, NEWS, UNIT, LINK],
        Kind::SurveyInvited => &[LINK, UNIT, UNTIL],
        Kind::Trial => &[UNIT],
    }
}

/// The places of a kind with what may stand there in a language. Names of units and people, and what the office
/// writes in its own words, are Vietnamese in either.
#[must_use]
pub fn examples(kind: Kind, lang: Lang) -> Vec<Place> {
    let in_lang = |(name, example)| match lang {
        Lang::Vi => (name, example),
        Lang::En => (name, english::example(name).unwrap_or(example)),
    };
    places(kind).iter().copied().map(in_lang).collect()
}

/// What a kind says until the office says something else.
#[must_use]
pub const fn shipped(kind: Kind, form: Form, lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => vietnamese(kind, form),
        Lang::En => english::shipped(kind, form),
    }
}

const fn vietnamese(kind: Kind, form: Form) -> &'static str {
    match (kind, form) {
        (Kind::Received, Form::Full) => {
            "{don-vi} đã tiếp nhận hồ sơ {ma-ho-so}, hẹn trả kết quả {ngay-hen}. Theo dõi tại {lien-ket}"
        }
        (Kind::Received, Form::Short) => {
            "Ho so {ma-ho-so} da tiep nhan, hen tra {ngay-hen}. {don-vi}"
        }
        (Kind::Supplement, Form::Full) => {
            "Hồ sơ {ma-ho-so}: đề nghị bổ sung {noi-dung}. {cach-nop} {lien-ket}"
        }
        (Kind::Supplement, Form::Short) => "Ho so {ma-ho-so} can bo sung: {noi-dung}. {cach-nop}",
        (Kind::NewDate, Form::Full) => {
            "Hồ sơ {ma-ho-so}: ngày hẹn trả kết quả là {ngay-hen} vì lịch làm việc thay đổi ({ly-do})."
        }
        (Kind::NewDate, Form::Short) => {
            "Ho so {ma-ho-so}: hen lai {ngay-hen} vi lich thay doi ({ly-do})"
        }
        (Kind::Extended, Form::Full) => {
            "Hồ sơ {ma-ho-so}: cơ quan xin lỗi vì trả kết quả chậm và hẹn lại {ngay-hen}. Phiếu xin lỗi gửi kèm."
        }
        (Kind::Extended, Form::Short) => {
            "Ho so {ma-ho-so}: co quan xin loi vi tra cham, hen lai {ngay-hen}. {don-vi}"
        }
        (Kind::ResultReady, Form::Full) => "Hồ sơ {ma-ho-so} đã có kết quả. {cach-nhan} {lien-ket}",
        (Kind::ResultReady, Form::Short) => "Ho so {ma-ho-so} da co ket qua. {cach-nhan}",
        (Kind::RateAsked, Form::Full) => {
            "Hồ sơ {ma-ho-so} đã trả kết quả. Mời ông, bà đánh giá sự phục vụ (một lần, không hỏi tên): \
             {lien-ket}"
        }
        (Kind::RateAsked, Form::Short) => {
            "Ho so {ma-ho-so} da tra ket qua. Moi danh gia (1 lan, khong hoi ten): {lien-ket}"
        }
        (Kind::PayAsked, Form::Full) => {
            "Hồ sơ {ma-ho-so} cần nộp {so-tien}. Nộp tại {don-vi} hoặc quét mã ở {lien-ket}"
        }
        (Kind::PayAsked, Form::Short) => "Ho so {ma-ho-so} can nop {so-tien} tai {don-vi}.",
        (Kind::Paid, Form::Full) => {
            "{don-vi} đã nhận {so-tien} của hồ sơ {ma-ho-so}. Biên lai: {lien-ket}"
        }
        (Kind::Paid, Form::Short) => "Da nhan {so-tien} cua ho so {ma-ho-so}. Bien lai: {lien-ket}",
        (Kind::OneTimeCode, Form::Full) => {
            "Mã xác nhận của bạn là {ma}, có hiệu lực 5 phút. Không đưa mã này cho bất kỳ ai, kể cả cán bộ."
        }
        (Kind::OneTimeCode, Form::Short) => {
            "Ma xac nhan: {ma}, hieu luc 5 phut. Khong dua ma cho bat ky ai, ke ca can bo."
        }
        (Kind::FilingAccepted, Form::Full) => {
            "Hồ sơ nộp trực tuyến {ma-ho-so} đã được tiếp nhận, hẹn trả {ngay-hen}. Theo dõi tại {lien-ket}"
        }
        (Kind::FilingAccepted, Form::Short) => {
            "Ho so truc tuyen {ma-ho-so} da tiep nhan, hen tra {ngay-hen}. {don-vi}"
        }
        (Kind::FilingRefused, Form::Full) => {
            "Hồ sơ nộp trực tuyến {ma-ho-so} không được tiếp nhận: {ly-do}. Liên hệ {don-vi}."
        }
        (Kind::FilingRefused, Form::Short) => {
            "Ho so truc tuyen {ma-ho-so} khong duoc tiep nhan: {ly-do}. {don-vi}"
        }
        (Kind::FiledForYou, Form::Full) => {
            "{nguoi-nop-ho} vừa nộp hộ ông, bà hồ sơ {ma-ho-so} đến {don-vi}. Không nhờ ai nộp hồ sơ này thì \
             báo ngay {don-vi}. Theo dõi bằng mã trên giấy báo tại {lien-ket}"
        }
        (Kind::FiledForYou, Form::Short) => {
            "{nguoi-nop-ho} vua nop ho ong, ba ho so {ma-ho-so}. Khong nho ai thi bao ngay {don-vi}."
        }
        (Kind::SignedIn, Form::Full) => {
            "Tài khoản của bạn trên {trang} vừa đăng nhập trên máy mới lúc {luc}. \
             Nếu không phải bạn, hãy mở Tài khoản của tôi và kết thúc phiên đó."
        }
        (Kind::SignedIn, Form::Short) => {
            "{trang}: dang nhap tren may moi luc {luc}. Neu khong phai ban, mo Tai khoan cua toi va ket thuc phien do."
        }
        (Kind::ReceptionChanged, Form::Full) => {
            "Buổi tiếp công dân {luc} tại {don-vi} mà ông, bà đã đặt hẹn có thay đổi: {ly-do}. \
             Xem hoặc đổi lịch hẹn tại {lien-ket}"
        }
        (Kind::ReceptionChanged, Form::Short) => {
            "{don-vi}: buoi tiep cong dan {luc} thay doi: {ly-do}."
        }
        (Kind::FeedbackNews, Form::Full) => {
            "{don-vi}: phản ánh {ma-phan-anh} {tin-moi}. Xem tại {lien-ket}"
        }
        (Kind::FeedbackNews, Form::Short) => "Phan anh {ma-phan-anh} {tin-moi}. {don-vi}",
        (Kind::SurveyInvited, Form::Full) => {
            "{don-vi} mời ông, bà trả lời khảo sát về việc phục vụ, khoảng 3 phút, không ghi tên, đến hết ngày \
             {den-ngay}. Đường dẫn của riêng ông, bà, dùng một lần: {lien-ket}"
        }
        (Kind::SurveyInvited, Form::Short) => {
            "{don-vi} moi tra loi khao sat, khong ghi ten, den {den-ngay}: {lien-ket}"
        }
        (Kind::Trial, Form::Full) => "Tin gửi thử từ hệ thống Một Cửa của {don-vi}.",
        (Kind::Trial, Form::Short) => "Tin gui thu tu he thong Mot Cua cua {don-vi}.",
    }
}

/// What a mail's line of subject says.
#[must_use]
pub fn subject(kind: Kind, code: &str, lang: Lang) -> String {
    let said = kind.said(lang);
    if code.is_empty() { said.to_owned() } else { format!("{said}: {code}") }
}

/// Why words cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Mistake {
    /// Too long.
    #[error("Tin dài quá {CHARS_MAX} ký tự. Hãy viết ngắn lại.")]
    TooLong,
    /// With usual values the text message has more than [`SMS_CHARS_MAX`] characters.
    #[error(
        "Tin nhắn với nội dung ví dụ dài {chars} ký tự, quá {SMS_CHARS_MAX}. Hãy viết ngắn lại."
    )]
    NotOneMessage {
        /// How many.
        chars: usize,
    },
    /// A place that this kind does not have.
    #[error("Không có chỗ điền {{{name}}} trong loại tin này.")]
    NoSuchPlace {
        /// Its name.
        name: String,
    },
    /// A brace that is not closed.
    #[error("Có dấu {{ mà thiếu dấu }}.")]
    Open,
    /// The place that must stand is missing.
    #[error("Tin phải có {{{name}}} để người nhận biết là việc nào.")]
    Missing {
        /// Its name.
        name: &'static str,
    },
}

impl Refusal for Mistake {}

/// Looks at words that somebody wrote in a language.
///
/// # Errors
/// What is wrong with them, in Vietnamese.
pub fn check(kind: Kind, form: Form, lang: Lang, text: &str) -> Result<(), Mistake> {
    if text.chars().count() > CHARS_MAX {
        return Err(Mistake::TooLong);
    }
    let places = examples(kind, lang);
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').ok_or(Mistake::Open)?.0;
        if !places.iter().any(|it| it.0 == name) {
            return Err(Mistake::NoSuchPlace { name: name.to_owned() });
        }
    }
    if let Some((name, _)) = places.first()
        && !text.contains(&format!("{{{name}}}"))
    {
        return Err(Mistake::Missing { name });
    }
    let chars = unaccented(&filled(text, &places)).chars().count();
    if form == Form::Short && chars > SMS_CHARS_MAX {
        return Err(Mistake::NotOneMessage { chars });
    }
    Ok(())
}

/// Puts values into a text. What stands in a value is never read as a place.
#[must_use]
pub fn filled<N: AsRef<str>, V: AsRef<str>>(text: &str, values: &[(N, V)]) -> String {
    let mut out = String::with_capacity(text.len() + 40);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, then)) => {
                let value = values.iter().find(|it| it.0.as_ref() == name);
                out.push_str(value.map_or("", |it| it.1.as_ref()));
                rest = then;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text without diacritics, as any telephone shows it and as one message of [`SMS_CHARS_MAX`] holds it:
/// printable ASCII, runs of white space as one space.
#[must_use]
pub fn unaccented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|it| !is_combining_mark(*it)) {
        let plain = match letter {
            'đ' => 'd',
            'Đ' => 'D',
            '“' | '”' | '„' => '"',
            '‘' | '’' => '\'',
            '–' | '—' | '‑' => '-',
            it if it.is_whitespace() => ' ',
            ' '..='~' => letter,
            _ => continue,
        };
        if plain != ' ' || !out.ends_with(' ') {
            out.push(plain);
        }
    }
    out.trim().to_owned()
}

/// Values that may be cut where a message gets too long: free words, never codes, dates or amounts.
const CUT: [&str; 5] = ["noi-dung", "ly-do", "don-vi", "cach-nop", "cach-nhan"];

/// The text message: filled, unaccented and never longer than [`SMS_CHARS_MAX`]. What is too long is cut in the
/// free words, and at the end only if nothing else helps.
#[must_use]
pub fn fitting(text: &str, values: &[(String, String)]) -> String {
    let mut values: Vec<(String, String)> =
        values.iter().map(|(name, value)| (name.clone(), unaccented(value))).collect();
    let whole = |values: &[(String, String)]| unaccented(&filled(text, values));
    for name in CUT {
        let over = whole(&values).chars().count().saturating_sub(SMS_CHARS_MAX);
        if over == 0 {
            break;
        }
        if let Some((_, value)) = values.iter_mut().find(|it| it.0 == name) {
            *value = cut(value, value.chars().count().saturating_sub(over));
        }
    }
    cut(&whole(&values), SMS_CHARS_MAX)
}

/// At most `chars` characters of a text, with dots where something was left out.
fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(3)).collect();
    let kept = kept.trim_end();
    if chars < 3 { String::new() } else { format!("{kept}...") }
}
