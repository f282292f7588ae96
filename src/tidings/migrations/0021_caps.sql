-- Whom an account may write to, and how often.

-- Everything that accounts said of countries, kept for good; what was said last of a destination holds. `destination` is
-- an ISO 3166 code, + and a calling code of no country, or * for all others; `allowed` is null where the default holds again.
create table geo_permissions (
    id          bigint      generated always as identity primary key,
    account     uuid        not null,
    destination text        not null,
    allowed     boolean,
    reason      text        not null,
    changed_by  text        not null,
    at          timestamptz not null
);
create index geo_permissions_by_destination on geo_permissions (account, destination, id);

-- Everything that accounts said about caps, kept for good; what was said last holds.
create table cap_settings (
    id         bigint      generated always as identity primary key,
    account    uuid        not null,
    settings   jsonb       not null,
    reason     text        not null,
    changed_by text        not null,
    at         timestamptz not null
);
create index cap_settings_by_account on cap_settings (account, id);

-- The sends of each person that a cap may still count, as compliance/caps packs them: at most 200, of the last 31 days.
-- One row that is written over, so that counting costs the same however much was ever sent.
create table cap_counts (
    account   uuid        not null,
    recipient text        not null,
    sends     bytea       not null,
    last_at   timestamptz not null,
    primary key (account, recipient)
) with (fillfactor = 70);

-- Messages to other countries on a day (UTC) of accounts that are new. `taken`: by the last taking.
create table cap_abroad (
    account uuid    not null,
    day     date    not null,
    sends   integer not null,
    taken   integer not null,
    primary key (account, day)
);
