-- What `tidings doctor` asks a database. None of it belongs to one account.

-- name: server :one
-- The server's version as a number (150000 and up) and its clock.
select current_setting('server_version_num')::int as version, clock_timestamp() as at

-- name: days_ahead :value
-- The last day that has a partition of messages.
-- across accounts: the shape of the database, no rows of anybody
select max(right(inhrelid::regclass::text, 8)) from pg_inherits where inhparent = 'messages'::regclass

-- name: leased :one
-- How many buckets have a dispatcher now, and how many dispatchers there are.
-- across accounts: leases are of processes
-- across buckets: a look at all of them
select count(*) as buckets, count(distinct owner) as dispatchers from bucket_leases where until > clock_timestamp()

-- name: oldest_untold :value
-- Seconds since the oldest fact that the callbacks' reader has not read; null when it has read all.
-- across accounts: a figure for the operator
-- across buckets: a look at all of them
select extract(epoch from clock_timestamp() - min(f.at))::float8
from cursors c
cross join lateral (
    select f.at from facts f
    where f.bucket = c.bucket and (f.xid, f.seq) > (c.xid, c.seq) and f.at > clock_timestamp() - interval '1 day'
    order by f.xid, f.seq limit 1
) f
where c.reader = 'webhooks'
