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

/// Databases that are made once for a whole cluster, and copied for each test: the schema alone takes two seconds.
/// They go with the cluster, which `./test` throws away.
pub struct Template {
    admin: String,
    name: String,
}

impl Template {
    /// The template of this name, filled by `fill`, who is told its address, unless it is there already; `None` where
    /// no cluster was started.
    ///
    /// # Panics
    /// If a cluster was named and cannot be used.
    #[must_use]
    pub fn made(name: &str, fill: impl FnOnce(&str) + Send) -> Option<Self> {
        let admin = std::env::var("TEST_POSTGRES").ok()?;
        let half = format!("{name}_half");
        let address = url_of(&admin, &half);
        let make = || {
            let mut client = Client::connect(&admin, NoTls).expect("the test cluster");
            // Other test programs may want it at the same time.
            client.batch_execute("select pg_advisory_lock(11)").expect("a lock");
            let there = client
                .query_opt("select 1 from pg_database where datname = $1", &[&name])
                .expect("a list of databases");
            if there.is_none() {
                let again = format!("drop database if exists {half}");
                client.batch_execute(&again).expect("a free name");
                client.batch_execute(&format!("create database {half}")).expect("a database");
                fill(&address);
                client
                    .batch_execute(&format!("alter database {half} rename to {name}"))
                    .expect("nobody works with it any more");
            }
        };
        std::thread::scope(|scope| scope.spawn(make).join()).expect("a template");
        Some(Self { admin, name: name.to_owned() })
    }

    /// A database that holds what the template holds.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn copy(&self) -> TempDatabase {
        // Copying the files is several times as fast as writing each page to the log as well.
        made_in(&self.admin, &format!("template {} strategy file_copy", self.name))
    }
}

fn url_of(admin: &str, name: &str) -> String {
    format!("{}/{name}", admin.rsplit_once('/').expect("a url").0)
}

/// An empty database, or `None` where no cluster was started.
///
/// # Panics
/// If a cluster was named and cannot be used.
#[must_use]
pub fn fresh_database() -> Option<TempDatabase> {
    Some(made_in(&std::env::var("TEST_POSTGRES").ok()?, ""))
}

fn made_in(admin: &str, how: &str) -> TempDatabase {
    let name = format!("t_{}", site::random_hex(8));
    let make = || {
        let mut client = Client::connect(admin, NoTls).expect("the test cluster");
        client.batch_execute(&format!("create database {name} {how}")).expect("a database");
    };
    std::thread::scope(|scope| scope.spawn(make).join()).expect("a database");
    TempDatabase { admin: admin.to_owned(), url: url_of(admin, &name), name }
}
