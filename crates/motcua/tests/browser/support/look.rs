//! What a page is looked at for: whether it keeps to WCAG, fits the window, and what its addresses answer.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use serde_json::{Value, json};

use super::Page;

/// Servers whose journeys are made on SQLite as well: their pages are the same, and are looked at there.
static TWINS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The server at `base` is the second on which a journey is made.
pub(super) fn twin(base: &str) {
    TWINS.lock().unwrap().insert(base.to_owned());
}

const AXE: &str = include_str!("../../vendor/axe.min.js");

impl Page {
    /// Fetches a path of the site within the page, with its cookies: status, type, first bytes.
    pub async fn fetch(&self, path: &str) -> (u64, String, String) {
        // The page may be replaced while it fetches: what it began is gone with it, and it begins anew.
        let script = "const path = arguments[0]; \
             const key = 'fetched ' + path; \
             if (window[key] === undefined) { \
               window[key] = null; \
               fetch(path).then(async (r) => { \
                 const b = new Uint8Array(await r.arrayBuffer()); \
                 window[key] = [r.status, r.headers.get('content-type'), String.fromCharCode(...b.slice(0, 5))] \
               }).catch((e) => { window[key] = [0, String(e), ''] }) } \
             const got = window[key]; \
             if (got) { delete window[key] } \
             return got";
        for _ in 0..600 {
            if let Ok(Value::Array(got)) = self.client.execute(script, vec![json!(path)]).await {
                let text = |at: usize| got[at].as_str().unwrap_or("").to_owned();
                return (got[0].as_u64().unwrap(), text(1), text(2));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} is not answered")
    }

    /// Nothing stands against WCAG 2.2 AA on this page, and it does not scroll sideways.
    pub async fn sound(&self) {
        let is_twin = TWINS.lock().unwrap().contains(&self.base);
        if !is_twin {
            self.keeps_to_wcag().await;
        }
        let ready = "return document.readyState === 'complete'";
        for _ in 0..100 {
            if self.script(ready).await == "true" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let wide =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let wide = self.script(wide).await;
        let path = self.path().await;
        assert!(wide.parse::<i64>().unwrap() <= 0, "{path} scrolls sideways by {wide}");
    }

    async fn keeps_to_wcag(&self) {
        // A page that is replaced meanwhile takes what looks at it along: the one in its place is looked at.
        let script = "if (window.looked === undefined) { \
             window.looked = null; \
             try { axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}) \
               .then((r) => { window.looked = r.violations.map((v) => v.id + ': ' + v.help + ' at ' \
                 + v.nodes.slice(0, 4).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' ; ')) }) \
               .catch((e) => { window.looked = ['axe: ' + e] }) \
             } catch (e) { delete window.looked } } \
             const found = window.looked; \
             if (found) { delete window.looked } \
             return found";
        let mut found = None;
        for look in 1..=600 {
            // One that does not come to its end is begun anew.
            if look % 150 == 0 {
                let anew = "delete window.looked; window.axe = undefined";
                self.client.execute(anew, Vec::new()).await.ok();
            }
            let with_axe = "return typeof window.axe === 'object'";
            if self.script(with_axe).await != "true" {
                self.client.execute(AXE, Vec::new()).await.ok();
            }
            if let Ok(Value::Array(it)) = self.client.execute(script, Vec::new()).await {
                found = Some(it);
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let path = self.path().await;
        let found = found.unwrap_or_else(|| panic!("axe gave no list at {path}"));
        assert!(found.is_empty(), "{path}: {found:#?}");
    }
}
