-- name: learn :run
-- Takes in how messages ended at numbers, each number once: the code, how often in a row, for how many days it suppresses ($7)
-- and after how many ends ($8). What only teaches does not displace what suppresses.
insert into number_lessons as l (account, recipient, code, times, message, first_at, last_at, until)
select s.account, s.recipient, s.code, s.times, s.message, s.at, s.at,
       case when s.days > 0 and s.times >= s.after then s.at + make_interval(days => s.days) end
from unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[], $5::timestamptz[], $6::integer[], $7::integer[], $8::integer[])
    as s (account, recipient, code, message, at, times, days, after)
order by s.account, s.recipient
on conflict (account, recipient) do update
set code = excluded.code,
    times = case when l.code = excluded.code then l.times else 0 end + excluded.times,
    first_at = case when l.code = excluded.code then l.first_at else excluded.first_at end,
    message = excluded.message, last_at = excluded.last_at,
    until = (
        select case when s.days > 0 and case when l.code = excluded.code then l.times else 0 end + excluded.times >= s.after
                    then excluded.last_at + make_interval(days => s.days) end
        from unnest($1::uuid[], $2::text[], $7::integer[], $8::integer[]) as s (account, recipient, days, after)
        where s.account = excluded.account and s.recipient = excluded.recipient limit 1)
where l.until is null or l.until < excluded.last_at
   or exists (select from unnest($1::uuid[], $2::text[], $7::integer[]) as s (account, recipient, days)
              where s.account = excluded.account and s.recipient = excluded.recipient and s.days > 0)

-- name: unlearn :run
-- Forgets what was learnt of numbers whose people wrote.
delete from number_lessons l using unnest($1::uuid[], $2::text[]) as p (account, recipient)
where l.account = p.account and l.recipient = p.recipient

-- name: own_rules :many
-- What accounts said of codes last, but of those that are back to what is shipped.
select account, code, days, after, reason, changed_by from (
    select distinct on (account, code) account, code, days, after, reason, changed_by from suppression_rules
    where account = any ($1::uuid[]) order by account, code, id desc
) as last where days is not null

-- name: say_rule :run
-- Says something new of a code.
insert into suppression_rules (account, code, days, after, reason, changed_by, at) values ($1, $2, $3, $4, $5, $6, $7)

-- name: suppressed :many
-- The numbers that an account sends nothing to, from one on.
select recipient, code, times, message, last_at as since, until from number_lessons
where account = $1 and until > $2 and recipient > $3 order by recipient limit $4

-- name: lift :one
-- Takes a number off the list, with the reason. Gives nothing where it was not there.
with lifted as (
    delete from number_lessons where account = $1 and recipient = $2 and until > $5 returning recipient, code
)
insert into suppression_lifts (account, recipient, code, reason, lifted_by, at)
select $1, recipient, code, $3, $4, $5 from lifted returning id
