//! What named a person is gone, and the chain still holds.

use site::Routes;
use testkit::{TestSite, on_both_engines};

use crate::dossiers::tests::{given_two_communes, received};

fn routes() -> Routes {
    crate::routes()
}

fn given_an_administrator(site: &TestSite) {
    given_two_communes(site);
    let today = site.now().civil().date();
    site.run(|tx| {
        people::accounts::facts::create(
            tx,
            &people::accounts::facts::NewAccount {
                login: "quantri",
                name: "quantri",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(domain::access::Role::Administrator, domain::ids::UnitId(1))],
                from: today,
            },
        )
    });
}

const PDF: &[u8] = include_bytes!("../../../signing/tests/data/plain.pdf");

on_both_engines! { routes();
    async fn names_go_files_go_and_the_chain_stays_whole(site) {
        given_an_administrator(&site);
        let mut counter = received(&site).await;
        let files = [("tep", "giay.pdf", PDF)];
        counter.upload("/co-quan/ho-so/1/tep", &[], &files).await;
        let sha256 = site.text("select sha256 from dossier_file");
        // One of them is a document that a step demanded.
        site.given("insert into dossier_document (file, dossier, name) values (1, 1, 'Tờ trình')", &[]);
        // No form that was open when it came can bring it any more.
        site.given("update file_held set until_ms = 0", &[]);
        let mut administrator = site.signed_in("quantri");
        let code = site.text("select code from dossier");
        let asked = [("ma-ho-so", code.as_str()), ("ly-do", "Theo yêu cầu ngày 8/1")];
        let page = administrator.post("/co-quan/quan-tri/xoa-du-lieu", &asked).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("Hồ sơ chưa kết thúc"), "{}", page.text);
        for (step, words) in [("yeu-cau-rut", "Không cần nữa, Thử"), ("rut", "")] {
            let done = counter.post(&format!("/co-quan/ho-so/1/{step}"), &[("loi", words)]).await;
            assert_eq!(done.status, 303, "{step}: {}", done.text);
        }
        let before = site.run(store::journal::head).head;
        let page = administrator.post("/co-quan/quan-tri/xoa-du-lieu", &asked).await;
        assert!(page.text.contains("Xóa vĩnh viễn"), "{}", page.text);
        assert_eq!(site.text("select applicant from dossier"), "Nguyễn Thị Thử");
        let mut sure = asked.to_vec();
        sure.push(("chac-chan", "1"));
        let done = administrator.post("/co-quan/quan-tri/xoa-du-lieu", &sure).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select applicant from dossier"), "(đã xóa)");
        assert_eq!(site.text("select phone from dossier_person"), "");
        assert_eq!(site.count("select count(*) from dossier_word"), 0);
        assert_eq!(site.count("select count(*) from journal_words where words like '%Thử%'"), 0);
        assert!(site.site.blobs.get(&sha256).await.unwrap().is_none());
        let whole = site.run(|tx| store::journal::verify(tx, Some(&before)));
        assert!(matches!(whole, store::journal::Verdict::Whole { .. }), "{whole:?}");
        let wrong = site.run(crate::dossiers::facts::unfolded);
        assert!(wrong.is_empty(), "the row is still the fold of its events");
        let page = counter.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("(đã xóa)") && !page.text.contains("Nguyễn Thị Thử"));
    }
}
