//! A morning at the queue of Phú Sơn: a kiosk, a call screen, three desks, forty numbers.

use domain::{access::Role, ids::UnitId};
use jiff::civil::date;
use people::{
    accounts::facts::{self as accounts, NewAccount},
    staff::facts as staff,
};

use crate::support::{On, Page, Server};

const SHOP: &str = "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
    where u.kind = 'one_stop' and v.title like '%Phú Sơn%'";

/// A third person for the third desk.
async fn given_a_third_official(server: &Server) {
    let parent = server
        .text(
            "select cast(v.parent as text) from unit u join unit_version v on v.unit = u.id
               where u.kind = 'one_stop' and v.title like '%Phú Sơn%'",
        )
        .await;
    let unit = UnitId(parent.parse().unwrap());
    let (db, now) = (server.db.clone(), server.now());
    tokio::task::spawn_blocking(move || {
        db.write_blocking(store::Stamp::of_program(now, "test"), |tx| {
            let today = tx.now().civil().date();
            let position = staff::create_position(tx, unit, "Công chức Một cửa", 21, false)?;
            let id = staff::create(tx, "Người Thứ Ba (minh họa)", "", true, position, today)?;
            let hash = accounts::hash_password(motcua::demo::PASSWORD)?;
            accounts::create(
                tx,
                &NewAccount {
                    login: "motcua3-phuson",
                    name: "Người Thứ Ba (minh họa)",
                    staff: Some(id),
                    password_hash: &hash,
                    must_change: false,
                    roles: &[(Role::CounterOfficial, unit)],
                    from: today,
                },
            )
        })
        .unwrap()
    })
    .await
    .unwrap();
}

async fn sit(page: &Page, login: &str, desk: u8) {
    page.sign_in(login).await;
    page.goto("/co-quan/hang-cho").await;
    page.press(&format!("Ngồi quầy {desk}")).await;
    page.see(&format!("Đã ngồi vào quầy số {desk}.")).await;
}

/// Calls whoever is next and says who it was.
async fn next(page: &Page) -> String {
    page.press("Gọi số tiếp theo N").await;
    page.see("Đã gọi số").await;
    page.text_of("#so-hien-tai").await
}

/// A number for `lane` at the kiosk; `priority` is the place of the group, 0 for none.
async fn take(kiosk: &Page, shop: &str, lane: u8, priority: u8) -> String {
    kiosk.goto(&format!("/lay-so/{shop}")).await;
    if priority > 0 {
        kiosk.click(&format!(".first-served .pill:nth-of-type({}) span", priority + 1)).await;
    }
    kiosk.click(&format!(".lanes li:nth-child({lane}) button")).await;
    kiosk.see("người trước").await;
    kiosk.text_of(".slip .number").await
}

