//! What is said about an answer, in both languages. The browser gets the same table.

use crate::text;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Said {
    /// The message with that code, `{n}` filled in.
    pub(super) fn of(code: &str, number: Option<i64>) -> Self {
        let found = MESSAGES.iter().find(|it| it.0 == code);
        // A year has no dot in it.
        let shown = |it: i64| if it.abs() < 10_000 { it.to_string() } else { text::number(it) };
        let number = number.map(shown).unwrap_or_default();
        let fill = |it: &str| it.replace("{n}", &number);
        found.map_or_else(Self::default, |it| Self { vi: fill(it.1), en: fill(it.2) })
    }
}

/// Code, Vietnamese, English; `{n}` stands for the number that the mistake carries.
pub const MESSAGES: &[(&str, &str, &str)] = &[
    ("required", "Chưa trả lời mục này.", "Please answer this."),
    ("shape", "Câu trả lời không đúng kiểu.", "This answer is of the wrong kind."),
    (
        "too_long",
        "Dài quá {n} ký tự. Hãy viết ngắn lại.",
        "Longer than {n} characters. Please shorten it.",
    ),
    ("too_short", "Ngắn hơn {n} ký tự.", "Shorter than {n} characters."),
    ("name", "Họ tên chỉ gồm chữ cái và dấu cách.", "A name has only letters and spaces."),
    (
        "date",
        "Nhập ngày theo dạng ngày/tháng/năm, ví dụ 31/12/1990.",
        "Enter the date as day/month/year, for example 31/12/1990.",
    ),
    (
        "partial_date",
        "Nhập ngày/tháng/năm, tháng/năm hoặc chỉ năm, ví dụ 1954.",
        "Enter day/month/year, month/year or only the year, for example 1954.",
    ),
    ("date_past", "Ngày này không thể sau hôm nay.", "This date cannot be after today."),
    ("date_future", "Ngày này không thể trước hôm nay.", "This date cannot be before today."),
    (
        "id_digits",
        "Số định danh cá nhân chỉ gồm chữ số.",
        "A personal identification number has only digits.",
    ),
    (
        "id_length",
        "Số định danh cá nhân gồm 12 chữ số; đã nhập {n} chữ số.",
        "A personal identification number has 12 digits; you entered {n}.",
    ),
    (
        "id_impossible",
        "Số này không thể là số định danh cá nhân; hãy đối chiếu lại với giấy tờ.",
        "This cannot be a personal identification number; please compare it with your card.",
    ),
    (
        "id_paper",
        "Nhập số định danh 12 chữ số, số chứng minh cũ 9 chữ số hoặc số hộ chiếu.",
        "Enter a 12-digit personal number, a 9-digit old card number or a passport number.",
    ),
    (
        "id_year",
        "Năm sinh đã khai khác với năm trong số định danh ({n}). Hãy xem lại.",
        "The year of birth differs from the one in the personal number ({n}). Please check.",
    ),
    (
        "id_sex",
        "Giới tính đã khai khác với số định danh. Hãy xem lại.",
        "The sex differs from the one in the personal number. Please check.",
    ),
    (
        "phone",
        "Số điện thoại không đúng: di động 10 số (03, 05, 07, 08, 09), cố định bắt đầu bằng 02.",
        "Not a telephone number: mobile numbers have 10 digits (03, 05, 07, 08, 09), landlines begin with 02.",
    ),
    (
        "email",
        "Địa chỉ thư điện tử không đúng, ví dụ đúng: nguyenvana@example.vn.",
        "Not an e-mail address; a right one looks like nguyenvana@example.vn.",
    ),
    (
        "place_unit",
        "Chọn xã, phường trong danh sách hoặc ghi đủ xã và tỉnh, ngăn bằng dấu phẩy.",
        "Choose the commune from the list, or write commune and province with a comma between.",
    ),
    ("number", "Nhập một số nguyên, ví dụ 3.", "Enter a whole number, for example 3."),
    (
        "money",
        "Nhập số tiền bằng chữ số, ví dụ 1.500.000; tối đa 100.000.000.000.000 đồng.",
        "Enter the amount in digits, for example 1.500.000; at most 100.000.000.000.000 đồng.",
    ),
    ("too_small", "Ít nhất là {n}.", "At least {n}."),
    ("too_large", "Nhiều nhất là {n}.", "At most {n}."),
    ("option", "Hãy chọn một mục trong danh sách.", "Please choose one of the list."),
    ("rows_min", "Cần ít nhất {n} dòng.", "At least {n} rows are needed."),
    ("rows_max", "Nhiều nhất {n} dòng.", "At most {n} rows."),
    ("choices_min", "Chọn ít nhất {n} mục.", "Choose at least {n}."),
    ("choices_max", "Chọn nhiều nhất {n} mục.", "Choose at most {n}."),
    ("files_max", "Nhiều nhất {n} tệp.", "At most {n} files."),
];
