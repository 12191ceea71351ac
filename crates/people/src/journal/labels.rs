//! The stable names of the journal in the words of the office.

use std::collections::BTreeSet;

use domain::{
    dossier::CommandKind,
    link::LinkAct,
    text::{fold, sort_key},
};

/// What was done, beside the steps of a dossier and of a linked case.
const ACTS: &[(&str, &str)] = &[
    ("sign_in", "Đăng nhập"),
    ("sign_out", "Đăng xuất"),
    ("sign_in_failed", "Đăng nhập sai"),
    ("change_password", "Đổi mật khẩu"),
    ("set_second_factor", "Đặt mã xác thực"),
    ("remove_second_factor", "Bỏ mã xác thực"),
    ("sign_out_everywhere", "Đăng xuất mọi nơi"),
    ("create", "Tạo"),
    ("pause", "Tạm dừng"),
    ("erase_words", "Xóa dữ liệu cá nhân"),
    ("erase_person", "Xóa dữ liệu cá nhân"),
    ("add_file", "Thêm tệp"),
    ("infected_file", "Giữ riêng tệp có mã độc"),
    ("refuse_infected", "Không nhận tệp có mã độc"),
    ("sign_file", "Ký số kết quả"),
    ("seal_file", "Đóng dấu số kết quả"),
    ("trust_root", "Tin cậy chứng thư gốc"),
    ("distrust_root", "Thôi tin cậy chứng thư gốc"),
    ("add_seal", "Lưu con dấu số"),
    ("remove_seal", "Xóa con dấu số"),
    ("add_certificate", "Ghi chứng thư của người ký"),
    ("remove_certificate", "Bỏ chứng thư của người ký"),
    ("set_files", "Thiết đặt kiểm tra tệp"),
    ("tell", "Báo cho công dân"),
    ("look", "Xem hồ sơ không thuộc việc của mình"),
    ("decide_members", "Ghi kết quả từng thành viên"),
    ("collect_members", "Trả kết quả cho thành viên"),
    ("visit", "Khách đến"),
    ("change_package", "Sửa gói thủ tục"),
    ("delete_package", "Xóa gói thủ tục"),
    ("correct_person", "Sửa thông tin người nộp"),
    ("publish", "Công bố phiên bản"),
    ("abolish", "Bãi bỏ"),
    ("resume", "Tiếp nhận trở lại"),
    ("post", "Niêm yết"),
    ("unpost", "Gỡ niêm yết"),
    ("check_posting", "Kiểm tra niêm yết"),
    ("add", "Thêm"),
    ("revoke", "Bỏ"),
    ("issue", "Viết biên lai"),
    ("reprint", "In lại biên lai"),
    ("match", "Khớp sao kê"),
    ("unmatch", "Bỏ khớp sao kê"),
    ("set_aside", "Để riêng"),
    ("take_up", "Đưa lại để khớp"),
    ("ask", "Đề nghị"),
    ("approve", "Duyệt"),
    ("refuse_refund", "Không duyệt"),
    ("pay", "Chi"),
    ("settle", "Chốt lịch"),
    ("found", "Thành lập"),
    ("new_version", "Thời kỳ mới"),
    ("correct", "Sửa lỗi nhập"),
    ("end", "Kết thúc hoạt động"),
    ("reopen", "Bỏ ngày kết thúc"),
    ("change", "Sửa"),
    ("remove", "Xóa"),
    ("import", "Nhập từ tệp"),
    ("give_position", "Giao chức danh"),
    ("end_position", "Thôi giữ chức danh"),
    ("end_substitution", "Rút ngắn, bỏ việc thay"),
    ("reset_password", "Cấp lại mật khẩu"),
    ("unlock", "Mở tạm khóa"),
    ("disable", "Khóa tài khoản"),
    ("enable", "Mở tài khoản"),
    ("end_sessions", "Kết thúc các phiên"),
    ("grant", "Giao quyền"),
    ("name_document", "Lập văn bản của bước"),
    ("draft", "Lập bản nháp"),
    ("change_draft", "Sửa bản nháp"),
    ("discard_draft", "Bỏ bản nháp"),
    ("bind", "Gắn thủ tục"),
    ("unbind", "Thôi gắn thủ tục"),
    ("end_grant", "Thôi quyền"),
    ("escalate", "Báo lên cấp trên"),
    ("know", "Ghi nhận cảnh báo"),
    ("issue_result", "Ban hành kết quả"),
    ("reissue", "Cấp lại kết quả"),
    ("revoke_result", "Thu hồi kết quả"),
    ("hand_over_result", "Giao kết quả"),
    ("download_result", "Tải kết quả điện tử"),
    ("hand_to_post", "Giao bưu điện"),
    ("take_desk", "Ngồi thay ở quầy"),
    ("end_parcel", "Kết thúc bưu gửi"),
    ("open_book", "Mở sổ"),
    ("new_volume", "Sang quyển mới"),
    ("close_book", "Khóa sổ"),
    ("enter", "Ghi vào sổ"),
    ("put_right", "Đính chính"),
    ("cancel", "Hủy, giữ số"),
    ("annotate", "Ghi chú"),
    ("print", "In, xuất"),
    ("demand_second_factor", "Bắt buộc mã xác thực"),
    ("excuse_second_factor", "Thôi bắt buộc mã xác thực"),
    ("pause_line", "Dừng gửi"),
    ("resume_line", "Gửi tiếp"),
    ("retry", "Gửi lại bản tin"),
    ("enter_afterwards", "Nhập bù hồ sơ giấy"),
    ("confirm_entry", "Xác nhận nhập bù"),
    ("dispute_entry", "Không xác nhận nhập bù"),
    ("add_key", "Ghép khóa"),
    ("revoke_key", "Thu hồi khóa"),
    ("add_route", "Thêm nơi nhận"),
    ("drop_route", "Bỏ nơi nhận"),
    ("link_late", "Bàn giao liên thông quá giờ xác nhận"),
    ("open", "Mở"),
    ("close", "Đóng, khóa"),
    ("hand_over", "Nộp quỹ"),
    ("print_paper", "In giấy tờ"),
    ("mark_papers", "Đánh dấu giấy tờ"),
    ("reuse_paper", "Dùng lại giấy đã nộp"),
    ("stand_for", "Dùng thay giấy tờ của hồ sơ khác"),
    ("use_store", "Lấy giấy từ kho dữ liệu của công dân"),
    ("certify_copy", "Xác nhận bản sao điện tử"),
    ("revoke_copy", "Thu hồi bản sao điện tử"),
    ("substitute", "Giao làm thay"),
    ("set_moment", "Đặt lúc thu phí"),
    ("lane", "Sửa làn hàng chờ"),
    ("desk", "Sửa quầy"),
    ("rule", "Sửa quy tắc hàng chờ"),
    ("kiosk", "Đánh dấu máy lấy số"),
    ("set_up", "Thiết lập hàng chờ"),
    ("take", "Lấy số"),
    ("goi", "Gọi số"),
    ("goi-lai", "Gọi lại số"),
    ("bat-dau", "Bắt đầu phục vụ"),
    ("xong", "Phục vụ xong"),
    ("vang", "Ghi vắng mặt"),
    ("tra-lai", "Trả số về hàng"),
    ("chuyen", "Chuyển số sang quầy khác"),
    ("dossier", "Gắn hồ sơ với số thứ tự"),
    ("book", "Đặt lịch"),
    ("miss_bookings", "Ghi khách không đến"),
    ("erase_bookings", "Xóa lịch hẹn đã cũ"),
    ("rate", "Chấm điểm hài lòng"),
    ("link_arrive", "Hồ sơ liên thông đến"),
    ("consent", "Đồng ý xử lý dữ liệu"),
    ("withdraw_consent", "Rút đồng ý xử lý dữ liệu"),
    ("identify", "Nhà cung cấp định danh xác nhận"),
    ("identify_at_counter", "Xác nhận danh tính tại quầy"),
    ("link_identity", "Gắn tài khoản định danh"),
    ("close_account", "Đóng tài khoản"),
    ("export_own", "Xuất dữ liệu của mình"),
    ("confirm_phone", "Xác nhận số điện thoại"),
    ("try_line", "Thử kết nối"),
    ("refuse_sign_in", "Không cho đăng nhập"),
    ("retain", "Xóa dữ liệu hết hạn lưu"),
    ("add_passkey", "Thêm khóa đăng nhập"),
    ("rename_passkey", "Đổi tên khóa đăng nhập"),
    ("remove_passkey", "Xóa khóa đăng nhập"),
    ("wrong_passkey", "Khóa đăng nhập không đúng"),
    ("passkey_sign_in", "Đăng nhập bằng khóa"),
    ("declare", "Lưu tờ khai điện tử"),
    ("ask_co_sign", "Tạo đường dẫn cùng ký"),
    ("co_sign", "Cùng ký tờ khai"),
    ("refuse_co_sign", "Không ký tờ khai"),
];

