-- name: keep :run
-- Puts profiles in the place of what an account knew of these recipients; each recipient at most once.
insert into profiles (account, recipient, zone, postal_code, state, hours, updated_at)
select $1, recipient, zone, postal_code, state, hours, $7
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as one (recipient, zone, postal_code, state, hours)
on conflict (account, recipient) do update set
    zone = excluded.zone, postal_code = excluded.postal_code, state = excluded.state, hours = excluded.hours,
    updated_at = excluded.updated_at

-- name: drop :run
-- Forgets what an account knows of a recipient.
delete from profiles where account = $1 and recipient = $2

-- name: known :many
-- What accounts know of recipients. $1: accounts, each once; $2: for each person the place of theirs among these, $3: the
-- person; a line for each.
with asked as materialized (
    select ($1::uuid[])[place] as account, recipient
    from unnest(string_to_array($2, E'\n')::integer[], string_to_array($3, E'\n')) as one (place, recipient)
)
select account, recipient, zone, postal_code, state, hours from asked join profiles using (account, recipient)

-- name: known_of_account :many
-- The same of people of one account ($2: a line for each, in order), which costs next to nothing where little is known.
select account, recipient, zone, postal_code, state, hours from profiles
where account = $1 and recipient = any(string_to_array($2, E'\n'))

-- name: page :many
-- An account's profiles behind a recipient.
select recipient, zone, postal_code, state, hours from profiles
where account = $1 and recipient > $2 order by recipient limit $3

-- name: contacts :many
-- Everybody of whom an account keeps a profile or a consent, behind a recipient.
(select recipient from profiles where account = $1 and recipient > $2 order by recipient limit $3)
union (select distinct recipient from consents where account = $1 and recipient > $2 order by recipient limit $3)
order by recipient limit $3

-- name: count :value
-- How many profiles an account has.
select count(*) from profiles where account = $1
