//! What the operator of the machine does, and what a browser saves on a disk.

use std::{path::PathBuf, sync::Arc, time::Duration};

use serde_json::json;

use super::{Page, Server};

impl Server {
    /// The operator names the command that reads letters, or none, and starts the product anew.
    pub async fn reads_letters_by(&mut self, command: &[&str]) {
        let mut config = (*self.site.config).clone();
        config.ocr = command.iter().map(|it| (*it).to_owned()).collect();
        self.stop().await;
        self.site.config = Arc::new(config);
        self.resume().await;
    }
}

impl Page {
    /// Follows the link with this text, which saves a file; where it lies.
    pub async fn save(&self, text: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("motcua-saved-{}", self.driver.port));
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder).unwrap();
        let params = json!({"behavior": "allow", "downloadPath": folder});
        self.command("Browser.setDownloadBehavior", params).await;
        self.press(text).await;
        // While it comes it has another ending.
        for _ in 0..200 {
            let mut files = std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path());
            let done =
                files.find(|it| it.extension().is_some_and(|it| it == "zip" || it == "json"));
            if let Some(it) = done {
                return it;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("“{text}” saves no file");
    }
}
