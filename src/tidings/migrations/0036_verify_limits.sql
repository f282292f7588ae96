-- Verify: rate limits with their buckets and counts, numbers that are never doubted, and accounts' own texts.

create table verify_rate_limits (
    id          uuid primary key,
    account     uuid        not null,
    service     uuid        not null references verify_services (id) on delete cascade,
    unique_name text        not null,
    description text,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    unique (service, unique_name)
);

create table verify_rate_buckets (
    id               uuid primary key,
    account          uuid        not null,
    service          uuid        not null,
    rate_limit       uuid        not null references verify_rate_limits (id) on delete cascade,
    most             integer     not null,
    interval_seconds integer     not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    unique (rate_limit, interval_seconds)
);
create index verify_rate_buckets_by_service on verify_rate_buckets (account, service);

-- How often a value was seen in a window that began with the first of them. The value is kept as a keyed digest.
create table verify_rate_counts (
    account     uuid        not null,
    rate_bucket uuid        not null,
    value       bytea       not null,
    count       integer     not null,
    until       timestamptz not null,
    primary key (rate_bucket, value)
) with (fillfactor = 70);
create index verify_rate_counts_by_end on verify_rate_counts (until);

create table verify_safe_numbers (
    account      uuid        not null,
    phone_number text        not null,
    id           uuid        not null,
    created_at   timestamptz not null,
    primary key (account, phone_number)
);

create table verify_templates (
    id            uuid primary key,
    account       uuid        not null,
    friendly_name text        not null,
    channels      text[]      not null,
    default_locale text       not null,
    translations  jsonb       not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index verify_templates_by_account on verify_templates (account, id);
