-- Nobody but the owner.
alter table bihuan.secrets enable row level security;
