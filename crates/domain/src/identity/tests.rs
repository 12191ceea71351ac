//! Tests of numbers, phones, mail and the card's QR.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn A|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

#[test]
fn a_personal_number_says_province_sex_and_year() {
    let id = PersonalId::parse(" 040 185.000-001 ").unwrap();
    assert_eq!(id.reveal(), "040185000001");
    assert_eq!(id.province(), Some("Nghệ An"));
    assert_eq!((id.sex(), id.birth_year()), (Sex::Female, 1985));
    assert_eq!(id.masked(), "040 1•• ••• 001");
    let young = PersonalId::parse("040204000001").unwrap();
    assert_eq!((young.sex(), young.birth_year()), (Sex::Male, 2004));
    let later = PersonalId::parse("040501000001").unwrap();
    assert_eq!((later.sex(), later.birth_year()), (Sex::Female, 2101));
}

#[test]
fn a_mismatch_warns_and_does_not_refuse() {
    let id = PersonalId::parse("040185000001").unwrap();
    assert_eq!(id.check(Some(Sex::Female), Some(date(1985, 3, 2))), []);
    let warnings = id.check(Some(Sex::Male), Some(date(1986, 1, 1)));
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "Giới tính khác với số định danh (theo số: Nữ).",
            "Năm sinh khác với số định danh (theo số: 1985).",
        ]
    );
    assert_eq!(PersonalId::parse("003185000001").unwrap().check(None, None), [IdWarning::Province]);
    // Born abroad: a country's code.
    assert_eq!(PersonalId::parse("205185000001").unwrap().check(None, None), []);
}

#[test]
fn wrong_numbers_are_refused_in_vietnamese() {
    let refused = |typed| PersonalId::parse(typed).unwrap_err().to_string();
    assert_eq!(refused(""), "Chưa nhập số giấy tờ.");
    assert_eq!(refused("04018500"), "Số định danh cá nhân gồm 12 chữ số; đã nhập 8 chữ số.");
    assert_eq!(PersonalId::parse("04018500000A"), Err(IdError::NotDigits));
    assert_eq!(PersonalId::parse("111111111111"), Err(IdError::Impossible));
    assert_eq!(PersonalId::parse("000185000001"), Err(IdError::Impossible));
    assert_eq!(PersonalId::parse("٠٤٠١٨٥٠٠٠٠٠١"), Err(IdError::NotDigits));
}

#[test]
fn a_paper_is_told_by_its_shape() {
    let kind = |typed| IdPaper::parse(typed).map(|paper| paper.kind());
    assert_eq!(kind("040185000001"), Ok("personal_id"));
    assert_eq!(kind("182 345 678"), Ok("old_id"));
    assert_eq!(kind("c1234567"), Ok("passport"));
    assert_eq!(kind("1823456"), Err(IdError::Length { found: 7 }));
    assert_eq!(kind("số gì đó"), Err(IdError::Unknown));
    let paper = IdPaper::parse("b1234567").unwrap();
    assert_eq!(IdPaper::of(paper.kind(), paper.reveal()), Ok(paper));
}

