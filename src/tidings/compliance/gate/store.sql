-- name: keep_choice :value
-- What an account chooses of the gate, whole; the choices before stay as its history. Gives its version.
insert into gate_settings (account, settings, reason, changed_by, at) values ($1, $2, $3, $4, $5) returning id

-- name: choices :many
-- Everything that an account chose of the gate, newest first.
select id, settings, reason, changed_by, at from gate_settings where account = $1 order by id desc limit $2

-- name: note_refusals :run
-- Keeps what the gate refused; a line of each column for each message.
insert into gate_refusals (account, at, recipient, sender, code, verdict)
select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::integer[], $6::jsonb[])

-- name: refusals :many
-- What the gate refused of an account, newest first; $2: to this person alone, where it is not null; $3: before this one.
select id, at, recipient, sender, code, verdict from gate_refusals
where account = $1 and ($2::text is null or recipient = $2) and ($3::bigint is null or id < $3)
order by id desc limit $4

-- name: forget_refusals :run
-- Forgets what was refused before a moment.
-- across accounts: how long refusals are kept is the same for all
delete from gate_refusals where at < $1
