-- Cảnh báo trễ hạn, hồ sơ bị bỏ quên. One row a cause: the same cause rings once.
create table alarm (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    kind TEXT NOT NULL,                 -- domain::lateness::AlarmKind::code
    cause TEXT NOT NULL,                -- civil time in Viet Nam of what gave cause, such as the due time
    ear TEXT NOT NULL,                  -- holder, head, above
    raised_ms INTEGER NOT NULL,
    cleared_ms INTEGER,                 -- null while it rings
    known_ms INTEGER,                   -- when somebody said that he knows
    known_by INTEGER REFERENCES account (id),
    UNIQUE (dossier, kind, cause)
) STRICT;

create index alarm_ringing on alarm (cleared_ms, ear, id);

-- Phiếu xin lỗi soạn sẵn. One row a dossier; sent with the step that makes the new appointment.
create table apology_draft (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    due_at TEXT NOT NULL,               -- the appointment that will not be kept, civil time in Viet Nam
    new_due_at TEXT NOT NULL,           -- what the remaining steps need, civil time in Viet Nam
    cause TEXT NOT NULL,                -- domain::lateness::LatenessCause::code
    words TEXT NOT NULL,                -- the cause as it will be written; names offices, never people
    drafted_ms INTEGER NOT NULL,
    state TEXT NOT NULL                 -- waiting, sent, dropped
) STRICT;

create index apology_draft_waiting on apology_draft (state, dossier);
