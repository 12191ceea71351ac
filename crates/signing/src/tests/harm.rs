//! Files that would harm whoever opens them are sent back; what others write a little wrong is taken.

use std::io::Write as _;

use super::*;
use crate::open::{Opened, Refused, open};

/// A PDF of one page with these objects from number 4 on; `more` stands in its catalogue.
fn made(more: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![
        format!("<</Type/Catalog/Pages 2 0 R{more}>>").into_bytes(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>".to_vec(),
    ];
    all.extend(objects.iter().cloned());
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65536 f \n", all.len() + 1);
    for (at, it) in all.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend(format!("{} 0 obj\n", at + 1).bytes());
        bytes.extend(it);
        bytes.extend(b"\nendobj\n");
    }
    let end = bytes.len();
    bytes.extend(table.bytes());
    let trailer =
        format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{end}\n%%EOF\n", all.len() + 1);
    bytes.extend(trailer.bytes());
    bytes
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn stream(head: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{head}/Length {}>>\nstream\n", bytes.len()).into_bytes();
    out.extend(bytes);
    out.extend(b"\nendstream");
    out
}

fn taken(bytes: &[u8]) -> Result<Opened, Refused> {
    open("a.pdf", bytes, &[], NOW)
}

fn content() -> Vec<u8> {
    stream("/Filter/FlateDecode", &packed(b"0 0 m 10 10 l S"))
}

#[test]
fn a_number_that_nobody_uses_spoils_no_file() {
    assert_eq!(taken(&made("", &[content()])).unwrap().pages, 1);
}

#[test]
fn what_unpacks_without_end_is_sent_back() {
    let big = packed(&vec![b' '; 129 << 20]);
    for head in ["/Filter/FlateDecode", "/Type/ObjStm/N 0/First 0/Filter[/FlateDecode]"] {
        let file = made("", &[stream(head, &big)]);
        assert_eq!(taken(&file).err(), Some(Refused::Bomb), "{head}");
    }
    // Many small ones are one big one.
    let half = stream("/Filter/FlateDecode", &packed(&vec![b' '; 65 << 20]));
    assert_eq!(taken(&made("", std::slice::from_ref(&half))).unwrap().pages, 1);
    assert_eq!(taken(&made("", &[half.clone(), half])).err(), Some(Refused::Bomb));
    let twice = stream("/Filter[/FlateDecode/FlateDecode]", &packed(&packed(b"0 0 m")));
    assert_eq!(taken(&made("", &[twice])).err(), Some(Refused::Bomb));
    // A scan of a whole page at a high resolution is none.
    let scan = "/Subtype/Image/Width 4960/Height 7016/Filter/FlateDecode";
    assert_eq!(taken(&made("", &[content(), stream(scan, &big)])).unwrap().pages, 1);
    let wide = "/Subtype/Image/Width 2000000/Height 7016/Filter/FlateDecode";
    assert_eq!(taken(&made("", &[content(), stream(wide, &big)])).err(), Some(Refused::Bomb));
}

#[test]
fn what_runs_by_itself_is_sent_back() {
    let script = b"<</S/JavaScript/JS(app.alert\\(1\\))>>".to_vec();
    for more in [
        "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "/OpenAction 5 0 R",
        "/AA<</WC 5 0 R>>",
        "/Names<</JavaScript<</Names[(a) 5 0 R]>>>>",
    ] {
        let file = made(more, &[content(), script.clone()]);
        assert_eq!(taken(&file).err(), Some(Refused::Program), "{more}");
    }
    let launch = b"<</Type/Annot/Subtype/Link/A<</S/Launch/F(cmd.exe)>>>>".to_vec();
    assert_eq!(taken(&made("", &[content(), launch])).err(), Some(Refused::Program));
    // Where a reader opens, and links, are no programs.
    let link = b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.vn)>>>>".to_vec();
    assert_eq!(taken(&made("/OpenAction[3 0 R/Fit]", &[content(), link])).unwrap().pages, 1);
}
