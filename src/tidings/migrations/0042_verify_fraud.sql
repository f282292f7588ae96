-- Verify's fraud guard: how many codes went to a range or a country in a minute and how many of them came back, and what
-- was stopped.

-- `scope`: the ISO 3166 code of a country, or a number without its last four digits.
create table verify_traffic (
    account   uuid        not null,
    scope     text        not null,
    slot      timestamptz not null,
    attempts  integer     not null,
    converted integer     not null,
    primary key (account, scope, slot)
) with (fillfactor = 50);
create index verify_traffic_by_age on verify_traffic (slot);

-- `slowed`: it was not blocked, but put off.
create table verify_blocks (
    id           uuid primary key,
    account      uuid        not null,
    service      uuid        not null,
    at           timestamptz not null,
    recipient    text        not null,
    number_range text        not null,
    country      text        not null,
    guard        text        not null,
    rule         text        not null,
    why          text        not null,
    slowed       boolean     not null
);
create index verify_blocks_by_account on verify_blocks (account, at);
create index verify_blocks_by_recipient on verify_blocks (account, recipient);
create index verify_blocks_by_age on verify_blocks (at);

create index verify_attempts_by_recipient on verify_attempts (account, recipient);
