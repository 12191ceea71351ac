-- Ý kiến đang chờ trả lời. One row an office that was asked and has not answered, so that it finds
-- what waits for it; what was asked and answered is in the dossier's state.
create table dossier_consultation (
    unit INTEGER NOT NULL REFERENCES unit (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    PRIMARY KEY (unit, dossier)
) STRICT, WITHOUT ROWID;

create index dossier_consultation_by_dossier on dossier_consultation (dossier);
