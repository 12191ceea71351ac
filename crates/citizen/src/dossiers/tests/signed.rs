//! A result that is signed by its leader's agent and sealed by the clerk.

use serde_json::Value;
use signing::{Request, Seal};
use testkit::{Answer, TestSite, on_both_engines};

use super::{PDF, given_two_communes, received};
use crate::signatures::tests::{PAGE, PASSWORD, given_administrators, trusts, vector};

const RESULT: &str = "/co-quan/ho-so/1/ket-qua-so";

async fn step(site: &TestSite, login: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let edition = site.count("select edition from dossier where id = 1").to_string();
    let mut all = vec![("an-ban", edition.as_str())];
    all.extend_from_slice(fields);
    site.signed_in(login).post(&format!("/co-quan/ho-so/1/{path}"), &all).await
}

/// A dossier that waits for its leader's signature, with its result as a PDF; the leader's certificate
/// is known, the commune has a seal.
async fn given_a_result(site: &TestSite) {
    given_two_communes(site);
    given_administrators(site);
    trusts(site).await;
    let mut admin = site.signed_in("quantri");
    let seal = [("viec", "con-dau"), ("don-vi", "2"), ("mat-khau", PASSWORD)];
    admin.upload(PAGE, &seal, &[("tep-con-dau", "a.p12", &vector("seal.p12"))]).await;
    let leader = [("viec", "nguoi-ky"), ("can-bo", "4")];
    let answer =
        admin.upload(PAGE, &leader, &[("tep-nguoi-ky", "a.pem", &vector("leader.pem"))]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    received(site).await;
    for (login, path, fields) in [
        ("quay", "chuyen", vec![("don-vi", "2")]),
        ("truong", "phan-cong", vec![("can-bo", "3")]),
        ("thuly", "thu-ly", vec![]),
    ] {
        assert_eq!(step(site, login, path, &fields).await.status, 303, "{path}");
    }
    let put = site.signed_in("thuly").upload(RESULT, &[], &[("tep", "gxn.pdf", PDF)]).await;
    assert_eq!(put.status, 303, "{}", put.text);
    assert_eq!(step(site, "thuly", "trinh-ky", &[]).await.status, 303);
}

/// The paths that the agent is told: to fetch, to hand back.
async fn ordered(site: &TestSite) -> (String, String) {
    let answer = site.signed_in("ky").post("/co-quan/ho-so/1/ky-so", &[("js", "1")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let order: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(order["socket"], "wss://127.0.0.1:8987/SignApproved");
    let message: Value = serde_json::from_str(order["message"].as_str().unwrap()).unwrap();
    let path = |name: &str| {
        message[name].as_str().unwrap().strip_prefix("http://motcua.test").unwrap().to_owned()
    };
    (path("FileName"), path("FileUploadHandler"))
}

fn signed_with(site: &TestSite, pfx: &str, pdf: &[u8]) -> Vec<u8> {
    let seal = Seal::open(&vector(pfx), PASSWORD).unwrap();
    let request = Request { at: site.now().epoch_ms() / 1000, ..Request::default() };
    signing::sign(pdf, &seal, &request).unwrap()
}

/// The citizen finds the file beside his dossier and in his store, and it is this one.
async fn citizen_has_the_file(site: &TestSite, bytes: &[u8]) {
    let code = site.text("select code from dossier");
    let secret = site.text("select secret from dossier_person");
    let mut citizen = site.browser();
    let seen = citizen.get(&format!("/ho-so/{code}?ma={secret}")).await;
    assert_eq!(seen.status, 303, "{}", seen.text);
    let result = site.count("select max(id) from result");
    let path = format!("/ho-so/{code}/ket-qua/{result}");
    assert!(citizen.get(&format!("/ho-so/{code}")).await.text.contains(&path));
    let taken = citizen.get(&path).await;
    assert_eq!((taken.status, taken.bytes.as_ref()), (200, bytes));
    let held = site.run(|tx| crate::vault::held(tx, &[domain::ids::DossierId(1)]));
    let sha256 = site.text(&format!("select sha256 from result where id = {result}"));
    let open = held.iter().find(|it| it.id == result).and_then(|it| it.open_file());
    assert_eq!(open.map(|it| it.sha256.clone()), Some(sha256));
    assert!(held.iter().any(|it| it.is_usable(site.now().civil().date())), "{held:?}");
}

async fn hands_back(site: &TestSite, path: &str, pdf: &[u8]) -> Value {
    let answer = site.browser().upload(path, &[], &[("uploadfile", "a.pdf", pdf)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

on_both_engines! { crate::routes();
    async fn a_result_is_signed_through_the_agent_and_sealed_when_it_is_numbered(site) {
        given_a_result(&site).await;
        let (fetch, put) = ordered(&site).await;
        let served = site.browser().get(&fetch).await;
        assert_eq!((served.status, served.bytes.as_ref()), (200, PDF));
        assert_eq!(site.browser().get(&fetch).await.status, 404, "fetched once");
        let signed = signed_with(&site, "leader.p12", &served.bytes);
        let said = hands_back(&site, &put, &signed).await;
        assert_eq!(said["Status"], true, "{said}");
        let again = hands_back(&site, &put, &signed).await;
        assert_eq!(again["Status"], false, "handed back once: {again}");
        assert_eq!(site.count("select count(*) from dossier_file"), 2);
        assert_eq!(site.count("select count(*) from journal where act = 'sign_file'"), 1);
        let page = site.signed_in("ky").get(RESULT).await.text;
        assert!(page.contains("chữ ký số hợp lệ: Nguyễn Thị Ký Thử"), "{page}");

        assert!(page.contains("Ký số bản hiện hành"), "it may be signed until he passes it on: {page}");
        assert_eq!(step(&site, "ky", "ky", &[]).await.status, 303);
        let page = site.signed_in("ky").get(RESULT).await.text;
        assert!(!page.contains("Ký số bản hiện hành"), "signed and passed on: {page}");
        let numbered = step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await;
        assert_eq!(numbered.status, 303, "{}", numbered.text);
        let mut clerk = site.signed_in("vanthu");
        let result = clerk.get("/co-quan/ho-so/1/tep/3").await;
        assert_eq!(result.status, 200);
        assert!(result.bytes.starts_with(&signed), "nothing that was signed is touched");
        let roots = signing::certificates(&vector("root.pem")).unwrap();
        let verdict = signing::verify(&result.bytes, &roots, site.now().epoch_ms() / 1000);
        assert!(verdict.valid && verdict.covers_whole_file, "{verdict:?}");
        assert_eq!(verdict.signers.len(), 2);
        assert_eq!(verdict.signers[1].reason, "Ban hành văn bản số 12/GXN-UBND, ngày 08/01/2026");
        assert_eq!(clerk.post("/co-quan/ho-so/1/dong-dau-so", &[]).await.status, 422, "sealed once");
        assert_eq!(site.count("select count(*) from journal where act = 'seal_file'"), 1);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../signing/tests/data/root.pem");
        let others = testkit::pdf::others_find_valid(&result.bytes, &root, 2);
        assert_ne!(others, Some(false));
        let page = clerk.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("UBND xã Phú Sơn, ký lúc"), "{page}");

        // What was sealed is what the citizen gets, and it is returned over the line.
        assert_eq!(site.count("select file from result"), 3);
        assert_eq!(site.text("select r.sha256 from result r"), site.text("select sha256 from dossier_file where id = 3"));
        citizen_has_the_file(&site, &result.bytes).await;
        let online = [("nguoi-nhan", "applicant"), ("cach-tra", "online")];
        let back = step(&site, "quay", "tra-ket-qua", &online).await;
        assert_eq!(back.status, 303, "{}", back.text);
        citizen_has_the_file(&site, &result.bytes).await;
    }

    async fn a_result_that_came_sealed_goes_out_with_its_number_and_a_draft_does_not(site) {
        given_a_result(&site).await;
        site.given("delete from unit_seal", &[]);
        assert_eq!(step(&site, "ky", "ky", &[]).await.status, 303);
        // The draft that nobody signed is no result: nothing is returned over the line.
        assert_eq!(step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await.status, 303);
        assert_eq!(site.count("select count(*) from result where file is null and sha256 = ''"), 1);
        let online = [("nguoi-nhan", "applicant"), ("cach-tra", "online")];
        let refused = step(&site, "quay", "tra-ket-qua", &online).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Chưa có tệp kết quả để trả trực tuyến"), "{}", refused.text);
        assert_eq!(site.text("select status from dossier"), "result_at_counter");
        // Taken back, replaced by a copy that was sealed elsewhere, numbered again.
        let undone = step(&site, "vanthu", "hoan-tac", &[("loi", "Nhầm bản")]).await;
        assert_eq!(undone.status, 303, "{}", undone.text);
        let sealed = signed_with(&site, "seal.p12", &signed_with(&site, "leader.p12", PDF));
        let put = site.signed_in("vanthu").upload(RESULT, &[], &[("tep", "gxn.pdf", &sealed)]).await;
        assert_eq!(put.status, 303, "{}", put.text);
        assert_eq!(step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await.status, 303);
        citizen_has_the_file(&site, &sealed).await;
        let back = step(&site, "quay", "tra-ket-qua", &online).await;
        assert_eq!(back.status, 303, "{}", back.text);
    }

    async fn the_wish_for_an_electronic_copy_is_read_by_the_office_and_told_as_it_is(site) {
        given_a_result(&site).await;
        site.given("update dossier_person set return_way = 'online'", &[]);
        site.given("delete from unit_seal", &[]);
        let mut counter = site.signed_in("quay");
        assert!(counter.get("/co-quan/ho-so/1").await.text.contains("bản điện tử, trực tuyến"));
        assert_eq!(step(&site, "ky", "ky", &[]).await.status, 303);
        assert_eq!(step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await.status, 303);
        let form = counter.get("/co-quan/ho-so/1/tra-ket-qua").await.text;
        assert!(form.contains("Người nộp muốn nhận bản điện tử, trực tuyến."), "{form}");
        assert!(form.contains("<option value=\"online\" selected"), "{form}");
        let (code, secret) = (site.text("select code from dossier"), site.text("select secret from dossier_person"));
        let path = format!("/ho-so/{code}");
        let mut citizen = site.browser();
        citizen.get(&format!("{path}?ma={secret}")).await;
        let told = citizen.get(&path).await.text;
        assert!(told.contains("đang đưa bản điện tử lên") && !told.contains("giấy hẹn và giấy tờ"), "{told}");
        let upload = [("tep", "ket-qua.pdf", PDF)];
        assert_eq!(counter.upload("/co-quan/ket-qua/1/tep", &[], &upload).await.status, 303);
        let told = citizen.get(&path).await.text;
        assert!(told.contains("Tải bản điện tử ngay ở trang này"), "{told}");
        // Who filed over the line has no slip with an appointment; who came to the counter has.
        site.given("update result set file = null, sha256 = ''", &[]);
        site.given("update dossier_person set return_way = 'post'", &[]);
        assert!(citizen.get(&path).await.text.contains("qua bưu chính, không phải đến lấy"));
        site.given("update dossier_person set return_way = 'counter'", &[]);
        assert!(citizen.get(&path).await.text.contains("mang giấy hẹn và giấy tờ tùy thân"));
    }

    async fn a_seal_that_nobody_trusts_is_told_and_judged_again_once_its_root_is_trusted(site) {
        use domain::level::{Obstacle, SealState};
        given_a_result(&site).await;
        let mut admin = site.signed_in("quantri");
        assert_eq!(admin.post(&format!("{PAGE}/goc/1"), &[]).await.status, 303);
        let seal = || site.run(|tx| crate::signatures::facts::seal_state(tx, domain::ids::UnitId(2)));
        let held = || site.run(|tx| crate::levels::facts::level_at(
            tx, "1.014027", domain::ids::UnitId(2), site.now().civil().date(),
        ));
        assert_eq!(seal(), SealState::Untrusted);
        assert_eq!(held().obstacles, [Obstacle::UntrustedSeal], "level 4 is not offered, and it is said why");
        assert!(admin.get(PAGE).await.text.contains("tổ chức cấp chưa được tin cậy"));

        // It is sealed all the same, and whoever releases it reads what is wrong.
        assert_eq!(step(&site, "ky", "ky", &[]).await.status, 303);
        assert_eq!(step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await.status, 303);
        let mut clerk = site.signed_in("vanthu");
        assert_eq!(site.count("select file from result"), 2);
        let versions = clerk.get(RESULT).await.text;
        assert!(versions.contains("chưa được tin cậy") && !versions.contains("dong-dau-so"), "{versions}");
        let again = clerk.post("/co-quan/ho-so/1/dong-dau-so", &[]).await;
        assert!(again.status == 422 && again.text.contains("đã được đóng dấu số"), "{}", again.text);
        let mut counter = site.signed_in("quay");
        let doubt = "Ai kiểm tra tệp cũng sẽ thấy chưa hợp lệ";
        assert!(counter.get("/co-quan/ho-so/1/tra-ket-qua").await.text.contains(doubt));
        // While nobody trusts it nothing changes, however often it is looked at.
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from journal where act = 'judge_file'"), 0);

        trusts(&site).await;
        assert_eq!(seal(), SealState::Trusted);
        assert!(held().obstacles.is_empty(), "{:?}", held());
        assert_eq!(site.count("select count(*) from journal where act = 'judge_file'"), 1);
        assert!(clerk.get(RESULT).await.text.contains("chữ ký số hợp lệ: UBND xã Phú Sơn"));
        assert!(!counter.get("/co-quan/ho-so/1/tra-ket-qua").await.text.contains(doubt));
    }

    async fn the_job_judges_again_what_nobody_was_there_to_judge(site) {
        given_a_result(&site).await;
        site.given("update unit_seal set untrusted = 1", &[]);
        let told = signing::Problem::Issuer.to_string();
        let bad = serde_json::json!({"valid": false, "covers": true, "count": 1, "told": told}).to_string();
        let signed = signed_with(&site, "leader.p12", PDF);
        let put = site.signed_in("vanthu").upload(RESULT, &[], &[("tep", "b.pdf", &signed)]).await;
        assert_eq!(put.status, 303, "{}", put.text);
        site.given("update dossier_file set verdict = ?1 where id = 2", &[bad.into()]);
        site.run_jobs().await;
        assert_eq!(site.count("select untrusted from unit_seal"), 0);
        assert!(site.text("select verdict from dossier_file where id = 2").contains("\"valid\":true"));
    }

    async fn what_the_agent_hands_back_must_be_what_it_was_given_and_one_right_signature(site) {
        given_a_result(&site).await;
        let other = vector("xref_stream.pdf");
        let twice = signed_with(&site, "leader.p12", &signed_with(&site, "leader.p12", PDF));
        let mut longer = signed_with(&site, "leader.p12", PDF);
        longer.extend(b"\n");
        for (file, why) in [
            (PDF.to_vec(), "không phải tệp đã giao ký, hoặc chưa được ký"),
            (signed_with(&site, "leader.p12", &other), "không phải tệp đã giao ký"),
            (twice, "đúng một chữ ký số"),
            (longer, "không bao trùm toàn bộ tệp"),
            (signed_with(&site, "seal.p12", PDF), "không phải của người đang ký"),
            (signed_with(&site, "forged.p12", PDF), "chưa được tin cậy"),
        ] {
            let (_, put) = ordered(&site).await;
            let said = hands_back(&site, &put, &file).await;
            assert_eq!(said["Status"], false, "{why}");
            assert!(said["Message"].as_str().unwrap().contains(why), "{said}");
        }
        // Ten minutes later the order is void, and so is one for a version that was replaced.
        let good = signed_with(&site, "leader.p12", PDF);
        let (_, put) = ordered(&site).await;
        site.pass_minutes(11);
        assert_eq!(hands_back(&site, &put, &good).await["Status"], false);
        let (_, put) = ordered(&site).await;
        let again = site.signed_in("thuly").upload(RESULT, &[], &[("tep", "b.pdf", &other)]).await;
        assert_eq!(again.status, 303, "{}", again.text);
        assert_eq!(hands_back(&site, &put, &good).await["Status"], false);
        assert_eq!(hands_back(&site, "/ky-so/khongco", &good).await["Status"], false);
        assert_eq!(site.count("select count(*) from journal where act = 'sign_file'"), 0);
    }

    async fn only_who_has_the_part_signs_and_seals(site) {
        given_a_result(&site).await;
        for login in ["thuly", "vanthu", "quay"] {
            let answer =
                site.signed_in(login).post("/co-quan/ho-so/1/ky-so", &[("js", "1")]).await;
            assert_eq!(answer.status, 422, "{login}: {}", answer.text);
        }
        assert_eq!(site.signed_in("quay-khac").get(RESULT).await.status, 404);
        for fields in [&[("js", "1")][..], &[]] {
            for login in ["quay-khac", "lanhdao-huyen"] {
                let strange = site.signed_in(login).post("/co-quan/ho-so/1/ky-so", fields).await;
                assert_eq!(strange.status, 404, "{login}: {}", strange.text);
            }
        }
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/ho-so/1/ky-so", &[("js", "1")]).await.status, 404);
        // Without a script nothing is ordered, and the page says what to do.
        let plain = site.signed_in("ky").post("/co-quan/ho-so/1/ky-so", &[]).await;
        assert!(plain.status == 422 && plain.text.contains("in ra ký giấy"), "{}", plain.text);
        assert_eq!(site.count("select count(*) from signing_ticket"), 0);
        // Before there is a number nothing is sealed.
        assert_eq!(site.signed_in("vanthu").post("/co-quan/ho-so/1/dong-dau-so", &[]).await.status, 422);
        // Signed on paper, without a file or a seal, the way goes on as before.
        site.given("delete from unit_seal", &[]);
        assert_eq!(step(&site, "ky", "ky", &[]).await.status, 303);
        let numbered = step(&site, "vanthu", "cap-so", &[("so-van-ban", "12/GXN-UBND")]).await;
        assert_eq!(numbered.status, 303, "{}", numbered.text);
        assert_eq!(site.count("select count(*) from journal where act = 'seal_file'"), 0);
    }
}
