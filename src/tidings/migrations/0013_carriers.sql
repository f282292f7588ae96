-- The carriers that messages leave by, which of them takes which message, and how they have done.

-- Settings hold credentials: they are sealed with the home's key, as a whole.
create table carriers (
    name            text primary key check (name ~ '^[a-z0-9][a-z0-9._@-]{0,62}$'),
    kind            text        not null,
    sealed_settings bytea       not null,
    tps             double precision check (tps > 0),
    state           text        not null default 'active' check (state in ('active', 'draining', 'off')),
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);

-- Empty arrays match everything. Routes are asked in the order of their place; those of one place share.
create table routes (
    id           integer generated always as identity primary key,
    place        integer     not null,
    countries    text[]      not null default '{}',
    networks     text[]      not null default '{}',
    from_senders text[]      not null default '{}',
    classes      text[]      not null default '{}',
    carrier      text        not null references carriers (name),
    weight       double precision check (weight > 0),
    price        numeric     check (price >= 0),
    created_at   timestamptz not null
);

-- How sender, carrier and place (a network, or a country while it is unknown) have done: counts that fade.
create table route_health (
    carrier text             not null,
    sender  text             not null,
    place   text             not null,
    good    double precision not null,
    bad     double precision not null,
    at      timestamptz      not null,
    primary key (carrier, sender, place)
);

-- What carriers told us, by the hour.
create table carrier_tallies (
    carrier     text        not null,
    hour        timestamptz not null,
    taken       bigint      not null default 0,
    delivered   bigint      not null default 0,
    undelivered bigint      not null default 0,
    missing     bigint      not null default 0,
    too_fast    bigint      not null default 0,
    primary key (carrier, hour)
);

-- Which receipts each dispatcher still awaits of each carrier: a drained carrier may go once none is.
create table carriers_held (
    owner    text        not null,
    carrier  text        not null,
    bound    boolean     not null,
    breaker  text        not null,
    waiting  integer     not null,
    awaited  integer     not null,
    at       timestamptz not null,
    primary key (owner, carrier)
);

create index senders_by_carrier on senders (account, address) where carrier is not null;
