-- Tệp vừa nhận, chờ một dòng gọi tên: giữ đến hết hạn, sau đó không ai cần thì xóa.
-- Files from outside are held from before they are put away until a row has had time to name them.
create table file_held (
    sha256 TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT;

create index file_held_until on file_held (until_ms);
