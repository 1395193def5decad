-- Nobody but the owner: log_in_peer compares inside the database.
alter table bihuan.peer_credentials enable row level security;
