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

-- name: own_address :one
-- The domain that stands for a home's own address, if its account has one.
select * from link_domains where account = $1 and base_url is not null order by id limit 1

-- name: add_own_address :one
-- The home's own address as a domain; nothing where some account has one of this name.
insert into link_domains (id, account, name, created_at, base_url) values ($1, $2, $3, $4, $5) on conflict (name) do nothing
returning *

-- name: move_own_address :run
-- A home may have another port than when it last ran. Links of then lead there no more.
update link_domains d set name = $3, base_url = $4 where account = $1 and id = $2
    and not exists (select from link_domains o where o.name = $3 and o.id <> d.id)

-- name: service_named :value
-- The oldest service of an account that has this name.
select id from services where account = $1 and friendly_name = $2 order by id limit 1

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

-- name: keep_links :many
-- Writes the links of a batch of messages, and gives those that were written: a code that there is already is not written again.
insert into links (code, account, domain, service, message, destination, created_at, expires_at)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::timestamptz[])
    as l (code, account, domain, service, message, destination, created_at, expires_at)
on conflict (code) do nothing
returning code, message

-- name: change_code :run
-- Another code in the text of a message that is being written in this transaction, since its own was taken.
update messages set body = replace(body, '/' || $4::text, '/' || $5::text) where bucket = $1 and account = $2 and id = $3

-- name: blocked_hosts :many
-- Hosts to which no short link leads.
select host, reason, changed_by, at from blocked_hosts order by host

-- name: block_host :run
-- A host more, or another reason for one.
insert into blocked_hosts (host, reason, changed_by, at) values ($1, $2, $3, $4)
on conflict (host) do update set reason = excluded.reason, changed_by = excluded.changed_by, at = excluded.at

-- name: unblock_host :run
-- A host less.
delete from blocked_hosts where host = $1

-- name: present_domain :one
-- How a domain presents itself to people whose links have expired.
update link_domains set brand = $3, language = $4, home_url = $5 where account = $1 and id = $2 returning *

-- name: file_of_domain :one
-- One file of a domain.
-- across accounts: whoever asks a brand's host is of no account
select type, body from link_files where domain = $1 and name = $2

-- name: files_of_domain :many
-- The files of a domain, by name.
select name, type, octet_length(body) as octets, at from link_files where account = $1 and domain = $2 order by name

-- name: keep_file :run
-- A file of a domain of the account.
insert into link_files (domain, account, name, type, body, at)
select d.id, d.account, $3, $4, $5, $6 from link_domains d where d.account = $1 and d.id = $2
on conflict (domain, name) do update set type = excluded.type, body = excluded.body, at = excluded.at

-- name: drop_file :run
-- Takes a file away.
delete from link_files where account = $1 and domain = $2 and name = $3

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

-- name: followed :many
-- The messages of some links, by when these end, and whether any click on them has been kept since an id.
-- across accounts: carriers are judged over all accounts
select message, exists (select from clicks c where c.account = l.account and c.message = l.message and c.id >= $4) as followed
from (
    select distinct account, message
    from (select account, message from links where expires_at >= $1 and expires_at < $2 order by expires_at limit $3) first
) l

-- name: forget_links :run
-- Forgets some of the links that lead nowhere any more.
-- across accounts: a job of the clock, over links whose time is over
delete from links where code in (select code from links where expires_at < $1 limit 10000)
