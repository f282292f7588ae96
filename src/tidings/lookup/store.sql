-- name: known :many
-- What our own tables know of some numbers of accounts, by their place in the list from 1: one row each. Answers of
-- providers are given as pairs of field and answer, those that are still believed.
select asked.n,
       o.value as override_value, o.original as override_original, o.reason as override_reason, o.at as override_at,
       l.code as lesson_code, l.times as lesson_times, l.last_at as lesson_at, l.until as lesson_until,
       p.carrier, p.line_type, p.mcc, p.mnc, p.source as ported_source, p.as_of, d.day as deactivated,
       (select jsonb_agg(jsonb_build_object('field', c.field, 'values', c.answer, 'source', c.source, 'at', c.at, 'until', c.until))
        from lookup_answers c where c.account = asked.account and c.number = asked.number and c.until > $3) as cached
from unnest($1::uuid[], $2::text[]) with ordinality as asked (account, number, n)
left join lookup_overrides o on o.account = asked.account and o.number = asked.number and o.field = 'line_type'
left join number_lessons l on l.account = asked.account and l.recipient = asked.number
left join ported_numbers p on p.number = asked.number
left join deactivated_numbers d on d.number = asked.number and d.day > $3::timestamptz - interval '90 days'

-- name: newest_list :value
-- The day of the newest list of deactivated numbers that is in.
select max(day) from deactivated_numbers

-- name: take_in_list :run
-- Numbers that a day's list has.
insert into deactivated_numbers as d (number, day) select distinct number, $2::date from unnest($1::text[]) as one (number)
on conflict (number) do update set day = excluded.day where d.day < excluded.day

-- name: forget_lists :run
-- Forgets lists from before $1.
delete from deactivated_numbers where day < $1

-- name: forget_lessons :run
-- Forgets what ends from before $1 taught, once it keeps nothing back any more.
-- across accounts: a job of the clock
delete from number_lessons where last_at < $1 and (until is null or until < $2)

-- name: override :one
-- What an account says of a number.
select value, original, reason, at from lookup_overrides where account = $1 and number = $2 and field = 'line_type'

-- name: say :value
-- Says something of a number that nobody has said anything of; gives nothing where somebody has.
insert into lookup_overrides (account, number, field, value, original, reason, at)
values ($1, $2, 'line_type', $3, $4, $5, $6) on conflict do nothing returning number

-- name: say_anew :value
-- Says something else of a number; gives nothing where nothing was said before.
update lookup_overrides set value = $3, reason = $4, at = $5
where account = $1 and number = $2 and field = 'line_type' returning number

-- name: unsay :run
-- Takes back what was said of a number.
delete from lookup_overrides where account = $1 and number = $2 and field = 'line_type'

-- name: limits :many
-- The limits of an account, by field and bucket.
select field, bucket_name, calls, ttl_seconds from lookup_limits where account = $1 order by field, bucket_name

-- name: limit :run
-- Sets a limit; its window begins anew.
insert into lookup_limits (account, field, bucket_name, calls, ttl_seconds, window_ends)
values ($1, $2, $3, $4, $5::integer, $6::timestamptz + make_interval(secs => $5::integer))
on conflict (account, field, bucket_name) do update
set calls = excluded.calls, ttl_seconds = excluded.ttl_seconds, counted = 0, window_ends = excluded.window_ends

-- name: unlimit :run
-- Takes a limit away.
delete from lookup_limits where account = $1 and field = $2 and bucket_name = $3

-- name: count :many
-- Counts so many requests for fields under the limits that bind them; gives those that are over their limit now.
update lookup_limits
set counted = case when window_ends <= $4 then 0 else counted end + 1,
    window_ends = case when window_ends <= $4 then $4 + make_interval(secs => ttl_seconds) else window_ends end
where account = $1 and field = any ($2::text[]) and bucket_name = any ($3::text[])
returning field, bucket_name, counted > calls as over, window_ends

-- name: forget_answers :run
-- Forgets what nobody believes any more.
-- across accounts: what is out of date is of no use to any account
delete from lookup_answers where until < $1

-- name: keep_answers :run
-- Keeps what a provider said of a number, over what it said before.
insert into lookup_answers (account, number, field, answer, source, cost, at, until)
select $1, $2, one.field, one.answer, $5, one.cost::numeric, $7, one.until
from unnest($3::text[], $4::jsonb[], $6::float8[], $8::timestamptz[]) as one (field, answer, cost, until)
on conflict (account, number, field) do update
set answer = excluded.answer, source = excluded.source, cost = excluded.cost, at = excluded.at, until = excluded.until

-- name: import_ported :run
-- Takes in porting data of a day ($7), over what is known of an earlier one.
insert into ported_numbers as p (number, carrier, line_type, mcc, mnc, source, as_of)
select number, carrier, line_type, mcc, mnc, $6, $7::date
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as one (number, carrier, line_type, mcc, mnc)
order by number
on conflict (number) do update
set carrier = excluded.carrier, line_type = excluded.line_type, mcc = excluded.mcc, mnc = excluded.mnc,
    source = excluded.source, as_of = excluded.as_of
where p.as_of <= excluded.as_of
