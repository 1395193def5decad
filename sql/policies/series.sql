-- Nobody but the owner: next_case_number counts.
alter table bihuan.series enable row level security;
