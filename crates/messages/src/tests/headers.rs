//! A header of a letter is one line.

use testkit::on_both_engines;

use super::{ADMIN, edition, given};

on_both_engines! { crate::routes();
    async fn what_would_begin_another_header_is_refused_and_never_written(site) {
        given(&site);
        let mut admin = site.signed_in("quantri");
        let edition = edition(&mut admin, "email").await;
        let fields = |name| {
            [
                ("may", "127.0.0.1"), ("cong", "2525"), ("bao-ve", "none"), ("tu", "motcua@example.vn"),
                ("ten", name), ("an-ban", edition.as_str()),
            ]
        };
        let told = admin.post(&format!("{ADMIN}/email"), &fields("Một Cửa\r\nBcc: ai@khac.vn")).await;
        assert!(told.status == 422 && told.text.contains("Chỉ một dòng"), "{}", told.text);
        assert_eq!(site.count("select count(*) from message_channel where channel = 'email'"), 0);
        assert_eq!(admin.post(&format!("{ADMIN}/email"), &fields("Một Cửa")).await.status, 303);
    }
}
