-- name: hold_heads :many
-- The heads of accounts' ledgers, held until the transaction ends: entries of an account come one after another.
select account, size, last, peaks from consent_heads where account = any($1::uuid[]) order by account for update

-- name: begin_heads :run
-- Begins ledgers of accounts that have none.
insert into consent_heads (account, size, last, peaks, root, at)
select account, 0, '', '', $2, $3 from unnest($1::uuid[]) as one (account) order by account
on conflict (account) do nothing

-- name: known_in_scopes :many
-- What is known of people in a scope each, by place in the list, from 1.
select one.scope, one.state, one.since, one.entry, one.reach, one.expires_at, one.confirmed, one.method, asked.n as place
from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as asked (account, recipient, scope, n)
join consents one on one.account = asked.account and one.recipient = asked.recipient and one.scope = asked.scope

-- name: append :run
-- Entries into ledgers, their wordings, what follows from them, and the new heads.
with entered as (
    insert into consent_ledger (account, n, recipient, at, entry, nodes)
    select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::bytea[], $6::bytea[])
),
worded as (
    insert into consent_wordings (account, sha256, wording)
    select * from unnest($7::uuid[], $8::bytea[], $9::text[])
    on conflict (account, sha256) do nothing
),
followed as (
    insert into consents (account, recipient, scope, state, since, entry, reach, expires_at, confirmed, method)
    select * from unnest(
        $10::uuid[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::bigint[], $16::text[],
        $17::timestamptz[], $18::boolean[], $19::text[]
    )
    on conflict (account, recipient, scope) do update
    set state = excluded.state, since = excluded.since, entry = excluded.entry, reach = excluded.reach,
        expires_at = excluded.expires_at, confirmed = excluded.confirmed, method = excluded.method
)
update consent_heads head set size = new.size, last = new.last, peaks = new.peaks, root = new.root, at = new.at
from unnest($20::uuid[], $21::bigint[], $22::bytea[], $23::bytea[], $24::bytea[], $25::timestamptz[])
    as new (account, size, last, peaks, root, at)
where head.account = new.account

-- name: tell :run
-- Facts about people's consent.
insert into facts (bucket, at, account, subject, kind, detail)
select bucket, at, account, subject,
    case deed
        when 'grant' then 'consent.granted'
        when 'request' then 'consent.requested'
        when 'confirm' then 'consent.confirmed'
        when 'revoke' then 'consent.revoked'
        else 'consent.expired'
    end,
    jsonb_build_object('recipient', recipient, 'scope', scope, 'method', method, 'entry', entry)
from unnest(
    $1::smallint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]
) as one (bucket, at, account, subject, deed, recipient, scope, method, entry)

-- name: standings :many
-- All that is known of people, by their place in the list, from 1. $1: accounts, each once; $2: for each person the
-- place of theirs among these, $3: the person; a line for each.
with asked as materialized (
    select ($1::uuid[])[place] as account, recipient, n
    from unnest(string_to_array($2, E'\n')::integer[], string_to_array($3, E'\n')) with ordinality
        as one (place, recipient, n)
)
select one.scope, one.state, one.since, one.entry, one.reach, one.expires_at, one.confirmed, one.method, asked.n as place
from asked join consents one using (account, recipient)

-- name: standings_of_account :many
-- The same of people of one account ($2: a line for each, in order), a fifth cheaper.
select recipient, scope, state, since, entry, reach, expires_at, confirmed, method from consents
where account = $1 and recipient = any(string_to_array($2, E'\n'))

-- name: pending :many
-- What waits for a person's word, by place in the list, from 1.
select asked.n as place, one.scope
from unnest($1::uuid[], $2::text[]) with ordinality as asked (account, recipient, n)
join consents one on one.account = asked.account and one.recipient = asked.recipient
where one.state = 'pending'
order by asked.n, one.scope

-- name: overdue :many
-- Consents whose time is over, the longest first.
-- across accounts: the job of the clock ends those of all
select account, recipient, scope, method, expires_at from consents
where expires_at <= $1 and state in ('pending', 'granted')
order by expires_at limit $2

-- name: head :one
-- The end of a ledger.
select size, root, at from consent_heads where account = $1

-- name: consents_page :many
-- What is known of people behind a place, by recipient and scope; of one state, scope or recipient where named.
select recipient, scope, state, since, entry, reach, expires_at, confirmed, method from consents
where account = $1 and (recipient, scope) > ($2, $3)
    and ($4::text is null or state = $4) and ($5::text is null or scope = $5) and ($6::text is null or recipient = $6)
order by recipient, scope limit $7

-- name: entries_of :many
-- What was entered about a person, newest first, before an entry.
select n, entry from consent_ledger where account = $1 and recipient = $2 and n < $3 order by n desc limit $4

-- name: entries_of_people :many
-- All that was entered about some people, in order.
select recipient, n, at, entry from consent_ledger where account = $1 and recipient = any($2::text[]) order by recipient, n

-- name: known_before_entries :many
-- What is known of some people and stands in no entry: opt-outs from before there was a ledger.
select recipient, scope, state, since, entry, reach, expires_at, confirmed, method from consents
where account = $1 and recipient = any($2::text[]) and entry = 0

-- name: wordings :many
-- These wordings.
select sha256, wording from consent_wordings where account = $1 and sha256 = any($2::bytea[])

-- name: all_wordings :many
-- Every wording of an account.
select sha256, wording from consent_wordings where account = $1

-- name: nodes :many
-- The hashes of the subtrees that end with these entries.
select n, nodes from consent_ledger where account = $1 and n = any($2::bigint[])

-- name: ledger_page :many
-- A ledger's entries behind one, in order.
select n, entry, nodes from consent_ledger where account = $1 and n > $2 and n <= $3 order by n limit $4

-- name: entry :value
-- One entry.
select entry from consent_ledger where account = $1 and n = $2
