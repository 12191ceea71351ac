//! The clock of one dossier, by the rules of its procedure's own law.

use domain::{dossier::SuspensionKind, law::AfterSupplement, procedure::ClockRules};

use super::*;
use crate::procedures::facts as procedures;

/// A procedure of five working days that the commune settles.
const FIVE_DAYS: &str = "2.002307";

/// A version from today on, of five working days, with these rules of the clock.
fn given_five_days(site: &TestSite, clock: &ClockRules) {
    let clock = clock.clone();
    site.run(move |tx| {
        let day = tx.now().civil().date();
        let version = procedures::in_force(tx, FIVE_DAYS, day)?.expect("it ships");
        let mut body = (*version.body).clone();
        body.clock = clock;
        body.limits = vec![domain::procedure::ChannelLimit {
            channel: None,
            value: 5,
            unit: domain::procedure::LimitUnit::WorkingDay,
        }];
        tx.execute(
            "update procedure_version set body = ?1 where id = ?2",
            &[serde_json::to_string(&body).expect("json").into(), version.id.into()],
        )
    });
}

/// Received on Thursday 8 January 2026 and in the hands of its specialist.
async fn under_way(site: &TestSite) -> Browser<'_> {
    let mut counter = site.signed_in("quay");
    let mut fields = birth("Nguyễn Thị Thử", ONCE);
    fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "so-1" | "co-1"));
    fields.push(("thu-tuc", FIVE_DAYS));
    let answer = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(site.text("select due_at from dossier"), "2026-01-14T17:00:00");
    counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
    let mut specialist = site.signed_in("thuly");
    let begun = specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    specialist
}

async fn take(browser: &mut Browser<'_>, step: &str, fields: &[(&str, &str)]) {
    let answer = browser.post(&format!("/co-quan/ho-so/1/{step}"), fields).await;
    assert_eq!(answer.status, 303, "{step}: {}", answer.text);
}

fn rules(pauses: &[SuspensionKind], after: Option<AfterSupplement>) -> ClockRules {
    ClockRules {
        pauses: pauses.to_vec(),
        after_supplement: after,
        source: "Luật thử".to_owned(),
        ..ClockRules::default()
    }
}

