import Testing

/// A fault planted in the schema, and the lint that must find it.
struct TenancyFault: Sendable, CustomTestStringConvertible {
    let lint: String
    let plant: String

    var testDescription: String { "\(self.lint): \(self.plant)" }

    static let all: [TenancyFault] = [
        .init(lint: "L1", plant: "alter table bihuan.cases disable row level security"),
        .init(lint: "L1", plant: "alter table bihuan.cases force row level security"),
        .init(lint: "L2", plant: "alter function bihuan.log_out() reset search_path"),
        .init(lint: "L3", plant: "alter view bihuan.counters reset (security_invoker)"),
        .init(
            lint: "L4",
            plant: """
                create materialized view bihuan.copy as select 1 as x;
                grant select on bihuan.copy to bihuan_server
                """
        ),
        .init(
            lint: "L5",
            plant: """
                create function bihuan.mine() returns integer language sql immutable set search_path = pg_catalog, pg_temp
                  as 'select 1';
                create policy planted on bihuan.cases for select to bihuan_server using (city_id = bihuan.mine())
                """
        ),
        .init(
            lint: "L6",
            plant: "create policy planted on bihuan.cases for update to bihuan_server using (false)"
        ),
        .init(lint: "L6", plant: "create policy planted on bihuan.cases for select using (false)"),
        .init(lint: "L7", plant: "create unique index on bihuan.cases (ref)"),
        .init(lint: "L8", plant: "alter table bihuan.leads add foreign key (source) references bihuan.secrets (name)"),
        .init(lint: "L9", plant: "grant execute on function bihuan.log_out() to public"),
        .init(lint: "L9", plant: "grant select (ref) on bihuan.cases to public"),
        .init(
            lint: "L10",
            plant: """
                create table bihuan.parted (city_id integer) partition by list (city_id);
                create table bihuan.part partition of bihuan.parted for values in (1);
                alter table bihuan.parted enable row level security;
                alter table bihuan.part enable row level security;
                grant select on bihuan.part to bihuan_server
                """
        ),
        .init(lint: "L11", plant: "alter role bihuan_server createdb"),
        .init(lint: "L12", plant: "alter table bihuan.transitions owner to bihuan_worker"),
        .init(lint: "L13", plant: "grant bihuan_owner to bihuan_worker"),
        .init(lint: "L14", plant: "grant truncate on bihuan.cases to bihuan_server"),
        .init(lint: "L14", plant: "grant usage on all sequences in schema bihuan to bihuan_server"),
        .init(
            lint: "L15",
            plant: """
                create type bihuan.mood as enum ('calm');
                alter table bihuan.cases add column mood bihuan.mood;
                create index on bihuan.cases (city_id, mood)
                """
        ),
        .init(lint: "L16", plant: "grant create on schema bihuan to bihuan_worker"),
        .init(
            lint: "L16",
            plant: """
                do $$ begin
                  execute format('grant temporary on database %I to bihuan_server', current_database());
                end $$
                """
        ),
        .init(
            lint: "L17",
            plant: """
                create function bihuan.mood() returns text language sql stable set search_path = pg_catalog, pg_temp
                  as 'select ''calm''';
                revoke all on function bihuan.mood() from public;
                grant execute on function bihuan.mood() to bihuan_server
                """
        ),
    ]
}
