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

-- name: keep_links :run
-- Writes the links of a batch of messages, but for codes that there are already.
insert into links (month, code, account, domain, service, message, destination, created_at, expires_at)
select * from unnest($1::smallint[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[])
    as l (month, code, account, domain, service, message, destination, created_at, expires_at)
on conflict (month, code) do nothing

-- name: kept_links :many
-- Which of some codes are links of the messages, to the destinations, in the same places.
-- across accounts: a code is asked for together with its message
select l.code, l.message, l.destination
from unnest($1::smallint[], $2::text[], $3::uuid[], $4::text[]) as k (month, code, message, destination)
join links l on l.month = k.month and l.code = k.code and l.message = k.message and l.destination = k.destination

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

-- name: add_parameters :one
-- What is added to the destinations of a domain's links, and to which hosts alone.
update link_domains set parameters = $3, parameter_hosts = $4 where account = $1 and id = $2 returning *

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
    select * from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::smallint[])
        with ordinality as a (code, domain, at, method, agent, network, hints, id, month, place)
),
found as materialized (
    select a.*, l.account, l.message, l.destination
    from asked a join links l on l.month = a.month and l.code = a.code and l.domain = a.domain and l.expires_at > a.at
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

-- name: count_misses :many
-- Counts that networks asked for what is no link in a minute, and gives how often each did in all.
-- across accounts: whoever asks a brand's host is of no account
insert into link_misses as m (network, minute, misses)
select network, $3, misses from unnest($1::text[], $2::integer[]) as n (network, misses)
on conflict (network, minute) do update set misses = m.misses + excluded.misses
returning network, misses

-- name: forget_misses :run
-- Forgets what was counted in the minutes before one.
-- across accounts: whoever asks a brand's host is of no account
delete from link_misses where minute < $1

-- name: followed :many
-- The messages of some links, by when these end, and whether any click on them has been kept since an id.
-- across accounts: carriers are judged over all accounts
select message, exists (select from clicks c where c.account = l.account and c.message = l.message and c.id >= $4) as followed
from (
    select distinct account, message
    from (select account, message from links where expires_at >= $1 and expires_at < $2 order by expires_at limit $3) first
) l

-- name: forget_links :run
-- Forgets some of the links that lead nowhere any more and that stand in no month's partition.
-- across accounts: a job of the clock, over links whose time is over
delete from links_rest where (month, code) in (select month, code from links_rest where expires_at < $1 limit 10000)

-- name: months :many
-- The months that have a partition, the oldest first.
select replace(child.relname, 'links_', '')::integer as month
from pg_inherits i join pg_class child on child.oid = i.inhrelid
where i.inhparent = 'public.links'::regclass and child.relname <> 'links_rest' order by 1

-- name: wait_for_months :value
-- One process at a time makes months; the others wait here until its transaction ends.
select pg_advisory_xact_lock(hashtext('tidings link months'))

-- name: make_months_schema :run
-- Partitions stand in a schema of their own, beside those of days.
create schema if not exists days

-- name: make_month_ddl :value
-- Text that makes the partition of a month, with what stood in the rest of it. Whoever follows a link waits for it that long.
select format(
    'create table days.links_%1$s (like public.links including all); '
    'lock table public.links_rest in share row exclusive mode; '
    'with moved as (delete from public.links_rest where month = %1$s returning *) insert into days.links_%1$s select * from moved; '
    'alter table public.links attach partition days.links_%1$s for values from (%1$s) to (%2$s)',
    $1::integer, $1::integer + 1)

-- name: links_of_month :many
-- Some links of a month by their codes, behind one, for what is written out of them.
-- across accounts: a month is written out whole
select code, account, domain, service, message, destination, created_at, expires_at
from links where month = $1 and code > $2 order by code limit $3

-- name: lives_in_month :value
-- Whether some link of a month still leads anywhere.
-- across accounts: a month is taken out whole
select exists (select from links where month = $1 and expires_at >= $2)

-- name: drop_month_ddl :value
-- Text that takes a month out, with its links.
select format('alter table public.links detach partition days.links_%1$s; drop table days.links_%1$s', $1::integer)

-- name: certificate :one
-- The certificate of a domain of an account, if it has or wants one.
select * from link_certificates where account = $1 and domain = $2

-- name: certificate_versions :many
-- Every domain that has a certificate, and when it was last changed.
-- across accounts: who asks for a name by TLS is of no account
select c.domain, d.name, c.updated_at from link_certificates c join link_domains d on d.id = c.domain where c.chain is not null

-- name: certificates_of :many
-- The certificates of some domains.
-- across accounts: who asks for a name by TLS is of no account
select domain, chain, sealed_key from link_certificates where domain = any($1::uuid[]) and chain is not null

-- name: keep_certificate :one
-- An uploaded certificate of a domain of the account, in the place of any other.
insert into link_certificates (domain, account, id, chain, sealed_key, expires_at, managed, created_at, updated_at)
select d.id, d.account, $3, $4, $5, $6, false, $7, $7 from link_domains d where d.account = $1 and d.id = $2
on conflict (domain) do update set chain = excluded.chain, sealed_key = excluded.sealed_key, expires_at = excluded.expires_at,
    managed = false, ask_at = null, fault = null, updated_at = excluded.updated_at
returning *

-- name: drop_certificate :run
-- Takes the certificate from a domain, and asks no issuer for another.
delete from link_certificates where account = $1 and domain = $2

-- name: request_certificate :one
-- Lets an issuer be asked for the certificate of a domain of the account; what there is stays until it has given another.
insert into link_certificates (domain, account, id, managed, ask_at, created_at, updated_at)
select d.id, d.account, $3, true, $4, $4, $4 from link_domains d where d.account = $1 and d.id = $2
on conflict (domain) do update set managed = true, updated_at = excluded.updated_at,
    ask_at = coalesce(link_certificates.ask_at, excluded.ask_at)
returning *

-- name: certificates_to_ask :many
-- Domains for which the issuer is to be asked now; nobody else asks for them until $3.
-- across accounts: a job of the clock, over everybody's domains
update link_certificates c set ask_at = $3 from link_domains d
where d.id = c.domain and c.domain in (
    select domain from link_certificates where managed and ask_at <= $1 order by ask_at limit $2 for update skip locked)
returning c.domain, c.account, d.name

-- name: got_certificate :run
-- What the issuer gave, and when it is asked for the next.
update link_certificates set chain = $3, sealed_key = $4, expires_at = $5, ask_at = $6, fault = null, updated_at = $7
where account = $1 and domain = $2 and managed

-- name: ask_again :run
-- The issuer gave none: when it is asked again, and what was wrong if anything was.
update link_certificates set ask_at = $3, fault = $4 where account = $1 and domain = $2 and managed
