-- Khảo sát: thư mời in theo đợt, in lại được. Sổ tiếp công dân: tên người đến có thời hạn lưu.

alter table survey_invitation add column batch INTEGER NOT NULL DEFAULT 0;      -- which printing its letter is of, from 1; 0: none, or one before there were batches
alter table reception_entry add column forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1));    -- who came is erased: its term is over
create index reception_entry_to_forget on reception_entry (day) where forgotten = 0;
