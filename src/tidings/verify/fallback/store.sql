-- Codes that are said by a call unless they arrive.

-- name: await_arrival :run
-- Codes by SMS for which a call is due at a moment. `sends`: how many codes of the verification there were then.
insert into verify_fallbacks (bucket, attempt, account, service, verification, recipient, country, message, sends, spoken, due_at)
select * from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
                     $9::smallint[], $10::jsonb[], $11::timestamptz[])
on conflict do nothing

-- name: claim_due :many
-- Those that are due, held by this process for half a minute.
-- across accounts: one look at the clock for all
-- across buckets: the few that are due, by the index of their time
update verify_fallbacks f set due_at = $1 + interval '30 seconds'
from (select bucket, attempt from verify_fallbacks where due_at <= $1 order by due_at limit 100 for update skip locked) due
where f.bucket = due.bucket and f.attempt = due.attempt
returning f.*

-- name: arrived :value
-- Whether a message is known to have arrived.
select exists (select from facts where bucket = $4 and subject = $2 and account = $1 and kind = 'message.delivered' and at >= $3)

-- name: say_again :one
-- Counts a further code of a verification, by a call, unless it is over, the person asked again meanwhile, no more codes may be
-- sent or tries are spent; and writes the attempt. $6: now, $7: the attempt, $8: most codes, $9: most checks.
with again as (
    update verifications v set sends = v.sends + 1, channel = 'call', updated_at = $6
    where v.bucket = $1 and v.account = $2 and v.service = $3 and v.id = $4 and v.status = 'pending' and v.expires_at > $6
      and v.sends = $5 and v.sends < $8 and v.checks < $9 and not v.custom
    returning v.*
),
tried as (
    insert into verify_attempts (bucket, id, account, service, verification, channel, recipient, country, locale, length,
                                 created_at, updated_at)
    select g.bucket, $7, g.account, g.service, g.id, 'call', g.recipient, $10, $11, g.length, $6, $6 from again g
)
select * from again

-- name: not_said :run
-- The call was not placed, and why.
update verify_attempts set code = $4, updated_at = $5 where bucket = $1 and account = $2 and id = $3

-- name: settle :run
-- Nothing more follows.
delete from verify_fallbacks where bucket = $1 and account = $2 and attempt = $3
