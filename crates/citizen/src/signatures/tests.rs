//! What comes in is opened at once; what is kept apart; whom we trust; results that are signed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::access::Role;
use testkit::{Browser, TestSite, on_both_engines};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::dossiers::tests::{ONCE, PDF, birth, given_two_communes, received};

pub(crate) const PAGE: &str = "/co-quan/quan-tri/chung-thu";
pub(crate) const PASSWORD: &str = "mat-khau-thu";
const EICAR: &[u8] = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

pub(crate) fn vector(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../signing/tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

/// A day after every vector was signed.
fn later(site: &TestSite) {
    site.set_clock(jiff::civil::date(2026, 11, 30).at(9, 0, 0, 0));
}

/// An administrator of everything, and one of the other commune alone.
pub(crate) fn given_administrators(site: &TestSite) {
    site.given_account("quantri", Role::Administrator, 1);
    site.given_account("quantri-xa", Role::Administrator, 4);
}

pub(crate) async fn trusts(site: &TestSite) {
    let mut admin = site.signed_in("quantri");
    let answer = admin
        .upload(PAGE, &[("viec", "goc")], &[("tep-goc", "goc.pem", &vector("root.pem"))])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

async fn sets(admin: &mut Browser<'_>, clamd: &str, broken: &str) {
    let fields = [("viec", "thiet-dat"), ("clamd", clamd), ("chu-ky-hong", broken), ("tac-tu", "")];
    let answer = admin.post(PAGE, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    // Whoever sets it learns whether it answers.
    let told = admin.get(PAGE).await.text;
    assert_eq!(told.contains("clamd đã trả lời"), !clamd.is_empty(), "{told}");
}

/// Speaks clamd's `INSTREAM`: finds the EICAR string; says nothing while it is down.
async fn a_clamd(up: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if !up.load(Ordering::Relaxed) {
                continue;
            }
            let mut command = Vec::new();
            while command.last() != Some(&0) {
                command.push(stream.read_u8().await.unwrap());
            }
            if command == b"zPING\0" {
                stream.write_all(b"PONG\0").await.unwrap();
                continue;
            }
            assert_eq!(command, b"zINSTREAM\0");
            let mut all = Vec::new();
            loop {
                let size = stream.read_u32().await.unwrap();
                if size == 0 {
                    break;
                }
                let mut chunk = vec![0; usize::try_from(size).unwrap()];
                stream.read_exact(&mut chunk).await.unwrap();
                all.extend(chunk);
            }
            let bad = all.windows(EICAR.len()).any(|it| it == EICAR);
            let answer = if bad { "stream: Eicar-Test-Signature FOUND\0" } else { "stream: OK\0" };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

/// A PDF that reads, with the test string of the makers of scanners in it.
fn infected() -> Vec<u8> {
    let plain = String::from_utf8(PDF.to_vec()).unwrap();
    let (head, tail) = plain.split_once("%%EOF").unwrap();
    [head.as_bytes(), b"%", EICAR, b"\n%%EOF", tail.as_bytes()].concat()
}

on_both_engines! { crate::routes();
    async fn each_broken_file_is_told_by_name_and_nothing_typed_is_lost(site) {
        given_two_communes(&site);
        given_administrators(&site);
        later(&site);
        trusts(&site).await;
        // As long as nobody sets it otherwise.
        let cut = &vector("one.pdf")[..4000];
        let tampered = {
            // The page becomes a dot higher.
            let mut bytes = vector("one.pdf");
            let at = bytes.windows(3).position(|it| it == b"842").unwrap();
            bytes[at + 2] = b'3';
            bytes
        };
        let cases: [(&str, &[u8], &str); 8] = [
            ("rong.pdf", b"", "Tệp rỗng"),
            ("cut.pdf", cut, "bị cắt cụt"),
            ("khoa.pdf", &vector("encrypted.pdf"), "có đặt mật khẩu"),
            ("anh.png", PDF, "nội dung là PDF"),
            ("la.pdf", b"<script>alert(1)</script>", "không phải PDF"),
            ("sua.pdf", &tampered, "đã bị sửa sau khi ký"),
            ("them.pdf", &vector("changed_after.pdf"), "bị thêm hoặc sửa nội dung sau khi ký"),
            ("giua.pdf", &vector("changed_between.pdf"), "bị sửa giữa hai lần ký"),
        ];
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.push(("dia-chi", "Xóm 7"));
        for (name, bytes, why) in cases {
            let answer = browser.upload("/co-quan/ho-so/moi", &fields, &[("tep", name, bytes)]).await;
            assert_eq!(answer.status, 422, "{name}");
            let told = format!("“{name}”: ");
            assert!(answer.text.contains(&told) && answer.text.contains(why), "{name}: {}", answer.text);
            assert!(answer.text.contains("value=\"Xóm 7\""), "{name}");
        }
        assert_eq!(site.count("select count(*) from dossier"), 0);
        let good = vector("two.pdf");
        let answer = browser.upload("/co-quan/ho-so/moi", &fields, &[("tep", "don.pdf", &good)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("chữ ký số hợp lệ: Nguyễn Thị Ký Thử (UBND xã Phú Sơn)"), "{page}");
    }

    async fn a_doubtful_signature_is_a_warning_where_that_is_set_and_an_unknown_issuer_always(site) {
        given_two_communes(&site);
        given_administrators(&site);
        let mut browser = received(&site).await;
        later(&site);
        let path = "/co-quan/ho-so/1/tep";
        // Nobody is trusted yet.
        sets(&mut site.signed_in("quantri"), "", "refuse").await;
        let answer = browser.upload(path, &[], &[("tep", "a.pdf", &vector("one.pdf"))]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(browser.get("/co-quan/ho-so/1").await.text.contains("chưa được tin cậy cấp"));
        sets(&mut site.signed_in("quantri"), "", "warn").await;
        trusts(&site).await;
        let changed = vector("changed_after.pdf");
        let answer = browser.upload(path, &[], &[("tep", "b.pdf", &changed)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("chữ ký số không dùng được: Tệp bị thêm hoặc sửa"), "{page}");
        // Of two files the good one is kept, the other told.
        let files: [(&str, &str, &[u8]); 2] = [("tep", "c.pdf", PDF), ("tep", "d.pdf", b"")];
        let answer = browser.upload(path, &[], &files).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("Đã thêm 1 tệp.") && answer.text.contains("“d.pdf”: Tệp rỗng"));
        assert_eq!(site.count("select count(*) from dossier_file"), 3);
    }

    async fn a_signature_dated_after_its_receipt_is_told_as_not_credible(site) {
        given_two_communes(&site);
        given_administrators(&site);
        trusts(&site).await;
        let mut browser = received(&site).await;
        let path = "/co-quan/ho-so/1/tep";
        let why = "Thời điểm ký ghi trong chữ ký số ở sau thời điểm nhận tệp nên không đáng tin.";
        sets(&mut site.signed_in("quantri"), "", "warn").await;
        // Signed in November; this is January.
        let answer = browser.upload(path, &[], &[("tep", "a.pdf", &vector("one.pdf"))]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains(&format!("chữ ký số không dùng được: {why}")), "{page}");
        assert!(!page.contains("chữ ký số hợp lệ"), "{page}");
        // What was found at receipt stays, also when that day has come.
        later(&site);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains(why.trim_end_matches('.')) && !page.contains(".."), "{page}");
        site.set_clock(testkit::start());
        sets(&mut site.signed_in("quantri"), "", "refuse").await;
        let answer = browser.upload(path, &[], &[("tep", "b.pdf", &vector("two.pdf"))]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("“b.pdf”: ") && answer.text.contains(why), "{}", answer.text);
    }

    async fn malware_is_refused_and_a_silent_clamd_keeps_files_apart(site) {
        given_two_communes(&site);
        given_administrators(&site);
        let up = Arc::new(AtomicBool::new(true));
        let clamd = a_clamd(up.clone()).await;
        sets(&mut site.signed_in("quantri"), &clamd, "warn").await;
        let mut browser = received(&site).await;
        let path = "/co-quan/ho-so/1/tep";
        let bad = infected();
        let answer = browser.upload(path, &[], &[("tep", "doc.pdf", &bad)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("có mã độc (Eicar-Test-Signature)"), "{}", answer.text);
        assert_eq!(site.count("select count(*) from dossier_file"), 0);
        assert_eq!(site.count("select count(*) from journal where act = 'refuse_infected'"), 1);
        browser.upload(path, &[], &[("tep", "sach.pdf", PDF)]).await;
        assert_eq!(site.text("select scan from dossier_file"), "clean");
        assert_eq!(browser.get("/co-quan/ho-so/1/tep/1").await.status, 200);

        // Nobody answers: what comes in waits, and nobody opens it.
        up.store(false, Ordering::Relaxed);
        let second = testkit::pdf("tệp thứ hai");
        for (name, bytes) in [("hai.pdf", second.as_slice()), ("ba.pdf", bad.as_slice())] {
            let answer = browser.upload(path, &[], &[("tep", name, bytes)]).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
        }
        assert_eq!(browser.get("/co-quan/ho-so/1/tep/2").await.status, 422);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("đang chờ quét mã độc") && !page.contains("/tep/2\""), "{page}");
        site.run_jobs().await;
        let admin = site.signed_in("quantri").get(PAGE).await.text;
        assert!(admin.contains("2 tệp đang chờ quét mã độc") && admin.contains("hai.pdf"), "{admin}");

        // It is back: the good one is let go, the other kept apart and told.
        up.store(true, Ordering::Relaxed);
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(browser.get("/co-quan/ho-so/1/tep/2").await.status, 200);
        assert_eq!(browser.get("/co-quan/ho-so/1/tep/3").await.status, 422);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("có mã độc, đã giữ riêng"), "{page}");
        assert_eq!(site.count("select count(*) from journal where act = 'infected_file'"), 1);
        // The counter reads it first thing, until something else came in its place; nobody elsewhere does.
        let first = "1 tệp có mã độc, cần đề nghị gửi tệp khác";
        assert!(browser.get("/co-quan").await.text.contains(first));
        assert!(!site.signed_in("quay-khac").get("/co-quan").await.text.contains(first));
        browser.upload(path, &[], &[("tep", "thay.pdf", &testkit::pdf("tệp thay"))]).await;
        assert!(!browser.get("/co-quan").await.text.contains(first));
    }

    async fn roots_and_seals_are_kept_by_whoever_may_and_the_key_is_never_shown(site) {
        given_two_communes(&site);
        given_administrators(&site);
        trusts(&site).await;
        let mut admin = site.signed_in("quantri");
        let page = admin.get(PAGE).await.text;
        assert!(page.contains("CA gốc thử nghiệm") && page.contains("SHA-256"), "{page}");
        // A signer's certificate is no root.
        let wrong = [("tep-goc", "a.pem", vector("leader.pem"))];
        let answer = admin.upload(PAGE, &[("viec", "goc")], &wrong.each_ref().map(|it| (it.0, it.1, it.2.as_slice()))).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("không phải của tổ chức cấp chứng thư"), "{}", answer.text);
        let seal = vector("seal.p12");
        let with = |password| [("viec", "con-dau"), ("don-vi", "2"), ("mat-khau", password)];
        let answer = admin.upload(PAGE, &with("sai"), &[("tep-con-dau", "a.p12", &seal)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("Mật khẩu không mở được") && !answer.text.contains("\"sai\""));
        let answer = admin.upload(PAGE, &with(PASSWORD), &[("tep-con-dau", "a.p12", &seal)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = admin.get(PAGE).await.text;
        assert!(page.contains("UBND xã Phú Sơn") && page.contains("đang hiệu lực"), "{page}");
        // Neither the password nor the key lies in the database as it is.
        let closed = site.text("select closed from unit_seal");
        assert!(!closed.contains(PASSWORD) && !closed.contains(&crate::signatures::facts::hex(&seal[..40])));
        assert_eq!(site.count("select count(*) from journal where act = 'add_seal'"), 1);
        // Another commune's administrator sees nothing of it and cannot trust anybody for all.
        let mut other = site.signed_in("quantri-xa");
        assert!(!other.get(PAGE).await.text.contains("MST:0101234567"));
        let answer = other.upload(PAGE, &with(PASSWORD), &[("tep-con-dau", "a.p12", &seal)]).await;
        assert_eq!(answer.status, 422);
        let root = vector("root.pem");
        let answer = other.upload(PAGE, &[("viec", "goc")], &[("tep-goc", "a.pem", &root)]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(other.post(&format!("{PAGE}/con-dau/1"), &[]).await.status, 404);
        assert_eq!(site.signed_in("quay").get(PAGE).await.status, 403);
        // Asked first, then gone.
        let asked = admin.get(&format!("{PAGE}/con-dau/1")).await.text;
        assert!(asked.contains("Xóa con dấu số?") && asked.contains("UBND xã Phú Sơn"), "{asked}");
        assert_eq!(admin.post(&format!("{PAGE}/con-dau/1"), &[]).await.status, 303);
        assert_eq!(admin.post(&format!("{PAGE}/goc/1"), &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from unit_seal"), 0);
        assert_eq!(site.count("select count(*) from trusted_root"), 0);
    }
}
