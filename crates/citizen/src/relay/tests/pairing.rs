//! Key pairs between two installations: pairing, what is believed by which, rotation, the pages.

use super::{
    SECRET, Two, both_ways, given_admin, given_own_key, given_their_key, link_state, opening,
    paired, sent, settled,
};
use crate::{
    dossiers::links::tests::{given_parent, given_three_offices},
    relay::{
        keys,
        sign::{self, Head},
    },
};
use testkit::TestSite;

/// Sends what waits from one to the other, a minute later.
async fn pass(from: &TestSite, to: &TestSite) {
    from.pass_minutes(2);
    to.pass_minutes(2);
    from.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_of_before_are_paired_while_they_go_on_and_then_the_secret_is_gone() {
    both_ways(async |two: Two| {
        let Two { lead, other, .. } = &two;
        let mut officer = given_parent(lead).await;
        sent(&mut officer).await;
        // The lead has a key, the other does not know it: the secret still holds, both are sent.
        given_own_key(other);
        let lead_key = given_own_key(lead);
        pass(lead, other).await;
        assert_eq!(link_state(lead), "at_counter");
        let secrets =
            |site: &TestSite| site.count("select count(*) from relay_partner where secret <> ''");
        assert_eq!((secrets(lead), secrets(other)), (1, 1));
        // Each believes the other's key; the first messages that go both ways pair them.
        given_their_key(other, &lead_key);
        let other_key = other.text("select public from relay_own_key");
        given_their_key(lead, &other_key);
        settled(other).await;
        pass(other, lead).await;
        assert_eq!(
            link_state(lead),
            "sent_back",
            "{}",
            other.text("select failure from relay_partner")
        );
        assert_eq!(lead.count("select count(*) from relay_partner where key_in_ms is not null"), 1);
        assert_eq!(
            other.count("select count(*) from relay_partner where key_out_ms is not null"),
            1
        );
        assert_eq!((secrets(lead), secrets(other)), (1, 1), "one way only");
        let slip = lead.text("select cast(max(id) as text) from hand_over");
        officer.post(&format!("/co-quan/lien-thong/ban-giao/{slip}/nhan"), &[]).await;
        pass(lead, other).await;
        assert_eq!(link_state(other), "done");
        assert_eq!((secrets(lead), secrets(other)), (0, 0), "forgotten on both sides");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paired_partner_is_believed_by_its_key_alone() {
    both_ways(async |two: Two| {
        let Two { other, other_url, .. } = &two;
        use base64::Engine as _;
        let file = &testkit::pdf("mot hai");
        let data = base64::engine::general_purpose::STANDARD.encode(file);
        let body = opening(1, &data, &sign::sha256(file));
        let (public, private) = keys::generate().unwrap();
        let signer = keys::Signer::of(&private).unwrap();
        given_their_key(other, &public);
        given_own_key(other);
        let now = other.now().epoch_ms();
        let head = |n: u8| Head { from: "xa".into(), key: format!("{n:032x}"), at_ms: now };
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let post = async |head: &Head, body: &[u8], by: &[(&str, String)]| {
            let mut request = client
                .post(format!("{other_url}{}", sign::PATH))
                .header(sign::FROM, &head.from)
                .header(sign::KEY, &head.key)
                .header(sign::TIME, head.at_ms.to_string());
            for (name, signature) in by {
                request = request.header(*name, signature);
            }
            let response = request.body(body.to_vec()).send().await.unwrap();
            let status = response.status().as_u16();
            let signature = response.headers().get(sign::KEY_SIGNATURE).cloned();
            let signature = signature.map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
            (status, response.text().await.unwrap(), signature)
        };
        let by_key = |head: &Head, to: &str, body: &[u8]| {
            vec![(sign::KEY_SIGNATURE, signer.sign(&keys::message_text(head, to, body)))]
        };
        // Meant for somebody else, another body, a stranger's key, none at all.
        let h = head(1);
        assert_eq!(post(&h, &body, &by_key(&h, "tinh", &body)).await.0, 401);
        assert_eq!(post(&h, b"{}", &by_key(&h, "huyen", &body)).await.0, 401);
        let (_, stranger) = keys::generate().unwrap();
        let stranger = keys::Signer::of(&stranger).unwrap();
        let forged = stranger.sign(&keys::message_text(&h, "huyen", &body));
        assert_eq!(post(&h, &body, &[(sign::KEY_SIGNATURE, forged)]).await.0, 401);
        assert_eq!(post(&h, &body, &[]).await.0, 401);
        let late = Head { at_ms: now - 300_001, ..head(1) };
        let (status, why, _) = post(&late, &body, &by_key(&late, "huyen", &body)).await;
        assert!(status == 401 && why.contains("5 phút"), "{why}");
        assert_eq!(other.count("select count(*) from dossier"), 0);
        // Until the first one by key, the secret of before is still believed; then never again.
        let good = by_key(&h, "huyen", &body);
        let (status, answer, signature) = post(&h, &body, &good).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains("\"by\":\"key\""), "{answer}");
        let own = other.text("select public from relay_own_key");
        let text = keys::answer_text(&h, "huyen", 200, answer.as_bytes());
        assert!(keys::is_signed(&text, &signature, [own.as_str()]), "the answer is signed too");
        assert_eq!(post(&h, &body, &good).await.0, 401, "the very same bytes are a replay");
        let stop = serde_json::json!({"reference": "H41.99.40-260108-0001:1", "sequence": 2,
            "said": {"kind": "withdraw", "reason": "Nhầm"}})
        .to_string()
        .into_bytes();
        let h = head(2);
        let by_secret = vec![(sign::SIGNATURE, sign::sign(SECRET, &h, &stop))];
        assert_eq!(post(&h, &stop, &by_secret).await.0, 401);
        assert!(other.text("select failure from relay_partner").contains("khóa bí mật chung"));
        // A key that is over is not believed; it was until its moment.
        other.given("update relay_partner_key set until_ms = ?1", &[(now + 1).into()]);
        assert_eq!(post(&h, &stop, &by_key(&h, "huyen", &stop)).await.0, 200);
        other.given("update relay_partner_key set until_ms = ?1", &[now.into()]);
        let h = head(3);
        assert_eq!(post(&h, &stop, &by_key(&h, "huyen", &stop)).await.0, 401);
        assert!(other.text("select failure from relay_partner").contains("hết hạn"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_partners_key_did_not_sign_acknowledges_nothing() {
    both_ways(async |two: Two| {
        let Two { lead, other, .. } = &two;
        paired(lead, other);
        // Somebody else answers in the other's place: the key that is believed is another one.
        let (public, _) = keys::generate().unwrap();
        lead.given("update relay_partner_key set public = ?1", &[public.into()]);
        let mut officer = given_parent(lead).await;
        sent(&mut officer).await;
        pass(lead, other).await;
        assert_eq!(link_state(lead), "queued");
        assert!(lead.text("select failure from relay_partner").contains("không được ký bằng khóa"));
        // The right key, and the same message gets the same answer: nothing is there twice.
        let right = other.text("select public from relay_own_key");
        lead.given("update relay_partner_key set public = ?1", &[right.into()]);
        pass(lead, other).await;
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

testkit::on_both_engines! { crate::routes();
    async fn a_partner_is_added_paired_by_a_fingerprint_and_paused(site) {
        given_three_offices(&site);
        given_admin(&site);
        let mut admin = site.signed_in("quantri-xa");
        const HOME: &str = "/co-quan/quan-tri/he-thong-khac";
        const ONE: &str = "/co-quan/quan-tri/he-thong-khac/1";
        let form = admin.get(&format!("{HOME}/moi")).await;
        assert_eq!(form.status, 200, "{}", form.text);
        let fields = |address: &'static str| {
            vec![("ten", "Tỉnh"), ("ma", "nghe-an"), ("ma-minh", "tan-ky"), ("dia-chi", address)]
        };
        for wrong in ["http://example.com", "ftp://10.0.0.1", "https://a@b.vn", "https://b.vn/x?y=1", "b.vn"] {
            let answer = admin.post(&format!("{HOME}/moi"), &fields(wrong)).await;
            assert_eq!(answer.status, 422, "{wrong}");
        }
        let made = admin.post(&format!("{HOME}/moi"), &fields("https://b.vn")).await;
        assert_eq!(made.location.as_deref(), Some(ONE), "{}", made.text);
        assert_eq!(admin.post(&format!("{HOME}/moi"), &fields("https://b.vn")).await.status, 422);
        assert!(admin.get(ONE).await.text.contains("chưa có cặp khóa"));
        // Our own pair: once, then by a day ahead; the private half is sealed.
        for _ in 0..2 {
            admin.post(&format!("{HOME}/khoa"), &[]).await;
        }
        assert_eq!(site.count("select count(*) from relay_own_key"), 1);
        let own = site.text("select public from relay_own_key");
        let page = admin.get(ONE).await.text;
        assert!(page.contains(&keys::fingerprint(&own)) && page.contains("motcua-ed25519:"), "{page}");
        assert!(!site.text("select sealed from relay_own_key").contains(&own));
        // Theirs: only with the fingerprint that was read out, and never our own.
        let (public, _) = keys::generate().unwrap();
        let (text, print) = (keys::shown(&public), keys::fingerprint(&public));
        let pair = async |admin: &mut testkit::Browser<'_>, key: &str, print: &str, until: &str| {
            let fields = [("khoa-cong-khai", key), ("dau-van-tay", print), ("khoa-cu-den", until)];
            admin.post(&format!("{ONE}/khoa"), &fields).await
        };
        for (key, print, why) in [
            ("abc", print.as_str(), "Dán nguyên dòng"),
            (text.as_str(), "0000", "không khớp"),
            (text.as_str(), "", ""),
            (keys::shown(&own).as_str(), keys::fingerprint(&own).as_str(), "của chính hệ thống này"),
        ] {
            let no = pair(&mut admin, key, print, "").await;
            assert!(no.status == 422 && no.text.contains(why), "{why}: {}", no.text);
        }
        assert_eq!(site.count("select count(*) from relay_partner_key"), 0);
        let paired = pair(&mut admin, &text, &print.to_lowercase(), "").await;
        assert_eq!(paired.status, 303, "{}", paired.text);
        assert_eq!(pair(&mut admin, &text, &print, "").await.status, 422, "it is known already");
        // They change their key: the old one holds to the end of the named day.
        let (public, _) = keys::generate().unwrap();
        let (text, print) = (keys::shown(&public), keys::fingerprint(&public));
        for wrong in ["", "01/01/2020", "01/01/2030"] {
            assert_eq!(pair(&mut admin, &text, &print, wrong).await.status, 422, "{wrong}");
        }
        let today = domain::text::date(site.now().civil().date());
        assert_eq!(pair(&mut admin, &text, &print, &today).await.status, 303);
        assert_eq!(site.count("select count(*) from relay_partner_key where until_ms is null"), 1);
        let ask = admin.get(&format!("{HOME}/khoa/2/thu-hoi")).await;
        assert!(ask.text.contains(&print), "{}", ask.text);
        assert_eq!(admin.post(&format!("{HOME}/khoa/2/thu-hoi"), &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from relay_partner_key where until_ms is null"), 0);
        // Ours: a day ahead, one change at a time.
        assert_eq!(admin.post(&format!("{HOME}/khoa"), &[("ky-tu", "01/01/2020")]).await.status, 422);
        let ahead = site.now().civil().date().checked_add(jiff::ToSpan::days(7)).unwrap();
        let ahead = domain::text::date(ahead);
        assert_eq!(admin.post(&format!("{HOME}/khoa"), &[("ky-tu", &ahead)]).await.status, 303);
        assert_eq!(admin.post(&format!("{HOME}/khoa"), &[("ky-tu", &ahead)]).await.status, 422);
        let list = admin.get(HOME).await.text;
        assert!(list.contains("Sẽ ký từ") && list.contains("Đang ký, từ"), "{list}");
        let route = [("ten-noi", "UBND tỉnh"), ("ma-dinh-danh", "000.00.00.H41"), ("thu-tuc", "1.001731, 1.010803")];
        let added = admin.post(&format!("{ONE}/noi-nhan"), &route).await;
        assert_eq!(added.status, 303, "{}", added.text);
        assert_eq!(site.text("select procedures from relay_route"), "1.001731 1.010803");
        admin.post(&format!("{ONE}/dung"), &[("dung", "1")]).await;
        assert_eq!(site.count("select paused from relay_partner"), 1);
        let old = [("ten", "X"), ("ma-minh", "tan-ky"), ("dia-chi", "https://b.vn"), ("an-ban", "1")];
        let stale = admin.post(ONE, &old).await;
        assert!(stale.text.contains("vừa được người khác sửa"), "{}", stale.text);
        // Who is no administrator of everything.
        for (path, fields) in [(format!("{HOME}/khoa"), vec![]), (format!("{ONE}/khoa"), vec![("khoa-cong-khai", "x")])] {
            assert_eq!(site.signed_in("truong").post(&path, &fields).await.status, 403);
        }
        assert_eq!(site.signed_in("truong").get(HOME).await.status, 403);
    }
}
