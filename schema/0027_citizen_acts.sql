-- Việc người dân làm qua cổng trên hồ sơ đã nộp: what a citizen sent or asked for after filing, so that the office sees it.
create table citizen_act (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    kind TEXT NOT NULL,                 -- the step: resubmit, supplement or request_withdraw
    at_ms INTEGER NOT NULL,
    files INTEGER NOT NULL,             -- how many came with it
    edition INTEGER NOT NULL            -- of the dossier after it: another one means that somebody has acted since
) STRICT;

create index citizen_act_by_dossier on citizen_act (dossier, edition);
