-- name: key :one
-- A publishable key with what it allows; whoever shows it is not known yet.
-- across accounts: the key leads to the account
select key, account, origins, per_minute, note, created_at from publishable_keys where key = $1

-- name: keys :many
-- The publishable keys of an account, oldest first.
select key, account, origins, per_minute, note, created_at from publishable_keys where account = $1 order by created_at, key

-- name: make :run
-- Makes a publishable key.
insert into publishable_keys (key, account, origins, per_minute, note, created_at) values ($1, $2, $3, $4, $5, $6)

-- name: revoke :run
-- Takes a publishable key away.
delete from publishable_keys where account = $1 and key = $2
