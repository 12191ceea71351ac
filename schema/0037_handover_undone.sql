-- Lần giao kết quả được hoàn tác: dòng giao nhận ở lại, có ngày giờ hoàn tác.
-- A handing-over that was taken back stays in the list, marked with the moment.
alter table result_handover add column undone_ms INTEGER;

-- Sổ kết quả xếp theo ngày ban hành; kết quả cấp lại chờ giao được đếm ở trang đầu của quầy.
create index result_by_day on result (issued_on, id);
create index result_anew on result (id) where replaces is not null and collected_ms is null;
