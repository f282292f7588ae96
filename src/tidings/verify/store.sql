-- Verify services, verifications and their attempts.

-- name: create_service :run
-- A new service.
insert into verify_services (id, account, created_at, updated_at, settings) values ($2, $1, $3, $3, $4::jsonb)

-- name: service :one
-- One service of an account. `told`: some webhook hears of its verifications.
select s.*, exists (select from verify_webhooks w
                    where w.account = s.account and w.service = s.id and w.enabled
                      and w.event_types && array['verification.pending', 'verification.approved', 'verification.canceled',
                                                 'verification.max_attempts_reached']) as told
from verify_services s where s.account = $1 and s.id = $2

-- name: service_to_change :one
-- The same, held until the transaction ends.
select * from verify_services where account = $1 and id = $2 for update

-- name: change_service :one
-- A service with all its settings as given.
update verify_services set settings = $3::jsonb, updated_at = $4 where account = $1 and id = $2 returning *

-- name: delete_service :run
-- Gives up a service.
delete from verify_services where account = $1 and id = $2

-- name: delete_verifications :run
-- What is under way at a service that is given up: its codes are good for nothing any more.
-- across buckets: of a whole service, once in its life
update verifications set status = 'deleted', updated_at = $3 where account = $1 and service = $2 and status = 'pending'

-- name: services_page :many
-- A page of an account's services, newest first.
select * from verify_services where account = $1 and id > $2 and id < $3 order by id desc limit $4

-- name: services_page_before :many
-- The same before a token, oldest first.
select * from verify_services where account = $1 and id > $2 and id < $3 order by id limit $4

-- name: expire :run
-- Ends what is over its time, of those for whom somebody asks anew. $5: now.
update verifications v set status = 'expired', updated_at = $5
from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[]) as a (bucket, account, service, recipient)
where v.bucket = a.bucket and v.account = a.account and v.service = a.service and v.recipient = a.recipient
  and v.status = 'pending' and v.expires_at <= $5

-- name: begin :many
-- Begins verifications, or counts a further code of those that are under way, and writes the attempt. Nothing comes back
-- for those that may not have another code. No person stands twice in a batch. $21: most codes, $22: most checks.
with asked as materialized (
    select * from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::bytea[],
                         $9::boolean[], $10::smallint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[],
                         $15::timestamptz[], $16::uuid[], $17::text[], $18::text[], $19::text[], $20::integer[])
        as a (bucket, id, account, service, recipient, channel, seed, code_hash, custom, length, amount, payee, lookup, now,
              expires_at, attempt, country, locale, device_ip, place)
),
begun as (
    insert into verifications as v (bucket, id, account, service, recipient, channel, status, seed, code_hash, custom, length,
                                    sends, checks, amount, payee, lookup, created_at, updated_at, expires_at)
    select bucket, id, account, service, recipient, channel, 'pending', seed, code_hash, custom, length, 1, 0, amount, payee,
           lookup::jsonb, now, now, expires_at
    from asked order by bucket, account, service, recipient
    on conflict (bucket, account, service, recipient) where status = 'pending'
    do update set sends = v.sends + 1, channel = excluded.channel, updated_at = excluded.updated_at,
                  custom = excluded.custom, lookup = coalesce(excluded.lookup, v.lookup),
                  code_hash = case when excluded.custom then excluded.code_hash else v.code_hash end,
                  amount = excluded.amount, payee = excluded.payee
    where v.sends < $21 and v.checks < $22 and (excluded.custom or not v.custom)
    returning v.*
),
tried as (
    insert into verify_attempts (bucket, id, account, service, verification, channel, recipient, country, locale, length,
                                 created_at, updated_at, device_ip)
    select a.bucket, a.attempt, a.account, a.service, b.id, a.channel, a.recipient, a.country, a.locale, b.length, a.now, a.now,
           a.device_ip
    from asked a join begun b on b.bucket = a.bucket and b.account = a.account and b.service = a.service and b.recipient = a.recipient
    on conflict do nothing
)
select a.place, b.* from asked a
join begun b on b.bucket = a.bucket and b.account = a.account and b.service = a.service and b.recipient = a.recipient

-- name: under_way :one
-- The verification of a person that is under way.
select * from verifications
where bucket = $1 and account = $2 and service = $3 and recipient = $4 and status = 'pending' and expires_at > $5

-- name: under_way_by_id :one
-- The same by its id.
select * from verifications
where bucket = $1 and account = $2 and service = $3 and id = $4 and status = 'pending' and expires_at > $5

-- name: take_back :run
-- A code that never left does not count; what had no other one is over.
update verifications set sends = sends - 1, status = case when sends <= 1 then 'failed' else status end, updated_at = $4
where bucket = $1 and account = $2 and id = $3 and status = 'pending'

-- name: note_sent :run
-- By which messages codes leave, or why not.
update verify_attempts t set message = a.message, code = a.code, updated_at = a.now
from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::timestamptz[])
    as a (bucket, id, account, message, code, now)
where t.bucket = a.bucket and t.id = a.id and t.account = a.account

