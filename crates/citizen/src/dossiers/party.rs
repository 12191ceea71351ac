//! Reading who stands behind a dossier: an organisation, somebody who came in its owner's place,
//! the members of a group.

use domain::{
    identity::{IdPaper, TaxCode},
    party::{Authority, Powers},
    text,
};
use jiff::civil::Date;
use site::{Fields, Mistakes, Typed, Upload};

use super::sql::{Member, Organisation, Person, ProxyPaper};

/// Members of one group at most.
pub(super) const MEMBERS_MAX: usize = 300;
/// Characters of their list at most.
const LIST_MAX: usize = 60_000;
/// Mistakes of rows told at most.
const MISTAKES_MAX: usize = 8;
/// The field of a sheet with members.
const SHEET: &str = "tep-thanh-vien";
/// The field of a scan of the authority.
const SCAN: &str = "tep-uy-quyen";

/// Kinds of authority, to choose from.
pub(super) fn authorities() -> Vec<(String, String)> {
    choices("– Chọn –", Authority::ALL.iter().map(|it| (it.code(), it.label())))
}

/// What an authority is for, to choose from.
pub(super) fn powers() -> Vec<(String, String)> {
    Powers::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect()
}

fn choices(
    first: &str,
    rest: impl Iterator<Item = (&'static str, &'static str)>,
) -> Vec<(String, String)> {
    let first = (String::new(), first.to_owned());
    std::iter::once(first).chain(rest.map(|(a, b)| (a.to_owned(), b.to_owned()))).collect()
}

/// What the part of a form needs that asks about these people.
pub(super) struct PartyView {
    pub authorities: Vec<(String, String)>,
    pub powers: Vec<(String, String)>,
    /// Whether the part about an organisation stands open.
    pub organisation: bool,
    /// Whether the part about a proxy stands open.
    pub proxy: bool,
    /// Whether the part about a group stands open.
    pub group: bool,
    /// Whether a group can be typed.
    pub with_members: bool,
    /// Whether the form takes files.
    pub uploads: bool,
}

impl PartyView {
    /// For a form as it was typed.
    pub fn of(m: &Mistakes, with_members: bool, uploads: bool) -> Self {
        let wrong = |names: &[&str]| names.iter().any(|it| !m.at(it).is_empty());
        let typed = |name: &str| !m.typed(name).is_empty();
        Self {
            authorities: authorities(),
            powers: powers(),
            organisation: of_organisation(&m.typed)
                || wrong(&["ma-so-thue", "dai-dien", "chuc-danh-dai-dien", "ma-nhan"]),
            proxy: typed("nguoi-nop") || wrong(&["nguoi-nop", "so-nguoi-nop", "uy-quyen"]),
            group: typed("thanh-vien") || wrong(&["thanh-vien"]),
            with_members,
            uploads,
        }
    }
}

/// Whether the form speaks of an organisation.
fn of_organisation(typed: &Typed) -> bool {
    typed.get("la-to-chuc") == "1" || !typed.get("ma-so-thue").is_empty()
}

/// What the form says beside the person: adds it to him.
pub(super) fn read(fields: &mut Fields, person: Person, today: Date) -> Option<Person> {
    let organisation = read_organisation(fields);
    let proxy = read_proxy(fields, &person, today);
    let (organisation, (proxy_id_number, proxy_paper)) = organisation.zip(proxy)?;
    Some(Person { organisation, proxy_id_number, proxy_paper, ..person })
}

