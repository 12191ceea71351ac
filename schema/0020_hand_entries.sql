-- Hồ sơ đã nhận trên giấy khi hệ thống ngừng, nhập bù sau: when it truly came, by which paper, why so late, who confirmed it.
create table hand_entry (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    unit INTEGER NOT NULL REFERENCES unit (id),
    received_at TEXT NOT NULL,          -- civil time, as the paper receipt says
    year INTEGER NOT NULL,              -- of that day: a number of a paper receipt is used once a year
    receipt TEXT NOT NULL,              -- the number of the paper receipt
    reason TEXT NOT NULL,               -- why it was not received in the system; empty once erased
    entered_ms INTEGER NOT NULL,
    entered_by INTEGER NOT NULL,        -- account
    decided_ms INTEGER,                 -- when the head of the counter decided; null: he has not yet
    decided_by INTEGER,                 -- account
    confirmed INTEGER CHECK (confirmed IN (0, 1)),
    words TEXT NOT NULL,                -- why he did not confirm it
    UNIQUE (unit, year, receipt)
) STRICT;

create index hand_entry_by_moment on hand_entry (received_at, dossier);
