-- Chỉ mục: những cột mà truy vấn lọc theo; bỏ những chỉ mục không truy vấn nào dùng.
-- Forms' tokens are swept by their age; the numbers of a group's members are looked up one by one; whether
-- a file is still named is asked by its hash; the levels of one procedure, the call that told of a line, the
-- messages to a person.
create index submission_at on submission (at_ms);
create index dossier_member_number on dossier_member (number);
create index dossier_file_by_hash on dossier_file (sha256);
create index blank_form_by_hash on blank_form (sha256);
create index service_level_by_procedure on service_level (procedure, id);
create index fee_call_by_line on fee_call (line);
create index outbox_by_recipient on outbox (recipient);
create index outbox_by_email on outbox (email);
create index outbox_by_turn on outbox (state, urgent desc, next_ms, id);
drop index message_attempt_by_reference;
drop index eform_binding_by_eform;
