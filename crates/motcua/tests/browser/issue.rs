//! The clerk's step, as every journey takes it.

use crate::support::Page;

/// On the page of a dossier that waits for its number: numbers it. Where a book is kept and nothing was
/// entered, the form says so, and the clerk says that it goes out all the same.
pub async fn number(page: &Page, number: &str) {
    page.press("Vào số, đóng dấu, phát hành").await;
    page.see("Số, ký hiệu văn bản").await;
    page.fill("Số, ký hiệu văn bản", number).await;
    if page.text().await.contains("Vẫn cấp số khi chưa ghi sổ") {
        page.sound().await;
        page.press("Vào số, đóng dấu, phát hành").await;
        page.see("Ghi sổ trước, hoặc đánh dấu vào đây.").await;
        page.holds("Số, ký hiệu văn bản", number).await;
        page.sound().await;
        page.tick("Vẫn cấp số khi chưa ghi sổ").await;
    }
    page.press("Vào số, đóng dấu, phát hành").await;
}
