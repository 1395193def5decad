alter table bihuan.line_words enable row level security;

drop policy if exists officer_sees_line_word on bihuan.line_words;
create policy officer_sees_line_word on bihuan.line_words for select to bihuan_server
  using (city_id = (select s.city_id from bihuan.sessions s));

drop policy if exists worker_sees_line_word on bihuan.line_words;
create policy worker_sees_line_word on bihuan.line_words for select to bihuan_worker
  using (city_id = (select nullif(current_setting('bihuan.city', true), '')::integer));

grant select on bihuan.line_words to bihuan_server, bihuan_worker;
