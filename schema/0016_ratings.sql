-- Đánh giá của người dân. One answer a dossier; the day is kept, not the moment, so that nobody is told by it.
create table rating (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL UNIQUE REFERENCES dossier (id),
    unit INTEGER NOT NULL REFERENCES unit (id),     -- the one-stop shop
    day TEXT NOT NULL,
    face INTEGER NOT NULL CHECK (face IN (1, 2, 3, 4, 5)),      -- 5 is the happiest
    words TEXT NOT NULL,                -- empty if none were said
    door TEXT NOT NULL                  -- receipt, ticket, tracking
) STRICT;

create index rating_by_unit on rating (unit, day);

-- One row an item that was answered.
create table rating_answer (
    rating INTEGER NOT NULL REFERENCES rating (id),
    item TEXT NOT NULL,                 -- code of law/evaluation
    answer TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points IN (0, 1, 2)),
    PRIMARY KEY (rating, item)
) STRICT, WITHOUT ROWID;
