-- Callbacks that were not delivered at once: their endpoint is slow, or a retry is due later. The key keeps the callbacks
-- of an endpoint together, so that the backlog of a dead one is never walked through to find the others.
-- next_at is when the next attempt may begin; while a process holds the callback in memory it is the end of its lease.
create table webhook_pending (
    bucket         smallint    not null,
    endpoint       text        not null,
    xid            bigint      not null,
    seq            bigint      not null,
    next_at        timestamptz not null,
    account        uuid        not null,
    message        uuid        not null,
    status         text        not null,
    url            text        not null,
    fallback_url   text,
    form           text        not null,
    attempts       smallint    not null,
    total_attempts smallint    not null,
    spent_ms       integer     not null,
    primary key (bucket, xid, seq)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index webhook_pending_due on webhook_pending (bucket, endpoint, next_at);

-- How each callback ended, written once. (bucket, xid, seq) is the fact that it told, by which it can be told again.
create table webhook_log (
    at            timestamptz not null,
    bucket        smallint    not null,
    xid           bigint      not null,
    seq           bigint      not null,
    account       uuid        not null,
    message       uuid        not null,
    status        text        not null,
    url           text        not null,
    attempts      smallint    not null,
    answer_status smallint,
    code          integer,
    duration_ms   integer     not null
) partition by range (at);
create index webhook_log_by_account on webhook_log (account, at);
create index webhook_log_by_message on webhook_log (message);
create index webhook_log_failed on webhook_log (account, at) where code is not null;
