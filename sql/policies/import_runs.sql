-- Nobody but the owner: imports run from the command line.
alter table bihuan.import_runs enable row level security;
