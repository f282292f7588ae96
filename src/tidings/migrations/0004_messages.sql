-- What was accepted: written once, wide, never updated but by a redaction. Partitioned by day through the time in its id.
create table messages (
    id               uuid        not null,
    bucket           smallint    not null,
    account          uuid        not null,
    direction        text        not null,
    sender           text,
    recipient        text        not null,
    body             text        not null,
    ucs2             boolean     not null,
    segments         smallint    not null,
    priority         smallint    not null,
    lane             bigint,
    flow             bigint      not null,
    resend           boolean     not null,
    created_at       timestamptz not null,
    send_at          timestamptz,
    expires_at       timestamptz,
    service          uuid,
    application      uuid,
    status_callback  text,
    provide_feedback boolean     not null default false,
    intent           text,
    tags             jsonb,
    discard_body     boolean     not null default false,
    obfuscate_to     boolean     not null default false,
    primary key (bucket, id)
) partition by range (id);
create index messages_to_forget on messages (bucket, id) where discard_body or obfuscate_to;
create index messages_by_account on messages (account, id);
create index messages_by_recipient on messages (account, recipient, id);

-- Tickets that wait. The key is the order of leaving; rows are inserted and deleted, never updated.
create table queue (
    bucket     smallint    not null,
    lane       bigint      not null,
    priority   smallint    not null,
    turn       bigint      not null,
    id         uuid        not null,
    segments   smallint    not null,
    attempt    smallint    not null default 0,
    expires_at timestamptz not null,
    primary key (bucket, lane, priority, turn, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Tickets marked before any byte of them leaves. After a crash only these are in doubt.
create table inflight (
    bucket     smallint    not null,
    id         uuid        not null,
    account    uuid        not null,
    lane       bigint      not null,
    priority   smallint    not null,
    turn       bigint      not null,
    segments   smallint    not null,
    attempt    smallint    not null,
    expires_at timestamptz not null,
    resend     boolean     not null,
    epoch      bigint      not null,
    marked_at  timestamptz not null,
    primary key (bucket, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Tickets that may not leave before their time: scheduled messages, and retries that back off.
create table later (
    bucket     smallint    not null,
    due        timestamptz not null,
    id         uuid        not null,
    account    uuid        not null,
    scheduled  boolean     not null,
    lane       bigint      not null,
    priority   smallint    not null,
    flow       bigint      not null,
    turn       bigint      not null,
    segments   smallint    not null,
    attempt    smallint    not null default 0,
    expires_at timestamptz not null,
    primary key (bucket, due, id)
);

-- The carrier's ids of what it took, one row per part, so that its receipts find their message.
create table carrier_refs (
    carrier     text        not null,
    provider_id text        not null,
    at          timestamptz not null,
    bucket      smallint    not null,
    message     uuid        not null,
    account     uuid        not null,
    part        smallint    not null,
    parts       smallint    not null
) partition by range (at);
create index carrier_refs_by_provider on carrier_refs (carrier, provider_id);

-- How far the parts of a long message have come: bit masks, so that a doubled receipt changes nothing.
create table multipart (
    bucket    smallint not null,
    message   uuid     not null,
    account   uuid     not null,
    parts     smallint not null,
    delivered bigint   not null default 0,
    failed    bigint   not null default 0,
    code      integer,
    primary key (bucket, message)
);

-- Receipts that came before the answer to their submit was stored. They are matched again until they grow old.
create table receipts_waiting (
    carrier     text        not null,
    provider_id text        not null,
    delivered   boolean     not null,
    code        integer,
    done_date   text,
    at          timestamptz not null
);
create index receipts_waiting_by_provider on receipts_waiting (carrier, provider_id);

create table feedback (
    bucket     smallint    not null,
    message    uuid        not null,
    account    uuid        not null,
    outcome    text        not null check (outcome in ('confirmed', 'unconfirmed')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (bucket, message)
);
