-- name: standing :many
-- What is known of each person (by place in the list, from 1) in two scopes; and, in place 0, services' own settings.
select asked.n, one.scope, one.state, one.source
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as asked (account, recipient, scope, sender, n)
join opt_outs one on one.account = asked.account and one.recipient = asked.recipient
    and one.scope in (asked.scope, asked.sender)
union all
select 0, service::text, '', settings::text from opt_out_settings
where service = any($5::uuid[]) and account = any($1::uuid[])

-- name: change :many
-- Changes people's standing in scopes, and gives the places (from 1) of the changes that changed anything, each with its
-- fact and its line in the history. At most one change for a person in a scope.
-- What the network of a toll-free number holds, only a keyword frees.
-- An opt-out takes the place of a doubt; a doubt never takes the place of an opt-out, and clearing one frees no opt-out.
with asked as materialized (
    select * from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[],
        $10::timestamptz[], $11::uuid[], $12::smallint[]
    ) with ordinality as one (
        account, recipient, scope, change, source, keyword, message, reason, changed_by, since, subject, bucket, n
    )
    order by account, recipient, scope
),
kept as (
    insert into opt_outs (account, scope, recipient, state, source, keyword, message, since)
    select account, scope, recipient, change, source, keyword, message, coalesce(since, $13)
    from asked where change in ('opted_out', 'review')
    on conflict (account, recipient, scope) do update
    set state = excluded.state, source = excluded.source, keyword = excluded.keyword, message = excluded.message,
        since = excluded.since
    where opt_outs.state = 'review' and excluded.state = 'opted_out'
    returning account, recipient, scope
),
freed as (
    delete from opt_outs one using asked
    where (one.source <> 'network' or asked.source = 'keyword')
        and (asked.change = 'opted_in' or (asked.change = 'cleared' and one.state = 'review'))
        and one.account = asked.account and one.recipient = asked.recipient and one.scope = asked.scope
    returning one.account, one.recipient, one.scope
),
changed as materialized (
    select asked.* from asked join (select * from kept union all select * from freed) as done
        using (account, recipient, scope)
    order by n
),
history as (
    insert into opt_out_changes
        (account, recipient, scope, change, source, keyword, message, reason, changed_by, at)
    select account, recipient, scope, change, source, keyword, message, reason, changed_by, $13 from changed order by n
),
told as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select bucket, $13, account, subject,
        case change
            when 'opted_out' then 'recipient.opted_out'
            when 'opted_in' then 'recipient.opted_in'
            when 'review' then 'recipient.review'
            else 'recipient.cleared'
        end,
        jsonb_build_object(
            'recipient', recipient, 'scope', scope, 'source', source, 'keyword', keyword,
            'message', replace(message::text, '-', ''), 'reason', reason
        )
    from changed order by n
)
select n from changed

-- name: settings :one
-- A service of the account, with its settings for opt-outs; these are null where it has none.
select services.id, own.settings, own.updated_at
from services left join opt_out_settings own on own.service = services.id and own.account = services.account
where services.account = $1 and services.id = $2

-- name: keep_settings :value
-- Gives a service of the account settings for opt-outs. Null when the account has no such service.
insert into opt_out_settings (service, account, settings, updated_at)
select id, account, $3, $4 from services where account = $1 and id = $2
on conflict (service) do update set settings = excluded.settings, updated_at = excluded.updated_at
returning service

-- name: drop_settings :run
-- Takes a service's settings for opt-outs away: the default keywords and replies hold again.
delete from opt_out_settings where account = $1 and service = $2

-- name: opt_outs_page :many
-- An account's opt-outs and doubts behind a place, by recipient and scope; of one state, scope or recipient where named.
select recipient, scope, state, source, keyword, message, since from opt_outs
where account = $1 and (recipient, scope) > ($2, $3)
    and ($4::text is null or state = $4) and ($5::text is null or scope = $5) and ($6::text is null or recipient = $6)
order by recipient, scope limit $7

-- name: reviews_page :many
-- What waits for a human behind a place, the longest waiting first.
select recipient, scope, state, source, keyword, message, since from opt_outs
where account = $1 and state = 'review' and (since, recipient, scope) > ($2, $3, $4)
    and ($5::text is null or scope = $5)
order by since, recipient, scope limit $6

-- name: review :one
-- One that waits for a human, held until the transaction ends.
select since from opt_outs where account = $1 and recipient = $2 and scope = $3 and state = 'review' for update

-- name: network_blocks :many
-- Which toll-free numbers' networks hold these people.
select recipient, scope from opt_outs where account = $1 and recipient = any($2::text[]) and source = 'network'

-- name: count_opt_outs :value
-- How many opt-outs and doubts an account has, of one state or scope where named.
select count(*) from opt_outs
where account = $1 and ($2::text is null or state = $2) and ($3::text is null or scope = $3)

-- name: history :many
-- What happened to one person, newest first, before a line.
select id, recipient, scope, change, source, keyword, message, reason, changed_by, at from opt_out_changes
where account = $1 and recipient = $2 and id < $3
order by id desc limit $4

-- name: known_scopes :many
-- Which of these senders and services are the account's.
select address as scope from senders where account = $1 and address = any($2::text[])
union all
select replace(id::text, '-', '') from services where account = $1 and id = any($3::uuid[])

-- name: of_scope :many
-- Everybody who does not want messages of a sender or a service of an account, or may not.
select recipient, state, source, keyword, message, since from opt_outs where account = $1 and scope = $2 order by recipient