on_both_engines! { crate::routes();
    async fn a_verification_that_sector_law_leaves_out_moves_the_date_by_its_days(site) {
        given_two_communes(&site);
        given_five_days(&site, &rules(&[SuspensionKind::Verification], None));
        let mut specialist = under_way(&site).await;
        site.set_clock(jiff::civil::date(2026, 1, 9).at(9, 0, 0, 0));
        take(&mut specialist, "xac-minh", &[]).await;
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1);
        // Three working days: Saturday 10 January is worked in exchange.
        site.set_clock(jiff::civil::date(2026, 1, 13).at(9, 0, 0, 0));
        take(&mut specialist, "ket-thuc-xac-minh", &[]).await;
        assert_eq!(site.text("select due_at from dossier"), "2026-01-19T17:00:00");
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
        let page = specialist.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("thời gian xác minh không tính vào thời hạn"), "{page}");
    }

    async fn elsewhere_a_verification_stops_nothing(site) {
        given_two_communes(&site);
        given_five_days(&site, &ClockRules::default());
        let mut specialist = under_way(&site).await;
        take(&mut specialist, "xac-minh", &[]).await;
        assert_eq!(site.text("select due_at from dossier"), "2026-01-14T17:00:00");
    }

    async fn the_clock_goes_on_with_the_last_answer_of_all_who_were_asked(site) {
        given_two_communes(&site);
        given_five_days(&site, &rules(&[SuspensionKind::Consultation], None));
        let mut specialist = under_way(&site).await;
        let hint = specialist.get("/co-quan/ho-so/1/hoi-y-kien").await.text;
        assert!(hint.contains("không tính vào thời hạn giải quyết (Luật thử)"), "{hint}");
        for unit in ["1", "4"] {
            let fields = [("don-vi", unit), ("ngay", "20/01/2026"), ("loi", "Có vướng quy hoạch không?")];
            take(&mut specialist, "hoi-y-kien", &fields).await;
        }
        site.set_clock(jiff::civil::date(2026, 1, 9).at(9, 0, 0, 0));
        let answered = |unit| {
            let paper = [("so-tra-loi", "12/CV-UBND"), ("ngay-tra-loi", "09/01/2026")];
            [("don-vi", unit), ("loi", "Không"), paper[0], paper[1]]
        };
        take(&mut specialist, "tra-loi", &answered("1")).await;
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1);
        site.set_clock(jiff::civil::date(2026, 1, 12).at(9, 0, 0, 0));
        take(&mut specialist, "tra-loi", &answered("4")).await;
        assert_eq!(site.text("select status from dossier"), "processing");
        // Asked on the day of receipt: the five days are counted after the last answer.
        assert_eq!(site.text("select due_at from dossier"), "2026-01-19T17:00:00");
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn steps_share_the_published_limit_and_not_the_evening_before_it(site) {
        given_two_communes(&site);
        given_five_days(&site, &ClockRules::default());
        let minutes = |page: &str| -> i64 {
            let texts = page.split(" làm việc</").map(|it| it.rsplit('>').next().unwrap_or(""));
            let of = |text: &str, unit: &str| -> i64 {
                let before = text.split(unit).next().filter(|_| text.contains(unit)).unwrap_or("");
                before.trim().rsplit(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0)
            };
            texts.map(|it| of(it, "giờ") * 60 + of(it, "phút")).sum()
        };
        let mut counter = site.signed_in("quay");
        for (id, hour, token) in [(1, 8, "a"), (2, 17, "b")] {
            site.set_clock(jiff::civil::date(2026, 1, 8).at(hour, 30, 0, 0));
            let once = token.repeat(32);
            let mut fields = birth("Nguyễn Thị Thử", &once);
            fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "so-1" | "co-1"));
            fields.push(("thu-tuc", FIVE_DAYS));
            let answer = counter.post("/co-quan/ho-so/moi", &fields).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
            let page = counter.get(&format!("/co-quan/ho-so/{id}")).await.text;
            let sum = minutes(&page);
            // A step's share is in whole minutes.
            assert!((5 * 480 - 9..=5 * 480).contains(&sum), "{hour}: {sum} minutes: {page}");
        }
    }

    async fn where_sector_law_says_so_a_supplement_goes_on_with_what_is_left(site) {
        given_two_communes(&site);
        given_five_days(&site, &rules(&[], Some(AfterSupplement::Resume)));
        let mut specialist = under_way(&site).await;
        site.set_clock(jiff::civil::date(2026, 1, 12).at(9, 0, 0, 0));
        let hint = specialist.get("/co-quan/ho-so/1/yeu-cau-bo-sung").await.text;
        assert!(hint.contains("thời hạn tính tiếp phần còn lại"), "{hint}");
        take(&mut specialist, "yeu-cau-bo-sung", &[("loi", "Bản sao sổ hộ khẩu")]).await;
        site.set_clock(jiff::civil::date(2026, 1, 20).at(9, 0, 0, 0));
        let mut counter = site.signed_in("quay");
        take(&mut counter, "bo-sung", &[]).await;
        // 9, 10 and 12 January were counted; two days are left.
        assert_eq!(site.text("select due_at from dossier"), "2026-01-22T17:00:00");
    }

    async fn a_pause_does_not_take_back_an_appointment_that_was_made_with_an_apology(site) {
        given_two_communes(&site);
        given_five_days(&site, &rules(&[SuspensionKind::Verification], None));
        let mut specialist = under_way(&site).await;
        let mut leader = site.signed_in("ky");
        let fields = [("ngay", "30/01/2026"), ("loi", "Mưa lũ")];
        take(&mut leader, "gia-han", &fields).await;
        take(&mut specialist, "xac-minh", &[]).await;
        site.set_clock(jiff::civil::date(2026, 1, 9).at(9, 0, 0, 0));
        take(&mut specialist, "ket-thuc-xac-minh", &[]).await;
        assert_eq!(site.text("select due_at from dossier"), "2026-01-30T17:00:00");
        assert_eq!(site.text("select due_original_at from dossier"), "2026-01-15T17:00:00");
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }
}
