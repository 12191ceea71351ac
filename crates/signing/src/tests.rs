//! Against files that others signed (pyHanko), and files that were spoilt on purpose.
//!
//! The vectors of `tests/data` were made with pyHanko and OpenSSL; the keys in them are for tests.

mod harm;

use std::{fs, path::Path};

use proptest::prelude::*;

use crate::{
    BadPfx, Certificate, Problem, Request, Seal, certificates,
    open::{Refused, open},
    sign, verify,
};

const PASSWORD: &str = "mat-khau-thu";
/// 29 November 2026: after every vector was signed.
const NOW: i64 = 1_796_000_000;

fn data(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

fn roots() -> Vec<Certificate> {
    certificates(&data("root.pem")).unwrap()
}

fn pades_roots() -> Vec<Certificate> {
    certificates(&data("pades_root.pem")).unwrap()
}

/// A change that anybody can append: the page gets a content that nobody signed.
pub fn updated_after_signing(pdf: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pdf);
    let previous: usize = text
        .rsplit("startxref")
        .next()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let mut out = pdf.to_vec();
    out.push(b'\n');
    let page = out.len();
    out.extend(b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[6 0 R]/Contents 90 0 R>>\nendobj\n");
    let content = out.len();
    out.extend(b"90 0 obj\n<</Length 16>>\nstream\n0 0 100 100 re f\nendstream\nendobj\n");
    let xref = out.len();
    out.extend(format!("xref\n3 1\n{page:010} 00000 n \n90 1\n{content:010} 00000 n \n").bytes());
    out.extend(
        format!("trailer\n<</Size 91/Root 1 0 R/Prev {previous}>>\nstartxref\n{xref}\n%%EOF\n")
            .bytes(),
    );
    out
}

#[track_caller]
fn check(name: &str, problem: Option<Problem>, covers: bool, signers: usize) {
    let verdict = verify(&data(name), &roots(), NOW);
    assert_eq!(verdict.problem, problem, "{name}: {verdict:?}");
    assert_eq!(verdict.valid, problem.is_none(), "{name}");
    assert_eq!(verdict.covers_whole_file, covers, "{name}");
    assert_eq!(verdict.signers.len(), signers, "{name}");
}

#[test]
fn what_others_signed_well_is_valid() {
    for name in ["signed_pades.pdf", "signed_pkcs7.pdf"] {
        let verdict = verify(&data(name), &pades_roots(), NOW);
        assert!(verdict.valid && verdict.covers_whole_file, "{name}: {verdict:?}");
        assert_eq!(verdict.signers[0].name(), "Nguyen Van A");
        // 13:14:47 on 23 November 2026 in Viet Nam.
        assert_eq!(verdict.signers[0].signed_at, Some(1_795_414_487));
        assert_eq!(verdict.told(), "Nguyen Van A (UBND xa Phu Son), ký lúc 13:14 ngày 23/11/2026");
    }
    for name in ["one.pdf", "pss.pdf", "sha512.pdf", "p256.pdf", "p384.pdf", "pkcs7.pdf"] {
        check(name, None, true, 1);
    }
    check("two.pdf", None, true, 2);
    // Fields that waited for their signatures, one with a mark on the page.
    check("waiting.pdf", None, true, 2);
}

#[test]
fn what_is_wrong_is_said() {
    check("plain.pdf", Some(Problem::Unsigned), false, 0);
    check("expired.pdf", Some(Problem::Expired), true, 1);
    check("web.pdf", Some(Problem::Usage), true, 1);
    // Somebody's own certificate is no authority.
    check("forged.pdf", Some(Problem::Issuer), true, 1);
    check("changed_after.pdf", Some(Problem::ChangedAfter), false, 1);
    // A second signature covers the whole file, but not what was signed first.
    check("changed_between.pdf", Some(Problem::ChangedBetween), true, 2);
    // Where nobody is trusted yet, a change is told all the same.
    for (name, problem) in [
        ("changed_after.pdf", Problem::ChangedAfter),
        ("changed_between.pdf", Problem::ChangedBetween),
        ("one.pdf", Problem::Issuer),
    ] {
        assert_eq!(verify(&data(name), &[], NOW).problem, Some(problem), "{name}");
    }
    let tampered = verify(&data("bad_tampered.pdf"), &pades_roots(), NOW);
    assert_eq!((tampered.valid, tampered.problem), (false, Some(Problem::Digest)));
    let stranger = verify(&data("signed_pades.pdf"), &roots(), NOW);
    assert_eq!((stranger.valid, stranger.problem), (false, Some(Problem::Issuer)));
    assert_eq!(verify(b"no pdf", &roots(), NOW).problem, Some(Problem::Unopened));
}

#[test]
fn a_signature_from_the_future_is_not_believed() {
    let signed_at = 1_795_414_487;
    let judged = |bytes: &[u8], now: i64| verify(bytes, &pades_roots(), now);
    let bytes = data("signed_pades.pdf");
    let verdict = judged(&bytes, signed_at - 3600);
    assert_eq!((verdict.valid, verdict.problem), (false, Some(Problem::Future)), "{verdict:?}");
    assert!(verdict.problem.is_some_and(|it| it.to_string().contains("sau thời điểm nhận tệp")));
    assert_eq!(verdict.signers[0].signed_at, Some(signed_at), "what it states is still told");
    // The signer's clock may be a little ahead of ours.
    assert!(judged(&bytes, signed_at - 9 * 60).valid);
    assert!(!judged(&bytes, signed_at - 11 * 60).valid);
    // It comes before an unknown issuer, and hides no change of the content.
    assert_eq!(verify(&bytes, &[], signed_at - 3600).problem, Some(Problem::Future));
    let spoilt = updated_after_signing(&bytes);
    assert_eq!(judged(&spoilt, signed_at - 3600).problem, Some(Problem::ChangedAfter));
    assert_eq!(judged(&bytes, i64::MIN).problem, Some(Problem::Future));
    assert!(judged(&bytes, i64::MAX).valid);
}

#[test]
fn an_update_behind_the_signature_is_caught() {
    let bytes = updated_after_signing(&data("signed_pades.pdf"));
    let verdict = verify(&bytes, &pades_roots(), NOW);
    assert_eq!(verdict.problem, Some(Problem::ChangedAfter));
    assert!(!verdict.valid && !verdict.covers_whole_file);
    // A single byte is too much: nobody signed it.
    let mut bytes = data("signed_pades.pdf");
    bytes.push(b'\n');
    let verdict = verify(&bytes, &pades_roots(), NOW);
    assert!(!verdict.covers_whole_file);
    assert!(!verdict.valid);
    bytes.extend(b"%%EOF but this is no revision");
    assert!(!verify(&bytes, &pades_roots(), NOW).covers_whole_file);
}

#[test]
fn our_signature_is_found_valid_by_us() {
    for (pfx, pdf) in [
        ("seal.p12", "plain.pdf"),
        ("seal-legacy.p12", "xref_stream.pdf"),
        ("sealec.p12", "xref_stream.pdf"),
        ("sealec.p12", "one.pdf"),
    ] {
        let seal = Seal::open(&data(pfx), PASSWORD).unwrap();
        let request = Request {
            at: NOW,
            reason: "Ban hành văn bản số 12/GXN-UBND".to_owned(),
            place: "Phú Sơn".to_owned(),
        };
        let before = data(pdf);
        let signed = sign(&before, &seal, &request).unwrap();
        assert!(signed.starts_with(&before), "{pdf}: an update touches nothing");
        let verdict = verify(&signed, &roots(), NOW);
        assert!(verdict.valid && verdict.covers_whole_file, "{pfx} {pdf}: {verdict:?}");
        let last = verdict.signers.last().unwrap();
        assert_eq!(last.signed_at, Some(NOW));
        assert_eq!(last.reason, request.reason);
        assert_eq!(last.name(), "UBND xã Phú Sơn");
        // And a second one on top of it.
        let twice = sign(&signed, &seal, &request).unwrap();
        let verdict = verify(&twice, &roots(), NOW);
        assert!(verdict.valid && verdict.covers_whole_file, "{pfx} {pdf}: {verdict:?}");
        let updated = verify(&updated_after_signing(&signed), &roots(), NOW);
        assert!(!updated.valid, "{pfx} {pdf}");
    }
}

#[test]
fn a_seal_opens_with_its_password_alone() {
    let open = |name: &str, password: &str| Seal::open(&data(name), password);
    assert_eq!(open("seal.p12", "sai").unwrap_err(), BadPfx::Password);
    assert_eq!(open("seal-legacy.p12", "").unwrap_err(), BadPfx::Password);
    assert_eq!(open("web.p12", PASSWORD).unwrap_err(), BadPfx::Usage);
    assert_eq!(open("weak.p12", PASSWORD).unwrap_err(), BadPfx::Key);
    assert_eq!(open("root.pem", PASSWORD).unwrap_err(), BadPfx::Unreadable);
    let seal = open("seal.p12", PASSWORD).unwrap();
    let certificate = seal.certificate().unwrap();
    assert_eq!(certificate.id_number(), "0101234567");
    assert_eq!(certificate.organisation(), "UBND xã Phú Sơn");
    // Nothing of the key is shown, whoever prints it.
    assert!(!format!("{seal:?}").contains("key"));
    let expired = open("expired.p12", PASSWORD).unwrap();
    assert!(
        sign(&data("plain.pdf"), &expired, &Request { at: NOW, ..Request::default() }).is_err()
    );
}

#[test]
fn a_file_is_opened_at_once() {
    let opened = |name: &str, bytes: &[u8]| open(name, bytes, &roots(), NOW);
    let refused =
        |name: &str, bytes: &[u8]| opened(name, bytes).map(|it| it.media_type).unwrap_err();
    let good = opened("don.pdf", &data("one.pdf")).unwrap();
    assert_eq!((good.pages, good.signatures.unwrap().valid), (1, true));
    let plain = opened("don.pdf", &data("plain.pdf")).unwrap();
    assert!(plain.signatures.is_none());
    assert_eq!(refused("a.pdf", b""), Refused::Empty);
    assert_eq!(refused("a.pdf", b" \n\0"), Refused::Empty);
    assert_eq!(refused("a.pdf", b"MZ\x90\0 a program"), Refused::Type);
    assert_eq!(refused("a.pdf", &data("encrypted.pdf")), Refused::Password);
    assert_eq!(refused("a.png", &data("plain.pdf")), Refused::Name("PDF"));
    let whole = data("plain.pdf");
    assert_eq!(refused("a.pdf", &whole[..whole.len() / 2]), Refused::CutOff);
    // The first revision is whole, the second is not.
    let signed = data("one.pdf");
    assert_eq!(refused("a.pdf", &signed[..4000]), Refused::CutOff);
    let damaged = String::from_utf8(whole.clone()).unwrap().replace("/Root", "/Ruot");
    assert_eq!(refused("a.pdf", damaged.as_bytes()), Refused::Damaged);
    let empty = String::from_utf8(whole).unwrap().replace("/Kids[3 0 R]", "/Kids[     ]");
    assert_eq!(refused("a.pdf", empty.as_bytes()), Refused::NoPages);
    let mut picture = Vec::new();
    let dots = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8, y as u8, 7]));
    image::DynamicImage::from(dots)
        .write_to(&mut std::io::Cursor::new(&mut picture), image::ImageFormat::Png)
        .unwrap();
    assert_eq!(opened("a.PNG", &picture).unwrap().media_type, "image/png");
    assert_eq!(refused("a.png", &picture[..picture.len() / 2]), Refused::CutOff);
}

