-- name: read_counts :many
-- What is counted of people, by their place in the list from 1, and which version of their row that is. $1: accounts,
-- each once; $2: for each person the place of theirs among these, $3: the person; a line for each.
with asked as materialized (
    select ($1::uuid[])[place] as account, recipient, n
    from unnest(string_to_array($2, E'\n')::integer[], string_to_array($3, E'\n')) with ordinality
        as one (place, recipient, n)
)
select asked.n, one.sends, one.ctid::text as place, one.xmin::text as version
from asked join cap_counts one using (account, recipient)

-- name: read_counts_of_account :many
-- The same of people of one account ($2: a line for each, in order), a fifth cheaper.
select recipient, sends, ctid::text as place, xmin::text as version from cap_counts
where account = $1 and recipient = any(string_to_array($2, E'\n'))

-- name: count_clear :many
-- Counts one more ($3: packed; $4: when) of people of one account ($2: a line for each, in order) where that is the latest
-- of few ($5: octets) and none is too old to be kept ($6: packed moments), and no cap can be in the way: of so many octets
-- ($7, $9, $11, $13) the first send is not after a moment ($8, $10, $12, $14). Gives those of whom more must be known.
with asked as materialized (select unnest(string_to_array($2, E'\n')) as recipient),
counted as (
    update cap_counts one set sends = one.sends || $3::bytea, last_at = greatest(one.last_at, $4::timestamptz)
    where one.account = $1 and one.recipient = any(string_to_array($2, E'\n'))
        and octet_length(one.sends) < $5::int
        and substr(one.sends, octet_length(one.sends) - 16) <= $3::bytea
        and substr(one.sends, 1, 8) > $6::bytea
        and (octet_length(one.sends) < $7::int or substr(one.sends, octet_length(one.sends) - $7::int + 1, 8) <= $8::bytea)
        and (octet_length(one.sends) < $9::int or substr(one.sends, octet_length(one.sends) - $9::int + 1, 8) <= $10::bytea)
        and (octet_length(one.sends) < $11::int or substr(one.sends, octet_length(one.sends) - $11::int + 1, 8) <= $12::bytea)
        and (octet_length(one.sends) < $13::int or substr(one.sends, octet_length(one.sends) - $13::int + 1, 8) <= $14::bytea)
    returning one.recipient
)
select recipient from asked where recipient not in (select recipient from counted)

-- name: update_counts :many
-- Writes what is counted of people, where their rows still are the versions ($1: ctid, $2: xmin) that were read; $3: the
-- sends as PostgreSQL writes octets (\x00ff); a line for each. Gives the places (from 1) of those that others have changed since.
-- across accounts: these versions of rows were read by account
with asked as materialized (
    select * from unnest(
        string_to_array($1, E'\n')::tid[], string_to_array($2, E'\n')::xid[], string_to_array($3, E'\n')::bytea[]
    ) with ordinality as one (place, version, sends, n)
),
updated as (
    update cap_counts one set sends = asked.sends, last_at = greatest(one.last_at, $4::timestamptz)
    from asked where one.ctid = asked.place and one.xmin = asked.version
    returning asked.n
)
select n from asked where n not in (select n from updated)

-- name: insert_counts :many
-- Writes what is counted of people of whom nothing was. Gives the places (from 1) of those whom another process was
-- first to count: what it counted must be read first.
with asked as materialized (
    select * from unnest($1::uuid[], $2::text[], $3::bytea[]) with ordinality as one (account, recipient, sends, n)
),
inserted as (
    insert into cap_counts (account, recipient, sends, last_at)
    select account, recipient, sends, $4::timestamptz from asked order by account, recipient
    on conflict (account, recipient) do nothing
    returning account, recipient
)
select n from asked left join inserted using (account, recipient) where inserted.account is null

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
