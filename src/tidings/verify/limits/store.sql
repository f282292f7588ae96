-- Rate limits, their buckets and their counts.

-- name: lock_service :value
-- The service, held until the transaction ends, so that its limits are counted by one at a time.
select id from verify_services where account = $1 and id = $2 for update

-- name: count_limits :value
-- How many rate limits a service has.
select count(*) from verify_rate_limits where account = $1 and service = $2

-- name: add_limit :one
-- A new rate limit; nothing where the service has one of this name.
insert into verify_rate_limits (account, service, id, unique_name, description, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $6) on conflict (service, unique_name) do nothing returning *

-- name: limit :one
-- One rate limit of a service, by its id or its name.
select * from verify_rate_limits where account = $1 and service = $2 and (id = $3 or unique_name = $4)

-- name: describe_limit :one
-- Another description.
update verify_rate_limits set description = $4, updated_at = $5 where account = $1 and service = $2 and id = $3 returning *

-- name: remove_limit :run
-- Takes a rate limit away, with its buckets.
delete from verify_rate_limits where account = $1 and service = $2 and id = $3

-- name: limits_page :many
-- A page of a service's rate limits, newest first.
select * from verify_rate_limits where account = $1 and id > $2 and id < $3 and service = $5 order by id desc limit $4

-- name: limits_page_before :many
-- The same before a token, oldest first.
select * from verify_rate_limits where account = $1 and id > $2 and id < $3 and service = $5 order by id limit $4

-- name: count_buckets :value
-- How many buckets a rate limit has.
select count(*) from verify_rate_buckets where account = $1 and rate_limit = $2

-- name: add_bucket :one
-- A new bucket; nothing where the limit has one of this interval.
insert into verify_rate_buckets (account, service, rate_limit, id, most, interval_seconds, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (rate_limit, interval_seconds) do nothing returning *

-- name: bucket :one
-- One bucket of a rate limit.
select * from verify_rate_buckets where account = $1 and rate_limit = $2 and id = $3

-- name: change_bucket :one
-- Another size; nothing where another bucket of the limit has this interval.
update verify_rate_buckets b set most = $4, interval_seconds = $5, updated_at = $6
where account = $1 and rate_limit = $2 and id = $3
  and not exists (select from verify_rate_buckets o where o.account = $1 and o.rate_limit = $2 and o.interval_seconds = $5 and o.id <> $3)
returning *

-- name: remove_bucket :run
-- Takes a bucket away.
delete from verify_rate_buckets where account = $1 and rate_limit = $2 and id = $3

-- name: buckets_page :many
-- A page of a rate limit's buckets, newest first.
select * from verify_rate_buckets where account = $1 and id > $2 and id < $3 and rate_limit = $5 order by id desc limit $4

-- name: buckets_page_before :many
-- The same before a token, oldest first.
select * from verify_rate_buckets where account = $1 and id > $2 and id < $3 and rate_limit = $5 order by id limit $4

-- name: buckets_of_service :many
-- All buckets of a service, with the name that requests use.
select l.unique_name, b.id, b.most, b.interval_seconds
from verify_rate_limits l left join verify_rate_buckets b on b.rate_limit = l.id and b.account = l.account
where l.account = $1 and l.service = $2

-- name: count :many
-- Counts values, each in a window that begins with its first, and gives the counts.
insert into verify_rate_counts as c (account, rate_bucket, value, count, until)
select $1, b.rate_bucket, b.value, 1, $5::timestamptz + make_interval(secs => b.interval_seconds)
from unnest($2::uuid[], $3::bytea[], $4::integer[]) as b (rate_bucket, value, interval_seconds)
order by b.rate_bucket, b.value
on conflict (rate_bucket, value) do update
set count = case when c.until <= $5 then 1 else c.count + 1 end,
    until = case when c.until <= $5 then excluded.until else c.until end
returning rate_bucket, count

-- name: uncount :run
-- Takes counts back.
update verify_rate_counts c set count = c.count - 1
from unnest($2::uuid[], $3::bytea[]) as b (rate_bucket, value)
where c.account = $1 and c.rate_bucket = b.rate_bucket and c.value = b.value

-- name: forget_counts :run
-- Forgets some of the windows that are over.
-- across accounts: a job of the clock
delete from verify_rate_counts c using (select rate_bucket, value from verify_rate_counts where until < $1 limit 10000) old
where c.rate_bucket = old.rate_bucket and c.value = old.value
