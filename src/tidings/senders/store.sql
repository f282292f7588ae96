-- name: sender :one
-- The sender of an account that has this address.
select id, account, address, kind, mps, queue_limit_seconds, country, carrier, sms, mps_granted from senders
where account = $1 and address = $2

-- name: sender_by_id :one
-- The sender of an account that has this id.
select id, account, address, kind, mps, queue_limit_seconds, country, carrier, sms, mps_granted from senders
where account = $1 and id = $2

-- name: own_sender :value
-- Gives an account a sender, or changes the rate and the limit of the one it has. Null when another account has the address.
with changed as (
    update senders set mps = $5, queue_limit_seconds = $6, updated_at = $8 where account = $1 and address = $3 returning id
),
made as (
    insert into senders (account, id, address, kind, mps, queue_limit_seconds, friendly_name, created_at, updated_at,
        country, line, sms, mms, voice, carrier, origin)
    select $1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15 where not exists (select from changed)
    on conflict do nothing
    returning id
)
select id from changed union all select id from made

-- name: say_granted :run
-- Whether a sender's MPS was granted to it, or is what its kind usually has.
update senders set mps_granted = $3 where account = $1 and address = $2

-- name: senders_of :many
-- All senders of an account.
select id, account, address, kind, mps, queue_limit_seconds, country, carrier, sms, mps_granted from senders
where account = $1 order by address

-- name: receivers :many
-- Who owns the numbers and codes that people wrote to, and where inbound messages are told: by the service that has the number in
-- its pool, unless that leaves it to its numbers; by the number itself otherwise, which passes it on to an application that it names.
-- across accounts: a carrier names only the number; it leads to the account
select s.account, s.address, s.kind, s.country, m.service,
       case w.told_by when 'service' then v.inbound_request_url when 'application' then a.sms_url else s.sms_url end as url,
       case w.told_by when 'service' then v.inbound_method when 'application' then a.sms_method else s.sms_method end as method,
       case w.told_by when 'service' then v.fallback_url when 'application' then a.sms_fallback_url else s.sms_fallback_url
       end as fallback_url,
       case w.told_by when 'service' then v.fallback_method when 'application' then a.sms_fallback_method else s.sms_fallback_method
       end as fallback_method
from senders s
left join service_senders m on m.sender = s.id and m.account = s.account
left join services v on v.id = m.service and v.account = s.account
left join applications a on a.id = s.sms_application and a.account = s.account
cross join lateral (
    select case when v.id is not null and not v.use_inbound_webhook_on_number then 'service'
                when a.id is not null then 'application' else 'number' end as told_by) w
where s.address = any ($1::text[]) and s.kind <> 'alphanumeric'

-- name: accounts_of_many_senders :many
-- The accounts with more senders than so many.
-- across accounts: a job over all accounts
select account from senders group by account having count(*) > $1 order by account

-- name: carriers_of_senders :many
-- The senders that only one carrier may serve, with its name.
-- across accounts: a dispatcher hands over for all accounts
select account, address, carrier from senders where carrier is not null

-- name: overview :many
-- All senders of an account, each with the service that it is in.
select s.id, s.account, s.address, s.kind, s.mps, s.queue_limit_seconds, s.country, s.carrier, s.sms, s.mps_granted, s.mms,
    s.voice, s.paused, s.friendly_name, s.origin, m.service, v.friendly_name as service_name
from senders s
left join service_senders m on m.sender = s.id and m.account = s.account
left join services v on v.id = m.service and v.account = s.account
where s.account = $1 order by s.address
