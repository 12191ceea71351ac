//! Two changes of one form put together: what the office made of it and what the product made of it since.

use super::{Eform, Page};

/// A form into which the changes of two went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The form.
    pub form: Eform,
    /// Where both changed the same, each in words: somebody must look. Theirs was taken, or what else loses nothing.
    pub both: Vec<String>,
}

/// What comes of one thing that stood as `base`: whoever changed it is followed; if both did, `theirs`.
fn picked<T: PartialEq + Clone>(base: &T, ours: &T, theirs: &T) -> (T, bool) {
    if theirs == base || theirs == ours {
        (ours.clone(), false)
    } else {
        (theirs.clone(), ours != base)
    }
}

/// The same for lists of things with codes; `both` gets the codes that both changed.
fn listed<T: PartialEq + Clone>(
    (base, ours, theirs): (&[T], &[T], &[T]),
    code: impl Fn(&T) -> &str,
    both: &mut Vec<String>,
) -> Vec<T> {
    let find = |of: &[T], wanted: &str| of.iter().find(|it| code(it) == wanted).cloned();
    let mut all: Vec<T> = Vec::new();
    for it in theirs {
        let name = code(it).to_owned();
        let (was, own) = (find(base, &name), find(ours, &name));
        let (kept, is_both) = match (&was, &own) {
            (Some(was), Some(own)) => {
                let (kept, is_both) = picked(was, own, it);
                (Some(kept), is_both)
            }
            (None, Some(own)) => (Some(it.clone()), own != it),
            // The office took it out: gone, unless it is another one now.
            (Some(was), None) => ((was != it).then(|| it.clone()), was != it),
            (None, None) => (Some(it.clone()), false),
        };
        if is_both {
            both.push(name);
        }
        all.extend(kept);
    }
    for (at, own) in ours.iter().enumerate() {
        let name = code(own);
        if find(theirs, name).is_some() {
            continue;
        }
        match find(base, name) {
            Some(was) if was == *own => continue,
            Some(_) => both.push(name.to_owned()),
            None => {}
        }
        // After whatever it stood behind.
        let before = ours.iter().take(at).rev().map(&code);
        let place = before
            .filter_map(|it| all.iter().position(|one| code(one) == it))
            .next()
            .map_or(0, |it| it + 1);
        all.insert(place.min(all.len()), own.clone());
    }
    all
}

fn bare(page: &Page) -> Page {
    Page { fields: Vec::new(), ..page.clone() }
}

