-- name: log_ended :run
-- The callbacks of one bucket that ended within the page that brought their facts.
insert into webhook_log
    (at, bucket, xid, seq, account, message, status, url, attempts, answer_status, code, duration_ms)
select $2, $1, e.xid, e.seq, e.account, e.message, e.status, e.url, e.attempts, e.answer_status, e.code, e.duration_ms
from unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::smallint[], $10::smallint[],
            $11::integer[], $12::integer[])
    as e (xid, seq, account, message, status, url, attempts, answer_status, code, duration_ms);

-- name: keep_pending :run
-- The callbacks of one bucket that did not end within their page, in the transaction that moves the cursor; or replays,
-- but for those that are on their way already.
insert into webhook_pending
    (bucket, endpoint, xid, seq, next_at, account, message, status, url, fallback_url, form, attempts, total_attempts, spent_ms,
     method, fallback_method, redirects)
select $1, p.*
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::smallint[], $13::smallint[], $14::integer[], $15::text[], $16::text[], $17::smallint[]) as p
on conflict (bucket, xid, seq) do nothing;

-- name: settle :many
-- Pending callbacks of one bucket that have ended: out of the table and into the log. Gives those that were there.
with ended as materialized (
    select *
    from unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::smallint[],
                $10::smallint[], $11::integer[], $12::integer[])
        as e (xid, seq, account, message, status, url, attempts, answer_status, code, duration_ms)
),
gone as (
    delete from webhook_pending p using ended e
    where p.bucket = $1 and p.xid = e.xid and p.seq = e.seq and p.account = e.account
    returning p.xid, p.seq
),
logged as (
    insert into webhook_log
        (at, bucket, xid, seq, account, message, status, url, attempts, answer_status, code, duration_ms)
    select $2, $1, e.xid, e.seq, e.account, e.message, e.status, e.url, e.attempts, e.answer_status, e.code, e.duration_ms
    from ended e join gone using (xid, seq)
)
select xid, seq from gone;

-- name: postpone :many
-- Pending callbacks of one bucket whose attempt failed: when and where the next one goes. Gives those that were there.
update webhook_pending p
set endpoint = r.endpoint, next_at = r.next_at, url = r.url, fallback_url = r.fallback_url, form = r.form,
    attempts = r.attempts, total_attempts = r.total_attempts, spent_ms = r.spent_ms, method = r.method,
    fallback_method = r.fallback_method, redirects = r.redirects
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::smallint[], $13::smallint[], $14::integer[], $15::text[], $16::text[], $17::smallint[])
    as r (endpoint, xid, seq, next_at, account, message, status, url, fallback_url, form, attempts, total_attempts, spent_ms,
          method, fallback_method, redirects)
where p.bucket = $1 and p.xid = r.xid and p.seq = r.seq and p.account = r.account
returning p.xid, p.seq;

-- name: renew :run
-- A process that holds pending callbacks in memory goes on holding them; or lets go of them, by a lease that ends now.
-- across accounts: a lease is of the process, over everybody's callbacks
update webhook_pending p set next_at = $2
from unnest($3::bigint[], $4::bigint[]) as k (xid, seq)
where p.bucket = $1 and p.xid = k.xid and p.seq = k.seq;

-- name: endpoints_due :many
-- Where pending callbacks are due, by skipping from endpoint to endpoint through the index, however deep each is.
-- across accounts: endpoints are shared by whoever names them
-- across buckets: a look around once a second; each is then claimed in its own bucket
with recursive step as (
    (select bucket, endpoint from webhook_pending order by bucket, endpoint limit 1)
    union all
    select n.bucket, n.endpoint
    from step s
    cross join lateral (
        select p.bucket, p.endpoint from webhook_pending p
        where (p.bucket, p.endpoint) > (s.bucket, s.endpoint)
        order by p.bucket, p.endpoint limit 1) n
)
select s.bucket, s.endpoint
from step s
where exists (
    select from webhook_pending p where p.bucket = s.bucket and p.endpoint = s.endpoint and p.next_at <= $1
);

-- name: claim :many
-- Takes due callbacks of one endpoint into memory, the oldest first, under a lease that ends at $4.
-- across accounts: endpoints are shared by whoever names them
with due as materialized (
    select p.xid, p.seq from webhook_pending p
    where p.bucket = $1 and p.endpoint = $2 and p.next_at <= $3
    order by p.next_at limit $5
    for update skip locked
)
update webhook_pending p set next_at = $4
from due
where p.bucket = $1 and p.xid = due.xid and p.seq = due.seq
returning p.xid, p.seq, p.account, p.message, p.status, p.url, p.fallback_url, p.form, p.attempts, p.total_attempts,
    p.spent_ms, p.method, p.fallback_method, p.redirects;

-- name: count_pending :value
-- How many wait, for the gauge; it stops counting at a hundred thousand.
-- across accounts: a figure for the operator
-- across buckets: a figure for the operator
select count(*) from (select from webhook_pending limit 100000) as waiting;

-- name: entries :many
-- A page of an account's log, newest first: of one message, one outcome, one status, or since an instant.
select at, bucket, xid, seq, message, status, url, attempts, answer_status, code, duration_ms
from webhook_log
where account = $1 and at < $2 and at >= $3
  and ($4::uuid is null or message = $4)
  and ($5::boolean is null or (code is not null) = $5)
  and ($6::text is null or status = $6)
order by at desc, xid desc, seq desc
limit $7;

-- name: entries_at :many
-- The entries of one microsecond, among which an entry's id picks one.
select at, bucket, xid, seq, message, status, url, attempts, answer_status, code, duration_ms
from webhook_log
where account = $1 and at = $2;

-- name: failed_since :many
-- Failed callbacks of an account, each fact once, that no later attempt has told after all and none is about to.
select distinct on (f.bucket, f.xid, f.seq) f.at, f.bucket, f.xid, f.seq, f.message, f.status, f.url, f.attempts,
    f.answer_status, f.code, f.duration_ms
from webhook_log f
where f.account = $1 and f.code is not null and f.at >= $2
  and not exists (
    select from webhook_log d
    where d.account = $1 and d.message = f.message and d.code is null and d.xid = f.xid and d.seq = f.seq
      and d.at > f.at
  )
  and not exists (select from webhook_pending p where p.bucket = f.bucket and p.xid = f.xid and p.seq = f.seq)
order by f.bucket, f.xid, f.seq, f.at desc
limit $3;

-- name: facts_again :many
-- The facts of one bucket that log entries name.
select f.bucket, f.xid, f.seq, f.at, f.account, f.subject, f.kind, f.detail
from unnest($3::bigint[], $4::bigint[]) as k (xid, seq)
cross join lateral (
    select * from facts f where f.bucket = $1 and f.account = $2 and f.xid = k.xid and f.seq = k.seq limit 1) f;
