-- name: standing :many
-- What is known of each person (by place in the list, from 1) in two scopes.
select asked.n, one.scope, one.state, one.source
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as asked (account, recipient, scope, sender, n)
join opt_outs one on one.account = asked.account and one.recipient = asked.recipient
    and one.scope in (asked.scope, asked.sender)

-- name: change :many
-- Changes people's standing in scopes, and gives the places (from 1) of the changes that changed anything, each with its
-- fact and its line in the history. At most one change for a person in a scope.
-- An opt-out takes the place of a doubt; a doubt never takes the place of an opt-out.
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
    where asked.change in ('opted_in', 'cleared')
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
