//! What others say about the signatures of a PDF: `pdfsig` of poppler, and pyHanko.
//!
//! They are there where `TEST_PYHANKO` names the command of pyHanko; whoever sets it promises
//! `pdfsig` and `certutil` as well.

use std::{
    path::Path,
    process::{Command, Output},
};

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Has both of them judge `pdf` with the certificate `root` trusted: whether each finds every one of
/// `signatures` valid and trusted, and the whole document signed. `None` where they are not there.
///
/// # Panics
/// If they should be there and are not, or fall out with each other.
#[must_use]
pub fn others_find_valid(pdf: &[u8], root: &Path, signatures: usize) -> Option<bool> {
    let pyhanko = std::env::var("TEST_PYHANKO").ok()?;
    let folder = std::env::temp_dir().join(format!("motcua-pdf-{}", site::random_hex(6)));
    std::fs::create_dir(&folder).expect("a folder");
    let file = folder.join("tep.pdf");
    std::fs::write(&file, pdf).expect("a file");
    let run = |command: &mut Command| command.output().expect("pdfsig, certutil and pyHanko");
    let nss = format!("sql:{}", folder.display());
    for arguments in [
        vec!["-N".to_owned(), "-d".to_owned(), nss.clone(), "--empty-password".to_owned()],
        ["-A", "-d", &nss, "-n", "root", "-t", "C,C,C", "-i", &root.display().to_string()]
            .map(str::to_owned)
            .to_vec(),
    ] {
        let made = run(Command::new("certutil").args(&arguments));
        assert!(made.status.success(), "certutil: {}", said(&made));
    }
    let poppler = said(&run(Command::new("pdfsig").arg("-nssdir").arg(&folder).arg(&file)));
    let pyhanko = run(Command::new(pyhanko)
        .args(["sign", "validate", "--pretty-print", "--trust"])
        .arg(root)
        .arg(&file));
    std::fs::remove_dir_all(&folder).ok();
    let count = |word: &str| poppler.matches(word).count();
    let one = count("Signature is Valid") == signatures
        && count("Certificate is Trusted") == signatures
        && count("Total document signed") >= 1;
    let text = said(&pyhanko);
    let two = pyhanko.status.success()
        && text.matches("The signature is judged VALID").count() == signatures;
    assert_eq!(one, two, "pdfsig:\n{poppler}\npyHanko:\n{text}");
    Some(one)
}
