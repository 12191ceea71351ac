-- Con dấu số có được tin cậy không. Whether somebody whom we trust issued a unit's seal; judged anew with each change of the roots.
alter table unit_seal add column untrusted INTEGER NOT NULL DEFAULT 0;   -- 1: its chain leads to no trusted root

-- Kết quả cấp cho ai, khi không phải người nộp: tên ghi ở sổ hộ tịch trước khi có số.
create table dossier_holder (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    name TEXT NOT NULL
) STRICT;
