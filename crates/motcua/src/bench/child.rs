//! The real server as a process of its own: started, waited for, watched, ended.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::visitor::Visitor;

/// How long a server may take to answer for the first time.
const START_MAX: Duration = Duration::from_secs(60);
/// How long between two knocks at a server that starts.
const KNOCK: Duration = Duration::from_millis(2);

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

/// Another program cannot be started, or it ended before it answered.
#[derive(Debug, thiserror::Error)]
#[error("máy chủ thử không khởi động được: {0}")]
pub struct NotStarted(String);

impl From<std::io::Error> for NotStarted {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// `program` with nothing of our own configuration but what is said here.
#[must_use]
pub fn command(program: &Path, database: &str, data_dir: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOTCUA_") && name != "MOTCUA_LOG" {
            command.env_remove(name);
        }
    }
    command.arg("--database").arg(database).arg("--data-dir").arg(data_dir);
    command
}

impl Server {
    /// Starts `program serve` and waits for its first answer.
    ///
    /// # Errors
    /// [`NotStarted`] if it does not answer.
    pub async fn start(
        program: &Path,
        database: &str,
        data_dir: &Path,
    ) -> Result<Self, NotStarted> {
        // The port is free now; whoever takes it in between makes the start fail, not the figures wrong.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begin = Instant::now();
        let child = command(program, database, data_dir)
            .arg("serve")
            .arg("--listen")
            .arg(address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()?;
        let mut server = Self { child, address, started_in: Duration::ZERO };
        loop {
            if Visitor::new(address).get("/readyz").await.is_ok_and(|it| it.status == 200) {
                server.started_in = begin.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(NotStarted(status.to_string()));
            }
            if begin.elapsed() > START_MAX {
                return Err(NotStarted(format!("{} s", START_MAX.as_secs())));
            }
            tokio::time::sleep(KNOCK).await;
        }
    }

    /// The number of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut does: on Unix with SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
