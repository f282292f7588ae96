-- name: sender :one
-- The sender of an account that has this address.
select id, account, address, kind, mps, queue_limit_seconds from senders where account = $1 and address = $2

-- name: own_sender :value
-- Gives an account a sender, or changes the rate and the limit of the one it has. Null when another account has the address.
with changed as (
    update senders set mps = $5, queue_limit_seconds = $6, updated_at = $8 where account = $1 and address = $3 returning id
),
made as (
    insert into senders (account, id, address, kind, mps, queue_limit_seconds, friendly_name, created_at, updated_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, $8 where not exists (select from changed)
    on conflict do nothing
    returning id
)
select id from changed union all select id from made

-- name: senders_of :many
-- All senders of an account.
select id, account, address, kind, mps, queue_limit_seconds from senders where account = $1 order by address
