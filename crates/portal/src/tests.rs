//! What the tests of several slices start from: the two communes of the counter's own tests.

#[path = "../../counter/src/tests.rs"]
mod office;

pub use office::*;

use testkit::Browser;

/// A full declaration of a birth, asked by somebody of this name, as a page sends it.
pub fn declaration(name: &str) -> Vec<(String, String)> {
    let form = citizen::eforms::shipped::all().unwrap();
    let form = form.into_iter().find(|it| it.code == "khai-sinh").expect("it ships");
    let mut answers = citizen::eforms::shipped::sample("khai-sinh").unwrap().expect("a sample");
    // The day of these tests comes before the day of the sample.
    for (code, text) in [("tre-sinh", "02/01/2026"), ("yc-ten", name)] {
        answers.insert(code.into(), domain::eform::Answer::Text(text.into()));
    }
    citizen::eforms::fill::carried(&form, &answers, |_| false)
}

/// Fields and more fields.
pub fn with<'a>(
    fields: &[(&'a str, &'a str)],
    more: &'a [(String, String)],
) -> Vec<(&'a str, &'a str)> {
    let more = more.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    fields.iter().copied().chain(more).collect()
}

/// Fills in the declaration of a filing on one page.
pub async fn declare(browser: &mut Browser<'_>, here: &str, name: &str) {
    let page = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await;
    let mark = page.text.split("id=\"dau\" value=\"").nth(1).expect("a mark");
    let mark = mark.split('"').next().expect("a value").to_owned();
    let said = declaration(name);
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", mark.as_str()), ("viec", "tiep")];
    let done = browser.post(here, &with(&whole, &said)).await;
    let next = format!("{here}?buoc=giay-to");
    assert_eq!(done.location.as_deref(), Some(next.as_str()), "{}", done.text);
}