#[test]
fn nothing_leaks_into_a_log() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        IdPaper::parse("040185123456").unwrap(),
        IdPaper::parse("182345678").unwrap(),
        Phone::parse("0912345678").unwrap(),
        Email::parse("nguyenvana@example.vn").unwrap(),
        CardQr::read(CARD).unwrap(),
    );
    for secret in ["040185", "182345", "0912", "345678", "nguyenvana", "Nguyễn", "Xóm"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn phones_are_kept_in_their_national_form() {
    let kept = |typed: &str| Phone::parse(typed).map(|phone| phone.reveal().to_owned());
    for typed in [
        "0912345678",
        "+84912345678",
        "84 912 345 678",
        "0084912345678",
        "(091) 234-5678",
        "+84 0912345678",
    ] {
        assert_eq!(kept(typed).as_deref(), Ok("0912345678"), "{typed}");
    }
    let phone = Phone::parse("0912345678").unwrap();
    assert_eq!(phone.e164(), "+84912345678");
    assert_eq!(phone.grouped(), "0912 345 678");
    assert_eq!(phone.masked(), "091 ••• 678");
    assert_eq!(phone.kind(), PhoneKind::Mobile);
    let land = Phone::parse("0238 3841 234").unwrap();
    assert_eq!((land.kind(), land.grouped().as_str()), (PhoneKind::Landline, "0238 384 1234"));
    assert_eq!(Phone::parse("1900 1234").unwrap().grouped(), "1900 1234");
    assert_eq!(Phone::parse("19001234").unwrap().kind(), PhoneKind::Service);
    assert_eq!(Phone::parse("024 3825 1234").unwrap().grouped(), "024 3825 1234");
    assert_eq!(Phone::parse("1800 599 999").unwrap().grouped(), "1800 599999");
}

#[test]
fn phones_that_cannot_be_are_refused() {
    let refused = |typed| Phone::parse(typed).unwrap_err();
    assert_eq!(refused(" "), PhoneError::Empty);
    assert_eq!(refused("không có"), PhoneError::NotDigits);
    assert_eq!(refused("091234567"), PhoneError::MobileLength { found: 9 });
    assert_eq!(refused("01689123456"), PhoneError::OldMobile);
    assert_eq!(refused("0612345678"), PhoneError::Prefix);
    assert_eq!(refused("+1 212 555 0100"), PhoneError::Prefix);
    assert_eq!(refused("0900000000"), PhoneError::Nonsense);
    assert_eq!(refused("0238384"), PhoneError::LandlineLength);
    assert_eq!(refused("09123456789").to_string(), "Số di động gồm 10 chữ số; đã nhập 11 chữ số.");
}

#[test]
fn mail_is_checked_lightly() {
    let kept = |typed: &str| Email::parse(typed).map(|mail| mail.reveal().to_owned());
    assert_eq!(kept(" A.B+c@Example.VN ").as_deref(), Ok("A.B+c@example.vn"));
    for typed in ["", "a", "a@b", "a@@b.vn", "a b@c.vn", ".a@b.vn", "a@-b.vn", "a@b.1", "a@b..vn"] {
        assert_eq!(Email::parse(typed), Err(EmailError::Shape), "{typed}");
    }
    assert_eq!(Email::parse(&format!("{}@b.vn", "a".repeat(260))), Err(EmailError::TooLong));
}

#[test]
fn a_card_is_read() {
    for closing in ["", "\r\n", "\n", "\t", "\u{feff}"] {
        let card = CardQr::read(&format!("{CARD}{closing}")).unwrap();
        assert_eq!(card.number.reveal(), "040090123456");
        assert_eq!(card.old_number.as_ref().map(OldId::reveal), Some("182345678"));
        assert_eq!(card.name, "Nguyễn Văn A");
        assert_eq!(card.born_on, Some(date(1990, 1, 1)));
        assert_eq!(card.sex, Some(Sex::Male));
        assert_eq!(card.residence, "Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An");
        assert_eq!(card.issued_on, Some(date(2021, 4, 15)));
        assert_eq!(card.warnings, []);
    }
}

#[test]
fn cards_without_an_old_number_with_six_fields_or_with_more_are_read() {
    let six = CardQr::read("040190123456||Trần Thị Bé|31121990|Nữ|Tân Kỳ").unwrap();
    assert_eq!((six.old_number, six.issued_on, six.warnings.len()), (None, None, 0));
    let more = CardQr::read(&format!("{CARD}|Nguyễn Văn B|Trần Thị C|x")).unwrap();
    assert_eq!(more.warnings, []);
}

#[test]
fn damage_is_a_warning() {
    let with_name =
        |name: &str| CardQr::read(&CARD.replace("Nguyễn Văn A", name)).map(|card| card.warnings);
    for fine in [
        "Hồ Thị Mỹ Duyên",
        "Moong Văn Ót",
        "Phan Minh Anh",
        "LÊ VĂN ĐỨC",
        "Vừ Y Chò",
        "Nguyê\u{303}n Văn Ân",
        "Ngã Văn Hoãn",
    ] {
        assert_eq!(with_name(fine), Ok(vec![]), "{fine}");
    }
    for damaged in [
        "Nguyeenx Vawn A",
        "Nguyen Van A",
        "Nguy?n V?n A",
        "Nguy\u{fffd}n Văn A",
        "Nguyá»…n VÄƒn A",
        "Trần Thị Hoas",
        "Ngyn Văn A",
    ] {
        assert_eq!(with_name(damaged), Ok(vec![CardWarning::NameDamaged]), "{damaged}");
    }
    let card = CardQr::read("040090123456|18234|Hồ Văn A|30021990|?|Ph� Sơn|99999999").unwrap();
    assert_eq!(
        card.warnings,
        [
            CardWarning::OldNumber,
            CardWarning::BirthDate,
            CardWarning::Sex,
            CardWarning::AddressDamaged,
            CardWarning::IssueDate,
        ]
    );
    let other = CardQr::read("040190123456||Hồ Văn A|01011991|Nam|Tân Kỳ").unwrap();
    assert_eq!(other.warnings.len(), 2);
}

#[test]
fn hostile_scans_are_refused() {
    let refused = |typed: &str| CardQr::read(typed).unwrap_err();
    for typed in [
        "",
        "|",
        "||||||",
        "Nguyễn Văn A",
        "04009012345|x",
        "https://example.vn/|||||||",
        "0400901234567|a|b|c|d|e|f",
    ] {
        assert_eq!(refused(typed), CardQrError::NotACard, "{typed}");
    }
    assert_eq!(refused("040090123456|182345678|Nguyễn"), CardQrError::Short);
    assert_eq!(refused("000000000000||A|01011990|Nam|x"), CardQrError::Number(IdError::Impossible));
    assert_eq!(refused("040090123456|| \u{0}123|01011990|Nam|x"), CardQrError::NoName);
    assert_eq!(refused(&format!("{CARD}{}", "|x".repeat(2_000))), CardQrError::NotACard);
    let quiet = CardQr::read("040090123456||Hồ\u{0}\u{7}Văn\tA|01011990|Nam|x").unwrap();
    assert_eq!(quiet.name, "Hồ Văn A");
    assert!(CardQr::looks_like("\u{feff}040090123456|"));
    assert!(!CardQr::looks_like("040090123456"));
}

proptest! {
    #[test]
    fn no_scan_breaks_the_reader(text in "\\PC{0,80}") {
        let _ = CardQr::read(&text);
        let _ = CardQr::read(&format!("040090123456|{text}"));
        let _ = CardQr::read(&format!("040090123456||{text}|{text}|{text}|{text}|{text}"));
    }

    #[test]
    fn no_typing_breaks_a_reader(text in "[0-9+a-zđ. |@-]{0,20}") {
        let _ = IdPaper::parse(&text);
        let _ = Email::parse(&text);
        if let Ok(phone) = Phone::parse(&text) {
            prop_assert_eq!(Phone::parse(phone.reveal()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(&phone.e164()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(&phone.grouped()), Ok(phone));
        }
    }
}
