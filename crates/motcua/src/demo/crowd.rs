//! Who stands behind the demo's dossiers beside single persons: organisations, proxies, groups.
//! A stream of its own, so that the year stays the same.

use citizen::dossiers::{Member, Organisation, Person, ProxyPaper};
use domain::{
    identity::TaxCode,
    names::{Ages, NameData},
    party::{Authority, Powers},
};
use jiff::civil::Date;

use super::random::Random;

/// Packages that the counters have: name, procedures, what to say.
pub(super) const PACKAGES: [(&str, &[&str], &str); 3] = [
    (
        "Trẻ mới sinh",
        &["2.000986", "2.000635"],
        "Liên thông khai sinh, thường trú, thẻ bảo hiểm y tế, kèm bản sao trích lục. Nhắc mang giấy chứng sinh.",
    ),
    (
        "Chuẩn bị kết hôn",
        &["1.004873", "1.000894"],
        "Xác nhận tình trạng hôn nhân và đăng ký kết hôn.",
    ),
    ("Gia đình có người mất", &["1.000656", "2.000635"], "Khai tử và bản sao trích lục."),
];

/// Those who come for others.
pub(super) struct Crowd(Random);

impl Crowd {
    pub fn new(seed: u64) -> Self {
        Self(Random::new(seed.wrapping_add(77)))
    }

    /// The same person, now and then as an organisation, with a proxy or for a group.
    pub fn around(&mut self, names: &NameData, today: Date, person: Person) -> Person {
        match self.0.below(100) {
            0..=3 => self.organisation(person),
            4..=8 => self.with_proxy(names, today, person),
            9..=10 => self.for_group(person),
            _ => person,
        }
    }

    fn organisation(&mut self, person: Person) -> Person {
        let kinds = ["Hợp tác xã Dịch vụ nông nghiệp", "Công ty TNHH Xây dựng", "Hộ kinh doanh"];
        let kind = self.0.pick(&kinds).copied().unwrap_or("Hợp tác xã");
        let tax_code = loop {
            let digits = format!("29{:08}", self.0.below(100_000_000));
            match TaxCode::parse(&digits) {
                Ok(code) if code.fits() => break code.as_str().to_owned(),
                _ => {}
            }
        };
        let organisation = Organisation {
            tax_code,
            representative: person.name.clone(),
            representative_title: "Giám đốc".to_owned(),
        };
        Person {
            name: format!("{kind} {} (minh họa)", person.name),
            birth_date: String::new(),
            organisation: Some(organisation),
            ..person
        }
    }

    fn with_proxy(&mut self, names: &NameData, today: Date, person: Person) -> Person {
        let random = &mut self.0;
        let mut stream = || random.next();
        let Some(proxy) = names.person(&mut stream, today, Ages::ADULT, "") else { return person };
        let letter = self.0.below(3) > 0;
        let paper = ProxyPaper {
            authority: if letter { Authority::Letter } else { Authority::Certified },
            powers: Powers::Both,
            number: format!("{}/UQ", 1 + self.0.below(90)),
            signed_on: Some(today),
            valid_until: None,
        };
        Person {
            proxy_name: proxy.name,
            proxy_id_number: proxy.number.reveal().to_owned(),
            proxy_paper: Some(paper),
            ..person
        }
    }

    fn for_group(&mut self, person: Person) -> Person {
        let count = 2 + i64::try_from(self.0.below(5)).unwrap_or(0);
        let members = (1..=count).map(|place| Member {
            place,
            name: format!("Bản số {place} (minh họa)"),
            ..Member::default()
        });
        Person { members: members.collect(), ..person }
    }
}
