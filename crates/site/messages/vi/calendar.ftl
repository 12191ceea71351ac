# Words of the calendar.
calendar-title = Lịch làm việc năm
calendar-rule = Làm việc từ thứ Hai đến thứ Sáu; những ngày dưới đây khác với lệ thường.
calendar-provisional = Năm này chưa có văn bản; các ngày nghỉ là tạm tính theo luật.
calendar-hours = Giờ làm việc mùa đông và mùa hè
calendar-day = Ngày
calendar-weekday = Thứ
calendar-kind = Nghỉ hay làm
calendar-reason = Lý do
calendar-source = Căn cứ
