# Words of tracking.
track-title = Tra cứu hồ sơ
track-intro = Nhập mã hồ sơ và mã bí mật in trên giấy hẹn, hoặc quét mã QR trên giấy hẹn.
track-code = Mã hồ sơ
track-code-hint = Ví dụ: H41.99.40-261126-0001
track-secret = Mã bí mật
track-secret-hint = Sáu số in trên giấy hẹn.
track-button = Xem hồ sơ
track-wrong = Mã hồ sơ và mã bí mật không khớp. Hãy xem lại giấy hẹn.
track-bad-code = Mã hồ sơ không đúng dạng.
track-due = Hẹn trả
track-asked = Việc ông, bà cần làm:
track-pay = Nộp { $amount } tại Bộ phận Một cửa hoặc theo thông báo.
track-collect = Đã có kết quả. Mời ông, bà mang giấy hẹn đến nhận.
track-why = Vì sao là ngày này?
track-no-date = Chưa có cách tính ngày hẹn.
track-way = Đường đi của hồ sơ
track-where = Nơi tiếp nhận