#[test]
fn an_office_file_is_unpacked_and_a_program_in_it_is_found() {
    use std::io::Write as _;
    let packed = |parts: &[(&str, usize)]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, size) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            match *name {
                "word/document.xml" => {
                    zip.write_all(b"<?xml version=\"1.0\"?>\n<w:document x=\"y\"></w:document>\n")
                }
                _ => zip.write_all(&vec![b'a'; *size]),
            }
            .unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let of = |parts: &[(&str, usize)]| open("a.docx", &packed(parts), &roots(), NOW);
    let head = [("[Content_Types].xml", 500), ("_rels/.rels", 500), ("word/document.xml", 900)];
    assert!(of(&head).is_ok(), "{:?}", of(&head));
    let with = |more| of(&[head.as_slice(), &[more]].concat()).map(|it| it.media_type);
    assert_eq!(with(("word/vbaProject.bin", 10)), Err(Refused::Macros));
    assert_eq!(with(("word/big.xml", 210 << 20)), Err(Refused::Bomb));
    let whole = packed(&head);
    let cut = open("a.docx", &whole[..whole.len() / 2], &roots(), NOW).map(|it| it.media_type);
    assert!(matches!(cut, Err(Refused::CutOff)), "{cut:?}");
    // A heap of files with a part that is none.
    let book = [("[Content_Types].xml", 500), ("xl/workbook.xml", 900)];
    let broken = open("a.xlsx", &packed(&book), &roots(), NOW).map(|it| it.media_type);
    assert_eq!(broken, Err(Refused::Damaged));
}

