# Bảng số đường dây nóng.
hotline-title = Đường dây nóng
hotline-lead = Gọi khi thấy vướng mắc về thủ tục, quy định hành chính hoặc thái độ của cán bộ. Người nghe ghi lại đúng lời ông, bà và hẹn trả lời.
hotline-unit = Cơ quan
hotline-all-units = Mọi cơ quan
hotline-show = Xem
hotline-none = Chưa có số đường dây nóng nào được niêm yết.
hotline-none-what = Chọn cơ quan khác hoặc hỏi trụ sở cơ quan.
hotline-who = Chức danh, họ tên
hotline-number = Số điện thoại
hotline-hours = Giờ trực
hotline-posted = Niêm yết
hotline-tested = Gọi thử:
hotline-print = Bản in A4
hotline-print-large = Bản in A3
hotline-anonymous = Không xưng tên thì lời phản ánh vẫn được xem xét, nhưng cơ quan không có cách trả lời.
home-hotline = Đường dây nóng của lãnh đạo
