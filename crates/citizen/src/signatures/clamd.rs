//! Asking clamd whether a file carries malware: its `INSTREAM`, over a socket.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// How long clamd may take for one file.
const WAIT: Duration = Duration::from_secs(30);
/// How long it may take to say that it is there.
const PING_WAIT: Duration = Duration::from_secs(5);
/// Bytes that are sent at once.
const CHUNK: usize = 64 << 10;
/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 4096;

/// What clamd said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Nothing was found.
    Clean,
    /// This was found.
    Infected(String),
    /// It could not be asked, or did not understand; English, for the log.
    Unreachable(String),
}

/// Has `bytes` looked through by the clamd at `address`.
pub(crate) async fn scan(address: &str, bytes: &[u8]) -> Scan {
    match tokio::time::timeout(WAIT, speak(address, Say::Scan(bytes))).await {
        Ok(Ok(answer)) => read(&answer),
        Ok(Err(error)) => Scan::Unreachable(error.to_string()),
        Err(_) => Scan::Unreachable("clamd took too long".to_owned()),
    }
}

/// Whether a clamd answers at `address`.
pub(super) async fn answers(address: &str) -> bool {
    let asked = tokio::time::timeout(PING_WAIT, speak(address, Say::Ping)).await;
    matches!(asked, Ok(Ok(answer)) if answer.trim_matches(['\0', '\n', ' ']) == "PONG")
}

fn read(answer: &str) -> Scan {
    let answer = answer.trim_matches(['\0', '\n', ' ']);
    let said = answer.split_once(": ").map_or(answer, |it| it.1);
    if said == "OK" {
        return Scan::Clean;
    }
    match said.strip_suffix(" FOUND") {
        Some(what) => {
            Scan::Infected(what.chars().filter(|it| !it.is_control()).take(120).collect())
        }
        None => Scan::Unreachable(format!("clamd said: {answer}")),
    }
}

/// What clamd is asked.
enum Say<'a> {
    /// Whether it is there.
    Ping,
    /// To look these through.
    Scan(&'a [u8]),
}

async fn speak(address: &str, what: Say<'_>) -> std::io::Result<String> {
    if let Some(path) = address.strip_prefix("unix:") {
        #[cfg(unix)]
        return talk(tokio::net::UnixStream::connect(path).await?, what).await;
        #[cfg(not(unix))]
        return Err(std::io::Error::other(format!("no socket {path} on this system")));
    }
    let address = address.strip_prefix("tcp:").unwrap_or(address);
    talk(tokio::net::TcpStream::connect(address).await?, what).await
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    what: Say<'_>,
) -> std::io::Result<String> {
    match what {
        Say::Ping => stream.write_all(b"zPING\0").await?,
        Say::Scan(bytes) => {
            stream.write_all(b"zINSTREAM\0").await?;
            for chunk in bytes.chunks(CHUNK) {
                let size = u32::try_from(chunk.len()).map_err(std::io::Error::other)?;
                stream.write_all(&size.to_be_bytes()).await?;
                stream.write_all(chunk).await?;
            }
            stream.write_all(&[0; 4]).await?;
        }
    }
    stream.flush().await?;
    let mut answer = String::new();
    stream.take(ANSWER_MAX).read_to_string(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_clamd_means_it() {
        assert_eq!(read("stream: OK\0"), Scan::Clean);
        let found = Scan::Infected("Eicar-Test-Signature".to_owned());
        assert_eq!(read("stream: Eicar-Test-Signature FOUND\0"), found);
        for other in ["", "INSTREAM size limit exceeded. ERROR\0", "stream: OKAY\0"] {
            assert!(matches!(read(other), Scan::Unreachable(_)), "{other}");
        }
    }
}
