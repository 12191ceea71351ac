-- Mức độ niêm yết, công khai thủ tục; bảng tin và ki-ốt của đơn vị.

-- What hung at a unit and no longer does: figures of a past day are counted from it and from posting.
create table posting_ended (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    version INTEGER NOT NULL REFERENCES procedure_version (id),
    place TEXT NOT NULL,                -- as in posting
    posted_on TEXT NOT NULL,
    ended_on TEXT NOT NULL              -- the first day on which it no longer hung
) STRICT;

create index posting_ended_by_unit on posting_ended (unit, place);

-- A catalogue as it was settled on a day, with the level of each procedure then. Append only.
create table publication_base (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    name TEXT NOT NULL,
    as_of TEXT NOT NULL,                -- date
    definition TEXT NOT NULL,           -- which procedures these are, and by which document
    UNIQUE (unit, name)
) STRICT;

create table publication_base_item (
    base INTEGER NOT NULL REFERENCES publication_base (id),
    code TEXT NOT NULL,                 -- national code
    name TEXT NOT NULL,
    level TEXT NOT NULL,                -- domain::procedure code of the online level of that day
    PRIMARY KEY (base, code)
) STRICT;

-- What another portal says that it publishes.
create table publication_answer (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),     -- it and all below it
    portal TEXT NOT NULL,               -- domain::publication::Portal::code
    as_of TEXT NOT NULL,                -- date of the answer
    source TEXT NOT NULL,               -- from which file or letter
    imported_ms INTEGER NOT NULL,
    imported_by INTEGER NOT NULL,
    undone_ms INTEGER                   -- taken back; its codes count no longer
) STRICT;

create index publication_answer_by_unit on publication_answer (unit, portal, as_of);

create table publication_answer_code (
    answer INTEGER NOT NULL REFERENCES publication_answer (id),
    code TEXT NOT NULL,
    PRIMARY KEY (answer, code)
) STRICT;

-- A figure of a day, with what it was counted from and against. Never derived from another figure.
create table publication_figure (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    base INTEGER NOT NULL,              -- publication_base; 0 is the catalogue in force on the day
    day TEXT NOT NULL,
    measure TEXT NOT NULL,              -- domain::publication::Measure::code
    part INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    definition TEXT NOT NULL,           -- what the whole is
    UNIQUE (unit, base, day, measure)
) STRICT;

-- Bảng tin của đơn vị: counter rules, and an edition for all of its settings.
create table bulletin (
    unit INTEGER PRIMARY KEY REFERENCES unit (id),
    rules TEXT NOT NULL,
    edition INTEGER NOT NULL
) STRICT;

create table bulletin_slide (
    unit INTEGER NOT NULL REFERENCES unit (id),
    slide TEXT NOT NULL,                -- domain::publication::Slide::code
    place INTEGER NOT NULL,             -- order, from 1
    seconds INTEGER NOT NULL,
    shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
    PRIMARY KEY (unit, slide)
) STRICT;

-- Whose telephone the unit shows as a hotline: whoever holds the position.
create table bulletin_phone (
    unit INTEGER NOT NULL REFERENCES unit (id),
    position INTEGER NOT NULL REFERENCES position (id),
    PRIMARY KEY (unit, position)
) STRICT;
