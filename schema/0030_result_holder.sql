-- Kết quả cấp cho người khác người nộp: tờ khai sinh cấp cho đứa trẻ, không phải cho người đi đăng ký.
-- Whom a result is issued to, where that is not the applicant of its dossier; empty: the applicant.
alter table result add column holder TEXT NOT NULL DEFAULT '';
