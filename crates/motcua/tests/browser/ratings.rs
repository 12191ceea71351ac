//! A citizen rates what came of his dossier, and the evaluation of the counter moves.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// A returned dossier of Phú Sơn that nobody has rated: this of it.
macro_rules! unrated {
    ($what:literal) => {
        concat!(
            "select ",
            $what,
            " from dossier d join dossier_person p on p.dossier = d.id
              join unit_version v on v.unit = d.unit
              where v.title like '%Phú Sơn%' and d.status = 'returned'
                and not exists (select 1 from rating r where r.dossier = d.id)
              order by d.id desc"
        )
    };
}

async fn a_rating_moves_the_evaluation(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start_with(on, start, 300).await else { return };
    let code = server.text(unrated!("d.code")).await;
    let secret = server.text(unrated!("p.secret")).await;
    let year = server.text(unrated!("substr(d.finished_at, 1, 4)")).await;
    let rated = "select cast(count(*) as text) from rating";
    let before: i64 = server.text(rated).await.parse().unwrap();

    let head = Page::open_at(&server.base, 1366, 768).await;
    head.sign_in("truongmotcua-phuson").await;
    let path = format!("/co-quan/danh-gia?ky={year}");
    head.goto(&path).await;
    head.see("Hài lòng và rất hài lòng").await;
    head.sound().await;
    let figure = head.text_of("#chi-so-4 td:nth-child(3)").await;

    // On a phone, from the page of the dossier.
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/ho-so/{code}?ma={secret}")).await;
    // Who follows his dossier has shown its secret: he is not asked for it again.
    phone.press("Đánh giá sự phục vụ").await;
    phone.see("Rất hài lòng").await;
    phone.sound().await;
    phone.click(".face:nth-of-type(2) span").await;
    phone.click(".first-served:nth-of-type(4) .pill:nth-of-type(2) span").await;
    phone.fill("Ông, bà muốn nói thêm?", "Làm nhanh, cảm ơn.").await;
    phone.press("Gửi đánh giá").await;
    phone.see("Cảm ơn ông, bà đã đánh giá.").await;
    phone.fill("Mã hồ sơ", &code).await;
    phone.fill("Mã bí mật", &secret).await;
    phone.press("Tiếp tục").await;
    phone.see("Mỗi hồ sơ đánh giá được một lần.").await;
    let after: i64 = server.text(rated).await.parse().unwrap();
    assert_eq!(after, before + 1);

    // What was answered counts at once, and opens its dossiers.
    head.goto(&path).await;
    head.see("Hài lòng và rất hài lòng").await;
    assert_ne!(head.text_of("#chi-so-4 td:nth-child(3)").await, figure);
    head.click("#chi-so-4 td:nth-child(3) a").await;
    head.see(&code).await;
    head.sound().await;
    head.goto("/co-quan/danh-gia/y-kien").await;
    head.see("Làm nhanh, cảm ơn.").await;
    assert!(!head.text().await.contains(&code), "nobody learns of which dossier");
    head.sound().await;
    let (status, kind, _) = head.fetch(&path.replace("danh-gia?", "danh-gia/in?")).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    head.resize(390, 844).await;
    head.goto(&path).await;
    head.sound().await;
    head.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_moves_the_evaluation_on_sqlite() {
    a_rating_moves_the_evaluation(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_moves_the_evaluation_on_postgresql() {
    a_rating_moves_the_evaluation(On::Postgresql).await;
}
