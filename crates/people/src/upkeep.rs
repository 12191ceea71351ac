//! What an administrator is told first: that nothing runs by itself any more.

use domain::{access::Role, text};
use site::{Awaiting, Failure, Routes, Site, Who};
use store::Tx;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().awaits(awaits)
}

fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    if !who.is(Role::Administrator) {
        return Ok(Vec::new());
    }
    let Some(since) = site::jobs::stand_still_since(tx)? else { return Ok(Vec::new()) };
    Ok(vec![Awaiting {
        label: format!(
            "Việc tự động (nhắc hạn, gửi tin, dọn dẹp) không chạy từ {}: đọc nhật ký máy chủ, rồi khởi động lại",
            text::date_time(since.civil())
        ),
        href: "/co-quan/quan-tri".to_owned(),
        opens: "Mở quản trị",
        is_bad: true,
        ..Awaiting::default()
    }])
}
