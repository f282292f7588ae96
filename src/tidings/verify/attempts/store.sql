-- Attempts as their owner asks for them. $5 to $13 of a page are its filters, null for any.

-- name: attempts_page :many
-- A page of an account's attempts, newest first.
-- across buckets: a list of an account, by the index of its ids
select * from verify_attempts
where account = $1 and id > $2 and id < $3
  and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at <= $6)
  and ($7::text is null or recipient = $7) and ($8::text is null or country = $8) and ($9::text is null or channel = $9)
  and ($10::uuid is null or service = $10) and ($11::uuid is null or verification = $11)
  and ($12::boolean is null or converted = $12) and ($13::text is null or starts_with(recipient, $13))
order by id desc limit $4

-- name: attempts_page_before :many
-- The same before a token, oldest first.
-- across buckets: a list of an account, by the index of its ids
select * from verify_attempts
where account = $1 and id > $2 and id < $3
  and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at <= $6)
  and ($7::text is null or recipient = $7) and ($8::text is null or country = $8) and ($9::text is null or channel = $9)
  and ($10::uuid is null or service = $10) and ($11::uuid is null or verification = $11)
  and ($12::boolean is null or converted = $12) and ($13::text is null or starts_with(recipient, $13))
order by id limit $4

-- name: attempt :one
-- One attempt.
select * from verify_attempts where bucket = $1 and account = $2 and id = $3

-- name: summary :one
-- How many attempts there were, and how many converted. $2 and $3 bound the ids, the rest are the filters.
-- across buckets: over an account, by the index of its ids
select count(*) as attempts, count(*) filter (where converted) as converted from verify_attempts
where account = $1 and id > $2 and id < $3
  and ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at <= $5)
  and ($6::text is null or recipient = $6) and ($7::text is null or country = $7) and ($8::text is null or channel = $8)
  and ($9::uuid is null or service = $9) and ($10::uuid is null or verification = $10)
  and ($11::boolean is null or converted = $11) and ($12::text is null or starts_with(recipient, $12))

-- name: message_states :many
-- What is said of some messages last. $3 are the kinds of fact that name a state, $4 is before the oldest of them.
-- across buckets: a page of messages, by the index of their facts
select a.id, last.kind, (last.detail ->> 'code')::integer as code
from unnest($2::uuid[]) as a (id)
cross join lateral (
    select f.kind, f.detail from facts f
    where f.subject = a.id and f.account = $1 and f.at >= $4 and f.kind = any ($3::text[])
    order by f.seq desc limit 1) last

-- name: figures :many
-- The services of an account, the oldest first, with their attempts since $2 and how many converted.
-- across buckets: over an account, by the index of its ids
select s.*, coalesce(t.attempts, 0) as attempts, coalesce(t.converted, 0) as converted
from verify_services s
left join (select service, count(*) as attempts, count(*) filter (where converted) as converted
           from verify_attempts where account = $1 and id >= $2 group by service) t on t.service = s.id
where s.account = $1 order by s.id
