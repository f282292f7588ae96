-- name: lock_counts :many
-- What is counted of people, by their place in the list from 1, locked in one order for all.
select asked.n, one.sends
from cap_counts one
join unnest($1::uuid[], $2::text[]) with ordinality as asked (account, recipient, n) using (account, recipient)
order by one.account, one.recipient
for update of one

-- name: keep_counts :many
-- Writes what is counted of people whose rows are locked, or who had none. Gives the places (from 1) of those who had none
-- and got one from another process meanwhile: that must be read first.
with asked as materialized (
    select * from unnest($1::uuid[], $2::text[], $3::bytea[], $4::timestamptz[], $5::boolean[]) with ordinality
        as one (account, recipient, sends, last_at, is_locked, n)
),
updated as (
    update cap_counts one set sends = asked.sends, last_at = asked.last_at
    from asked where asked.is_locked and one.account = asked.account and one.recipient = asked.recipient
),
inserted as (
    insert into cap_counts (account, recipient, sends, last_at)
    select account, recipient, sends, last_at from asked where not is_locked
    order by account, recipient
    on conflict (account, recipient) do nothing
    returning account, recipient
)
select n from asked left join inserted using (account, recipient)
where not is_locked and inserted.account is null

-- name: sends_of :value
-- What is counted of one person.
select sends from cap_counts where account = $1 and recipient = $2

-- name: take_abroad :value
-- Counts messages to other countries of a day, as many as there is room for under the cap, and gives how many these are.
insert into cap_abroad as one (account, day, sends, taken) values ($1, $2, least($3::int, $4::int), least($3::int, $4::int))
on conflict (account, day) do update
set taken = least($3::int, greatest(0, $4::int - one.sends)),
    sends = one.sends + least($3::int, greatest(0, $4::int - one.sends))
returning taken

-- name: give_abroad_back :run
-- Takes messages to other countries out of a day's count again.
update cap_abroad set sends = greatest(0, sends - $3::int) where account = $1 and day = $2

-- name: sends_abroad :value
-- The messages to other countries that are counted of a day.
select sends from cap_abroad where account = $1 and day = $2

-- name: opened :one
-- When an account was opened, and the countries of its numbers and codes.
select a.created_at as at,
       array(select distinct s.country from senders s where s.account = a.id and s.country not in ('', '001')) as homes
from accounts a where a.id = $1

-- name: keep_settings :value
-- What an account says about caps, whole; the settings before stay as its history. Gives their version.
insert into cap_settings (account, settings, reason, changed_by, at) values ($1, $2, $3, $4, $5) returning id

-- name: history :many
-- Everything that an account said about caps, newest first.
select id, settings, reason, changed_by, at from cap_settings where account = $1 order by id desc limit $2

-- name: forget_counts :run
-- Forgets people whom nobody has written to for longer than any cap looks back.
-- across accounts: what no cap looks at any more is of no use to any account
delete from cap_counts where last_at < $1

-- name: forget_abroad :run
-- Forgets days that are over.
-- across accounts: the counts of past days are of no use to any account
delete from cap_abroad where day < $1
