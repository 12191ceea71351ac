-- Điều tra xã hội học.

-- Mẫu phiếu: one row a version; what a survey has opened with is never changed.
create table survey_form (
    id INTEGER PRIMARY KEY,
    unit INTEGER REFERENCES unit (id),      -- whose it is; null: it ships with the program and is everybody's
    code TEXT NOT NULL,                     -- SIPAS-X, KS-CB, CONDUCT or the office's own
    version INTEGER NOT NULL,               -- from 1
    title TEXT NOT NULL,
    search TEXT NOT NULL,                   -- folded in Rust
    body TEXT NOT NULL,                     -- JSON of domain::survey::form::Form
    frozen INTEGER NOT NULL CHECK (frozen IN (0, 1)),
    created_at INTEGER NOT NULL,            -- milliseconds since 1970-01-01T00:00Z
    edition INTEGER NOT NULL
) STRICT;

create index survey_form_by_unit on survey_form (unit, code, version);

-- Cuộc khảo sát.
create table survey (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),     -- whose it is and whose subtree it asks about
    form INTEGER NOT NULL REFERENCES survey_form (id),
    title TEXT NOT NULL,
    search TEXT NOT NULL,
    source TEXT NOT NULL,                   -- dossiers, roll
    status TEXT NOT NULL,                   -- domain::survey::Status
    period_from TEXT NOT NULL,              -- civil dates: results of dossiers of these days; empty for a roll
    period_until TEXT NOT NULL,
    closes_on TEXT NOT NULL,                -- last day on which people answer
    languages TEXT NOT NULL,                -- vi, or vi,en
    error_bp INTEGER NOT NULL,              -- e of the size rule, basis points
    floor INTEGER NOT NULL,                 -- sheets of one unit at least
    reserve INTEGER NOT NULL,               -- who stands ready in each stratum
    size INTEGER NOT NULL,                  -- 0 until the frame is frozen
    roll TEXT NOT NULL,                     -- sealed lines of a pasted roll until the frame is frozen; then empty
    frame_hash TEXT NOT NULL,               -- SHA-256 of the published frame; empty until then
    frozen_at INTEGER,
    frozen_by INTEGER,
    seed_way TEXT NOT NULL,                 -- source, two; empty until the frame is frozen
    seed_source TEXT NOT NULL,              -- where the seed comes from, said before it was known
    seed_on TEXT NOT NULL,                  -- the first day on which it can be known
    seed_half TEXT NOT NULL,                -- sealed: what the first of two people said
    seed_half_by INTEGER,
    seed TEXT NOT NULL,
    seeded_at INTEGER,
    seeded_by INTEGER,
    opened_on TEXT NOT NULL,                -- first day on which people answer; empty until then
    reminded_on TEXT NOT NULL,
    blocked INTEGER NOT NULL,               -- sheets from one address too many, as a count and no more
    closed_on TEXT NOT NULL,
    close_reason TEXT NOT NULL,             -- why before its day; empty: it was its day
    results TEXT NOT NULL,                  -- JSON of domain::survey::tally::Results; empty until it closes
    results_hash TEXT NOT NULL,
    published_on TEXT NOT NULL,
    void_reason TEXT NOT NULL,              -- stays public
    created_at INTEGER NOT NULL,
    edition INTEGER NOT NULL
) STRICT;

create index survey_by_unit on survey (unit, status);

-- Khung mẫu: everybody who may be drawn. `contact` is sealed, kept for who is asked or stands ready, and gone when the
-- survey closes; `dossier` goes with it.
create table survey_member (
    survey INTEGER NOT NULL REFERENCES survey (id),
    frame_id TEXT NOT NULL,                 -- says nothing of the person
    stratum TEXT NOT NULL,
    unit INTEGER NOT NULL,                  -- the body that he is asked about
    dossier INTEGER,
    contact TEXT NOT NULL,
    PRIMARY KEY (survey, frame_id)
) STRICT;

create index survey_member_by_dossier on survey_member (dossier);

-- Lời mời: one for each who was drawn or stands ready. It bears no time: what is known of an answer must not point here.
create table survey_invitation (
    survey INTEGER NOT NULL REFERENCES survey (id),
    frame_id TEXT NOT NULL,
    stratum TEXT NOT NULL,
    place INTEGER NOT NULL,                 -- place within the stratum's ranking, from 1
    is_reserve INTEGER NOT NULL CHECK (is_reserve IN (0, 1)),
    state TEXT NOT NULL,                    -- ready (a reserve), asked, dropped (replaced), used
    code_hash TEXT NOT NULL UNIQUE,         -- keyed hash of the code
    code TEXT NOT NULL,                     -- sealed, for letters; empty once used
    way TEXT NOT NULL,                      -- paper, phone for sheets that interviewers enter; web; empty until used
    receipt TEXT NOT NULL,                  -- keyed hash of what was sent and the browser's own secret; empty until used
    sent INTEGER NOT NULL CHECK (sent IN (0, 1)),          -- a message was queued
    printed INTEGER NOT NULL CHECK (printed IN (0, 1)),
    dropped_why TEXT NOT NULL,
    entered_by INTEGER,                     -- account that entered the sheet; somebody else calls back
    callback TEXT NOT NULL,                 -- empty, confirmed, denied, unreachable
    PRIMARY KEY (survey, frame_id)
) STRICT;

create index survey_invitation_by_state on survey_invitation (survey, state, stratum);

-- Phiếu trả lời: a random number and a sealed text, and nothing else. Rows are re-made in random order every few
-- minutes, so that neither their order nor the engine's own marks say when one came.
create table survey_answer (
    id TEXT PRIMARY KEY,
    survey INTEGER NOT NULL REFERENCES survey (id),
    sealed TEXT NOT NULL,
    mixed INTEGER NOT NULL CHECK (mixed IN (0, 1))
) STRICT, WITHOUT ROWID;

create index survey_answer_by_survey on survey_answer (survey, mixed);

-- Phiếu giấy, điện thoại đang nhập: gone as soon as both readings agree.
create table survey_entry (
    survey INTEGER NOT NULL REFERENCES survey (id),
    frame_id TEXT NOT NULL,
    way TEXT NOT NULL,
    first TEXT NOT NULL,                    -- sealed answers
    first_by INTEGER NOT NULL,
    second TEXT NOT NULL,                   -- sealed; empty until a second person has entered it
    second_by INTEGER,
    PRIMARY KEY (survey, frame_id)
) STRICT;
