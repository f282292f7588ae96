-- Who sends: numbers and codes that an account owns.
create table senders (
    id                  uuid primary key,
    account             uuid             not null references accounts (id),
    address             text             not null unique,
    kind                text             not null check (kind in ('long_code', 'toll_free', 'short_code', 'alphanumeric')),
    mps                 double precision not null check (mps > 0),
    queue_limit_seconds integer          check (queue_limit_seconds > 0),
    paused              boolean          not null default false,
    friendly_name       text             not null default '',
    created_at          timestamptz      not null,
    updated_at          timestamptz      not null
);
create index senders_by_account on senders (account, address);
