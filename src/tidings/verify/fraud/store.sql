-- What the fraud guard knows and what it stopped.

-- name: count_traffic :run
-- Adds codes, and those that came back, to the minutes of their scopes; always in one order, so that nobody waits in a ring.
insert into verify_traffic as t (account, scope, slot, attempts, converted)
select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::integer[], $5::integer[])
    as a (account, scope, slot, attempts, converted)
order by account, scope, slot
on conflict (account, scope, slot) do update
set attempts = t.attempts + excluded.attempts, converted = t.converted + excluded.converted

-- name: traffic :one
-- Codes to a scope from $3 on until before $4, and how many came back. Of those since $5 only what came back counts.
select coalesce(sum(attempts) filter (where slot < $5), 0)::integer
         + coalesce(sum(converted) filter (where slot >= $5), 0)::integer as matured,
       coalesce(sum(converted), 0)::integer as converted
from verify_traffic where account = $1 and scope = $2 and slot >= $3 and slot < $4

-- name: plan_once :run
-- For the transaction: plans are made once and not for each call, which over the partitions of a month takes longer than the call.
select set_config('plan_cache_mode', 'force_generic_plan', true)

-- name: persons :many
-- What is known of those who are asked for: whether a code is under way, one came back within a month or the account vouches,
-- the last digits in the range that did not come back within the hour or were blocked, and when a code was last sent there.
select a.place,
    exists (select from verifications v where v.bucket = a.bucket and v.account = a.account and v.service = a.service
            and v.recipient = a.recipient and v.status = 'pending' and v.expires_at > $8) as resend,
    exists (select from verify_safe_numbers s where s.account = a.account and s.phone_number = a.recipient)
        or exists (select from verify_attempts t where t.account = a.account and t.recipient = a.recipient and t.converted
                   and t.id >= $6) as trusted,
    near.numbers, near.last_at
from unnest($1::integer[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[]) as a (place, bucket, account, service, recipient)
cross join lateral (
    select array_agg(distinct right(n.recipient, 4)::integer) filter (where not n.converted and n.recipient <> a.recipient) as numbers,
           max(n.created_at) as last_at
    from ((select t.recipient, t.converted, t.created_at from verify_attempts t
          where t.account = a.account and t.id >= $7 and t.channel = 'sms'
            and t.recipient between left(a.recipient, -4) || '0000' and left(a.recipient, -4) || '9999'
            and length(t.recipient) = length(a.recipient)
          order by t.created_at desc limit 500)
          union all
          (select b.recipient, false, null from verify_blocks b
           where b.account = a.account and b.at >= $9 and not b.slowed
             and b.recipient between left(a.recipient, -4) || '0000' and left(a.recipient, -4) || '9999'
             and length(b.recipient) = length(a.recipient)
           order by b.at desc limit 500)) n) near

-- name: stop :run
-- Something that was stopped.
insert into verify_blocks (id, account, service, at, recipient, number_range, country, guard, rule, why, slowed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: stopped_since :value
-- Whether anything of a range was blocked by a rule since then.
select exists (select from verify_blocks where account = $1 and at >= $2 and number_range = $3 and rule = $4 and not slowed)

-- name: stops_of :one
-- When a number was blocked last since $3, and how often its range was.
select max(at) filter (where recipient = $2) as blocked_at, count(*) as of_range
from verify_blocks where account = $1 and at >= $3 and number_range = $4 and not slowed

-- name: stops :many
-- What was stopped since then, by rule, range and country.
select rule, country, number_range, count(*) filter (where not slowed) as blocked, count(*) filter (where slowed) as slowed,
       min(at) as first_at, max(at) as last_at, max(why) as why
from verify_blocks where account = $1 and at >= $2
group by rule, country, number_range order by count(*) desc, number_range limit $3

-- name: stops_in_all :one
-- The same in all.
select count(*) filter (where not slowed) as blocked, count(*) filter (where slowed) as slowed
from verify_blocks where account = $1 and at >= $2

-- name: sent :one
-- Codes by SMS since then, and how many came back.
-- across buckets: over an account, by the index of its ids
select count(*) as attempts, count(*) filter (where converted) as converted
from verify_attempts where account = $1 and id >= $2 and channel = 'sms' and code is null

-- name: past :many
-- Codes by SMS from $2 on in their order, for judging them again, a page of 20,000.
-- across buckets: over an account, by the index of its ids
select id, created_at, recipient, device_ip, case when converted then updated_at end as converted_at
from verify_attempts where account = $1 and id > $2 and channel = 'sms' order by id limit 20000

-- name: forget_traffic :run
-- Forgets minutes before $1.
-- across accounts: a job of the clock
delete from verify_traffic where slot < $1

-- name: forget_stops :run
-- Forgets what was stopped before $1.
-- across accounts: a job of the clock
delete from verify_blocks where at < $1
