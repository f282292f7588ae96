-- Rules that clicks set going, and the messages that follow.

-- name: add_rule :one
-- A new rule of an account; nothing where a service that it names is not the account's.
insert into click_rules (id, account, name, service, tags, body, through, intent, shorten_urls, delay_seconds, cap, created_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
where ($4::uuid is null or exists (select from services s where s.account = $2 and s.id = $4))
  and ($7::uuid is null or exists (select from services s where s.account = $2 and s.id = $7))
returning *

-- name: rules :many
-- The rules of an account, the newest first.
select * from click_rules where account = $1 order by id desc limit $2

-- name: rule :one
-- One rule of an account.
select * from click_rules where account = $1 and id = $2

-- name: cancel_rule :one
-- Ends a rule for good, and what waits because of it. Gives the rule; nothing where there is none.
with ended as (
    update click_rules set canceled_at = coalesce(canceled_at, $3) where account = $1 and id = $2 returning *
),
stopped as (
    update click_follow_ups f set state = 'canceled' from ended e
    where f.account = $1 and f.rule = e.id and f.state = 'waiting'
)
select * from ended

-- name: follow_ups :many
-- What a rule of an account has set going, the newest first.
select * from click_follow_ups where account = $1 and rule = $2 order by due desc, id limit $3

-- name: cancel_follow_up :value
-- One that still waits is not sent. Gives its state afterwards; null where there is none.
with stopped as (
    update click_follow_ups set state = 'canceled' where account = $1 and id = $2 and state = 'waiting' returning state
)
select coalesce((select state from stopped), (select state from click_follow_ups where account = $1 and id = $2))

-- name: set_going :run
-- What the rules that hold now make of first clicks by people: each person once for each rule.
-- across buckets: each message by its own id, which its account's index finds
insert into click_follow_ups (id, rule, account, recipient, message, service, due, state)
select gen_random_uuid(), r.id, r.account, m.recipient, k.message, coalesce(r.through, k.service),
       $1::timestamptz + r.delay_seconds * interval '1 second', 'waiting'
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::jsonb[]) as k (account, message, service, tags)
join click_rules r on r.account = k.account and r.canceled_at is null
    and (r.service is null or r.service = k.service) and k.tags @> r.tags
cross join lateral (
    select m.recipient from messages m where m.account = k.account and m.id = k.message limit 1) m
on conflict (rule, recipient) do nothing

-- name: take_due :many
-- What is due is taken to be sent now, if its rule may still send; what was taken half a minute ago and has no end since is taken
-- again.
-- across accounts: a round of the clock, over everybody's rules
with due as materialized (
    select id, rule, state, tried_at from click_follow_ups
    where due <= $1 and (state = 'waiting' or (state = 'sending' and tried_at < $1::timestamptz - interval '30 seconds'))
    order by due limit 50
    for update skip locked
),
taken as (
    update click_follow_ups f set state = 'sending', tried_at = $1 from due d where f.id = d.id returning f.*
)
select t.*, d.state as before, d.tried_at as tried_before, r.body, r.intent, r.shorten_urls, r.canceled_at,
       exists (select from link_counts c where c.message = t.message and c.account = t.account and c.persons > 0) as by_person
from taken t join due d using (id) join click_rules r on r.id = t.rule and r.account = t.account

-- name: spend :value
-- Counts one message under the cap of a rule; null where the cap is reached.
update click_rules set fired = fired + 1 where account = $1 and id = $2 and fired < cap returning fired

-- name: give_back :run
-- It was not accepted, and counts under no cap.
update click_rules set fired = fired - 1 where account = $1 and id = $2 and fired > 0

-- name: end_follow_up :run
-- What became of one that was taken.
update click_follow_ups set state = $3, sent = $4, reason = $5 where account = $1 and id = $2 and state = 'sending'

-- name: sent_to :many
-- The messages that a person was sent in one millisecond.
-- across buckets: a person's messages by their own index
select id from messages where account = $1 and recipient = $2 and id >= $3 and id < $4
