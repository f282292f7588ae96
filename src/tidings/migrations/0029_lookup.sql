-- What is known of numbers, by whom, and until when.

-- What an account says of a number, over everything else.
create table lookup_overrides (
    account    uuid        not null,
    number     text        not null,
    field      text        not null check (field = 'line_type'),
    value      text        not null,
    original   text        not null,
    reason     text        not null,
    at         timestamptz not null,
    primary key (account, number, field)
);

-- Whose network a number is in, from porting data that the operator imported: no tenant's secret, so that all share it.
create table ported_numbers (
    number    text primary key,
    carrier   text,
    line_type text,
    mcc       text,
    mnc       text,
    source    text not null,
    as_of     date not null
);

-- What providers answered, for as long as each field is believed.
create table lookup_answers (
    account uuid        not null,
    number  text        not null,
    field   text        not null,
    answer  jsonb       not null,
    source  text        not null,
    cost    numeric     not null,
    at      timestamptz not null,
    until   timestamptz not null,
    primary key (account, number, field)
);
create index lookup_answers_by_end on lookup_answers (until);

-- How often an account's applications may ask for a field, and what is counted in the window that runs.
create table lookup_limits (
    account     uuid        not null,
    field       text        not null,
    bucket_name text        not null,
    calls       integer     not null,
    ttl_seconds integer     not null,
    counted     integer     not null default 0,
    window_ends timestamptz not null,
    primary key (account, field, bucket_name)
);

-- What carriers said of numbers when messages ended there. `until`: nothing is sent there before; null where the code teaches
-- but does not suppress, or somebody lifted it. `rule`: which rule of suppression, and `version` of it, said so.
create table number_lessons (
    account   uuid        not null,
    recipient text        not null,
    code      integer     not null,
    times     integer     not null,
    message   uuid,
    first_at  timestamptz not null,
    last_at   timestamptz not null,
    until     timestamptz,
    primary key (account, recipient)
);
