-- Verify: people by an identity of the account's own, their TOTP factors, and the challenges to them.

create table verify_entities (
    id         uuid primary key,
    account    uuid        not null,
    service    uuid        not null references verify_services (id) on delete cascade,
    identity   text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (service, identity)
);
create index verify_entities_by_account on verify_entities (account, id);

-- `secret` is sealed with the home's key. `last_step`: the newest time step whose code was taken; none is taken twice.
-- `misses` since `missing_since` bound guessing, for all processes alike.
create table verify_factors (
    id            uuid primary key,
    account       uuid        not null,
    service       uuid        not null,
    entity        uuid        not null references verify_entities (id) on delete cascade,
    friendly_name text        not null,
    status        text        not null,
    secret        bytea       not null,
    alg           text        not null,
    skew          smallint    not null,
    code_length   smallint    not null,
    time_step     smallint    not null,
    metadata      jsonb,
    last_step     bigint      not null default -1,
    misses        integer     not null default 0,
    missing_since timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index verify_factors_by_entity on verify_factors (account, entity, id);

create table verify_challenges (
    id             uuid primary key,
    account        uuid        not null,
    service        uuid        not null,
    entity         uuid        not null references verify_entities (id) on delete cascade,
    factor         uuid        not null references verify_factors (id) on delete cascade,
    status         text        not null,
    details        jsonb,
    hidden_details jsonb,
    metadata       jsonb,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    responded_at   timestamptz,
    expires_at     timestamptz not null
);
create index verify_challenges_by_entity on verify_challenges (account, entity, id);
create index verify_challenges_by_factor on verify_challenges (factor);
create index verify_challenges_by_age on verify_challenges (created_at);
