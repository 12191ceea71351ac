-- Ai đã mở hồ sơ nào, ngày cuối; mã xác nhận theo nơi xin; nhà cung cấp định danh trả lời không ký; người làm chứng khi nộp hộ.
-- The first opening of a dossier by an official on a day is journalled, and this row says that it was.
create table dossier_opening (
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    account INTEGER NOT NULL REFERENCES account (id),
    day TEXT NOT NULL,                  -- the last day on which he opened it, Viet Nam's
    PRIMARY KEY (dossier, account)
) STRICT, WITHOUT ROWID;

alter table filing add column witness TEXT NOT NULL DEFAULT '';     -- who heard that the citizen agreed to be helped; empty if nobody had to
alter table citizen_code add column asker TEXT NOT NULL DEFAULT '';     -- who asked for it: a keyed hash of an address or of a browser that is known
alter table identity_provider add column unsigned INTEGER NOT NULL DEFAULT 0;   -- 1: an answer without a signature is believed as one with it
