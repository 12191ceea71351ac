-- Tài khoản của người dân trên cổng, nhà cung cấp định danh, phiên đăng nhập, sự đồng ý, thời hạn lưu.

create table citizen (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,                 -- empty until it is known
    id_number TEXT UNIQUE,              -- personal number; null until a provider or an official vouched for it
    birth_date TEXT NOT NULL,           -- YYYY-MM-DD; empty if unknown
    phone TEXT NOT NULL,                -- empty if none is known
    phone_confirmed_ms INTEGER,         -- it answered a code then; null: it is only what was said
    counter_phone TEXT NOT NULL,        -- the telephone that was held at the counter when the number was confirmed
    identified_by TEXT NOT NULL,        -- provider, counter; empty while the number is unknown
    identified_ms INTEGER,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    lang TEXT NOT NULL,                 -- vi, en
    large_type INTEGER NOT NULL CHECK (large_type IN (0, 1)),
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,           -- when somebody signed in last
    closed_ms INTEGER,                  -- null while it is open; a closed one names nobody
    edition INTEGER NOT NULL
) STRICT;

create unique index citizen_by_phone on citizen (phone)
    where phone_confirmed_ms is not null and closed_ms is null;
create index citizen_by_use on citizen (closed_ms, seen_ms);

-- Nhà cung cấp định danh điện tử (VNeID, Cổng dịch vụ công quốc gia, tỉnh).
create table identity_provider (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,               -- as id_token names it
    discovers INTEGER NOT NULL CHECK (discovers IN (0, 1)),   -- addresses are asked of the issuer
    authorize_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    userinfo_url TEXT NOT NULL,         -- empty if there is none
    keys_url TEXT NOT NULL,             -- JWKS; empty if there is none
    client_id TEXT NOT NULL,
    secret TEXT NOT NULL,               -- sealed with the installation's key; empty for a public client
    secret_way TEXT NOT NULL,           -- basic, post, none
    scopes TEXT NOT NULL,
    acr_values TEXT NOT NULL,           -- asked for; empty if nothing is
    acr_accepted TEXT NOT NULL,         -- levels at which its number counts, with spaces between
    vouches INTEGER NOT NULL CHECK (vouches IN (0, 1)),       -- its number counts when no levels are named
    pkce INTEGER NOT NULL CHECK (pkce IN (0, 1)),
    claim_number TEXT NOT NULL,
    claim_name TEXT NOT NULL,
    claim_birth TEXT NOT NULL,
    claim_phone TEXT NOT NULL,
    place INTEGER NOT NULL,             -- order on the page of signing in
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    checked_ms INTEGER,                 -- when its line was tried last
    checked TEXT NOT NULL,              -- what came of it; empty: all was well
    edition INTEGER NOT NULL
) STRICT;

-- Who somebody is at a provider. Kept apart from the personal number.
create table citizen_link (
    provider INTEGER NOT NULL REFERENCES identity_provider (id),
    sub TEXT NOT NULL,
    citizen INTEGER NOT NULL REFERENCES citizen (id),
    linked_ms INTEGER NOT NULL,
    PRIMARY KEY (provider, sub)
) STRICT, WITHOUT ROWID;

create index citizen_link_by_citizen on citizen_link (citizen);

-- Sign-ins by a provider that came back: each is good once.
create table citizen_sign_in (
    state_sha256 TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Phiên đăng nhập của người dân. Only the hash of the token is kept.
create table citizen_session (
    id INTEGER PRIMARY KEY,
    token_sha256 TEXT NOT NULL UNIQUE,
    citizen INTEGER NOT NULL REFERENCES citizen (id),
    way TEXT NOT NULL,                  -- domain::assurance::SignInWay
    assurance TEXT NOT NULL,            -- domain::assurance::Assurance
    agent TEXT NOT NULL,
    origin TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms INTEGER                    -- null while it is open
) STRICT;

create index citizen_session_by_citizen on citizen_session (citizen, created_ms);
create index citizen_session_by_end on citizen_session (expires_ms);

-- Mã dùng một lần. The code itself is nowhere: its hash needs the installation's key.
create table citizen_code (
    id INTEGER PRIMARY KEY,
    handle_sha256 TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,              -- sign_in, phone, counter
    phone TEXT NOT NULL,                -- empty for a code that is shown at a counter
    citizen INTEGER REFERENCES citizen (id),
    code_sha256 TEXT NOT NULL,
    tries INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT;

create index citizen_code_by_phone on citizen_code (phone, created_ms);
create index citizen_code_by_age on citizen_code (created_ms);

-- Dossiers that were sent from an account.
create table citizen_dossier (
    citizen INTEGER NOT NULL REFERENCES citizen (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (citizen, dossier)
) STRICT, WITHOUT ROWID;

create index citizen_dossier_by_dossier on citizen_dossier (dossier);

-- Đồng ý và rút đồng ý. Only appended to; the last row of a purpose holds.
create table citizen_consent (
    id INTEGER PRIMARY KEY,
    citizen INTEGER NOT NULL REFERENCES citizen (id),
    purpose TEXT NOT NULL,              -- law/consent.toml
    version INTEGER NOT NULL,
    agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
    lang TEXT NOT NULL,                 -- in which the text was read
    at_ms INTEGER NOT NULL
) STRICT;

create index citizen_consent_by_citizen on citizen_consent (citizen, purpose, id);

-- What was erased because its term was over.
create table retention_run (
    id INTEGER PRIMARY KEY,
    kept TEXT NOT NULL,                 -- domain::retention::Kept
    at_ms INTEGER NOT NULL,
    until TEXT NOT NULL,                -- last date that was over
    erased INTEGER NOT NULL
) STRICT;

create index retention_run_by_kept on retention_run (kept, id);

-- Khóa đăng nhập (passkey) của cán bộ.
create table passkey (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    credential TEXT NOT NULL UNIQUE,    -- base64url, as the authenticator names it
    public_key TEXT NOT NULL,           -- base64url of the COSE key
    counter INTEGER NOT NULL,           -- 0 if the authenticator does not count
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT;

create index passkey_by_account on passkey (account);
