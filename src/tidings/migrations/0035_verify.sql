-- Verify: services, the verifications that are under way, every attempt to bring a code to somebody, and by which
-- messaging service codes leave.

create table verify_services (
    id         uuid primary key,
    account    uuid        not null references accounts (id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    settings   jsonb       not null
);
create index verify_services_by_account on verify_services (account, id);

-- A code is never kept: `code_hash` is keyed with a key that is not in the database, and so is what makes a code of `seed`.
-- `pending` counts until `expires_at`; `checks` and `sends` are what bounds guessing, for all processes alike.
create table verifications (
    bucket     smallint    not null,
    id         uuid        not null,
    account    uuid        not null,
    service    uuid        not null,
    recipient  text        not null,
    channel    text        not null,
    status     text        not null,
    seed       bytea       not null,
    code_hash  bytea       not null,
    custom     boolean     not null,
    length     smallint    not null,
    sends      smallint    not null,
    checks     integer     not null,
    amount     text,
    payee      text,
    lookup     jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, id)
) with (fillfactor = 70);
create unique index verifications_under_way on verifications (bucket, account, service, recipient) where status = 'pending';
create index verifications_by_age on verifications (bucket, created_at);

-- One row for each code that was to be brought to somebody. `code`: why it was refused; `converted`: the code came back.
create table verify_attempts (
    bucket       smallint    not null,
    id           uuid        not null,
    account      uuid        not null,
    service      uuid        not null,
    verification uuid        not null,
    channel      text        not null,
    recipient    text        not null,
    country      text        not null,
    locale       text        not null,
    length       smallint    not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    message      uuid,
    code         integer,
    converted    boolean     not null default false,
    device_ip    text,
    primary key (bucket, id)
) partition by range (id);
create index verify_attempts_by_account on verify_attempts (account, id);
create index verify_attempts_by_verification on verify_attempts (bucket, verification);

-- The messaging service by which codes for a country leave; `all` for every other country.
create table verify_messaging_configurations (
    account           uuid        not null,
    service           uuid        not null references verify_services (id) on delete cascade,
    country           text        not null,
    messaging_service uuid        not null references services (id) on delete cascade,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    primary key (service, country)
);
create index verify_messaging_configurations_by_messaging_service on verify_messaging_configurations (messaging_service);