fn read_organisation(fields: &mut Fields) -> Option<Option<Organisation>> {
    if !of_organisation(fields.typed()) {
        return Some(None);
    }
    let tax_code = fields.read_optional("ma-so-thue", TaxCode::parse);
    let representative = fields.optional_text("dai-dien", 120);
    let title = fields.optional_text("chuc-danh-dai-dien", 120);
    let confirmed = fields.typed().has("ma-nhan");
    let tax_code = tax_code?;
    if tax_code.as_ref().is_some_and(|it| !it.fits()) && !confirmed {
        fields.wrong(
            "ma-nhan",
            "Mã số thuế không khớp chữ số kiểm tra. Đối chiếu lại với giấy chứng nhận đăng ký; nếu \
             đúng như trên giấy thì đánh dấu “Vẫn ghi mã số này”.",
        );
        return None;
    }
    Some(Some(Organisation {
        tax_code: tax_code.map_or_else(String::new, |it| it.as_str().to_owned()),
        representative: text::tidy(&representative?),
        representative_title: text::tidy(&title?),
    }))
}

type Proxy = (String, Option<ProxyPaper>);

fn read_proxy(fields: &mut Fields, person: &Person, today: Date) -> Option<Proxy> {
    if person.proxy_name.is_empty() {
        let typed = fields.typed();
        let stray = !typed.get("so-nguoi-nop").is_empty() || !typed.get("so-uy-quyen").is_empty();
        if stray {
            fields.wrong("nguoi-nop", "Ghi họ tên người đến nộp thay.");
            return None;
        }
        return Some((String::new(), None));
    }
    let number = fields.read_optional("so-nguoi-nop", IdPaper::parse);
    let authority = match fields.typed().get("uy-quyen") {
        "" => {
            fields.wrong("uy-quyen", "Chọn người nộp thay đến theo giấy tờ hay tư cách nào.");
            None
        }
        _ => fields.choice("uy-quyen", Authority::from_code),
    };
    // The post answers for its own people; everybody else is known by a number.
    if number == Some(None) && authority.is_some_and(|it| it != Authority::Post) {
        fields.wrong("so-nguoi-nop", "Ghi số giấy tờ tùy thân của người đến nộp thay.");
    }
    let powers = match fields.typed().get("pham-vi") {
        "" => Some(Powers::Both),
        _ => fields.choice("pham-vi", Powers::from_code),
    };
    let paper = fields.optional_text("so-uy-quyen", 80);
    let signed_on = fields.optional_date("ngay-uy-quyen");
    let valid_until = fields.optional_date("uy-quyen-den");
    if signed_on.flatten().is_some_and(|it| it > today) {
        fields.wrong("ngay-uy-quyen", "Ngày của giấy ủy quyền không thể sau hôm nay.");
    }
    let has_paper = authority.is_some_and(Authority::has_paper);
    if has_paper && paper.as_deref() == Some("") && signed_on == Some(None) {
        fields.wrong("so-uy-quyen", "Ghi số hoặc ngày của giấy ủy quyền.");
    }
    let number = number?.map_or_else(String::new, |it| it.reveal().to_owned());
    let paper = ProxyPaper {
        authority: authority?,
        powers: powers?,
        number: paper?,
        signed_on: signed_on?,
        valid_until: valid_until?,
    };
    Some((number, Some(paper)))
}

/// Whether the proxy may hand in, and take home what is settled at once.
pub(super) fn allow(fields: &mut Fields, person: &Person, at_once: bool, today: Date) {
    let Some(paper) = &person.proxy_paper else { return };
    if paper.valid_until.is_some_and(|it| it < today) {
        fields
            .wrong("uy-quyen-den", "Giấy ủy quyền đã hết hiệu lực, người này không nộp thay được.");
    }
    match paper.powers {
        Powers::Collect => {
            fields.wrong("pham-vi", "Giấy chỉ cho nhận kết quả thì không nộp thay được.");
        }
        Powers::Submit if at_once => fields
            .wrong("pham-vi", "Giải quyết và trả ngay thì người nộp thay phải được nhận kết quả."),
        _ => {}
    }
}

