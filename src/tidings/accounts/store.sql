-- Accounts, their tokens and their keys. `$1` is the account that the caller speaks for, wherever there is one.

-- name: standing :one
-- What the doors need to know of an account; its parent's status counts as well.
select a.id, a.parent, a.status = 'active' and coalesce(p.status = 'active', true) as active, a.concurrency_limit
from accounts a left join accounts p on p.id = a.parent
where a.id = $1

-- name: tokens :many
-- The sealed tokens of an account, at most a primary and a secondary one.
select rank, sealed_token from auth_tokens where account = $1 order by rank

-- name: key_to_check :one
-- The hash that an API key's secret must match, and whose key it is.
-- across accounts: who shows a key says with it which account is meant
select account, secret_hash from api_keys where id = $1

-- name: create_account :run
-- A new account; $1 is its own id, $2 its parent or null.
insert into accounts (id, parent, friendly_name, kind, concurrency_limit, created_at, updated_at)
values ($1, $2, $3, 'Full', $4, $5, $5)

-- name: put_token :run
-- Sets an account's token of one rank.
insert into auth_tokens (account, rank, sealed_token, created_at) values ($1, $2, $3, $4)
on conflict (account, rank) do update set sealed_token = excluded.sealed_token, created_at = excluded.created_at

-- name: drop_token :run
-- Takes an account's token of one rank away.
delete from auth_tokens where account = $1 and rank = $2

-- name: promote_token :value
-- The secondary token becomes the primary one; when it was made. The old primary must be gone already.
update auth_tokens set rank = 'primary' where account = $1 and rank = 'secondary' returning created_at

-- name: account :one
-- An account that may be seen by account $1: itself or one of its subaccounts.
select id, parent, friendly_name, status, kind, created_at, updated_at from accounts
where id = $2 and (id = $1 or parent = $1)

-- name: accounts_page :many
-- An account and its subaccounts, newest first, between two ids.
select id, parent, friendly_name, status, kind, created_at, updated_at from accounts
where (id = $1 or parent = $1) and id > $2 and id < $3
  and ($4::text is null or friendly_name = $4) and ($5::text is null or status = $5)
order by id desc limit $6

-- name: accounts_page_before :many
-- The same towards newer accounts, the oldest of them first.
select id, parent, friendly_name, status, kind, created_at, updated_at from accounts
where (id = $1 or parent = $1) and id > $2 and id < $3
  and ($4::text is null or friendly_name = $4) and ($5::text is null or status = $5)
order by id limit $6

-- name: update_account :one
-- Renames an account or changes its status; null leaves as it is. What is closed stays closed.
update accounts set friendly_name = coalesce($3, friendly_name), status = coalesce($4, status), updated_at = $5
where id = $2 and (id = $1 or parent = $1) and ($4::text is null or status <> 'closed' or $4 = 'closed')
returning id, parent, friendly_name, status, kind, created_at, updated_at

-- name: create_key :run
-- A new API key of an account.
insert into api_keys (account, id, friendly_name, secret_hash, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)

-- name: key :one
-- One API key of an account.
select id, friendly_name, created_at, updated_at from api_keys where account = $1 and id = $2

-- name: keys_page :many
-- API keys of an account, newest first, between two ids.
select id, friendly_name, created_at, updated_at from api_keys
where account = $1 and id > $2 and id < $3 order by id desc limit $4

-- name: keys_page_before :many
-- The same towards newer keys, the oldest of them first.
select id, friendly_name, created_at, updated_at from api_keys
where account = $1 and id > $2 and id < $3 order by id limit $4

-- name: rename_key :one
-- Renames an API key; null leaves its name.
update api_keys set friendly_name = coalesce($3, friendly_name), updated_at = $4 where account = $1 and id = $2
returning id, friendly_name, created_at, updated_at

-- name: delete_key :run
-- Takes an API key away; it stops working within seconds.
delete from api_keys where account = $1 and id = $2

-- name: inactive :many
-- The accounts whose messages may not leave.
-- across accounts: the dispatcher serves all accounts
select id from accounts where status <> 'active'
