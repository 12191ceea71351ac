-- Phản ánh, kiến nghị, đơn: mọi cửa tiếp nhận, phân loại, xử lý, công khai; đơn tố cáo niêm kín.
-- Who sent something is not in here: see feedback_sender. What is a denunciation is not either: see denunciation.
create table feedback (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,          -- mã phản ánh, such as PA-7K3M9Q
    secret TEXT NOT NULL,               -- SHA-256 of code and secret
    unit INTEGER NOT NULL REFERENCES unit (id),
    door TEXT NOT NULL,                 -- domain::feedback::Door
    source_kind TEXT,                   -- what it was taken from, such as box_slip
    source_id INTEGER,
    said_class TEXT NOT NULL,           -- the class that its sender chose
    class TEXT NOT NULL,                -- domain::feedback::Class
    is_sorted INTEGER NOT NULL CHECK (is_sorted IN (0, 1)),
    status TEXT NOT NULL,               -- domain::feedback::Status
    anonymous INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    text TEXT NOT NULL,                 -- empty once it is sealed or erased
    accused TEXT NOT NULL,              -- whom it names, as it was typed
    staff INTEGER,                      -- whom it names, if his badge was read
    happened TEXT NOT NULL,             -- when it happened, as it was said
    village INTEGER,
    place TEXT NOT NULL,                -- where, as it was said
    lat_e6 INTEGER,                     -- millionths of a degree
    lon_e6 INTEGER,
    lang TEXT NOT NULL,                 -- in which its sender reads
    received_at INTEGER NOT NULL,
    term TEXT NOT NULL,                 -- domain::deadline::Term
    sort_due_at INTEGER,
    hand_due_at INTEGER,
    due_at INTEGER,                     -- nothing while the clock stands still
    officer INTEGER,                    -- staff
    answered_at INTEGER,
    first_answered_at INTEGER,
    answered_late INTEGER CHECK (answered_late IN (0, 1)),
    reminded_at INTEGER,
    officer_reminded_at INTEGER,
    escalated_at INTEGER,
    unsolved INTEGER NOT NULL CHECK (unsolved IN (0, 1)),
    reopened INTEGER NOT NULL,
    closing TEXT,                       -- domain::feedback::Closing
    ended_at INTEGER,
    handed_to TEXT NOT NULL,            -- another body and its document
    me_too INTEGER NOT NULL,
    parent INTEGER REFERENCES feedback (id),    -- the mixed letter that it was cut from
    is_erased INTEGER NOT NULL CHECK (is_erased IN (0, 1)),
    edition INTEGER NOT NULL
) STRICT;

create unique index feedback_by_source on feedback (source_kind, source_id);
create index feedback_by_unit on feedback (unit, status, received_at);
create index feedback_by_due on feedback (status, due_at);
create index feedback_by_parent on feedback (parent);

-- Folded words of what was said and of the code, for searching.
create table feedback_word (
    word TEXT NOT NULL,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    PRIMARY KEY (word, feedback)
) STRICT, WITHOUT ROWID;

create index feedback_word_by_feedback on feedback_word (feedback);

-- What happened to it. Append only, but that words go when it is erased.
create table feedback_event (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    done_at INTEGER NOT NULL,
    by_account INTEGER,                 -- nobody: its sender
    act TEXT NOT NULL,
    status TEXT NOT NULL,
    class TEXT NOT NULL,
    words TEXT NOT NULL,
    told INTEGER NOT NULL CHECK (told IN (0, 1))    -- whether its sender reads the words
) STRICT;

create index feedback_event_by_feedback on feedback_event (feedback, id);

-- Who sent it, sealed with the installation's key. Seen by two roles, with a reason, each look kept.
create table feedback_sender (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    sealed TEXT NOT NULL,
    may_tell INTEGER NOT NULL CHECK (may_tell IN (0, 1))    -- whether he agreed to be told by messages
) STRICT;

