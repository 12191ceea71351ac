//! `motcua pdf verify` on files that others signed, spoilt or not; and others on what we sign.

use std::path::{Path, PathBuf};

use serde_json::Value;
use signing::{Request, Seal};

use crate::{Folder, run, said};

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../signing/tests/data").join(name)
}

/// 02 January 2025, 09:00 in Viet Nam.
const SIGNED_AT: i64 = 1_735_783_200;

fn verify(file: &Path, root: &str) -> (Option<i32>, Value) {
    let folder = Folder::new();
    let root = vector(root);
    let arguments =
        ["pdf", "verify", file.to_str().unwrap(), "--trust", root.to_str().unwrap(), "--json"];
    let output = run(&folder.0, &arguments);
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output.status.code(), report)
}

/// A change behind the signed bytes: the page gets a content that nobody signed.
fn updated_after_signing(pdf: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pdf);
    let tail = text.rsplit("startxref").next().unwrap();
    let previous: usize = tail.split_whitespace().next().unwrap().parse().unwrap();
    let mut out = pdf.to_vec();
    let page = out.len();
    let dict = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[6 0 R]/Contents 90 0 R>>";
    out.extend(format!("3 0 obj\n{dict}\nendobj\n").bytes());
    let content = out.len();
    out.extend(b"90 0 obj\n<</Length 16>>\nstream\n0 0 100 100 re f\nendstream\nendobj\n");
    let xref = out.len();
    out.extend(format!("xref\n3 1\n{page:010} 00000 n \n90 1\n{content:010} 00000 n \n").bytes());
    let trailer = format!("<</Size 91/Root 1 0 R/Prev {previous}>>");
    out.extend(format!("trailer\n{trailer}\nstartxref\n{xref}\n%%EOF\n").bytes());
    out
}

#[test]
fn good_signatures_are_valid_and_bad_ones_say_why() {
    for good in ["signed_pades.pdf", "signed_pkcs7.pdf"] {
        let (code, report) = verify(&vector(good), "pades_root.pem");
        assert_eq!(code, Some(0), "{report:#}");
        assert_eq!(report["valid"], true);
        assert_eq!(report["covers_whole_file"], true);
        assert!(report["reason"].is_null());
        assert_eq!(report["signers"][0]["name"], "Nguyen Van A");
        assert_eq!(report["signers"][0]["signed_at"], "2026-11-23T13:14:47");
    }
    let folder = Folder::new();
    let updated = folder.join("bad_updated_after_signing.pdf");
    std::fs::write(
        &updated,
        updated_after_signing(&std::fs::read(vector("signed_pades.pdf")).unwrap()),
    )
    .unwrap();
    for (file, root, why, covers) in [
        (vector("bad_tampered.pdf"), "pades_root.pem", "đã bị sửa sau khi ký", true),
        (updated, "pades_root.pem", "thêm hoặc sửa nội dung sau khi ký", false),
        (vector("changed_between.pdf"), "root.pem", "sửa giữa hai lần ký", true),
        (vector("signed_pades.pdf"), "root.pem", "chưa được tin cậy", true),
        (vector("expired.pdf"), "root.pem", "hết hạn vào lúc ký", true),
        (vector("plain.pdf"), "root.pem", "không có chữ ký số", false),
    ] {
        let (code, report) = verify(&file, root);
        assert_eq!(code, Some(1), "{file:?} {report:#}");
        assert_eq!(report["valid"], false);
        assert_eq!(report["covers_whole_file"], covers, "{file:?}");
        assert!(report["reason"].as_str().unwrap().contains(why), "{report:#}");
    }
    // What cannot be read is neither valid nor invalid.
    let missing = run(&folder.0, &["pdf", "verify", "khong-co.pdf", "--trust", "khong-co.pem"]);
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
    let untrusting = run(&folder.0, &["pdf", "verify", "khong-co.pdf"]);
    assert_eq!(untrusting.status.code(), Some(2));
}

#[test]
fn what_we_sign_others_find_valid_and_they_find_our_bad_ones_bad() {
    let read = |name: &str| std::fs::read(vector(name)).unwrap();
    let root = vector("root.pem");
    for (pfx, pdf, signatures) in [
        ("seal.p12", "plain.pdf", 1),
        ("seal-legacy.p12", "xref_stream.pdf", 1),
        ("sealec.p12", "xref_stream.pdf", 1),
        ("sealec.p12", "one.pdf", 2),
    ] {
        let seal = Seal::open(&read(pfx), "mat-khau-thu").unwrap();
        let request = Request {
            at: SIGNED_AT,
            reason: "Ban hành văn bản số 12/GXN-UBND".to_owned(),
            place: "Phú Sơn".to_owned(),
        };
        let signed = signing::sign(&read(pdf), &seal, &request).unwrap();
        let Some(valid) = testkit::pdf::others_find_valid(&signed, &root, signatures) else {
            return;
        };
        assert!(valid, "{pfx} on {pdf}");
        let mut spoilt = signed;
        spoilt[60] ^= 1;
        assert_eq!(testkit::pdf::others_find_valid(&spoilt, &root, signatures), Some(false));
    }
}
