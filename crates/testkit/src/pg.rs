//! A database of its own for a test, in the cluster that `./test` starts.

use postgres::{Client, NoTls};

/// A database that is dropped with its test.
pub struct TempDatabase {
    admin: String,
    name: String,
    url: String,
}

impl TempDatabase {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TempDatabase {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            if let Ok(mut client) = Client::connect(&admin, NoTls) {
                client.batch_execute(&format!("drop database if exists {name} with (force)")).ok();
            }
        });
        dropped.join().ok();
    }
}

/// A fresh database, or `None` where no cluster was started.
///
/// # Panics
/// If a cluster was named and cannot be used.
#[must_use]
pub fn fresh_database() -> Option<TempDatabase> {
    let admin = std::env::var("TEST_POSTGRES").ok()?;
    let name = format!("t_{}", site::random_hex(8));
    let url = format!("{}/{name}", admin.rsplit_once('/').expect("a url").0);
    let (for_thread, sql) = (admin.clone(), format!("create database {name}"));
    let made = std::thread::spawn(move || {
        let mut client = Client::connect(&for_thread, NoTls).expect("the test cluster");
        client.batch_execute(&sql).expect("a database");
    });
    made.join().expect("a database");
    Some(TempDatabase { admin, name, url })
}
