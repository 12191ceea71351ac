-- Kết quả trong kho dữ liệu của công dân dùng thay giấy tờ của một hồ sơ: theo kết quả nào, ai đồng ý, đồng ý lúc nào.
create table paper_result (
    paper INTEGER PRIMARY KEY REFERENCES dossier_paper (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    result INTEGER NOT NULL REFERENCES result (id),
    sha256 TEXT NOT NULL,               -- of the result's file when it was taken: a later one is another
    way TEXT NOT NULL,                  -- domain::paper::ConsentWay
    agreed_ms INTEGER NOT NULL,         -- when the citizen said so
    at_ms INTEGER NOT NULL
) STRICT;

create index paper_result_by_dossier on paper_result (dossier, paper);
create index paper_result_by_result on paper_result (result);
