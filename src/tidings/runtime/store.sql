-- migrations.py

-- name: make_migration_log :run
-- The list of applied migrations, made before the first of them.
create table if not exists schema_migrations (
    number     integer     primary key,
    name       text        not null,
    hash       text        not null,
    applied_at timestamptz not null default now()
);

-- name: lock_migrations :run
-- One process migrates at a time; the others wait here. Held until the connection ends.
select pg_advisory_lock(7423001);

-- name: applied_migrations :many
-- What was applied, with the hash of its text then.
select number, name, hash from schema_migrations order by number;

-- name: record_migration :run
-- Written in the transaction of the migration itself.
insert into schema_migrations (number, name, hash) values ($1, $2, $3);

-- partitions.py

-- name: make_days_schema :run
-- Day partitions stand in a schema of their own; nobody names them but this slice.
create schema if not exists days;

-- name: partitions :many
-- The partitions of a table, attached or on the way out.
select child.relname as name, i.inhdetachpending as leaving
from pg_inherits i
join pg_class child on child.oid = i.inhrelid
where i.inhparent = to_regclass($1)
order by child.relname;

-- name: make_partition_ddl :value
-- Text that makes a day's table like its parent and attaches it. Attaching, unlike `create ... partition of`, blocks
-- neither readers nor writers of the parent.
select format(
    'create table days.%1$I (like public.%2$I including all); '
    'alter table public.%2$I attach partition days.%1$I for values from (%3$L) to (%4$L)',
    $1::text, $2::text, $3::text, $4::text
);

-- name: detach_partition_ddl :value
-- Text that takes a day out of its table without blocking readers or writers.
select format('alter table public.%2$I detach partition days.%1$I concurrently', $1::text, $2::text);

-- name: finish_detach_ddl :value
-- Text that ends a detachment which a crash cut short.
select format('alter table public.%2$I detach partition days.%1$I finalize', $1::text, $2::text);

-- name: drop_partition_ddl :value
-- Text that deletes a detached day.
select format('drop table days.%I', $1::text);

-- name: detached_days :many
-- Tables of days that belong to no parent any more.
select relname as name
from pg_class
where relnamespace = to_regnamespace('days') and relkind = 'r' and not relispartition
order by relname;

-- name: facts_unread :value
-- Whether some reader has yet to read facts of a day: that day must stay.
-- across accounts: cursors are over everybody's facts
-- across buckets: upkeep, once a day
select exists (
    select from cursors c
    where exists (
        select from facts f
        where f.bucket = c.bucket and (f.xid, f.seq) > (c.xid, c.seq) and f.at >= $1 and f.at < $2
    )
);

-- outbox.py

-- name: append_facts :run
-- Facts of one transaction, in the order of the arrays.
insert into facts (bucket, at, account, subject, kind, detail)
select bucket, at, account, subject, kind, detail
from unnest($1::smallint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[])
    with ordinality as new (bucket, at, account, subject, kind, detail, place)
order by place;

-- name: ring :run
-- Wakes who listens on a channel, naming what has news: names between commas, nothing for everything.
select pg_notify($1, $2);

-- name: make_cursors :run
-- A reader's cursor in every bucket, before the first fact.
-- across accounts: a reader serves all accounts
insert into cursors (reader, bucket)
select $1::text, bucket from generate_series(0, $2::integer - 1) as bucket
on conflict do nothing;

-- name: rewound :value
-- Whether a cursor stands beyond this server's transaction numbers, as after a restore into a new cluster.
-- across accounts: a reader serves all accounts
-- across buckets: one look at boot
select exists (
    select from cursors where reader = $1 and xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
);

-- name: buckets_with_news :many
-- Where a reader has facts to read; each such bucket is then read alone.
-- across accounts: a reader serves all accounts
-- across buckets: the sweep for wake-ups that got lost, every few seconds
select c.bucket
from cursors c
where c.reader = $1 and exists (
    select from facts f
    where f.bucket = c.bucket and (f.xid, f.seq) > (c.xid, c.seq) and f.at >= c.at - interval '1 day' and f.at < now() + interval '1 day'
);

-- name: take_cursor :one
-- The reader's place in a bucket, locked; none when another process reads there now.
-- across accounts: a reader serves all accounts
select xid, seq, at from cursors where reader = $1 and bucket = $2 for update skip locked;

-- name: cursor :one
-- The reader's place in a bucket, as it was last saved.
-- across accounts: a reader serves all accounts
select xid, seq, at from cursors where reader = $1 and bucket = $2;

-- name: ahead :one
-- What a reader finds next in a bucket that is only for some kinds: how many facts, how many of them settled, whether
-- one of those is of a wanted kind, and the place of the last settled one. None when there is nothing.
-- across accounts: a reader serves all accounts
with ahead as materialized (
    select xid, seq, at, kind, xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as settled
    from facts
    where bucket = $1 and (xid, seq) > ($2::bigint, $3::bigint) and at >= $4::timestamptz - interval '1 day' and at < now() + interval '1 day'
    order by xid, seq
    limit 500
)
select count(*) as found, count(*) filter (where settled) as settled,
       coalesce(bool_or(settled and kind = any ($5::text[])), false) as wanted,
       (array_agg(xid order by xid desc, seq desc) filter (where settled))[1] as xid,
       (array_agg(seq order by xid desc, seq desc) filter (where settled))[1] as seq,
       max(at) filter (where settled) as at
from ahead
having count(*) > 0;

-- name: save_passed :run
-- Saves how far a reader has passed over facts that are not for it; never backwards.
-- across accounts: a reader serves all accounts
-- across buckets: once in two seconds, for all buckets that had news
update cursors c set xid = p.xid, seq = p.seq, at = greatest(c.at, p.at)
from unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::timestamptz[]) as p (bucket, xid, seq, at)
where c.reader = $1 and c.bucket = p.bucket and (c.xid, c.seq) < (p.xid, p.seq);

-- name: page :many
-- The next facts of a bucket. Only the settled ones may be read: all transactions before them have ended, so nothing
-- can appear in front of them any more. The limit is literal so that the plan stays with the index.
-- across accounts: a reader serves all accounts
select bucket, xid, seq, at, account, subject, kind, detail,
       xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as settled
from facts
where bucket = $1 and (xid, seq) > ($2::bigint, $3::bigint) and at >= $4::timestamptz - interval '1 day' and at < now() + interval '1 day'
order by xid, seq
limit 500;

-- name: move_cursor :run
-- In the transaction that handled what lies before it.
-- across accounts: a reader serves all accounts
update cursors set xid = $3, seq = $4, at = greatest(at, $5) where reader = $1 and bucket = $2;

-- name: try_upkeep_lock :value
-- Whether this session may look after the days' partitions now.
select pg_try_advisory_lock(hashtext('tidings upkeep'))

-- name: upkeep_unlock :value
-- The session that had the right gives it back.
select pg_advisory_unlock(hashtext('tidings upkeep'))
