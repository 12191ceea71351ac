-- Người quanh hồ sơ: tổ chức, người được ủy quyền, thành viên của hồ sơ nhóm, lượt khách đến, gói thủ tục.
-- Names and numbers here are erased together with dossier_person.

-- Tổ chức, doanh nghiệp là chủ hồ sơ; its name, address and contact are in dossier_person.
create table dossier_party (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    tax_code TEXT NOT NULL,             -- mã số thuế, mã số doanh nghiệp; empty if it has none
    representative TEXT NOT NULL,       -- người đại diện theo pháp luật
    representative_title TEXT NOT NULL  -- chức vụ
) STRICT;

create index dossier_party_by_tax_code on dossier_party (tax_code);

-- Giấy tờ của người nộp thay; his name and number are in dossier_person.
create table dossier_proxy (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    authority TEXT NOT NULL,            -- domain::party::Authority
    powers TEXT NOT NULL,               -- domain::party::Powers
    number TEXT NOT NULL,               -- number of the paper; empty if it has none
    signed_on TEXT,                     -- date of the paper
    valid_until TEXT                    -- last day; null: until the result is collected
) STRICT;

-- Thành viên của hồ sơ nhóm: người, thửa đất, bản sao. One receipt, a result for each.
create table dossier_member (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    place INTEGER NOT NULL,             -- order, from 1
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    detail TEXT NOT NULL,
    outcome TEXT NOT NULL,              -- pending, granted, refused
    number TEXT NOT NULL,               -- number of its result
    reason TEXT NOT NULL,               -- why it is refused
    collected_at TEXT,                  -- civil time in Viet Nam
    UNIQUE (dossier, place)
) STRICT;

-- Ai đã nhận kết quả, bằng giấy tờ gì; một dòng cho mỗi lần nhận.
create table dossier_collection (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    members TEXT NOT NULL,              -- JSON: places of the members; empty list: the whole dossier
    collected_at TEXT NOT NULL,         -- civil time in Viet Nam
    collector TEXT NOT NULL,            -- applicant, proxy
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    authority TEXT NOT NULL,            -- domain::party::Authority; empty for the applicant himself
    number TEXT NOT NULL                -- number and date of the paper
) STRICT;

create index dossier_collection_by_dossier on dossier_collection (dossier, id);

-- Lượt khách đến quầy: several things done in one go are one visit.
create table visit (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    began_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT;

create index visit_by_unit on visit (unit, last_ms);

create table dossier_visit (
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    visit INTEGER NOT NULL REFERENCES visit (id),
    cause TEXT NOT NULL,                -- domain::visit::Cause
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (dossier, visit, cause)
) STRICT, WITHOUT ROWID;

create index dossier_visit_by_visit on dossier_visit (visit);

-- Gói thủ tục: what people usually need in one visit.
create table visit_package (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    procedures TEXT NOT NULL,           -- JSON list of procedure codes
    hint TEXT NOT NULL,
    edition INTEGER NOT NULL
) STRICT;
