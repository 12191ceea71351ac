-- Tin báo cho dân: trạng thái từng tin, từng lần gửi, kênh gửi, mẫu tin, từ chối nhận tin.

-- What is told to people. Rows from before hold their words in `text` and have no `data`.
alter table outbox add column token TEXT NOT NULL DEFAULT '';       -- our key with providers; the same at every try
alter table outbox add column name TEXT NOT NULL DEFAULT '';
alter table outbox add column email TEXT NOT NULL DEFAULT '';
alter table outbox add column address TEXT NOT NULL DEFAULT '';     -- for a letter
alter table outbox add column short TEXT NOT NULL DEFAULT '';       -- as a text message, with places
alter table outbox add column data TEXT NOT NULL DEFAULT '';        -- JSON: what stands in the places; empty: the text is whole
alter table outbox add column urgent INTEGER NOT NULL DEFAULT 0;    -- goes out at night as well
alter table outbox add column state TEXT NOT NULL DEFAULT 'given_up';
alter table outbox add column channel TEXT NOT NULL DEFAULT 'counter';   -- the last one tried, or who tells it
alter table outbox add column next_ms INTEGER NOT NULL DEFAULT 0;   -- not before; while it waits
alter table outbox add column round INTEGER NOT NULL DEFAULT 0;     -- attempts up to this row count no more
alter table outbox add column why TEXT NOT NULL DEFAULT '';         -- what kept it, without anybody's data
alter table outbox add column unit INTEGER;                         -- whose counter tells what cannot be sent

update outbox set state = 'told' where sent_ms is not null;
update outbox set state = 'replaced' where sent_ms is null and subject = 'dossier'
   and not exists (select 1 from dossier d where d.id = outbox.subject_id and d.is_open = 1);
update outbox set unit = (select d.unit from dossier d where d.id = outbox.subject_id) where subject = 'dossier';

create index outbox_due on outbox (state, next_ms, id);
create index outbox_by_token on outbox (token);
create index outbox_by_time on outbox (created_ms);
create index outbox_by_subject on outbox (subject, subject_id, id);

-- Each try with a provider. It is written before the provider hears of it: one that has no end was cut off.
create table message_attempt (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES outbox (id),
    channel TEXT NOT NULL,
    provider TEXT NOT NULL,             -- the machine that was spoken to
    at_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    outcome TEXT NOT NULL,              -- begun, accepted, delivered, undelivered, refused, later, unclear
    code TEXT NOT NULL,                 -- what the provider answered
    reference TEXT NOT NULL             -- how the provider calls it
) STRICT;

create index message_attempt_by_message on message_attempt (message, id);
create index message_attempt_by_reference on message_attempt (reference);

-- How each channel is reached.
create table message_channel (
    channel TEXT PRIMARY KEY,           -- zalo, sms, email
    settings TEXT NOT NULL,             -- JSON
    secret TEXT NOT NULL,               -- JSON, sealed
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    edition INTEGER NOT NULL,
    worked_ms INTEGER,
    failed_ms INTEGER,
    failure TEXT NOT NULL,
    lent TEXT NOT NULL,                 -- tokens that the provider lent, sealed; empty if it lends none
    lent_until_ms INTEGER NOT NULL,
    renewing_ms INTEGER                 -- somebody is asking for new ones since then
) STRICT;

-- One row: the order of channels and the hours of rest.
create table message_policy (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ways TEXT NOT NULL,                 -- codes of channels, the first first
    quiet_from INTEGER NOT NULL,        -- minutes since midnight
    quiet_until INTEGER NOT NULL,
    hook INTEGER NOT NULL,              -- grows when the addresses that providers call are made anew
    edition INTEGER NOT NULL
) STRICT;

-- Words that the office chose.
create table message_text (
    kind TEXT NOT NULL,
    form TEXT NOT NULL,                 -- full, short; off: the office does without this kind
    text TEXT NOT NULL,
    PRIMARY KEY (kind, form)
) STRICT, WITHOUT ROWID;

insert into message_text (kind, form, text)
select substr(name, 13), 'full', value from setting where substr(name, 1, 12) = 'notice_text:';
delete from setting where substr(name, 1, 12) = 'notice_text:';

-- Who wants nothing by which channel.
create table message_opt_out (
    who TEXT NOT NULL,                  -- of the telephone or address, under the installation's key
    channel TEXT NOT NULL,
    tail TEXT NOT NULL,                 -- the end of it, for whoever asks
    way TEXT NOT NULL,                  -- sms, link, office
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (who, channel)
) STRICT, WITHOUT ROWID;
