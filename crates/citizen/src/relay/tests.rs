//! Two installations with two databases, and everything that goes wrong between them.

use testkit::{Browser, TestSite};

mod pairing;

use super::{
    keys,
    sign::{self, Head},
};
use crate::dossiers::links::tests::{AT_DISTRICT, given_parent, given_three_offices, opened};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Makes it know another by the secret of before; `code`s are how they sign.
fn given_partner(site: &TestSite, code: &str, own_code: &str, base_url: &str) {
    let secret = site.site.seal.close(super::SECRET, SECRET).unwrap();
    site.given(
        "insert into relay_partner
           (id, code, own_code, name, base_url, secret, paused, failure, edition)
         values (1, ?1, ?2, 'Hệ thống bạn', ?3, ?4, 0, '', 1)",
        &[code.into(), own_code.into(), base_url.into(), secret.into()],
    );
}

/// Gives an installation a key pair; the public half.
fn given_own_key(site: &TestSite) -> String {
    let (public, private) = keys::generate().unwrap();
    let sealed = site.site.seal.close(keys::SEALED_FOR, &private).unwrap();
    site.given(
        "insert into relay_own_key (public, sealed, created_ms, from_ms) values (?1, ?2, 0, 0)",
        &[public.as_str().into(), sealed.into()],
    );
    public
}

fn given_their_key(site: &TestSite, public: &str) {
    site.given(
        "insert into relay_partner_key (partner, public, added_ms) values (1, ?1, 0)",
        &[public.into()],
    );
}

/// Pairs the two by keys, and takes the secret of before away.
fn paired(lead: &TestSite, other: &TestSite) {
    given_their_key(other, &given_own_key(lead));
    given_their_key(lead, &given_own_key(other));
    for site in [lead, other] {
        site.given("update relay_partner set secret = ''", &[]);
    }
}

/// The two: the commune's, which leads, and the district's.
struct Two {
    lead: TestSite,
    other: TestSite,
    other_url: String,
}

async fn two(lead: TestSite, other: TestSite) -> Two {
    let (lead_url, other_url) = (lead.listen().await, other.listen().await);
    given_three_offices(&other);
    given_partner(&other, "xa", "huyen", &lead_url);
    given_partner(&lead, "huyen", "xa", &other_url);
    lead.given(
        "insert into relay_route (partner, agency, name, procedures)
         values (1, '000.00.99.H41', 'UBND huyện bạn', '')",
        &[],
    );
    Two { lead, other, other_url }
}

/// On SQLite speaking to PostgreSQL, and the other way round.
async fn both_ways<F: AsyncFn(Two)>(check: F) {
    let routes = crate::routes;
    if let Some(other) = TestSite::on_postgresql(routes()) {
        check(two(TestSite::on_sqlite(routes()), other).await).await;
    }
    match TestSite::on_postgresql(routes()) {
        Some(lead) => check(two(lead, TestSite::on_sqlite(routes())).await).await,
        None => {
            check(two(TestSite::on_sqlite(routes()), TestSite::on_sqlite(routes())).await).await;
        }
    }
}

