-- Clicks judged and counted: whose they were, and how many of those who got links followed them.

drop index clicks_by_code;
drop index clicks_by_message;
create index clicks_by_message on clicks (account, message, id);
create index links_by_message on links (account, message);

-- Clicks that nobody has judged yet: written with the click, deleted with its verdict.
create table clicks_new (
    click   uuid primary key,
    account uuid not null,
    message uuid not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- What was made of each click, and by which version of the rule. The evidence stays as it was.
create table click_verdicts (
    id       uuid        not null,
    account  uuid        not null,
    message  uuid        not null,
    code     text        not null,
    at       timestamptz not null,
    version  smallint    not null,
    verdict  text        not null,
    reason   text        not null,
    -- Milliseconds since the receipt, or since the carrier took the message while there was none.
    since_ms bigint,
    primary key (id)
) partition by range (id);
create index click_verdicts_by_message on click_verdicts (account, message, id);
create index click_verdicts_by_version on click_verdicts (version);

-- Clicks on each link that was ever followed.
create table link_counts (
    message  uuid    not null,
    code     text    not null,
    account  uuid    not null,
    persons  integer not null,
    machines integer not null,
    unsure   integer not null,
    primary key (message, code)
);

-- Messages with links that arrived, or whose links were followed. `hour` is that of the first of both.
create table link_messages (
    message   uuid        primary key,
    account   uuid        not null,
    service   uuid        not null,
    country   text        not null,
    tags      jsonb       not null,
    hour      timestamptz not null,
    delivered boolean     not null
);

-- The same added up, kept in the transaction that changes the lines above.
create table link_rates (
    account   uuid        not null,
    hour      timestamptz not null,
    service   uuid        not null,
    country   text        not null,
    tags      jsonb       not null,
    delivered bigint      not null,
    clicked   bigint      not null,
    followed  bigint      not null,
    persons   bigint      not null,
    machines  bigint      not null,
    unsure    bigint      not null,
    primary key (account, hour, service, country, tags)
);
