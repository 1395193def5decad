-- Nobody but the owner: log_in compares inside the database.
alter table bihuan.credentials enable row level security;
