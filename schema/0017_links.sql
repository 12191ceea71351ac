-- Hồ sơ đi với nhau: hồ sơ liên thông (child), hồ sơ theo nhóm (group), nhiều thủ tục một lần đến (visit).
-- A parent and a child; of a group or a visit the parent is the first of them. What happened stands in
-- the journal of the dossiers.
create table dossier_link (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                 -- domain::link::LinkKind: child, group, visit
    parent INTEGER REFERENCES dossier (id),   -- null: it is another installation's
    child INTEGER REFERENCES dossier (id),    -- null: it is not opened yet, or another installation's
    place INTEGER NOT NULL,             -- order among those of the same parent, from 1
    arrangement TEXT NOT NULL,          -- domain::link::Arrangement: sequence, parallel
    state TEXT NOT NULL,                -- domain::link::LinkState
    from_unit INTEGER REFERENCES unit (id),   -- who gives; null: another installation
    to_unit INTEGER REFERENCES unit (id),     -- the one-stop shop that receives; null: another installation
    procedure TEXT NOT NULL,            -- its code
    carriage TEXT NOT NULL,             -- domain::link::Carriage: how the papers travel
    agreed_days INTEGER,                -- working days that were agreed on; null: the published limit
    request TEXT NOT NULL,              -- what is asked; erased with the dossier's people
    outcome TEXT,                       -- domain::dossier::Outcome of the child; null while open
    number TEXT NOT NULL,               -- number of the resulting document; empty while open
    opened_by INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER,                  -- done, refused or withdrawn
    edition INTEGER NOT NULL,
    CHECK (parent IS NOT NULL OR child IS NOT NULL)
) STRICT;

create index dossier_link_by_parent on dossier_link (parent, place);
create index dossier_link_by_child on dossier_link (child);

-- Phiếu bàn giao: papers change hands between two units, on paper and here. Numbers of a unit's day have
-- no gap.
create table hand_over (
    id INTEGER PRIMARY KEY,
    link INTEGER NOT NULL REFERENCES dossier_link (id),
    direction TEXT NOT NULL,            -- out: to the co-operating unit; back: its result
    from_unit INTEGER REFERENCES unit (id),   -- null: another installation
    to_unit INTEGER REFERENCES unit (id),     -- null: another installation
    day TEXT NOT NULL,                  -- YYYY-MM-DD
    number INTEGER NOT NULL,            -- of the giving unit's day, from 1
    state TEXT NOT NULL,                -- domain::link::HandOverState
    given_by INTEGER NOT NULL,          -- account; 0: the program or another installation
    given_ms INTEGER NOT NULL,
    due_at TEXT NOT NULL,               -- civil time by which it is to be confirmed
    closed_by INTEGER,
    closed_ms INTEGER,
    reason TEXT NOT NULL,               -- why it was not taken; empty otherwise
    rung_ms INTEGER,                    -- when it was said to be late
    UNIQUE (from_unit, day, number)
) STRICT;

create index hand_over_by_link on hand_over (link, id);
create index hand_over_by_from on hand_over (from_unit, state, id);
create index hand_over_by_to on hand_over (to_unit, state, id);
create index hand_over_waiting on hand_over (state, due_at);

-- What lies in it.
create table hand_over_paper (
    hand_over INTEGER NOT NULL REFERENCES hand_over (id),
    place INTEGER NOT NULL,             -- from 1
    name TEXT NOT NULL,
    form TEXT NOT NULL,                 -- as dossier_paper.form; 'file' for an electronic file
    count INTEGER NOT NULL,
    file INTEGER REFERENCES dossier_file (id),   -- the giver's file
    PRIMARY KEY (hand_over, place)
) STRICT;