/// What things are called, most wanted first.
pub(super) const SUBJECTS: &[(&str, &str)] = &[
    ("dossier", "Hồ sơ"),
    ("certificate", "Chứng thư số"),
    ("upload", "Tệp gửi đến"),
    ("account", "Tài khoản"),
    ("calendar", "Lịch làm việc"),
    ("office_hours", "Giờ làm việc"),
    ("procedure", "Thủ tục"),
    ("workflow", "Quy trình nội bộ"),
    ("workflow_draft", "Bản nháp quy trình"),
    ("unit", "Đơn vị"),
    ("staff", "Cán bộ"),
    ("position", "Chức danh"),
    ("role", "Vai trò"),
    ("fee_receipt", "Biên lai"),
    ("fee_refund", "Hoàn trả phí"),
    ("fee_line", "Dòng sao kê"),
    ("fee_statement", "Sao kê"),
    ("fee_book", "Quyển biên lai"),
    ("fee_account", "Tài khoản thu"),
    ("fee_rate", "Mức thu"),
    ("fee_exemption", "Miễn, giảm phí"),
    ("fee_handover", "Nộp quỹ"),
    ("fee_day", "Sổ quỹ ngày"),
    ("book", "Sổ"),
    ("book_entry", "Mục trong sổ"),
    ("result", "Kết quả"),
    ("manifest", "Bảng kê bưu gửi"),
    ("desk_taken", "Người được ngồi thay ở quầy"),
    ("parcel", "Bưu gửi"),
    ("relay_partner", "Đối tác liên thông"),
    ("relay_key", "Khóa liên thông"),
    ("paper_text", "Lời trên giấy tờ"),
    ("alarm", "Cảnh báo"),
    ("configuration", "Cấu hình"),
    ("setting", "Thiết lập"),
    ("notice_text", "Mẫu tin"),
    ("queue", "Hàng chờ"),
    ("ticket", "Số thứ tự"),
    ("booking", "Lịch hẹn"),
    ("rating", "Đánh giá hài lòng"),
    ("desk", "Quầy"),
    ("visit_package", "Gói thủ tục"),
    ("citizen", "Tài khoản người dân"),
    ("identity_provider", "Nhà cung cấp định danh"),
    ("retention", "Thời hạn lưu"),
    ("eform", "Biểu mẫu điện tử"),
    ("eform_draft", "Bản nháp biểu mẫu"),
];

