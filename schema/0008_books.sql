-- Sổ chứng thực và sổ hộ tịch. One row a book: one kind of register of a body in one year.
create table book (
    id INTEGER PRIMARY KEY,
    body INTEGER NOT NULL REFERENCES unit (id),        -- the commune or district that keeps it
    kind TEXT NOT NULL,                 -- code in law/books.toml
    year INTEGER NOT NULL,
    opened_on TEXT NOT NULL,            -- the form of that day holds for the whole book
    opened_by INTEGER NOT NULL,         -- account; 0 is the program itself
    volume INTEGER NOT NULL,            -- quyển số: the one that is written into
    last_number INTEGER NOT NULL,       -- goes on over volumes, begins anew each year
    last_on TEXT,                       -- day of the last entry
    closed_on TEXT,
    closed_by INTEGER,
    closed_name TEXT NOT NULL,          -- who closed it, as printed
    closed_count INTEGER NOT NULL,      -- entries at that moment, cancelled ones included
    closed_cancelled INTEGER NOT NULL,
    closed_copies INTEGER NOT NULL,
    closed_fee INTEGER NOT NULL,        -- đồng
    UNIQUE (body, kind, year)
) STRICT;

-- Mục trong sổ. Never deleted, never overwritten: `original` is what was written first.
create table book_entry (
    id INTEGER PRIMARY KEY,
    book INTEGER NOT NULL REFERENCES book (id),
    number INTEGER NOT NULL,            -- gapless within the book
    volume INTEGER NOT NULL,
    entered_on TEXT NOT NULL,           -- the day that the book shows
    state TEXT NOT NULL,                -- valid, cancelled
    dossier INTEGER REFERENCES dossier (id),
    person TEXT NOT NULL,               -- these five repeat `fields`, for lists and sums
    matter TEXT NOT NULL,
    copies INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    fee INTEGER NOT NULL,               -- đồng
    original TEXT NOT NULL,             -- JSON: column to text
    fields TEXT NOT NULL,               -- JSON: the original and all its corrections
    entered_ms INTEGER NOT NULL,
    entered_by INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    UNIQUE (book, number)
) STRICT;

create index book_entry_by_dossier on book_entry (dossier);
create index book_entry_by_day on book_entry (entered_on, id);

-- Đính chính, hủy, ghi chú bên lề: each stands beside its entry for ever.
create table book_note (
    id INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL REFERENCES book_entry (id),
    act TEXT NOT NULL,                  -- correct, cancel, annotate
    changes TEXT NOT NULL,              -- JSON: column, what stood there, what stands there now
    reason TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    made_by INTEGER NOT NULL
) STRICT;

create index book_note_by_entry on book_note (entry, id);

-- Folded words of an entry, for search without diacritics that uses an index on both engines.
create table book_word (
    word TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (word, entry)
) STRICT, WITHOUT ROWID;
