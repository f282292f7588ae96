-- What happened, append-only: the history of each message, and the outbox that readers follow by (xid, seq).
create sequence facts_seq;
create table facts (
    bucket  smallint    not null,
    xid     bigint      not null default (pg_current_xact_id()::text::bigint),
    seq     bigint      not null default nextval('facts_seq'),
    at      timestamptz not null,
    account uuid        not null,
    subject uuid        not null,
    kind    text        not null,
    detail  jsonb,
    primary key (bucket, xid, seq, at)
) partition by range (at);
create index facts_by_subject on facts (subject, seq);

-- How far each reader has read each bucket.
create table cursors (
    reader text        not null,
    bucket smallint    not null,
    xid    bigint      not null default 0,
    seq    bigint      not null default 0,
    at     timestamptz not null default '-infinity',
    primary key (reader, bucket)
) with (fillfactor = 50);
