//! Which numbers are given, refused and proposed, on both databases.

use domain::ids::DossierId;
use testkit::{Answer, TestSite, on_both_engines};

use super::{SINGLE, take};
use crate::dossiers::{
    desk, facts as dossiers,
    tests::{birth, given_two_communes},
};

/// Registering a birth.
const BIRTH: &str = "1.001193";

/// A dossier at the officer's desk; `members` of a group, one a line.
async fn in_process(site: &TestSite, id: i64, procedure: &str, members: &str) {
    let mut counter = site.signed_in("quay");
    let (once, name) = (format!("{id:032}"), format!("Nguyễn Thị {}", "Thử".repeat(id as usize)));
    let mut fields = birth(&name, &once);
    fields.retain(|(name, _)| *name != "thu-tuc");
    fields.extend([("thu-tuc", procedure), ("thanh-vien", members)]);
    fields.extend([("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")]);
    let done = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    take(&mut counter, &format!("../{id}/chuyen"), &[("don-vi", "2")]).await;
    take(&mut site.signed_in("thuly"), &format!("../{id}/thu-ly"), &[]).await;
}

/// From there to the clerk.
async fn signed(site: &TestSite, id: i64) {
    take(&mut site.signed_in("thuly"), &format!("../{id}/trinh-ky"), &[]).await;
    take(&mut site.signed_in("ky"), &format!("../{id}/ky"), &[]).await;
}

/// A dossier that waits for its number.
async fn to_number(site: &TestSite, id: i64, procedure: &str) {
    in_process(site, id, procedure, "").await;
    signed(site, id).await;
}

async fn number(site: &TestSite, id: i64, number: &str) -> Answer {
    let path = format!("/co-quan/ho-so/{id}/cap-so");
    site.signed_in("vanthu").post(&path, &[("so-van-ban", number)]).await
}

