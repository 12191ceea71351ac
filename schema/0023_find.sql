-- Tìm việc cần làm, mức độ trực tuyến theo đơn vị, mẫu đơn để tải về.

-- Lời trên cổng mà cơ quan sửa: từ đồng nghĩa, việc trong đời, câu hỏi trước khi nộp. Rows are only
-- added; the newest edition of a key counts. What has no row is as it ships.
create table portal_text (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                 -- synonym, event, guide
    name TEXT NOT NULL,                 -- what it is about: a procedure's code, an event's code, a phrase
    edition INTEGER NOT NULL,           -- from 1
    body TEXT NOT NULL,                 -- JSON; empty: as it ships again; off: not in use
    by_account INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (kind, name, edition)
) STRICT;

-- Mức độ dịch vụ công mà đơn vị đặt cho một thủ tục từ một ngày. Rows are only added; of two of one
-- day the later counts.
create table service_level (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    procedure TEXT NOT NULL,            -- its code
    level TEXT NOT NULL,                -- domain::procedure code; empty: by the catalogue again
    valid_from TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_account INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

create index service_level_by_unit on service_level (unit, procedure, valid_from, id);

-- Mẫu đơn để tải về, gắn với thủ tục; một tệp mới thay tệp cũ cùng tên mẫu.
create table blank_form (
    id INTEGER PRIMARY KEY,
    procedure TEXT NOT NULL,            -- its code; empty: for every procedure that names the form
    form TEXT NOT NULL,                 -- which form: what its paper is called
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    scan TEXT NOT NULL,                 -- off, clean, waiting, infected
    edition INTEGER NOT NULL,           -- from 1 for each procedure and form
    added_by INTEGER NOT NULL,
    added_ms INTEGER NOT NULL,
    ended_by INTEGER,
    ended_ms INTEGER,                   -- no longer offered; null: it is
    UNIQUE (procedure, form, edition)
) STRICT;
