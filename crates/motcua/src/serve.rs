//! `motcua serve`: the server, from the socket down.

use std::{process::ExitCode, sync::Arc};

use site::{Site, seal::Seal};
use store::{Blobs, Db};
use tokio::net::TcpListener;

use crate::{
    Outcome, Problem, cli::Context, clock, config::LISTEN, demo, listen, setup, stop::Stop,
};

/// Options of the server.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Địa chỉ lắng nghe / Address to listen on
    #[arg(long, env = "MOTCUA_LISTEN", value_name = "ADDR")]
    listen: Option<String>,
    /// Địa chỉ người dân gõ, in trên mã QR / Public address, printed in QR codes
    #[arg(long, env = "MOTCUA_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
    /// Tin địa chỉ nguồn do máy chủ ủy quyền ghi lại / Trust X-Forwarded-For
    #[arg(long, env = "MOTCUA_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Số lần nhập sai tối đa từ một địa chỉ mạng trong 15 phút / Wrong tries from one address
    #[arg(long, env = "MOTCUA_TRIES_PER_ADDRESS", value_name = "N")]
    tries_per_address: Option<u32>,
    /// Lệnh đọc chữ từ bản quét, nhận ảnh ở đầu vào chuẩn; để trống thì không có / Command that reads letters
    #[arg(long, env = "MOTCUA_OCR", value_name = "COMMAND")]
    ocr: Option<String>,
    /// Nạp dữ liệu minh họa Tân Kỳ ở lần chạy đầu / Load the Tân Kỳ demo on first start
    #[arg(long, env = "MOTCUA_DEMO")]
    demo: bool,
}

impl Serve {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// If the address is taken or the database cannot be opened.
    pub fn run(self, context: &Context) -> Outcome {
        start_log();
        let db = context.open()?;
        let file = &context.settled.file;
        let listen = self.listen.or_else(|| file.listen.clone()).unwrap_or_else(|| LISTEN.into());
        let base_url = self
            .base_url
            .or_else(|| file.base_url.clone())
            .unwrap_or_else(|| format!("http://{listen}"))
            .trim_end_matches('/')
            .to_owned();
        let now = context.now();
        if setup::is_half_filled(&db, now)? {
            return Err(Problem::Refused(demo::HALF_FILLED.to_owned()));
        }
        if setup::is_empty(&db, now)? {
            if self.demo {
                crate::out!("Lần chạy đầu: nạp dữ liệu minh họa Tân Kỳ.");
                let stop = Stop::on_interrupt();
                let sign_ins = demo::fill_until(&db, now, &demo::Play::default(), &stop)?;
                demo::print_sign_ins(&sign_ins);
            } else {
                let password = setup::first_start(&db, now, "2025-two-tier")?;
                crate::out!(
                    "Lần chạy đầu: tài khoản quantri, mật khẩu {password} (phải đổi ngay)."
                );
            }
        } else if self.demo {
            crate::out!("Tài khoản minh họa: motcua-phuson, tuphap-phuson, chutich-phuson, …");
            crate::out!("Mật khẩu chung: {}", demo::PASSWORD);
        }
        let config = site::Config {
            tls: base_url.starts_with("https:"),
            base_url: base_url.clone(),
            behind_proxy: self.behind_proxy || file.behind_proxy.unwrap_or(false),
            demo: setup::is_demo(&db, now)?,
            tries_per_address: self
                .tries_per_address
                .or(file.tries_per_address)
                .unwrap_or(site::TRIES_PER_ADDRESS),
            data_dir: context.settled.data_dir.clone(),
            ocr: words(&self.ocr.or_else(|| file.ocr.clone()).unwrap_or_default()),
        };
        let site = open_site(db, config, context.settled.files_url.as_deref())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| Problem::Refused(format!("Không khởi động được: {e}")))?;
        runtime.block_on(async move {
            let listener = TcpListener::bind(&listen)
                .await
                .map_err(|e| Problem::Refused(format!("Không mở được địa chỉ {listen}: {e}")))?;
            crate::out!("Một Cửa đang chạy tại {base_url}");
            let routes = crate::routes();
            let jobs = tokio::spawn(site::jobs::keep_running(site.clone(), routes.jobs()));
            listen::serve(listener, site::serve(routes, site), until_told()).await;
            jobs.abort();
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// A site over an open database, with its files and its key in the data folder.
///
/// # Errors
/// If the folder cannot be used.
pub fn open_site(db: Db, config: site::Config, files_url: Option<&str>) -> Result<Site, Problem> {
    let blobs = Blobs::open(files_url, &config.data_dir.join("files"))?;
    let seal = Seal::in_folder(&config.data_dir)?;
    Ok(Site::new(db, blobs, Arc::new(clock::now), config, seal))
}

/// The words of a command, parted by spaces: no shell reads them.
fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

async fn until_told() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await.ok();
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MOTCUA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init().ok();
}