async fn given(site: &TestSite, id: i64, typed: &str) {
    let done = number(site, id, typed).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn proposed(site: &TestSite, id: i64) -> String {
    let form = site.signed_in("vanthu").get(&format!("/co-quan/ho-so/{id}/cap-so")).await.text;
    let field = form.split("name=\"so-van-ban\"").nth(1).unwrap_or_default();
    let value = field.split('>').next().and_then(|it| it.split("value=\"").nth(1));
    value.and_then(|it| it.split('"').next()).unwrap_or_default().to_owned()
}

/// Writes numbers for the members of a group.
async fn members(site: &TestSite, (id, login): (i64, &str), fields: &[(&str, &str)]) {
    let edition = site.text(&format!("select cast(edition as text) from dossier where id = {id}"));
    let mut all = vec![("an-ban", edition.as_str()), ("tat-ca", "1")];
    all.extend_from_slice(fields);
    take(&mut site.signed_in(login), &format!("../{id}/thanh-vien/ket-qua"), &all).await;
}

fn code(site: &TestSite, id: i64) -> String {
    site.text(&format!("select code from dossier where id = {id}"))
}

on_both_engines! { crate::routes();
    async fn of_two_groups_with_one_number_the_first_that_is_numbered_has_it(site) {
        given_two_communes(&site);
        for id in [1, 2] {
            in_process(&site, id, BIRTH, "Trẻ Một\nTrẻ Hai").await;
        }
        let nothing_like_it = site.run(|tx| {
            let on_desk = desk::take(tx, DossierId(1)).map_err(|_| store::Fault::Broken("1".into()))?;
            Ok(desk::answer_members(tx, &on_desk, "KQ").is_err())
        });
        assert!(nothing_like_it, "no member is granted without a number");
        assert_eq!(site.count("select count(*) from dossier_member where outcome <> 'pending'"), 0);
        for id in [1, 2] {
            members(&site, (id, "thuly"), &[("so-tu", "15/TL")]).await;
            signed(&site, id).await;
        }
        given(&site, 1, "20/TL").await;
        let late = number(&site, 2, "21/TL").await;
        assert_eq!(late.status, 422);
        let said = format!("Số 15/TL đã cấp cho hồ sơ {} trong năm.", code(&site, 1));
        assert!(late.text.contains(&said), "{}", late.text);
        members(&site, (2, "vanthu"), &[("so-1", "17/TL"), ("so-2", "18/TL")]).await;
        given(&site, 2, "21/TL").await;
        // What is written for a group that waits is not proposed to others, and is theirs if they take it.
        in_process(&site, 3, BIRTH, "Trẻ Ba\nTrẻ Bốn").await;
        members(&site, (3, "thuly"), &[("so-tu", "22/TL")]).await;
        to_number(&site, 4, BIRTH).await;
        assert_eq!(proposed(&site, 4).await, "24/TL");
        given(&site, 4, "22/TL").await;
        // In another year the numbers of the members are not given again with what is corrected.
        site.set_clock(jiff::civil::date(2027, 1, 5).at(8, 0, 0, 0));
        to_number(&site, 5, BIRTH).await;
        given(&site, 5, "15/TL").await;
        take(&mut site.signed_in("thuly"), "dinh-chinh", &[("loi", "Sai tên")]).await;
        take(&mut site.signed_in("ky"), "ky-dinh-chinh", &[("so-van-ban", "16/TL")]).await;
        assert!(site.run(dossiers::unfolded).is_empty());
    }

    async fn a_bare_number_is_given_once_for_each_procedure(site) {
        given_two_communes(&site);
        for (id, procedure) in [(1, SINGLE), (2, BIRTH), (3, SINGLE)] {
            to_number(&site, id, procedure).await;
        }
        given(&site, 1, "0015").await;
        given(&site, 2, "15").await;
        for same in ["15", "015", "00015"] {
            let refused = number(&site, 3, same).await;
            assert_eq!(refused.status, 422, "{same}");
            assert!(refused.text.contains(&code(&site, 1)), "{}", refused.text);
        }
        given(&site, 3, "16").await;
    }

    async fn a_mistyped_number_carries_no_proposal_away(site) {
        given_two_communes(&site);
        for id in 1..=4 {
            to_number(&site, id, SINGLE).await;
        }
        given(&site, 1, "QĐ-7").await;
        let refused = number(&site, 2, "QĐ-7").await;
        assert!(refused.status == 422 && !refused.text.contains("Số kế tiếp còn trống"), "{}", refused.text);
        assert_eq!(proposed(&site, 2).await, "");
        // What was issued last counts, not what was received last.
        given(&site, 3, "3/UBND").await;
        given(&site, 2, "7/CN").await;
        assert_eq!(proposed(&site, 4).await, "8/CN");
        take(&mut site.signed_in("vanthu"), "../2/hoan-tac", &[]).await;
        for huge in ["20260004/UBND", "9223372036854775807/UBND", "99999999999999999999/UBND"] {
            given(&site, 2, huge).await;
            assert_eq!(proposed(&site, 4).await, "4/UBND", "after {huge}");
            let refused = number(&site, 4, huge).await;
            assert!(refused.text.contains("còn trống: 4/UBND"), "{}", refused.text);
            take(&mut site.signed_in("vanthu"), "../2/hoan-tac", &[]).await;
        }
    }
}

/// Two processes over one database: two clerks give one number in the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_that_two_give_at_once_is_given_once() {
    let Some((one, other)) = TestSite::two_on_postgresql(crate::routes) else { return };
    given_two_communes(&one);
    for round in 0..4 {
        let (a, b) = (2 * round + 1, 2 * round + 2);
        to_number(&one, a, SINGLE).await;
        to_number(&one, b, SINGLE).await;
        let typed = format!("{}/UBND", 15 + round);
        let done = tokio::join!(number(&one, a, &typed), number(&other, b, &typed));
        let mut status = [done.0.status, done.1.status];
        status.sort_unstable();
        assert_eq!(status, [303, 422], "{} {}", done.0.text, done.1.text);
        assert_eq!(one.count("select count(*) from result"), round + 1);
    }
}
