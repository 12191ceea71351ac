-- Người cùng ký tờ khai điện tử: mỗi người một đường dẫn riêng, một câu trả lời.
create table eform_signing (
    id INTEGER PRIMARY KEY,
    declaration INTEGER NOT NULL REFERENCES eform_answer (id),
    signer TEXT NOT NULL,               -- domain::eform::Signer::code
    secret_hash TEXT NOT NULL UNIQUE,   -- SHA-256 of the secret in the link, hexadecimal
    made_ms INTEGER NOT NULL,           -- the link holds for some days from here
    made_by INTEGER NOT NULL,
    answer TEXT NOT NULL,               -- empty: waits; signed, refused
    answered_ms INTEGER,
    UNIQUE (declaration, signer)
) STRICT;
