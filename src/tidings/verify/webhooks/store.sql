-- The webhooks of verify services.

-- name: told :many
-- Whom some services tell, and of what.
select w.service, w.url, w.event_types from verify_webhooks w
join unnest($1::uuid[], $2::uuid[]) as a (account, service) on a.account = w.account and a.service = w.service
where w.enabled order by w.id

-- name: ring :run
-- Wakes whoever reads facts, once this transaction has committed.
select pg_notify($1, $2)

-- name: add :one
-- A new webhook.
insert into verify_webhooks (account, service, id, friendly_name, event_types, every, url, enabled, version, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning *

-- name: count :value
-- How many a service has.
select count(*) from verify_webhooks where account = $1 and service = $2

-- name: webhook :one
-- One of a service's.
select * from verify_webhooks where account = $1 and service = $2 and id = $3

-- name: change :one
-- The same with other values.
update verify_webhooks set friendly_name = $4, event_types = $5, every = $6, url = $7, enabled = $8, version = $9, updated_at = $10
where account = $1 and service = $2 and id = $3 returning *

-- name: remove :run
-- Takes one away.
delete from verify_webhooks where account = $1 and service = $2 and id = $3

-- name: page :many
-- A page of a service's webhooks, newest first.
select * from verify_webhooks where account = $1 and id > $2 and id < $3 and service = $5 order by id desc limit $4

-- name: page_before :many
-- The same before a token, oldest first.
select * from verify_webhooks where account = $1 and id > $2 and id < $3 and service = $5 order by id limit $4