async fn morning(on: On) {
    let start = date(2026, 2, 10).at(7, 35, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    given_a_third_official(&server).await;
    let shop = server.text(SHOP).await;
    let clock = |minutes: i64| {
        let at = start.checked_add(jiff::Span::new().minutes(minutes)).unwrap();
        server.at(at);
    };

    // The head makes the machine in the hall a kiosk and looks at the set-up.
    let hall = Page::open_at(&server.base, 1366, 768).await;
    hall.sign_in("truongmotcua-phuson").await;
    hall.goto(&format!("/co-quan/quan-tri/hang-cho/{shop}")).await;
    hall.sound().await;
    hall.press("Máy này là ki-ốt lấy số").await;
    hall.see("Máy này là ki-ốt lấy số của đơn vị.").await;
    hall.sound().await;
    hall.goto("/co-quan").await;
    hall.sign_out().await;

    // Somebody books from home, two come with a code.
    let phone = Page::open_at(&server.base, 390, 844).await;
    let mut codes = Vec::new();
    for (name, number) in [("Nguyễn Văn Hẹn", "0912 345 601"), ("Lê Thị Hẹn", "0912 345 602")]
    {
        phone.goto(&format!("/dat-lich/{shop}")).await;
        phone.press("Xem giờ còn trống").await;
        phone.see("08:00").await;
        phone.sound().await;
        phone.click(".slots .pill:first-of-type span").await;
        phone.fill("Họ và tên", name).await;
        phone.fill("Số điện thoại", number).await;
        phone.press("Đặt lịch").await;
        phone.see("Lịch hẹn của ông, bà").await;
        phone.sound().await;
        codes.push(phone.text_of(".mono.big").await);
    }

    // Forty numbers: thirty-eight from the kiosk, some of them first in turn, two booked.
    let mut labels = Vec::new();
    for nth in 0..38_u8 {
        clock(5 + i64::from(nth));
        let lane = [1, 1, 2, 3][usize::from(nth % 4)];
        let priority = if nth % 9 == 4 { 1 + nth % 5 } else { 0 };
        labels.push(take(&hall, &shop, lane, priority).await);
    }
    for code in &codes {
        hall.goto(&format!("/lay-so/{shop}")).await;
        hall.fill("Đã đặt lịch?", code).await;
        hall.press("Lấy số đã đặt").await;
        hall.see("người trước").await;
        labels.push(hall.text_of(".slip .number").await);
    }
    hall.sound().await;
    let slip = hall.path().await;
    let (status, kind, head) = hall.fetch(&format!("{slip}/in")).await;
    assert_eq!((status, kind.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    let count = labels.len();
    labels.sort();
    labels.dedup();
    assert_eq!((count, labels.len()), (40, 40), "{labels:?}");
    phone.goto(&slip).await;
    phone.see("người trước ông, bà").await;
    phone.sound().await;

    // The hall looks at the screen; three desks begin.
    hall.goto(&format!("/man-hinh/{shop}")).await;
    hall.see("Bật tiếng").await;
    hall.sound().await;
    hall.press("Bật tiếng").await;
    hall.see("Tắt tiếng").await;
    let desks = [
        Page::open_at(&server.base, 1366, 768).await,
        Page::open_at(&server.base, 1024, 768).await,
        Page::open_at(&server.base, 1024, 768).await,
    ];
    clock(45);
    for (page, (login, desk)) in
        desks.iter().zip([("motcua-phuson", 1), ("truongmotcua-phuson", 2), ("motcua3-phuson", 3)])
    {
        sit(page, login, desk).await;
    }
    let first = next(&desks[0]).await;
    desks[0].sound().await;
    // The screen says it without being asked.
    hall.see(&first).await;
    assert_eq!(hall.text_of("[data-now]").await, first);
    assert_eq!(hall.text_of("[data-now-desk]").await, "Quầy 1");

    // One does not come, one is sent to another desk, one goes back to those who wait.
    desks[0].press("Gọi lại G").await;
    desks[0].see("đã gọi 2 lần").await;
    desks[0].press("Vắng mặt V").await;
    desks[0].see(&format!("Số {first}: vắng mặt.")).await;
    let sent = next(&desks[0]).await;
    assert_ne!(sent, first);
    desks[0].click(".desk-now details summary").await;
    desks[0].choose("Chuyển đến", "Quầy số 3").await;
    desks[0].press("Chuyển").await;
    desks[0].see(&format!("Số {sent}: đang chờ.")).await;
    assert_eq!(next(&desks[2]).await, sent, "it kept its place");
    let back = next(&desks[1]).await;
    desks[1].press("Trả lại hàng chờ T").await;
    desks[1].see(&format!("Số {back}: đang chờ.")).await;

    // The rest of the morning, by keys: call, begin, done and next.
    let mut minute = 50;
    let mut idle = 0;
    while idle < 3 {
        idle = 0;
        for page in &desks {
            minute += 1;
            clock(minute);
            page.goto("/co-quan/hang-cho").await;
            let text = page.text().await;
            if text.contains("Đang gọi") {
                page.key("b").await;
                page.see("đang phục vụ.").await;
            } else if text.contains("Đang phục vụ") {
                page.key("n").await;
                page.see_any(&["Đã gọi số", "Không còn ai chờ"]).await;
            } else {
                page.key("n").await;
                page.see_any(&["Đã gọi số", "Không còn ai chờ"]).await;
                if page.text().await.contains("Không còn ai chờ") {
                    idle += 1;
                }
            }
        }
    }
    let states = server
        .text(
            "select cast(sum(case when status = 'done' then 1 else 0 end) as text) || ' '
               || cast(sum(case when status = 'missed' then 1 else 0 end) as text) || ' '
               || cast(count(*) as text) from queue_ticket where day = '2026-02-10'",
        )
        .await;
    assert_eq!(states, "39 1 40");

    // The screen has the last call; one that was away is told all that it missed, in order.
    let last = server.text("select label from queue_call order by at_ms desc, number desc").await;
    hall.see(&last).await;
    let missed = hall
        .run(
            "const [path, done] = arguments; const got = []; const it = new EventSource(path); \
             it.addEventListener('goi', (e) => got.push(JSON.parse(e.data).number)); \
             setTimeout(() => { it.close(); done(got.join(' ')); }, 3000);",
            &format!("/man-hinh/{shop}/dong?sau=9999"),
        )
        .await;
    assert_eq!(missed, "", "nothing is said twice");
    let from =
        server.text("select cast(calls - 5 as text) from queue_unit order by calls desc").await;
    let missed = hall
        .run(
            "const [path, done] = arguments; const got = []; const it = new EventSource(path); \
             it.addEventListener('goi', (e) => { got.push(JSON.parse(e.data).number); \
               if (got.length === 5) { it.close(); done(got.join(' ')); } }); \
             setTimeout(() => done(got.join(' ')), 9000);",
            &format!("/man-hinh/{shop}/dong?sau={from}"),
        )
        .await;
    let from: i64 = from.parse().unwrap();
    let wanted: Vec<String> = (from + 1..=from + 5).map(|it| it.to_string()).collect();
    assert_eq!(missed, wanted.join(" "));

    // How many wait in each lane comes the same way: at once, and whenever it changes.
    let told = hall
        .run(
            "const [path, done] = arguments; const it = new EventSource(path); \
             it.addEventListener('cho', (e) => { it.close(); done(e.data); }); \
             setTimeout(() => done(''), 9000);",
            &format!("/man-hinh/{shop}/dong?sau=9999"),
        )
        .await;
    assert!(told.starts_with('{') && told.contains(":0"), "{told}");

    // The head looks at how it went.
    let head = &desks[1];
    head.goto("/co-quan/hang-cho/thong-ke").await;
    head.see("Theo giờ lấy số").await;
    head.sound().await;
    head.goto("/co-quan/hang-cho/so?trang-thai=missed&tu=2026-02-10").await;
    head.see(&first).await;
    head.sound().await;
    head.goto("/co-quan/hang-cho/dat-lich").await;
    head.see("Nguyễn Văn Hẹn").await;
    head.sound().await;
    head.resize(390, 844).await;
    for path in ["/co-quan/hang-cho", "/co-quan/hang-cho/thong-ke", "/co-quan/hang-cho/so"] {
        head.goto(path).await;
        head.sound().await;
    }
    for path in ["/hang-cho".to_owned(), format!("/lay-so/{shop}"), format!("/man-hinh/{shop}")] {
        phone.goto(&path).await;
        phone.sound().await;
    }
    for page in desks {
        page.close().await;
    }
    hall.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_of_forty_numbers_on_sqlite() {
    morning(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_of_forty_numbers_on_postgresql() {
    morning(On::Postgresql).await;
}
