-- Clicks judged and counted. One process at a time judges: `judging_lock`.

-- name: judging_lock :value
-- Whether this transaction may judge and count now; until it ends nobody else does.
select pg_try_advisory_xact_lock(hashtext('tidings clicks'))

-- name: wait_to_count :value
-- Waits until this transaction may count; until it ends nobody else does.
select pg_advisory_xact_lock(hashtext('tidings clicks'))

-- name: take_new :many
-- Clicks that nobody has judged yet, the oldest first, out of their queue.
-- across accounts: a round of the judge, over everybody's clicks
delete from clicks_new where click in (select click from clicks_new order by click limit 500)
returning click, account, message

-- name: clicks :many
-- Some clicks by id, with their last verdict.
-- across accounts: a round of the judge, over everybody's clicks
select c.id, c.account, c.message, c.code, c.at, c.method, c.agent, c.network, c.hints, v.verdict, v.reason, v.version
from unnest($1::uuid[]) as k (id)
cross join lateral (select * from clicks c where c.id = k.id limit 1) c
left join lateral (select v.verdict, v.reason, v.version from click_verdicts v where v.id = c.id limit 1) v on true

-- name: clicks_around :many
-- Clicks on some messages in a span of ids each, with their last verdicts; of a crowd the first of them.
select c.id, c.account, c.message, c.code, c.at, c.method, c.agent, c.network, c.hints, v.verdict, v.reason, v.version
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as k (account, message, first, last)
cross join lateral (
    select * from clicks c where c.account = k.account and c.message = k.message and c.id >= k.first and c.id < k.last
    order by c.id limit 200) c
left join lateral (select v.verdict, v.reason, v.version from click_verdicts v where v.id = c.id limit 1) v on true

-- name: sendings :many
-- Of some messages: how many links, when the carrier took it, when its first receipt came.
-- across buckets: facts of a message by its own id, whichever bucket it moved to
select k.message, l.links, f.sent_at, f.delivered_at
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as k (account, message, minted_at)
cross join lateral (select count(*) as links from links l where l.account = k.account and l.message = k.message) l
cross join lateral (
    select min(f.at) filter (where f.kind = 'message.sent') as sent_at,
           min(f.at) filter (where f.kind = 'message.delivered') as delivered_at
    from facts f
    where f.subject = k.message and f.account = k.account
      and f.at >= k.minted_at - interval '1 hour' and f.at < k.minted_at + interval '50 days') f

-- name: keep_verdicts :run
-- What was made of some clicks, in the place of what was made of them before.
insert into click_verdicts (id, account, message, code, at, version, verdict, reason, since_ms)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[], $8::text[],
                     $9::bigint[])
on conflict (id) do update set version = excluded.version, verdict = excluded.verdict, reason = excluded.reason,
    since_ms = excluded.since_ms

-- name: standings :many
-- Of some messages what is counted of them already, a line for each link that was followed.
select m.message, m.account, m.service, m.country, m.tags, m.hour, m.delivered, m.conversions, c.code, c.persons, c.machines, c.unsure
from unnest($1::uuid[], $2::uuid[]) as k (account, message)
join link_messages m on m.message = k.message and m.account = k.account
left join link_counts c on c.message = m.message

-- name: messages_with_links :many
-- What is counted by: the service, the recipient and the tags of some messages with links.
-- across buckets: each by its own id, which its account's index finds
select k.message, m.recipient, m.tags, l.service
from unnest($1::uuid[], $2::uuid[]) as k (account, message)
cross join lateral (select l.service from links l where l.account = k.account and l.message = k.message limit 1) l
left join lateral (
    select m.recipient, m.tags from messages m where m.account = k.account and m.id = k.message limit 1) m on true

-- name: keep_standings :run
-- Messages as they are counted from now on.
insert into link_messages (message, account, service, country, tags, hour, delivered, conversions)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::boolean[], $8::integer[])
on conflict (message) do update set delivered = excluded.delivered, conversions = excluded.conversions

-- name: keep_counts :run
-- Links as they are counted from now on.
insert into link_counts (message, code, account, persons, machines, unsure)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[], $5::integer[], $6::integer[])
on conflict (message, code) do update set persons = excluded.persons, machines = excluded.machines, unsure = excluded.unsure

-- name: add_rates :run
-- What changed, added to the rates.
insert into link_rates
    (account, hour, service, country, tags, delivered, clicked, followed, persons, machines, unsure, converted, conversions)
select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::jsonb[], $6::bigint[], $7::bigint[], $8::bigint[],
                     $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
on conflict (account, hour, service, country, tags) do update set
    delivered = link_rates.delivered + excluded.delivered, clicked = link_rates.clicked + excluded.clicked,
    followed = link_rates.followed + excluded.followed, persons = link_rates.persons + excluded.persons,
    machines = link_rates.machines + excluded.machines, unsure = link_rates.unsure + excluded.unsure,
    converted = link_rates.converted + excluded.converted, conversions = link_rates.conversions + excluded.conversions

