//! The frame of a page: what its layout shows.

use crate::{assets, words::Words};

/// A line of the office's menu.
#[derive(Debug, Clone)]
pub struct MenuItem {
    /// What people read.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether this is its page.
    pub current: bool,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The name.
    pub name: String,
    /// The position.
    pub position: String,
    /// The token for the sign-out form.
    pub csrf: String,
    /// The menu: what is used all day.
    pub menu: Vec<MenuItem>,
    /// The rest of it, behind a press.
    pub more: Vec<MenuItem>,
}

/// Lines of the menu that are always shown; one more is shown rather than hidden alone.
const FRONT: usize = 7;

/// The order in which people reach for what they may open; what is not named stands behind.
const ORDER: [&str; 25] = [
    "/co-quan",
    "/co-quan/ho-so",
    "/co-quan/ho-so/moi",
    "/co-quan/hang-cho",
    "/co-quan/canh-bao",
    "/co-quan/thu-phi",
    "/co-quan/so",
    "/co-quan/ket-qua",
    "/co-quan/phan-anh",
    "/co-quan/tiep-cong-dan",
    "/co-quan/tiep-cong-dan/so",
    "/co-quan/hom-thu",
    "/co-quan/duong-day-nong",
    "/co-quan/don-khieu-nai",
    "/co-quan/don-to-cao",
    "/co-quan/vu-viec",
    "/co-quan/nhap-phieu",
    "/co-quan/thong-bao",
    "/co-quan/so-lieu",
    "/co-quan/danh-gia",
    "/co-quan/quan-tri",
    "/co-quan/nhat-ky",
    "/co-quan/thu-tuc",
    "/co-quan/niem-yet",
    "/lich-lam-viec",
];

/// The menu in its order, cut into what is always shown and the rest.
pub(crate) fn arranged(mut menu: Vec<MenuItem>) -> (Vec<MenuItem>, Vec<MenuItem>) {
    menu.sort_by_key(|it| ORDER.iter().position(|at| *at == it.href).unwrap_or(ORDER.len()));
    let more = if menu.len() > FRONT + 1 { menu.split_off(FRONT) } else { Vec::new() };
    (menu, more)
}

/// All that a layout needs.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The words of the page's language.
    pub words: Words,
    /// Whose site it is.
    pub unit_name: String,
    /// Under what that unit stands, such as “huyện Tân Kỳ, Nghệ An”; may be empty.
    pub unit_line: String,
    /// Who is signed in; nobody on citizen pages.
    pub signed_in: Option<SignedIn>,
    /// The session's token for forms; empty for the public.
    pub csrf: String,
    /// The path of the page.
    pub path: String,
    /// The query behind the path.
    pub query: String,
    /// Whether the page is shown in larger letters.
    pub large: bool,
    /// The touch page to which this browser goes back, if it stands in a hall; empty if not.
    pub hall: String,
    /// Whether the data are made up.
    pub demo: bool,
    /// A notice from the page before.
    pub notice: Option<String>,
    /// The page of ours before this one, for pages of failures to lead back to.
    pub before: Option<String>,
}

impl Shell {
    /// The frame of a page for the public.
    #[must_use]
    pub fn public(words: Words, path: &str) -> Self {
        Self {
            words,
            unit_name: String::new(),
            unit_line: String::new(),
            signed_in: None,
            csrf: String::new(),
            path: path.to_owned(),
            query: String::new(),
            large: false,
            hall: String::new(),
            demo: false,
            notice: None,
            before: None,
        }
    }

    /// The page of the menu's rest that this is, if it is one.
    #[must_use]
    pub fn current_of_more(&self) -> Option<&str> {
        let more = &self.signed_in.as_ref()?.more;
        more.iter().find(|it| it.current).map(|it| it.label.as_str())
    }

    /// Whether the menu of who is signed in leads to `href`: doors are shown to who may open them.
    #[must_use]
    pub fn leads_to(&self, href: &str) -> bool {
        let signed_in = self.signed_in.iter();
        signed_in.flat_map(|it| it.menu.iter().chain(&it.more)).any(|it| it.href == href)
    }

    /// This page again with `name=value` in its address, and all else as it is: switching the language or
    /// the letters loses nothing that was asked or answered.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let kept = self.query.split('&').filter(|it| {
            let key = it.split('=').next().unwrap_or_default();
            !key.is_empty() && !matches!(key, "lang" | "chu") && key != name
        });
        let pairs: Vec<&str> = kept.collect();
        let before = if pairs.is_empty() { String::new() } else { format!("{}&", pairs.join("&")) };
        format!("{}?{before}{name}={value}", self.path)
    }

    /// The other size of letters, for the switch on each page.
    #[must_use]
    pub fn other_size(&self) -> String {
        self.with("chu", if self.large { "thuong" } else { crate::who::LARGE })
    }

    /// The address of a static file.
    #[must_use]
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }
}
