-- Số của sổ đơn mà đơn không còn ở đó: đã sang đơn vị khác, đã phân loại lại, hoặc rời sổ. Số không cấp lại.
create table petition_struck (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                 -- complaint, denunciation
    unit INTEGER NOT NULL REFERENCES unit (id),     -- whose register it stood in
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    feedback INTEGER,                   -- nothing if nothing may lead there
    why TEXT NOT NULL,                  -- moved, sorted, gone
    struck_at INTEGER NOT NULL,
    UNIQUE (kind, unit, year, number)
) STRICT;

create index petition_struck_by_feedback on petition_struck (feedback);