/// Every vector that a mutation starts from.
const VECTORS: [&str; 8] = [
    "one.pdf",
    "two.pdf",
    "waiting.pdf",
    "signed_pkcs7.pdf",
    "xref_stream.pdf",
    "encrypted.pdf",
    "seal.p12",
    "seal-legacy.p12",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a file: nothing panics, and nobody takes a changed document for whole.
    #[test]
    fn spoilt_files_are_told(
        which in 0..VECTORS.len(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..6),
    ) {
        let original = data(VECTORS[which]);
        let mut bytes = original.clone();
        for (place, value, how) in cuts {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, value),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let mut all = roots();
        all.extend(pades_roots());
        let verdict = verify(&bytes, &all, NOW);
        open("a.pdf", &bytes, &all, NOW).ok();
        Seal::open(&bytes, PASSWORD).ok();
        // All of it holds and covers every byte: then the signed bytes are the signed bytes. What a
        // signature does not speak for is the text of the signature itself.
        if verdict.valid && verdict.covers_whole_file {
            let seen = crate::pdf::File::open(&bytes).ok().and_then(|it| it.pages());
            let was = crate::pdf::File::open(&original).ok().and_then(|it| it.pages());
            prop_assert_eq!(seen, was);
            prop_assert_eq!(bytes.len(), original.len());
        }
    }

    /// A byte changed within what was signed is always found.
    #[test]
    fn one_changed_byte_is_found(place in any::<prop::sample::Index>(), change in 1..=255u8) {
        let mut bytes = data("signed_pades.pdf");
        let at = place.index(775 + 614);
        let at = if at < 775 { at } else { at - 775 + 8049 };
        bytes[at] ^= change;
        prop_assert!(!verify(&bytes, &pades_roots(), NOW).valid);
    }
}
