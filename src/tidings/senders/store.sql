-- name: sender :one
-- The sender of an account that has this address.
select id, account, address, kind, mps, queue_limit_seconds from senders where account = $1 and address = $2

-- name: own_sender :value
-- Gives an account a sender, or changes the rate and the limit of the one it has. Null when another account has the address.
insert into senders as s (account, id, address, kind, mps, queue_limit_seconds, friendly_name, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
on conflict (address) do update
    set mps = excluded.mps, queue_limit_seconds = excluded.queue_limit_seconds, updated_at = excluded.updated_at
    where s.account = excluded.account
returning s.id

-- name: senders_of :many
-- All senders of an account.
select id, account, address, kind, mps, queue_limit_seconds from senders where account = $1 order by address
