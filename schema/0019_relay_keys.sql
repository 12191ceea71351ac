-- Cặp khóa của liên thông: each installation signs with its own Ed25519 key, and believes the keys of a partner
-- whose fingerprints two people compared. A partner of before keeps its shared secret until both sides are paired.
create table relay_own_key (
    id INTEGER PRIMARY KEY,
    public TEXT NOT NULL UNIQUE,        -- 64 hexadecimal digits
    sealed TEXT NOT NULL,               -- the private half (PKCS#8, hexadecimal), sealed with the installation's key
    created_ms INTEGER NOT NULL,
    from_ms INTEGER NOT NULL            -- signs from then on, until a later one does
) STRICT;

create table relay_partner_key (
    id INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES relay_partner (id),
    public TEXT NOT NULL,               -- 64 hexadecimal digits
    added_ms INTEGER NOT NULL,
    until_ms INTEGER,                   -- believed until then; null: no end known
    UNIQUE (partner, public)
) STRICT;

alter table relay_partner add column key_in_ms INTEGER;     -- when a message signed with a key of theirs came first: since then nothing else is believed
alter table relay_partner add column key_out_ms INTEGER;    -- when they said first that they believe our key
