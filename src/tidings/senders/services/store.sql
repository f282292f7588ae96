-- Messaging services and their pools. `$1` is the account.

-- name: service :one
-- One service of an account.
select * from services where account = $1 and id = $2

-- name: members :many
-- The numbers and short codes of a service, the longest a member first.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted
from service_senders m join senders s on s.id = m.sender and s.account = m.account
where m.account = $1 and m.service = $2
order by m.added_at, s.id

-- name: alpha_senders :many
-- The sender ids of a service by country, the oldest first.
select country, alpha_sender from service_alpha_senders where account = $1 and service = $2 order by country, id

-- name: create_service :one
-- A new service with an empty pool.
insert into services (account, id, created_at, updated_at, friendly_name, inbound_request_url, inbound_method,
    fallback_url, fallback_method, status_callback, sticky_sender, mms_converter, smart_encoding, scan_message_content,
    fallback_to_long_code, area_code_geomatch, validity_seconds, synchronous_validation, usecase,
    use_inbound_webhook_on_number)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
returning *

-- name: change_service :one
-- A service with all its settings as given.
update services set updated_at = $3, friendly_name = $4, inbound_request_url = $5, inbound_method = $6,
    fallback_url = $7, fallback_method = $8, status_callback = $9, sticky_sender = $10, mms_converter = $11,
    smart_encoding = $12, scan_message_content = $13, fallback_to_long_code = $14, area_code_geomatch = $15,
    validity_seconds = $16, synchronous_validation = $17, usecase = $18, use_inbound_webhook_on_number = $19
where account = $1 and id = $2
returning *

-- name: delete_service :run
-- Gives up a service; its pool is emptied with it.
delete from services where account = $1 and id = $2

-- name: forget_service :run
-- Whom people have heard from through a service that is given up.
delete from sticky_senders where account = $1 and service = $2

-- name: lock_service :value
-- The service, held until the transaction ends, so that its pool is changed by one at a time.
select id from services where account = $1 and id = $2 for update

-- name: sender_and_service :one
-- A sender of one of these kinds, and the service that it is in.
select s.id, m.service from senders s left join service_senders m on m.sender = s.id and m.account = s.account
where s.account = $1 and s.id = $2 and s.kind = any($3::text[])

-- name: pool_size :value
-- How many senders of all kinds a service has.
select (select count(*) from service_senders where account = $1 and service = $2)
     + (select count(*) from service_alpha_senders where account = $1 and service = $2)

-- name: add_member :run
-- Puts a sender into a service, unless it is in one.
insert into service_senders (account, service, sender, added_at) values ($1, $2, $3, $4) on conflict do nothing

-- name: member :one
-- A sender of one of these kinds in a service.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted, s.mms, s.voice,
    m.added_at
from service_senders m join senders s on s.id = m.sender and s.account = m.account
where m.account = $1 and m.service = $2 and m.sender = $3 and s.kind = any($4::text[])

-- name: remove_member :value
-- Takes a sender of one of these kinds out of a service, and tells its address.
delete from service_senders m using senders s
where m.account = $1 and m.service = $2 and m.sender = $3 and s.id = m.sender and s.account = m.account
  and s.kind = any($4::text[])
returning s.address

-- name: forget_sender :run
-- Whom people have heard from, where it is a sender that left the pool.
delete from sticky_senders where account = $1 and service = $2 and sender = $3

-- name: add_alpha_sender :one
-- Puts a sender id into a service, for a country, unless it is there.
insert into service_alpha_senders (account, service, id, alpha_sender, country, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing
returning id, alpha_sender, country, created_at, updated_at

-- name: owns :value
-- Whether a sender is the account's.
select exists (select from senders where account = $1 and address = $2)

-- name: remove_alpha_sender :run
-- Takes a sender id out of a service, for one country or for all others.
delete from service_alpha_senders where account = $1 and service = $2 and alpha_sender = $3 and country = $4

-- name: services_of :many
-- All services of an account, the oldest first, with the size of each pool.
select s.*, (select count(*) from service_senders m where m.account = $1 and m.service = s.id)
          + (select count(*) from service_alpha_senders a where a.account = $1 and a.service = s.id) as senders
from services s where s.account = $1 order by s.id

-- name: tell_changed :run
-- Says on a channel what was changed.
select pg_notify($1, $2)
