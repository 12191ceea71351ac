-- Tin báo bằng ngôn ngữ mà người dân đọc: mỗi tin, mỗi hồ sơ một ngôn ngữ. What was written before was Vietnamese.
-- English words of a kind stand in message_text beside the Vietnamese ones, as form 'full_en' and 'short_en'.
alter table outbox add column lang TEXT NOT NULL DEFAULT 'vi';           -- vi, en: in which it is written
alter table dossier_person add column lang TEXT NOT NULL DEFAULT 'vi';   -- vi, en: in which its citizen is told of it
