-- Việc chạy định kỳ. When each job ran last; whoever moves the time has claimed the run.
create table job_run (
    name TEXT PRIMARY KEY,
    ran_ms INTEGER NOT NULL             -- milliseconds since 1970-01-01T00:00Z
) STRICT;