-- name: make_cursors :run
-- How far deliveries are counted in every bucket.
-- across accounts: counting serves all accounts
insert into cursors (reader, bucket) select $1::text, bucket from generate_series(0, $2::integer - 1) as bucket
on conflict do nothing

-- name: buckets_with_news :many
-- Buckets with facts that were not looked through yet.
-- across accounts: counting serves all accounts
-- across buckets: a round every few seconds; each such bucket is then read alone
select c.bucket, c.xid, c.seq, c.at
from cursors c
cross join lateral (
    select f.xid from facts f
    where f.bucket = c.bucket and (f.xid, f.seq) > (c.xid, c.seq)
      and f.at >= c.at - interval '1 day' and f.at < now() + interval '1 day'
    order by f.xid, f.seq limit 1) f
where c.reader = $1 and f.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: deliveries :many
-- The deliveries of messages with links among the next facts of a bucket, and the last of those facts, whatever it is.
-- across accounts: counting serves all accounts
with ahead as materialized (
    select f.xid, f.seq, f.at, f.account, f.subject, f.kind
    from facts f
    where f.bucket = $1 and (f.xid, f.seq) > ($2::bigint, $3::bigint)
      and f.at >= $4::timestamptz - interval '1 day' and f.at < now() + interval '1 day'
      and f.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    order by f.xid, f.seq
    limit 2000
),
told as (
    select a.*, row_number() over (order by a.xid desc, a.seq desc) as back,
           a.kind = 'message.delivered'
               and exists (select from links l where l.account = a.account and l.message = a.subject) as counts
    from ahead a
)
select xid, seq, at, account, subject, counts from told where counts or back = 1 order by xid, seq

-- name: move_cursor :run
-- In the transaction that counted what lies before it.
-- across accounts: counting serves all accounts
update cursors set xid = $3, seq = $4, at = greatest(at, $5) where reader = $1 and bucket = $2

-- name: old_verdicts :many
-- Clicks that an older version of the rule judged, some at a time, with all others on the same messages left for later.
-- across accounts: history is judged anew for everybody
select id, account, message from click_verdicts where version < $1 order by version, id limit 500

-- name: forget_counts :value
-- Forgets what is counted of messages that are older than messages are kept, some at a time; the rates stay. Gives how many.
-- across accounts: a job of the clock, over what is too old
with old as (
    delete from link_messages where message in (
        select message from link_messages where message < $1 order by message limit 5000)
    returning message
),
gone as (delete from link_counts c using old where c.message = old.message)
select count(*) from old

-- name: links_of_message :many
-- The links of a message of an account, in the order of their codes, with the clicks on each.
select l.code, l.destination, l.domain, l.created_at, l.expires_at,
       coalesce(c.persons, 0) as persons, coalesce(c.machines, 0) as machines, coalesce(c.unsure, 0) as unsure
from links l left join link_counts c on c.message = l.message and c.code = l.code and c.account = l.account
where l.account = $1 and l.message = $2 order by l.code

-- name: clicks_of_message :many
-- Clicks on a message of an account, the newest first, with what was made of each; none is made of those just kept.
select c.id, c.code, c.at, c.method, c.agent, c.network, c.hints, v.verdict, v.reason, v.version, v.since_ms
from clicks c
left join lateral (select * from click_verdicts v where v.id = c.id and v.account = c.account limit 1) v on true
where c.account = $1 and c.message = $2 order by c.id desc limit $3

-- name: rates :many
-- An account's figures in a span of hours, added up by one of the things that they are kept by.
select case $4::text when 'service' then service::text
                     when 'country' then country
                     when 'hour' then to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00"Z"')
                     when 'day' then to_char(hour at time zone 'UTC', 'YYYY-MM-DD')
                     when 'tag' then coalesce(tags ->> $5::text, '')
                     else '' end as slice,
       sum(delivered)::bigint as delivered, sum(clicked)::bigint as clicked, sum(followed)::bigint as followed,
       sum(persons)::bigint as persons, sum(machines)::bigint as machines, sum(unsure)::bigint as unsure,
       sum(converted)::bigint as converted, sum(conversions)::bigint as conversions
from link_rates
where account = $1 and hour >= $2 and hour < $3
  and ($6::uuid is null or service = $6) and ($7::text is null or country = $7) and tags @> $8::jsonb
group by 1 order by 1 limit $9

-- name: clicks_told :many
-- What is told of some clicks: where they led and when, by whom and to whom the message went, and who wants to hear of it.
-- across accounts: a reader of the outbox serves all accounts
-- across buckets: each message by its own id, which its account's index finds
select c.id, c.account, c.message, c.at, c.agent, l.destination, l.service, d.callback_url, m.sender, m.recipient
from unnest($1::uuid[]) as k (id)
cross join lateral (select * from clicks c where c.id = k.id limit 1) c
join links l on l.account = c.account and l.message = c.message and l.code = c.code
join link_domains d on d.id = l.domain
cross join lateral (select m.sender, m.recipient from messages m where m.account = c.account and m.id = c.message limit 1) m
where d.callback_url is not null
