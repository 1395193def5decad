-- Nobody but the owner: everybody else reads bihuan.now().
alter table bihuan.time_offset enable row level security;
