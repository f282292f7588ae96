-- Replies to messages from people that are decided and not yet accepted. (bucket, message) is the inbound message.
create table replies (
    bucket           smallint    not null,
    message          uuid        not null,
    id               uuid        not null,
    n                smallint    not null,
    account          uuid        not null,
    promised_at      timestamptz not null,
    sender           text        not null,
    recipient        text        not null,
    body             text        not null,
    service          uuid,
    status_callback  text,
    automatic        boolean     not null,
    confirms_opt_out boolean     not null,
    primary key (bucket, message, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- What went wrong without anybody waiting for an answer that could say so. Parted by day through the time in the id.
create table alerts (
    id                uuid        not null,
    at                timestamptz not null,
    account           uuid        not null,
    code              integer     not null,
    level             text        not null check (level in ('error', 'warning')),
    resource          text        not null,
    service           uuid,
    text              text        not null,
    request_method    text        not null,
    request_url       text        not null,
    request_variables text        not null,
    response_headers  text        not null,
    response_body     text        not null,
    primary key (id)
) partition by range (id);
create index alerts_by_account on alerts (account, id);
