-- Keys that may stand in a web page: with one a number can be checked, and nothing else be done.
create table publishable_keys (
    key        text        primary key,
    account    uuid        not null,
    origins    text[]      not null,
    per_minute integer     not null,
    note       text        not null,
    created_at timestamptz not null
);
create index publishable_keys_by_account on publishable_keys (account, created_at);