/// What an auditor reads instead of the stable name of what was done.
#[must_use]
pub fn act(code: &str) -> &str {
    if let Some(kind) = CommandKind::from_code(code) {
        return kind.label();
    }
    if let Some((_, label)) = ACTS.iter().find(|(it, _)| *it == code) {
        return label;
    }
    let link = code.strip_prefix("link_").and_then(LinkAct::from_code);
    link.map_or(code, |it| it.label())
}

/// What an auditor reads instead of the stable name of a thing.
pub(super) fn subject(code: &str) -> &str {
    SUBJECTS.iter().find(|(it, _)| *it == code).map_or(code, |(_, it)| it)
}

/// Every act with its words.
fn acts() -> impl Iterator<Item = (String, &'static str)> {
    let steps = CommandKind::ALL.iter().map(|it| (it.code().to_owned(), it.label()));
    let links = LinkAct::ALL.iter().map(|it| (format!("link_{}", it.code()), it.label()));
    let own = ACTS.iter().map(|(code, label)| ((*code).to_owned(), *label));
    steps.chain(own).chain(links)
}

/// The acts whose words hold `typed`, diacritics or not.
pub(super) fn acts_named(typed: &str) -> Vec<String> {
    let wanted = fold(typed);
    acts().filter(|(_, label)| fold(label).contains(&wanted)).map(|(code, _)| code).collect()
}

/// The words of all acts, in the order of the alphabet.
pub(super) fn act_words() -> Vec<&'static str> {
    let mut all: Vec<_> = acts().map(|(_, it)| it).collect::<BTreeSet<_>>().into_iter().collect();
    all.sort_by_cached_key(|it| sort_key(it));
    all
}
