//! Ctrl-C in the middle of long work: the work ends at its next good place.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether somebody asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Nobody ever asks.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Listens for Ctrl-C from now on. The second one ends the program at once.
    #[must_use]
    pub fn on_interrupt() -> Self {
        let stop = Self::default();
        let asked = stop.0.clone();
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
            else {
                return;
            };
            runtime.block_on(async move {
                while tokio::signal::ctrl_c().await.is_ok() {
                    if asked.swap(true, Ordering::Relaxed) {
                        std::process::exit(130);
                    }
                }
            });
        });
        stop
    }

    /// Whether the work is to end here.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
