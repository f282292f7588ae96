-- Brand domains, short links and clicks.

-- name: add_domain :one
-- A new domain of an account; nothing where some account has one of this name.
insert into link_domains (id, account, name, created_at) values ($1, $2, $3, $4) on conflict (name) do nothing returning *

-- name: domains_of :many
-- The domains of an account, the oldest first, and how many services each has.
select d.*, (select count(*) from link_domain_services s where s.domain = d.id) as services
from link_domains d where d.account = $1 order by d.id

-- name: domain :one
-- One domain of an account.
select * from link_domains where account = $1 and id = $2

-- name: domains_by_host :many
-- Every domain, for telling by its host whom a request is for.
-- across accounts: who follows a link knows no account, the host is the key
select * from link_domains

-- name: domain_of_service :one
-- The domain of an account's service.
select d.* from link_domain_services s join link_domains d on d.id = s.domain and d.account = s.account
where s.account = $1 and s.service = $2

-- name: join_service :run
-- Gives a service of the account a domain of the account; nothing where it has one already or there is no such service.
insert into link_domain_services (service, account, domain, at)
select s.id, s.account, d.id, $4 from services s join link_domains d on d.account = s.account
where s.account = $1 and d.id = $2 and s.id = $3
on conflict (service) do update set domain = excluded.domain, at = excluded.at

-- name: part_service :run
-- Takes the domain from a service.
delete from link_domain_services where account = $1 and domain = $2 and service = $3

-- name: configure :one
-- What an account chooses for a domain; the first time its configuration gets an id.
update link_domains set config = coalesce(config, $3), config_created_at = coalesce(config_created_at, $4), config_updated_at = $4,
    fallback_url = $5, callback_url = $6, continue_on_failure = $7, disable_https = $8
where account = $1 and id = $2
returning *

-- name: keep_links :run
-- Writes the links of a batch of messages. A code that there is already is not written again.
insert into links (code, account, domain, service, message, destination, created_at, expires_at)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::timestamptz[])
    as l (code, account, domain, service, message, destination, created_at, expires_at)
on conflict (code) do nothing

-- name: follow :many
-- Finds the links that a batch of requests is for and keeps the clicks on them; gives where each leads, by its place in the batch.
-- A click that was written already, when an answer of the database was lost, is not written again.
with asked as materialized (
    select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[])
        with ordinality as a (id, code, domain, at, method, agent, network, hints, place)
),
found as materialized (
    select a.*, l.account, l.message, l.destination
    from asked a join links l on l.code = a.code and l.domain = a.domain and l.expires_at > a.at
),
kept as (
    insert into clicks (id, nth, account, code, message, at, method, agent, network, hints)
    select id, nextval('click_order'), account, code, message, at, method, agent, network, hints from found order by place
    on conflict (id) do nothing
    returning id, account, message
),
queued as (
    insert into clicks_new (click, account, message) select id, account, message from kept
)
select place, destination from found

-- name: forget_links :run
-- Forgets some of the links that lead nowhere any more.
-- across accounts: a job of the clock, over links whose time is over
delete from links where code in (select code from links where expires_at < $1 limit 10000)
