-- Services and their pools as the API shows them. `$1` is the account.

-- name: one_service :one
-- One service of an account.
select * from services where account = $1 and id = $2

-- name: service_to_change :one
-- One service of an account, held until its change is written.
select * from services where account = $1 and id = $2 for update

-- name: services_page :many
-- Services of an account, newest first, between two ids.
select * from services where account = $1 and id > $2 and id < $3 order by id desc limit $4

-- name: services_page_before :many
-- The same towards newer services, the oldest of them first.
select * from services where account = $1 and id > $2 and id < $3 order by id limit $4

-- name: service_exists :value
-- Whether the account has this service.
select exists (select from services where account = $1 and id = $2)

-- name: has_service :value
-- The same, for those who are about to change its pool: it stays until the transaction ends.
select id is not null from services where account = $1 and id = $2 for update

-- name: both_exist :value
-- Whether the account has this service and this sender.
select exists (select from services where account = $1 and id = $2)
   and exists (select from senders where account = $1 and id = $3)

-- name: one_member :one
-- A sender of one of these kinds in a service.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted, s.mms, s.voice,
    m.added_at
from service_senders m join senders s on s.id = m.sender and s.account = m.account
where m.account = $1 and m.service = $2 and m.sender = $3 and s.kind = any($4::text[])

-- name: members_page :many
-- Senders of these kinds in a service, newest first, between two ids.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted, s.mms, s.voice,
    m.added_at
from service_senders m join senders s on s.id = m.sender and s.account = m.account
where m.account = $1 and m.sender > $2 and m.sender < $3 and m.service = $5 and s.kind = any($6::text[])
order by m.sender desc limit $4

-- name: members_page_before :many
-- The same towards newer senders, the oldest of them first.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted, s.mms, s.voice,
    m.added_at
from service_senders m join senders s on s.id = m.sender and s.account = m.account
where m.account = $1 and m.sender > $2 and m.sender < $3 and m.service = $5 and s.kind = any($6::text[])
order by m.sender limit $4

-- name: one_alpha_sender :one
-- A sender id of a service, of those for one country or of those for all.
select id, alpha_sender, country, created_at, updated_at from service_alpha_senders
where account = $1 and service = $2 and id = $3 and (country <> '') = $4

-- name: alpha_senders_page :many
-- Sender ids of a service, newest first, between two ids: those for all countries, or those for one or any one.
select id, alpha_sender, country, created_at, updated_at from service_alpha_senders
where account = $1 and id > $2 and id < $3 and service = $5 and (country <> '') = $6 and ($7::text is null or country = $7)
order by id desc limit $4

-- name: alpha_senders_page_before :many
-- The same towards newer ones, the oldest of them first.
select id, alpha_sender, country, created_at, updated_at from service_alpha_senders
where account = $1 and id > $2 and id < $3 and service = $5 and (country <> '') = $6 and ($7::text is null or country = $7)
order by id limit $4

-- name: remove_alpha_sender :run
-- Takes a sender id out of a service.
delete from service_alpha_senders where account = $1 and service = $2 and id = $3 and (country <> '') = $4

-- name: in_another_service :value
-- Whether the account has this service, and this sender id in another one.
select exists (select from services where account = $1 and id = $2)
   and exists (select from service_alpha_senders where account = $1 and id = $3 and service <> $2)
