//! What somebody does by keys: letters, Tab, what a scanner types.

use fantoccini::{Locator, key::Key};
use serde_json::json;

use super::{Page, WAIT};

impl Page {
    /// Presses a key while the page itself has the focus.
    pub async fn key(&self, key: &str) {
        let body =
            self.client.wait().at_most(WAIT).for_element(Locator::Css("body")).await.unwrap();
        body.send_keys(key).await.unwrap();
    }

    /// Goes on with the Tab key until what has the focus says `text`.
    pub async fn tab_to(&self, text: &str) {
        let script = "const it = document.activeElement; \
             return it ? [it.getAttribute('aria-label') || '', it.textContent, \
               it.labels && it.labels[0] ? it.labels[0].textContent : ''].join(' ') : ''";
        for _ in 0..80 {
            self.keys(&Key::Tab.to_string()).await;
            if self.script(script).await.contains(text) {
                return;
            }
        }
        panic!("the Tab key does not lead to “{text}” on {}", self.path().await);
    }

    /// Types into whatever has the focus.
    pub async fn keys(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Presses a letter with Alt held.
    pub async fn held(&self, letter: &str) {
        self.keys(&format!("{}{letter}\u{e000}", Key::Alt)).await;
    }

    /// Presses Ctrl and Enter.
    pub async fn control_enter(&self) {
        self.keys(&format!("{}{}\u{e000}", Key::Control, Key::Enter)).await;
    }

    /// Types as a scanner does: faster than fingers, wherever the cursor is, Enter at the end.
    pub async fn scanner(&self, line: &str) {
        let script = "const at = document.activeElement || document.body; \
             for (const key of [...arguments[0], 'Enter']) { at.dispatchEvent(new KeyboardEvent( \
               'keydown', {key, bubbles: true, cancelable: true})) }";
        self.client.execute(script, vec![json!(line)]).await.unwrap();
    }
}