create table feedback_look (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    done_at INTEGER NOT NULL,
    by_account INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;

create index feedback_look_by_feedback on feedback_look (feedback);

create table feedback_file (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL
) STRICT;

create index feedback_file_by_feedback on feedback_file (feedback);
create index feedback_file_by_sha256 on feedback_file (sha256);

-- Answers: drafted by one, released by another, published by a second decision.
create table feedback_answer (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    text TEXT NOT NULL,
    drafted_by INTEGER NOT NULL,
    drafted_at INTEGER NOT NULL,
    sent_back TEXT NOT NULL,            -- why it was sent back to its drafter; empty if it was not
    released_by INTEGER,
    released_at INTEGER
) STRICT;

create index feedback_answer_by_feedback on feedback_answer (feedback, id);

-- What is public: what was said and answered, without what names anybody, as a second pair of eyes let it pass.
create table feedback_public (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    unit INTEGER NOT NULL,
    class TEXT NOT NULL,
    said TEXT NOT NULL,
    answered TEXT NOT NULL,
    proposed_by INTEGER NOT NULL,
    published_by INTEGER,
    published_at INTEGER
) STRICT;

create index feedback_public_by_day on feedback_public (published_at);

create table feedback_public_word (
    word TEXT NOT NULL,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    PRIMARY KEY (word, feedback)
) STRICT, WITHOUT ROWID;

create index feedback_public_word_by_feedback on feedback_public_word (feedback);

-- Xóm, thôn, bản của một xã, để chọn nơi xảy ra.
create table village (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    name TEXT NOT NULL,
    key TEXT NOT NULL,                  -- folded name
    is_gone INTEGER NOT NULL CHECK (is_gone IN (0, 1)),
    UNIQUE (unit, key)
) STRICT;

-- Đơn vị ở vùng sâu, vùng xa đi lại khó khăn: khiếu nại tính theo cột thời hạn dài hơn.
create table remote_unit (
    unit INTEGER PRIMARY KEY REFERENCES unit (id)
) STRICT;

-- Sổ đơn khiếu nại, tố cáo. Nothing of what was said: dates, numbers, stages.
create table petition (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    kind TEXT NOT NULL,                 -- complaint, denunciation
    unit INTEGER NOT NULL REFERENCES unit (id),     -- who is competent
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,            -- Người tố cáo #n; số thứ tự đơn khiếu nại
    stage TEXT NOT NULL,                -- domain::feedback::petition::Stage
    weight TEXT NOT NULL,
    several INTEGER NOT NULL CHECK (several IN (0, 1)),
    remote INTEGER NOT NULL CHECK (remote IN (0, 1)),
    received_at INTEGER NOT NULL,
    accepted_at INTEGER,
    concluded_at INTEGER,
    extensions INTEGER NOT NULL,
    due_at INTEGER,
    document TEXT NOT NULL,             -- số quyết định, số văn bản
    edition INTEGER NOT NULL,
    UNIQUE (kind, unit, year, number)
) STRICT;

create index petition_by_unit on petition (unit, kind, stage);

-- Steps of a petition; words of a denunciation are sealed.
create table petition_step (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    done_at INTEGER NOT NULL,
    by_account INTEGER NOT NULL,
    step TEXT NOT NULL,
    stage TEXT NOT NULL,
    sealed TEXT NOT NULL
) STRICT;

create index petition_step_by_feedback on petition_step (feedback, id);

-- Đơn tố cáo niêm kín. What was said, sealed; who said it, sealed apart.
create table denunciation (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    sealed TEXT NOT NULL,
    about_head INTEGER NOT NULL CHECK (about_head IN (0, 1))    -- of the competent unit: nobody stands above it
) STRICT;

create table denunciation_identity (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    sealed TEXT NOT NULL
) STRICT;

-- Files of a denunciation, bytes and all, sealed: they lie with no other files.
create table denunciation_file (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    name TEXT NOT NULL,                 -- sealed
    body TEXT NOT NULL                  -- sealed
) STRICT;

create index denunciation_file_by_feedback on denunciation_file (feedback);

-- Two persons open who sent a denunciation: one asks, another one approves, the first one looks, once.
create table denunciation_reveal (
    id INTEGER PRIMARY KEY,
    feedback INTEGER NOT NULL REFERENCES feedback (id),
    asked_by INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,               -- sealed
    answered_by INTEGER,
    answered_at INTEGER,
    approved INTEGER CHECK (approved IN (0, 1)),
    looked_at INTEGER
) STRICT;

create index denunciation_reveal_by_feedback on denunciation_reveal (feedback);

-- Keys of programs that send by Open311. Of a key only its hash is kept.
create table open311_key (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
