-- name: scheduled_flows :many
-- An account's scheduled messages by sender, service, kind, the beginning of the number, and the day; each with one number.
select m.service, m.sender, m.priority, min(m.recipient) as recipient, count(*) as messages,
       min(l.due) as first_due, max(l.due) as last_due
from later l join messages m on m.bucket = l.bucket and m.id = l.id
where l.account = $1 and l.scheduled
group by m.service, m.sender, m.priority, left(m.recipient, 7), l.due::date

-- name: sent_flows :many
-- What an account has sent between an id and a moment, by sender, service, kind and the beginning of the number; each with one number.
-- across buckets: a report over all of an account, by its index
select m.service, m.sender, m.priority, min(m.recipient) as recipient, count(*) as messages
from messages m
where m.account = $1 and m.id >= $2 and m.direction <> 'inbound'
    and (m.send_at is null or m.send_at <= $3)
group by m.service, m.sender, m.priority, left(m.recipient, 7)

-- name: subscribe :value
-- Null when the address is a subscriber already.
insert into advisory_subscribers (account, address, since, added_by) values ($1, $2, $3, $4)
on conflict do nothing returning address

-- name: unsubscribe :value
-- Ends a subscription. Null when there was none.
delete from advisory_subscribers where account = $1 and address = $2 returning address

-- name: subscribers :many
-- Who is told of an account's advisories.
select address, since, added_by from advisory_subscribers where account = $1 order by address

-- name: accounts_subscribed :many
-- The accounts that anybody is told of.
-- across accounts: the round of letters goes over all of them
select distinct account from advisory_subscribers

-- name: told :many
-- What a subscriber was told already.
select change from advisory_letters where account = $1 and address = $2

-- name: note_told :run
-- Notes what a letter told a subscriber.
insert into advisory_letters (account, address, change, sent_at)
select $1, $2, change, $4 from unnest($3::text[]) as change on conflict do nothing
