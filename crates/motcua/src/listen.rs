//! The socket: connections are taken, given their time, and let go.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// How long requests at work are waited for when the server is told to stop.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// How long a connection may take to say what it wants, at first and between two requests: one that never
/// says so would be held for ever.
const HEAD_WAIT: Duration = Duration::from_secs(60);
/// How long is waited when no connection can be taken, such as when all file handles are in use.
const NONE_LEFT_WAIT: Duration = Duration::from_millis(200);

/// Answers on `listener` until `stop` comes.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send) {
    serve_with(listener, router, stop, HEAD_WAIT).await;
}

async fn serve_with(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send,
    head_wait: Duration,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_wait);
    let at_work = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let taken = tokio::select! {
            it = listener.accept() => it,
            () = &mut stop => break,
        };
        match taken {
            Ok((stream, address)) => answer(&builder, &at_work, stream, address, router.clone()),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(NONE_LEFT_WAIT).await;
            }
        }
    }
    drop(listener);
    // A call screen listens for minutes: it is not waited for, it knocks anew.
    tokio::select! {
        () = at_work.shutdown() => {}
        () = tokio::time::sleep(STOP_WAIT) => tracing::info!("some pages were still listening"),
    }
}

fn answer(
    builder: &Builder<TokioExecutor>,
    at_work: &GracefulShutdown,
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
) {
    stream.set_nodelay(true).ok();
    let service = router.map_request(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request
    });
    let service = service.map_err(|never: Infallible| match never {});
    let service = TowerToHyperService::new(service);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let watched = at_work.watch(connection.into_owned());
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::trace!(%error, "a connection ended");
        }
    });
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn whoever_does_not_say_what_he_wants_is_let_go_and_others_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen =
            |ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.ip().to_string() };
        let router = Router::new().route("/", axum::routing::get(seen));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or(()) };
        let served = tokio::spawn(serve_with(listener, router, stopped, Duration::from_secs(3)));
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        let mut asks = TcpStream::connect(address).await.unwrap();
        asks.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut said = String::new();
        asks.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("127.0.0.1"), "{said}");
        let mut said = String::new();
        let closed =
            tokio::time::timeout(Duration::from_secs(20), silent.read_to_string(&mut said));
        closed.await.expect("let go").unwrap();
        assert!(!said.starts_with("HTTP/1.1 200"), "{said}");
        stop.send(()).unwrap();
        served.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