/// What stands beside the person, back into the form.
pub(super) fn typed_of(person: &Person, typed: &mut Typed) {
    if let Some(it) = &person.organisation {
        typed.set("la-to-chuc", "1");
        typed.set("ma-so-thue", it.tax_code.clone());
        typed.set("dai-dien", it.representative.clone());
        typed.set("chuc-danh-dai-dien", it.representative_title.clone());
    }
    typed.set("so-nguoi-nop", person.proxy_id_number.clone());
    if let Some(it) = &person.proxy_paper {
        let day = |it: Option<Date>| it.map_or_else(String::new, text::date);
        typed.set("uy-quyen", it.authority.code());
        typed.set("pham-vi", it.powers.code());
        typed.set("so-uy-quyen", it.number.clone());
        typed.set("ngay-uy-quyen", day(it.signed_on));
        typed.set("uy-quyen-den", day(it.valid_until));
    }
}

/// Takes the sheet of members out of the uploads and puts its rows into the form, and gives the
/// scan of the authority a name that says what it is.
///
/// # Errors
/// What is wrong with the sheet, in Vietnamese.
pub(super) fn take_uploads(typed: &mut Typed, uploads: &mut Vec<Upload>) -> Result<(), String> {
    for it in uploads.iter_mut().filter(|it| it.field == SCAN) {
        it.field = "tep".to_owned();
        it.name = format!("Giấy ủy quyền - {}", it.name);
    }
    let Some(at) = uploads.iter().position(|it| it.field == SHEET) else { return Ok(()) };
    let sheet = uploads.swap_remove(at);
    let table = people::sheets::read(&sheet.name, &sheet.bytes)?;
    let heads: Vec<String> = table.heads.iter().map(|it| text::fold(it)).collect();
    let place = |names: &[&str]| heads.iter().position(|it| names.contains(&it.as_str()));
    let name = place(&["ho va ten", "ho ten", "ten"])
        .ok_or("Tệp thiếu cột “Họ và tên” (hoặc “Tên”) ở dòng đầu tiên.")?;
    let number = place(&["so giay to", "so dinh danh", "cccd", "so cccd"]);
    let detail = place(&["noi dung", "noi dung yeu cau", "ghi chu"]);
    let cell = |cells: &[String], at: Option<usize>| {
        let text = at.and_then(|it| cells.get(it)).map_or("", String::as_str);
        text.replace(['\t', '\r', '\n'], " ")
    };
    let lines: Vec<String> = table
        .rows
        .iter()
        .map(|(_, cells)| {
            let of = [Some(name), number, detail].map(|it| cell(cells, it));
            of.join("\t").trim_end().to_owned()
        })
        .collect();
    let before = typed.get("thanh-vien").to_owned();
    let all = std::iter::once(before).chain(lines).filter(|it| !it.is_empty());
    let all = all.collect::<Vec<_>>().join("\n");
    typed.set("thanh-vien", all);
    Ok(())
}

/// A line of the list in its cells: tabs as a spreadsheet copies them, else bars or semicolons.
fn cells(line: &str) -> Vec<String> {
    let mark = ['\t', '|', ';'].into_iter().find(|it| line.contains(*it)).unwrap_or('\t');
    line.split(mark).map(text::tidy).collect()
}

