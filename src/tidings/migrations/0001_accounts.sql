-- Accounts, and what they prove themselves with. Reference tables: small, read through caches.
create table accounts (
    id                uuid primary key,
    parent            uuid references accounts (id),
    friendly_name     text        not null,
    status            text        not null default 'active' check (status in ('active', 'suspended', 'closed')),
    kind              text        not null default 'Full' check (kind in ('Full', 'Trial')),
    concurrency_limit integer     check (concurrency_limit > 0),
    created_at        timestamptz not null,
    updated_at        timestamptz not null
);

-- A token signs callbacks, so it must be readable again: it is sealed with the home's key, not hashed.
create table auth_tokens (
    account      uuid        not null references accounts (id),
    rank         text        not null check (rank in ('primary', 'secondary')),
    sealed_token bytea       not null,
    created_at   timestamptz not null,
    primary key (account, rank)
);

create table api_keys (
    id            uuid primary key,
    account       uuid        not null references accounts (id),
    friendly_name text        not null default '',
    secret_hash   text        not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index api_keys_by_account on api_keys (account, id);