async fn sent(officer: &mut Browser<'_>) {
    let sent = opened(officer, "r1", AT_DISTRICT, &[("cach-chuyen", "electronic")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
}

/// From the papers on the other's counter to a numbered result that is sent back.
async fn settled(other: &TestSite) {
    let took = other.signed_in("quay-huyen").post("/co-quan/lien-thong/ban-giao/1/nhan", &[]).await;
    assert_eq!(took.status, 303, "{}", took.text);
    let at = |step: &str| format!("/co-quan/ho-so/1/{step}");
    other.signed_in("quay-huyen").post(&at("chuyen"), &[("don-vi", "7")]).await;
    let mut officer = other.signed_in("thuly-huyen");
    officer.post(&at("thu-ly"), &[]).await;
    officer.post(&at("trinh-ky"), &[]).await;
    other.signed_in("lanhdao-huyen").post(&at("ky"), &[]).await;
    let mut clerk = other.signed_in("vanthu-huyen");
    clerk.post(&at("cap-so"), &[("so-van-ban", "21/XN-LĐ")]).await;
    clerk.upload(&at("tep"), &[], &[("tep", "xac-nhan.pdf", &testkit::pdf("xac nhan"))]).await;
    let back = clerk.post("/co-quan/lien-thong/1/tra", &[("gui", "1"), ("tep-2", "1")]).await;
    assert_eq!(back.status, 303, "{}", back.text);
}

fn link_state(site: &TestSite) -> String {
    site.text("select state from dossier_link")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_done_by_another_installation() {
    both_ways(async |two: Two| {
        let Two { lead, other, .. } = &two;
        paired(lead, other);
        let mut officer = given_parent(lead).await;
        sent(&mut officer).await;
        assert_eq!(link_state(lead), "queued");
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Chờ gửi sang hệ thống nơi nhận"), "{page}");
        lead.run_jobs().await;
        // On their counter, with its own code there and its file: and not accepted.
        assert_eq!(
            link_state(lead),
            "at_counter",
            "{}",
            lead.text("select failure from relay_partner")
        );
        assert_eq!(other.text("select status from dossier"), "submitted");
        assert_eq!(other.text("select applicant from dossier"), "Nguyễn Thị Thử");
        assert_eq!(other.text("select name from dossier_file"), "don.pdf");
        let code = other.text("select code from dossier");
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Đã đến Một cửa nơi nhận, chưa tiếp nhận"), "{page}");
        assert!(page.contains(&code) && page.contains("UBND huyện bạn"), "{page}");
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 422);
        let there = other.signed_in("quay-huyen").get("/co-quan/ho-so/1").await.text;
        assert!(
            there.contains("H41.99.40-260108-0001") && there.contains("Xác nhận đã nhận"),
            "{there}"
        );
        // What was said is not kept once it is there.
        assert_eq!(lead.count("select count(*) from relay_message where body <> ''"), 0);
        settled(other).await;
        assert_eq!(link_state(lead), "at_counter", "nothing is known before it is said");
        other.run_jobs().await;
        assert_eq!(
            link_state(lead),
            "sent_back",
            "{}",
            other.text("select failure from relay_partner")
        );
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(
            page.contains("Giải quyết, số 21/XN-LĐ") && page.contains("xac-nhan.pdf"),
            "{page}"
        );
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 422, "not in hand");
        let slip = lead.text("select cast(max(id) as text) from hand_over");
        let took = officer.post(&format!("/co-quan/lien-thong/ban-giao/{slip}/nhan"), &[]).await;
        assert_eq!(took.status, 303, "{}", took.text);
        assert_eq!(link_state(lead), "done");
        lead.pass_minutes(2);
        other.pass_minutes(2);
        lead.run_jobs().await;
        assert_eq!(link_state(other), "done");
        assert_eq!(other.text("select status from dossier"), "returned");
        assert_eq!(other.text("select state from hand_over where direction = 'back'"), "confirmed");
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 303);
        for site in [lead, other] {
            assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_is_down_for_a_day_gets_everything_once_and_in_order() {
    both_ways(async |two: Two| {
        let Two { lead, other, other_url } = &two;
        let mut officer = given_parent(lead).await;
        given_admin(lead);
        // Nobody listens there.
        lead.given("update relay_partner set base_url = 'http://127.0.0.1:9'", &[]);
        sent(&mut officer).await;
        for _ in 0..24 {
            lead.run_jobs().await;
            lead.pass_minutes(60);
        }
        let tries = lead.count("select attempts from relay_message");
        assert!((20..=25).contains(&tries), "{tries} tries in a day");
        assert_eq!(link_state(lead), "queued");
        let mut admin = lead.signed_in("quantri-xa");
        let page = admin.get("/co-quan/quan-tri/he-thong-khac").await.text;
        assert!(page.contains("Đường truyền lỗi") && page.contains("Không kết nối được"), "{page}");
        // It comes back.
        lead.given("update relay_partner set base_url = ?1", &[other_url.as_str().into()]);
        other.pass_minutes(24 * 60);
        lead.pass_minutes(60);
        other.pass_minutes(60);
        lead.run_jobs().await;
        assert_eq!(
            link_state(lead),
            "at_counter",
            "{}",
            lead.text("select failure from relay_partner")
        );
        assert_eq!(other.count("select count(*) from dossier"), 1);
    })
    .await;
}

/// Sends a body as a partner would, with whatever is wrong with it.
async fn post(url: &str, head: &Head, body: &[u8], signature: &str) -> (u16, String) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client
        .post(format!("{url}{}", sign::PATH))
        .header(sign::FROM, &head.from)
        .header(sign::KEY, &head.key)
        .header(sign::TIME, head.at_ms.to_string())
        .header(sign::SIGNATURE, signature)
        .body(body.to_vec())
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    (status, response.text().await.unwrap())
}

fn opening(sequence: i64, data: &str, sha256: &str) -> Vec<u8> {
    let size = data.len() / 4 * 3 - data.bytes().rev().take_while(|it| *it == b'=').count();
    serde_json::json!({
        "reference": "H41.99.40-260108-0001:1",
        "sequence": sequence,
        "said": {
            "kind": "open", "to_agency": "000.00.99.H41", "from_agency": "000.40.99.H41",
            "from_unit": "UBND xã bạn", "procedure": AT_DISTRICT, "whole_code": "H41.99.40-260108-0001",
            "whole_procedure": "Thờ cúng liệt sĩ", "whole_due_at": null, "channel": "direct",
            "carriage": "electronic", "agreed_days": null, "request": "Xác minh\u{202e}",
            "applicant": {"name": "Nguyễn Thị Thử", "id_number": "", "birth_date": "", "phone": "",
                "email": "", "address": ""},
            "papers": [],
            "files": [{"name": "../../don.pdf", "media_type": "text/html", "size": size,
                "sha256": sha256, "data": data}],
        }
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_believed_without_its_signature_its_time_its_order_and_its_hash() {
    both_ways(async |two: Two| {
        let Two { other, other_url, .. } = &two;
        use base64::Engine as _;
        let file = &testkit::pdf("mot hai");
        let file = &file[..];
        let data = base64::engine::general_purpose::STANDARD.encode(file);
        let hash = sign::sha256(file);
        let body = opening(1, &data, &hash);
        let head = |n: u8, at_ms| Head { from: "xa".into(), key: format!("{n:032x}"), at_ms };
        let now = other.now().epoch_ms();
        let good = |head: &Head, body: &[u8]| sign::sign(SECRET, head, body);
        let said = async |head: &Head, body: &[u8], signature: &str| {
            post(other_url, head, body, signature).await
        };
        // A wrong secret, an unknown partner, another body, a clock that is off.
        let h = head(1, now);
        let (status, _) = said(&h, &body, &sign::sign(&"1".repeat(64), &h, &body)).await;
        assert_eq!(status, 401);
        let stranger = Head { from: "nguoi-la".into(), ..h.clone() };
        assert_eq!(said(&stranger, &body, &good(&stranger, &body)).await.0, 401);
        assert_eq!(said(&h, b"{}", &good(&h, &body)).await.0, 401);
        let late = head(1, now - 300_001);
        let (status, why) = said(&late, &body, &good(&late, &body)).await;
        assert!(status == 401 && why.contains("5 phút"), "{why}");
        // Signed and wrong: a file that is not what its hash says, a type that is not taken, a unit that is
        // not here, a field too many, no JSON at all.
        for (n, wrong, expected) in [
            (2, opening(1, &data, &"0".repeat(64)), 400),
            (3, opening(1, "@@", &hash), 400),
            (4, b"[]".to_vec(), 400),
            (
                5,
                String::from_utf8(body.clone())
                    .unwrap()
                    .replace("000.00.99.H41", "000.00.77.H41")
                    .into_bytes(),
                422,
            ),
            (
                6,
                String::from_utf8(body.clone())
                    .unwrap()
                    .replace("\"papers\"", "\"secret\":1,\"papers\"")
                    .into_bytes(),
                400,
            ),
            (7, opening(2, &data, &hash), 409),
        ] {
            let h = head(n, now);
            let (status, why) = said(&h, &wrong, &good(&h, &wrong)).await;
            assert_eq!(status, expected, "{n}: {why}");
        }
        assert_eq!(other.count("select count(*) from dossier"), 0, "none of it left anything");
        // Right: and the same once more, signed anew, is answered the same and does nothing.
        let h = head(8, now);
        let signature = good(&h, &body);
        let (status, first) = said(&h, &body, &signature).await;
        assert_eq!(status, 200, "{first}");
        let again = head(8, now + 1);
        let (status, second) = said(&again, &body, &good(&again, &body)).await;
        assert_eq!((status, &second), (200, &first));
        // The very same bytes are a replay; another body under the same key is a mistake.
        assert_eq!(said(&h, &body, &signature).await.0, 401);
        let altered = opening(1, &data, &hash.to_uppercase());
        let again = head(8, now + 2);
        assert_eq!(said(&again, &altered, &good(&again, &altered)).await.0, 400);
        assert_eq!(other.count("select count(*) from dossier"), 1);
        assert_eq!(other.text("select name from dossier_file"), "..-..-don.pdf");
        assert_eq!(other.text("select media_type from dossier_file"), "application/pdf");
        assert_eq!(other.text("select request from dossier_link"), "Xác minh");
        // Out of order: the third waits for the second; an old number is refused.
        let stop = |sequence| {
            serde_json::json!({"reference": "H41.99.40-260108-0001:1", "sequence": sequence,
                "said": {"kind": "withdraw", "reason": "Nhầm"}})
            .to_string()
            .into_bytes()
        };
        for (n, sequence, expected) in [(9, 3, 409), (10, 1, 422), (11, 2, 200)] {
            let (h, body) = (head(n, now), stop(sequence));
            let (status, why) = said(&h, &body, &good(&h, &body)).await;
            assert_eq!(status, expected, "{sequence}: {why}");
        }
        assert_eq!(other.text("select status from dossier"), "withdrawn");
        assert!(other.run(crate::dossiers::facts::unfolded).is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_back_with_its_reason_from_the_counter_and_from_the_program() {
    both_ways(async |two: Two| {
        let Two { lead, other, .. } = &two;
        let mut officer = given_parent(lead).await;
        sent(&mut officer).await;
        lead.run_jobs().await;
        let said = [("can-cu", "outside_remit"), ("loi", "Thuộc thẩm quyền cấp xã")];
        let no = other
            .signed_in("quay-huyen")
            .post("/co-quan/lien-thong/ban-giao/1/khong-nhan", &said)
            .await;
        assert_eq!(no.status, 303, "{}", no.text);
        other.run_jobs().await;
        assert_eq!(link_state(lead), "refused");
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Thuộc thẩm quyền cấp xã"), "{page}");
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 303);
        given_admin(lead);
        // A unit that they do not have: a dead letter, with the reason on the page.
        officer.post("/co-quan/ho-so/1/hoan-tac", &[]).await;
        lead.given("update relay_route set agency = '000.00.77.H41'", &[]);
        sent(&mut officer).await;
        lead.pass_minutes(2);
        other.pass_minutes(2);
        lead.run_jobs().await;
        assert_eq!(lead.text("select state from relay_message where id = 2"), "dead");
        assert_eq!(lead.text("select state from dossier_link where id = 2"), "refused");
        let page = lead.signed_in("quantri-xa").get("/co-quan/quan-tri/he-thong-khac/1").await.text;
        assert!(page.contains("Không có đơn vị mã 000.00.77.H41"), "{page}");
    })
    .await;
}

/// Who administers everything.
fn given_admin(site: &TestSite) {
    use domain::{access::Role, ids::UnitId};
    use people::accounts::facts::{self as accounts, NewAccount};
    let from = site.now().civil().date();
    site.run(|tx| {
        let account = NewAccount {
            login: "quantri-xa",
            name: "quantri-xa",
            staff: None,
            password_hash: "",
            must_change: false,
            roles: &[(Role::Administrator, UnitId(1))],
            from,
        };
        accounts::create(tx, &account)
    });
}
