-- Chỉ mục: dọn mã biểu mẫu đã gửi theo ngày; tìm số văn bản trong hồ sơ theo nhóm.
-- Forms' tokens are swept by their age; the numbers of a group's members are looked up one by one.
create index submission_at on submission (at_ms);
create index dossier_member_number on dossier_member (number);
