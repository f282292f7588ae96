-- Scrubs of stored contacts, and what they found.

-- name: begin :one
-- A new scrub.
insert into contact_scrubs (account, id, wanted, created_at, updated_at) values ($1, $2, $3::jsonb, $4, $4) returning *

-- name: scrub :one
-- One of an account's.
select * from contact_scrubs where account = $1 and id = $2

-- name: scrub_to_go_on :one
-- The same, held until the transaction ends.
select * from contact_scrubs where account = $1 and id = $2 for update

-- name: scrubs :many
-- An account's, newest first.
select * from contact_scrubs where account = $1 order by id desc limit $2

-- name: go_on :run
-- As far as it has come.
update contact_scrubs set behind = $3, report = $4::jsonb, done = $5, updated_at = $6 where account = $1 and id = $2

-- name: find :run
-- Contacts that should not be written to.
insert into contact_findings (account, scrub, recipient, reason, country, line_type, code)
select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[])

-- name: findings :many
-- Those of a scrub behind a recipient.
select recipient, reason, country, line_type, code from contact_findings
where account = $1 and scrub = $2 and recipient > $3 and ($4::text is null or reason = $4) order by recipient limit $5

-- name: forget_scrubs :run
-- Forgets scrubs from before $1, with what they found.
-- across accounts: a job of the clock
delete from contact_scrubs where created_at < $1