/// The members that the form lists, each line one: name, number of his paper, what is asked for.
pub(super) fn read_members(fields: &mut Fields) -> Option<Vec<Member>> {
    let list = fields.typed().get("thanh-vien").to_owned();
    if list.chars().count() > LIST_MAX {
        fields.wrong("thanh-vien", format!("Danh sách dài quá {LIST_MAX} ký tự."));
        return None;
    }
    let mut members: Vec<Member> = Vec::new();
    let mut mistakes = Vec::new();
    for (line, number) in list.lines().zip(1_usize..) {
        if line.trim().is_empty() {
            continue;
        }
        let cells = cells(line);
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        if members.is_empty()
            && matches!(text::fold(cell(0)).as_str(), "ho va ten" | "ho ten" | "ten")
        {
            continue;
        }
        let name = cell(0);
        if name.is_empty() || name.chars().count() > 160 {
            mistakes.push(format!("Dòng {number}: ghi tên ở cột đầu, tối đa 160 ký tự."));
            continue;
        }
        let id_number = match cell(1) {
            "" => String::new(),
            typed => match IdPaper::parse(&with_zeros(typed)) {
                Ok(it) => it.reveal().to_owned(),
                Err(error) => {
                    mistakes.push(format!("Dòng {number}: {error}"));
                    continue;
                }
            },
        };
        let detail = cells.get(2..).map_or_else(String::new, |it| it.join(" ").trim().to_owned());
        if detail.chars().count() > 300 {
            mistakes.push(format!("Dòng {number}: nội dung dài quá 300 ký tự."));
            continue;
        }
        let same = members.iter().find(|it| {
            text::fold(&it.name) == text::fold(name)
                && it.id_number == id_number
                && it.detail == detail
        });
        if let Some(same) = same {
            mistakes.push(format!("Dòng {number}: trùng với thành viên số {}.", same.place));
            continue;
        }
        let place = i64::try_from(members.len() + 1).unwrap_or(0);
        members.push(Member {
            place,
            name: name.to_owned(),
            id_number,
            detail,
            ..Member::default()
        });
    }
    if members.len() > MEMBERS_MAX {
        mistakes.push(format!("Mỗi hồ sơ nhóm tối đa {MEMBERS_MAX} thành viên."));
    }
    if members.len() == 1 && mistakes.is_empty() {
        mistakes
            .push("Hồ sơ nhóm có từ hai thành viên trở lên; một người thì để trống.".to_owned());
    }
    if mistakes.is_empty() {
        return Some(members);
    }
    let more = mistakes.len().saturating_sub(MISTAKES_MAX);
    mistakes.truncate(MISTAKES_MAX);
    if more > 0 {
        mistakes.push(format!("Và {more} dòng khác."));
    }
    fields.wrong("thanh-vien", mistakes.join(" "));
    None
}

/// A spreadsheet that takes a number of twelve digits for a quantity drops its first zero.
fn with_zeros(typed: &str) -> String {
    let digits = typed.bytes().all(|it| it.is_ascii_digit());
    if digits && typed.len() == 11 { format!("0{typed}") } else { typed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Result<Vec<Member>, String> {
        let typed = Typed::of(vec![("thanh-vien".to_owned(), list.to_owned())]);
        let mut fields = Fields::of(typed);
        let members = read_members(&mut fields);
        fields.finish(members).map_err(|it| it.at("thanh-vien").to_owned())
    }

    #[test]
    fn rows_are_read_as_a_spreadsheet_copies_them_and_as_people_type_them() {
        let pasted =
            "Họ và tên\tSố giấy tờ\tNội dung\nLê Thị Một\t40090123456\tlớp 5A\n\nTrần  Văn Hai\t\t";
        let members = read(pasted).unwrap();
        let said: Vec<_> =
            members.iter().map(|it| (it.place, it.name.as_str(), it.id_number.as_str())).collect();
        assert_eq!(said, [(1, "Lê Thị Một", "040090123456"), (2, "Trần Văn Hai", "")]);
        assert_eq!(members[0].detail, "lớp 5A");
        assert_eq!(read("Thửa 12, tờ 5 | | 300 m2\nThửa 13, tờ 5").unwrap().len(), 2);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn every_wrong_row_is_told_by_its_number() {
        let wrong = read("Lê Thị Một\t12\n\t040090123456\nLê Văn Ba\nLê Văn Ba").unwrap_err();
        assert!(wrong.contains("Dòng 1:") && wrong.contains("Dòng 2:"), "{wrong}");
        assert!(wrong.contains("Dòng 4: trùng với thành viên số 1"), "{wrong}");
        assert!(read("Một mình").unwrap_err().contains("từ hai thành viên"));
        let many: String = (0..=MEMBERS_MAX).map(|it| format!("Người {it}\n")).collect();
        assert!(read(&many).unwrap_err().contains("tối đa 300"));
    }
}
