//! Whoever answered neither by a telephone nor by an account is called first: the counter has a list of them.

use super::*;

async fn sent(site: &TestSite) -> String {
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(site, &mut browser, &here).await;
    let fields = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")];
    assert_eq!(browser.post(&here, &fields).await.status, 303);
    site.text("select code from dossier order by id desc limit 1")
}

on_both_engines! { routes();

async fn those_whose_telephone_answered_nothing_are_a_list_of_their_own(site) {
    given_two_communes(&site);
    let mut counter = site.signed_in("quay");
    let none = counter.get("/co-quan/nop-truc-tuyen?dien-thoai=chua").await;
    assert!(none.text.contains("Không có hồ sơ nào") && !none.text.contains("gọi trước"), "{}", none.text);
    let (proven, unproven) = (sent(&site).await, sent(&site).await);
    site.given(
        "update filing set proof = 'phone' where dossier = (select id from dossier where code = ?1)",
        &[proven.as_str().into()],
    );
    let all = counter.get("/co-quan/nop-truc-tuyen").await;
    assert!(all.text.contains(&proven) && all.text.contains(&unproven), "{}", all.text);
    assert!(all.text.contains("1 hồ sơ đang chờ chưa xác nhận số điện thoại"), "{}", all.text);
    // Who is to be called stands with his number; of whoever answered it is not shown in a list.
    assert_eq!(all.text.matches("href=\"tel:+84912345678\"").count(), 1, "{}", all.text);
    let only = counter.get("/co-quan/nop-truc-tuyen?dien-thoai=chua").await;
    assert!(only.text.contains(&unproven) && !only.text.contains(&proven), "{}", only.text);
    assert!(only.text.contains("0912 345 678") && only.text.contains("dien-thoai=chua\">Xuất Excel"), "{}", only.text);
    let sheet = counter.get("/co-quan/nop-truc-tuyen/xuat?dien-thoai=chua").await;
    assert_eq!(sheet.status, 200);
    // Another commune's counter sees neither; once it is received nobody waits to be called.
    let other = site.signed_in("quay-khac").get("/co-quan/nop-truc-tuyen?dien-thoai=chua").await;
    assert!(!other.text.contains(&unproven) && !other.text.contains("0912"), "{}", other.text);
    let id = site.count(&format!("select id from dossier where code = '{unproven}'"));
    let free = [("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")];
    assert_eq!(counter.post(&format!("/co-quan/ho-so/{id}/tiep-nhan"), &free).await.status, 303);
    let after = counter.get("/co-quan/nop-truc-tuyen").await;
    assert!(!after.text.contains("gọi trước"), "{}", after.text);
    let kept = counter.get("/co-quan/nop-truc-tuyen?xem=tat-ca&dien-thoai=chua").await;
    assert!(kept.text.contains(&unproven) && !kept.text.contains(&proven), "{}", kept.text);
}

}
