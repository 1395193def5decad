alter table bihuan.seals enable row level security;
-- Nobody reads it but functions/is_hidden.sql. Written by definer triggers only.
