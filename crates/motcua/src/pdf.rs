//! `motcua pdf verify`: whether the signatures of a PDF hold, and whose they are.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;
use signing::{Signer, Verdict};

use crate::{Outcome, cli::Context};

/// Bytes of a file at most.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// What can be asked about a PDF.
#[derive(Debug, Subcommand)]
pub enum Pdf {
    /// Kiểm tra chữ ký số: mã thoát 0 hợp lệ, 1 không hợp lệ, 2 không đọc được tệp / Verify
    Verify {
        /// Tệp PDF / The file
        file: PathBuf,
        /// Chứng thư gốc được tin cậy, dạng PEM; dùng được nhiều lần / Trusted roots
        #[arg(long, required = true, value_name = "ROOT.pem")]
        trust: Vec<PathBuf>,
        /// In dạng JSON / Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl Pdf {
    /// Does it.
    ///
    /// # Errors
    /// Never: what cannot be read ends with code 2.
    pub fn run(self, context: &Context) -> Outcome {
        let Self::Verify { file, trust, json } = self;
        let mut roots = Vec::new();
        for path in &trust {
            let read = read(path).and_then(|bytes| {
                signing::certificates(&bytes).map_err(|e| format!("{}: {e}", path.display()))
            });
            match read {
                Ok(it) => roots.extend(it),
                Err(why) => return Ok(misuse(&why)),
            }
        }
        let bytes = match read(&file) {
            Ok(it) => it,
            Err(why) => return Ok(misuse(&why)),
        };
        let verdict = signing::verify(&bytes, &roots, context.now().epoch_ms() / 1000);
        if json {
            crate::out!("{}", as_json(&verdict));
        } else {
            show(&verdict);
        }
        Ok(if verdict.valid { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn misuse(why: &str) -> ExitCode {
    eprintln!("motcua: {why}");
    ExitCode::from(2)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let size = std::fs::metadata(path).map_err(|e| format!("Không đọc được {shown}: {e}"))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("{shown} lớn hơn 512 MB."));
    }
    std::fs::read(path).map_err(|e| format!("Không đọc được {shown}: {e}"))
}

/// Civil time in Viet Nam.
fn signed_at(signer: &Signer) -> Option<String> {
    let at = domain::time::Instant::from_epoch_ms(signer.signed_at?.checked_mul(1000)?);
    Some(at.civil().to_string())
}

fn as_json(verdict: &Verdict) -> serde_json::Value {
    let signers: Vec<serde_json::Value> = verdict
        .signers
        .iter()
        .map(|it| {
            let certificate = it.certificate.as_ref();
            serde_json::json!({
                "name": it.name(),
                "organisation": certificate.map(signing::Certificate::organisation),
                "issuer": certificate.map(signing::Certificate::issuer_line),
                "serial": certificate.map(signing::Certificate::serial_hex),
                "fingerprint": certificate.map(signing::Certificate::fingerprint),
                "signed_at": signed_at(it),
                "field": it.field,
                "kind": it.kind,
                "valid": it.problem.is_none(),
                "problem": it.problem.map(signing::Problem::code),
            })
        })
        .collect();
    serde_json::json!({
        "valid": verdict.valid,
        "reason": verdict.problem.map(|it| it.to_string()),
        "covers_whole_file": verdict.covers_whole_file,
        "signers": signers,
    })
}

fn show(verdict: &Verdict) {
    match verdict.problem {
        None => crate::out!("Chữ ký số hợp lệ."),
        Some(it) => crate::out!("KHÔNG hợp lệ: {it}"),
    }
    let covers = if verdict.covers_whole_file { "có" } else { "không" };
    crate::out!("Bao trùm toàn bộ tệp: {covers}");
    for it in &verdict.signers {
        let at = signed_at(it).unwrap_or_else(|| "không rõ".to_owned());
        crate::out!("- {} ({}), lúc {at}", it.name(), it.kind);
        if let Some(certificate) = &it.certificate {
            crate::out!("  do {} cấp", certificate.issuer_line());
        }
        if let Some(problem) = it.problem {
            crate::out!("  {problem}");
        }
    }
}
