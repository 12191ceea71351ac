# Mức công khai của từng đơn vị.
meter-title = Mức niêm yết thủ tục hành chính
meter-intro = Số thủ tục đang treo ở bảng niêm yết của từng đơn vị trong số thủ tục mà đơn vị giải quyết, ngày { $day }. Bấm tên đơn vị để xem bảng niêm yết.
meter-none = Chưa có đơn vị nào.
meter-unit = Đơn vị
meter-posted = Đã niêm yết
meter-of = Phải niêm yết
meter-share = Tỷ lệ