/// Puts together what two made of `base`: the office (`ours`) and the product (`theirs`). The code is the office's.
#[must_use]
pub fn merged(base: &Eform, ours: &Eform, theirs: &Eform) -> Merged {
    let mut both: Vec<String> = Vec::new();
    let mut whole = |what: &str, of: fn(&Eform) -> &String| {
        let (kept, is_both) = picked(of(base), of(ours), of(theirs));
        if is_both {
            both.push(what.to_owned());
        }
        kept
    };
    let title = whole("Tên biểu mẫu", |it| &it.title);
    let title_en = whole("Tên tiếng Anh", |it| &it.title_en);
    let heading = whole("Tiêu đề in", |it| &it.heading);
    let to = whole("Kính gửi", |it| &it.to);
    let source = whole("Căn cứ pháp lý", |it| &it.source);
    let oath = whole("Lời cam đoan", |it| &it.oath);
    let oath_en = whole("Lời cam đoan tiếng Anh", |it| &it.oath_en);
    let procedures = picked(&base.procedures, &ours.procedures, &theirs.procedures).0;

    let mut told = |what: &str, codes: Vec<String>| {
        both.extend(codes.into_iter().map(|it| format!("{what} “{it}”")));
    };
    let heads = |of: &Eform| of.pages.iter().map(bare).collect::<Vec<Page>>();
    let (was, own, new) = (heads(base), heads(ours), heads(theirs));
    let mut codes = Vec::new();
    let mut pages = listed((&was, &own, &new), |it: &Page| &it.code, &mut codes);
    told("Phần", codes);
    let fields_of = |of: &Eform, page: &str| {
        let found = of.pages.iter().find(|it| it.code == page);
        found.map_or_else(Vec::new, |it| it.fields.clone())
    };
    let mut codes = Vec::new();
    for page in &mut pages {
        let of = |form: &Eform| fields_of(form, &page.code);
        let (was, own, new) = (of(base), of(ours), of(theirs));
        page.fields = listed((&was, &own, &new), |it| &it.code, &mut codes);
    }
    told("Mục", codes);
    let mut codes = Vec::new();
    let rules = listed((&base.rules, &ours.rules, &theirs.rules), |it| &it.code, &mut codes);
    told("Quy tắc", codes);
    let mut codes = Vec::new();
    let of = (&base.signers[..], &ours.signers[..], &theirs.signers[..]);
    let signers = listed(of, |it| &it.code, &mut codes);
    told("Người ký", codes);
    let form = Eform {
        code: ours.code.clone(),
        version: 0,
        title,
        title_en,
        heading,
        to,
        source,
        oath,
        oath_en,
        procedures,
        pages,
        rules,
        signers,
    };
    Merged { form, both }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eform::{Field, Kind};

    fn form() -> Eform {
        serde_json::from_value(serde_json::json!({
            "code": "thu", "title": "Thử", "heading": "TỜ KHAI", "to": "{unit}", "source": "Luật",
            "pages": [
                { "code": "a", "title": "A", "fields": [
                    { "code": "ten", "kind": "person_name", "label": "Tên" },
                    { "code": "sinh", "kind": "date", "label": "Ngày sinh" },
                    { "code": "dan-toc", "kind": "text", "label": "Dân tộc" } ] },
                { "code": "b", "title": "B", "fields": [ { "code": "ban", "kind": "integer", "label": "Số bản" } ] } ],
            "rules": [ { "code": "q", "at": "ten", "must": { "filled": "ten" }, "say": "Ghi tên" } ]
        }))
        .unwrap()
    }

    fn codes(form: &Eform) -> Vec<&str> {
        form.fields().map(|(_, it)| it.code.as_str()).collect()
    }

    #[test]
    fn each_keeps_his_changes_and_only_what_both_changed_is_told() {
        let base = form();
        let (mut ours, mut theirs) = (form(), form());
        ours.to = "Trưởng Công an xã".to_owned();
        ours.pages[0].fields[0].label = "Họ tên".to_owned();
        ours.pages[0].fields.insert(1, Field::new("xom", Kind::Text, "Xóm"));
        ours.pages[0].fields.remove(3);
        ours.rules[0].say = "Ghi họ tên".to_owned();
        theirs.source = "Luật mới".to_owned();
        theirs.pages[1].fields[0].min = Some(0);
        theirs.pages[0].fields.push(Field::new("dt", Kind::Phone, "Điện thoại"));
        theirs.rules[0].say = "Ghi đủ tên".to_owned();
        let it = merged(&base, &ours, &theirs);
        assert_eq!(codes(&it.form), ["ten", "xom", "sinh", "dt", "ban"]);
        assert_eq!(
            (it.form.to.as_str(), it.form.source.as_str()),
            ("Trưởng Công an xã", "Luật mới")
        );
        assert_eq!(it.form.field("ten").unwrap().label, "Họ tên");
        assert_eq!(it.form.field("ban").unwrap().min, Some(0));
        assert_eq!(it.form.rules[0].say, "Ghi đủ tên");
        assert_eq!(it.both, ["Quy tắc “q”"]);
    }

    #[test]
    fn who_changed_nothing_takes_all_and_what_was_taken_out_and_changed_is_told() {
        let (base, mut theirs) = (form(), form());
        theirs.title = "Thử mới".to_owned();
        theirs.pages.remove(1);
        assert_eq!(
            merged(&base, &base, &theirs),
            Merged { form: theirs.clone(), both: Vec::new() }
        );
        assert_eq!(
            merged(&base, &theirs, &base),
            Merged { form: theirs.clone(), both: Vec::new() }
        );
        let mut ours = form();
        ours.pages[1].fields[0].label = "Mấy bản".to_owned();
        ours.pages[0].fields.remove(1);
        let mut theirs = form();
        theirs.pages[0].fields[1].required = true;
        theirs.pages[1].fields.clear();
        let it = merged(&base, &ours, &theirs);
        assert_eq!(codes(&it.form), ["ten", "sinh", "dan-toc", "ban"]);
        assert_eq!(it.both, ["Mục “sinh”", "Mục “ban”"]);
    }
}