-- name: attempts_of :many
-- The attempts of a verification, in their order.
select id, channel, created_at from verify_attempts
where bucket = $1 and account = $2 and verification = $3 and id >= $4 order by id

-- name: spend :many
-- Counts a try of each verification that is under way, found by its id or by the person, and gives what the code is compared
-- with. Of several tries of one verification one alone is counted: the others come back with nothing, and are to be asked again.
with asked as materialized (
    select * from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::integer[])
        as a (bucket, account, service, recipient, id, now, place)
),
found as materialized (
    select distinct on (f.bucket, f.id) f.bucket, f.id, a.account, a.now, a.place
    from asked a
    cross join lateral (
        select v.bucket, v.id from verifications v
        where a.id is null and v.bucket = a.bucket and v.account = a.account and v.service = a.service
          and v.recipient = a.recipient and v.status = 'pending'
        union all
        select v.bucket, v.id from verifications v
        where a.id is not null and v.bucket = a.bucket and v.id = a.id and v.account = a.account and v.service = a.service
          and v.status = 'pending'
    ) f
    order by f.bucket, f.id, a.place
)
update verifications v set checks = v.checks + 1, updated_at = f.now
from found f
where v.bucket = f.bucket and v.id = f.id and v.account = f.account and v.status = 'pending' and v.expires_at > f.now
returning f.place, v.*

-- name: approve :many
-- The code came back: the verification is over, and the last attempt to bring it has converted.
with right_ones as materialized (
    select * from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::uuid[]) as a (bucket, id, account, now, floor)
),
over as (
    update verifications v set status = 'approved', updated_at = a.now
    from right_ones a where v.bucket = a.bucket and v.id = a.id and v.account = a.account
)
update verify_attempts t set converted = true, updated_at = a.now
from right_ones a
cross join lateral (
    select l.id from verify_attempts l
    where l.bucket = a.bucket and l.account = a.account and l.verification = a.id and l.id >= a.floor
    order by l.id desc limit 1) newest
where t.bucket = a.bucket and t.account = a.account and t.id = newest.id
returning t.account, t.recipient, t.country, t.channel, t.created_at

-- name: decide :one
-- Its owner says how a verification ends. Found by its id, or where that is null by the person.
update verifications set status = $6, updated_at = $7
where bucket = $1 and account = $2 and service = $3 and status = 'pending' and expires_at > $7
  and (id = $4 or ($4 is null and recipient = $5))
returning *

-- name: road :one
-- By which messaging service a code for a country leaves: the one that is configured for it, or for all; else one whose use
-- case is verification, or one that sells nothing, of those that have a sender.
select coalesce(
    (select messaging_service from verify_messaging_configurations where account = $1 and service = $2 and country = $3),
    (select messaging_service from verify_messaging_configurations where account = $1 and service = $2 and country = 'all'),
    (select s.id from services s
     where s.account = $1
       and (exists (select from service_senders m where m.account = $1 and m.service = s.id)
            or exists (select from service_alpha_senders n where n.account = $1 and n.service = s.id))
     order by s.usecase <> 'verification', s.usecase = 'marketing', s.id limit 1)) as messaging_service,
    (select address from senders where account = $1 and sms order by kind <> 'short_code', mps desc, id limit 1) as sender

-- name: forget_verifications :run
-- Forgets some of what is over; attempts are kept as long as messages are.
-- across accounts: a job of the clock
delete from verifications v using (
    select bucket, id from verifications where bucket = $1 and created_at < $2 and (status <> 'pending' or expires_at < $2) limit 5000) old
where v.bucket = old.bucket and v.id = old.id

-- name: safe_number :value
-- A number that is never doubted.
select id from verify_safe_numbers where account = $1 and phone_number = $2

-- name: add_safe_number :value
-- Puts a number there, unless it is.
insert into verify_safe_numbers (account, phone_number, id, created_at) values ($1, $2, $3, $4)
on conflict (account, phone_number) do update set phone_number = excluded.phone_number returning id

-- name: remove_safe_number :run
-- Takes it away.
delete from verify_safe_numbers where account = $1 and phone_number = $2

-- name: messaging_service :value
-- Whether a messaging service is the account's.
select id from services where account = $1 and id = $2

-- name: add_road :one
-- A road for a country; nothing where there is one.
insert into verify_messaging_configurations (account, service, country, messaging_service, created_at, updated_at)
values ($1, $2, $3, $4, $5, $5) on conflict do nothing returning *

-- name: road_to :one
-- The road for a country.
select * from verify_messaging_configurations where account = $1 and service = $2 and country = $3

-- name: change_road :one
-- Another messaging service.
update verify_messaging_configurations set messaging_service = $4, updated_at = $5
where account = $1 and service = $2 and country = $3 returning *

-- name: remove_road :run
-- Takes a road away.
delete from verify_messaging_configurations where account = $1 and service = $2 and country = $3

-- name: roads_of :many
-- The roads of a service.
select * from verify_messaging_configurations where account = $1 and service = $2 order by country
