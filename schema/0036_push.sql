-- Thông báo trên máy (web push): trình duyệt nào xin nhận tin về hồ sơ, tài khoản nào.

create table push_device (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,              -- dossier, citizen: as messages name it
    subject_id INTEGER NOT NULL,
    device TEXT NOT NULL,               -- of the address, under the installation's key: the same browser once
    held TEXT NOT NULL,                 -- JSON: address and keys of the browser, sealed
    added_ms INTEGER NOT NULL,
    UNIQUE (subject, subject_id, device)
) STRICT;

create index push_device_by_device on push_device (device);

-- A notice costs nothing: it is tried first unless the office says otherwise.
update message_policy set ways = 'push ' || ways;
