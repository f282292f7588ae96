-- name: accept :many
-- Writes a batch of new messages: rows, first facts, and tickets in fair turn (turn = greatest of the lane's turn and its flow's finish).
-- Whoever opted out is looked up in the same statement: of that sender, or of that service. A direct message to them is not written;
-- one through a service is, and fails with 21610. So it is with numbers of which a carrier said what will not change: `suppressed`
-- is the code, and what was opted out of counts first. Marketing to a person whose words nobody has judged yet is held for an hour, and what
-- the gate holds (held_until) until then: such a message has no lane while it waits. A ticket is good until leave_by, if there is one.
-- A message without a first fact (kind null) was scheduled or held and is due at $30; it is written anew in the bucket of
-- the lane that it is given now. Who hears from whom through a service is kept with the first message (sticks).
-- Gives the messages that opt-outs and lessons made something else of, with what: refused, failed or held.
with draft as materialized (
    select d.*,
           case when kind = 'message.scheduled' then 'scheduled'
                when code is not null then 'failed'
                else coalesce(opted, case when lesson is not null then case when d.service is null and $30::timestamptz is null then 'refused' else 'failed' end end,
                              case when held_until is null then 'queued' else 'held' end) end as fate,
           case when code is null and opted is null then lesson end as suppressed
    from (
        select d.*,
               case when not confirms_opt_out then (
                    select case min(o.state) when 'opted_out' then case when d.service is null and $30::timestamptz is null then 'refused' else 'failed' end
                                             when 'review' then case when d.priority = 2 then 'held' end end
                    from opt_outs o
                    where o.account = d.account and o.recipient = d.recipient
                      and (o.scope = d.sender or o.scope = replace(d.service::text, '-', '')
                           or d.service is null and exists (select from pool_scopes p where p.account = d.account and p.sender = d.sender and p.scope = o.scope))) end as opted,
               case when not confirms_opt_out and direction <> 'outbound-reply' then (
                    select l.code from number_lessons l
                    where l.account = d.account and l.recipient = d.recipient and l.until > coalesce($30::timestamptz, d.created_at)) end as lesson
        from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::smallint[],
                    $9::smallint[], $10::bigint[], $11::bigint[], $12::boolean[], $13::timestamptz[], $14::timestamptz[],
                    $15::text[], $16::boolean[], $17::text[], $18::text[], $19::uuid[], $20::uuid[], $21::timestamptz[], $22::text[],
                    $23::integer[], $24::boolean[], $25::boolean[], $26::text[], $27::boolean[], $28::boolean[], $29::boolean[],
                    $31::timestamptz[], $32::timestamptz[], $33::text[], $34::text[])
             with ordinality as d (bucket, id, account, sender, recipient, body, ucs2, segments,
                    priority, lane, flow, resend, created_at, expires_at,
                    status_callback, provide_feedback, intent, tags, application, service, send_at, kind,
                    code, discard_body, obfuscate_to, direction, confirms_opt_out, sticks,
                    undelivered, held_until, leave_by, verdict, whereabouts, n)
        offset 0) d
),
waiting as materialized (
    select bucket, lane, priority, flow, id, segments, least(expires_at, leave_by) as expires_at,
           sum(segments) over (partition by bucket, lane, priority, flow order by n) - segments as ahead,
           sum(segments) over (partition by bucket, lane, priority, flow) as total
    from draft where fate = 'queued'
),
flow as (
    insert into flows as f (bucket, lane, priority, flow, finish, segments_in)
    select w.bucket, w.lane, w.priority, w.flow,
           coalesce((select case w.priority when 0 then s.turn_0 when 1 then s.turn_1 else s.turn_2 end
                     from lane_state s where s.bucket = w.bucket and s.lane = w.lane), 0) + w.total,
           w.total
    from (select distinct bucket, lane, priority, flow, total from waiting order by bucket, lane, priority, flow) w
    on conflict (bucket, lane, priority, flow) do update
        set finish = greatest(f.finish, excluded.finish - excluded.segments_in) + excluded.segments_in,
            segments_in = f.segments_in + excluded.segments_in
    returning f.bucket, f.lane, f.priority, f.flow, f.finish
),
ticket as (
    insert into queue (bucket, lane, priority, turn, id, segments, expires_at)
    select w.bucket, w.lane, w.priority, f.finish - w.total + w.ahead, w.id, w.segments, w.expires_at
    from waiting w join flow f using (bucket, lane, priority, flow)
),
later as (
    insert into later (bucket, due, id, account, scheduled, pending, lane, priority, flow, turn, segments, expires_at)
    select bucket, case when fate = 'scheduled' then send_at when held_until is not null then held_until
                        else least(coalesce($30, created_at) + interval '1 hour', expires_at) end, id, account,
           true, fate = 'scheduled', null, priority, flow, 0, segments, expires_at
    from draft where fate in ('scheduled', 'held')
),
message as (
    insert into messages (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow, resend,
                          created_at, send_at, expires_at, service, application, status_callback, provide_feedback, intent, tags,
                          discard_body, obfuscate_to, confirms_opt_out, verdict, whereabouts)
    select id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority,
           case when fate not in ('held', 'scheduled') then lane end, flow, resend,
           created_at, send_at, expires_at, service, application, status_callback, provide_feedback, intent, tags::jsonb,
           discard_body, obfuscate_to, confirms_opt_out, verdict::jsonb, whereabouts::jsonb
    from draft where fate <> 'refused'
),
stuck as (
    insert into sticky_senders as s (service, recipient, account, sender, at)
    select distinct on (service, recipient) service, recipient, account, sender, created_at
    from draft where sticks and fate in ('queued', 'held') order by service, recipient, n desc
    on conflict (service, recipient) do update set sender = excluded.sender, at = excluded.at
),
fact as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select bucket, at, account, id, kind, detail
    from (
        select n, 1 as step, bucket, coalesce($30::timestamptz, created_at) as at, account, id,
               case fate when 'held' then 'message.accepted' else kind end as kind, null::jsonb as detail
        from draft where fate <> 'refused' and kind is not null
        union all
        select n, 2, bucket, coalesce($30, created_at), account, id,
               case fate when 'failed' then case when undelivered then 'message.undelivered' else 'message.failed' end
                         when 'held' then 'message.held' else 'message.queued' end,
               case fate when 'failed' then jsonb_strip_nulls(jsonb_build_object('code', coalesce(code, suppressed, 21610), 'rule', 'suppression/' || suppressed))
                         when 'held' then case when held_until is null then jsonb_build_object('rule', 'opt_out_review')
                              else jsonb_build_object('rule', verdict::jsonb #>> '{applied,0,rule}', 'until', held_until, 'verdict', verdict::jsonb) end end
        from draft where fate in ('failed', 'held') or (fate = 'queued' and kind is distinct from 'message.queued')
    ) told order by n, step
)
select id, fate, suppressed from draft where fate in ('refused', 'held') or (fate = 'failed' and code is null)

-- name: fates :many
-- What became of a batch of new messages that was written although its answer was lost; as `accept` answers.
-- across accounts: the ids are those of the batch itself
select k.id, case when m.id is null then 'refused'
                  when exists (select 1 from facts f where f.subject = k.id and f.kind = 'message.held') then 'held'
                  else 'failed' end as fate
from unnest($1::smallint[], $2::uuid[], $3::boolean[]) as k (bucket, id, has_code)
left join lateral (select m.id from messages m where m.bucket = k.bucket and m.id = k.id limit 1) m on true
where m.id is null
   or exists (select 1 from facts f where f.subject = k.id
              and (f.kind = 'message.held' or (f.kind = 'message.failed' and not k.has_code)))

-- name: lanes_waiting :many
-- The lanes of a bucket that have tickets, by skipping from lane to lane through the key.
with recursive step as (
    (select lane from queue where bucket = $1 order by lane limit 1)
    union all
    select (select q.lane from queue q where q.bucket = $1 and q.lane > s.lane order by q.lane limit 1)
    from step s where s.lane is not null
)
select lane from step where lane is not null

-- name: heads_few :many
-- The next few tickets of some (lane, priority) pairs of a bucket, in the order of leaving.
select h.lane, h.priority, h.turn, h.id, h.segments, h.attempt, h.expires_at
from unnest($2::bigint[], $3::smallint[]) as l (lane, priority)
cross join lateral (
    select q.lane, q.priority, q.turn, q.id, q.segments, q.attempt, q.expires_at
    from queue q where q.bucket = $1 and q.lane = l.lane and q.priority = l.priority
    order by q.turn, q.id limit 8) h

-- name: heads_many :many
-- The same for lanes with a high MPS.
select h.lane, h.priority, h.turn, h.id, h.segments, h.attempt, h.expires_at
from unnest($2::bigint[], $3::smallint[]) as l (lane, priority)
cross join lateral (
    select q.lane, q.priority, q.turn, q.id, q.segments, q.attempt, q.expires_at
    from queue q where q.bucket = $1 and q.lane = l.lane and q.priority = l.priority
    order by q.turn, q.id limit 500) h

-- name: tickets_beyond :many
-- The next tickets of a lane behind one of them, in the order of the key.
(select lane, priority, turn, id, segments, attempt, expires_at from queue
 where bucket = $1 and lane = $2 and priority = $3::smallint and (turn, id) > ($4::bigint, $5::uuid)
 order by turn, id limit 500)
union all
(select lane, priority, turn, id, segments, attempt, expires_at from queue
 where bucket = $1 and lane = $2 and priority > $3::smallint
 order by priority, turn, id limit 500)
limit 500

-- name: claim :many
-- Marks tickets as about to leave, before any byte does: moves them from queue to inflight, saves the budget, gives what to send.
-- Takes nothing when the epoch is not the bucket's any more. What a person has opted out of since it was accepted is told as
-- such: a STOP and an accept of the same moment do not see one another.
with fence as materialized (
    select 1 from bucket_leases where bucket = $1 and epoch = $2 for share
),
gone as materialized (
    delete from queue q using unnest($3::bigint[], $4::smallint[], $5::bigint[], $6::uuid[]) as k (lane, priority, turn, id)
    where q.bucket = $1 and q.lane = k.lane and q.priority = k.priority and q.turn = k.turn and q.id = k.id
      and exists (select 1 from fence)
    returning q.lane, q.priority, q.turn, q.id, q.segments, q.attempt, q.expires_at
),
letter as materialized (
    select g.lane, g.priority, g.turn, g.id, g.segments, g.attempt, g.expires_at,
           m.account, m.sender, m.recipient, m.body, m.ucs2, m.resend, m.service, m.confirms_opt_out, m.expires_at as valid_until
    from gone g
    cross join lateral (
        select m.account, m.sender, m.recipient, m.body, m.ucs2, m.resend, m.service, m.confirms_opt_out, m.expires_at
        from messages m where m.bucket = $1 and m.id = g.id limit 1) m
),
marked as (
    insert into inflight (bucket, id, account, lane, priority, turn, segments, attempt, expires_at, resend, epoch, marked_at)
    select $1, id, account, lane, priority, turn, segments, attempt, expires_at, resend, $2, $7 from letter
),
spent as (
    insert into lane_state as s (bucket, lane, free_at, turn_0, turn_1, turn_2, out_0, out_1, out_2)
    select $1, b.lane, max(b.free_at), max(b.turn_0), max(b.turn_1), max(b.turn_2),
           sum(b.segments) filter (where b.priority = 0), sum(b.segments) filter (where b.priority = 1),
           sum(b.segments) filter (where b.priority = 2)
    from (
        select lane, free_at, turn_0, turn_1, turn_2, p.priority, 0 as segments
        from unnest($8::bigint[], $9::double precision[], $10::bigint[], $11::bigint[], $12::bigint[]) as t (lane, free_at, turn_0, turn_1, turn_2)
        cross join (values (0), (1), (2)) p (priority)
        union all
        select lane, 0, 0, 0, 0, priority, segments from gone
    ) b
    where exists (select 1 from fence)
    group by b.lane
    on conflict (bucket, lane) do update
        set free_at = excluded.free_at, turn_0 = greatest(s.turn_0, excluded.turn_0), turn_1 = greatest(s.turn_1, excluded.turn_1),
            turn_2 = greatest(s.turn_2, excluded.turn_2),
            out_0 = s.out_0 + excluded.out_0, out_1 = s.out_1 + excluded.out_1, out_2 = s.out_2 + excluded.out_2
)
select lane, priority, turn, id, segments, attempt, expires_at, valid_until, account, sender, recipient, body, ucs2, resend,
       (select n.network from number_networks n where n.number = letter.recipient) as network,
       not confirms_opt_out and exists (
           select from opt_outs o
           where o.account = letter.account and o.recipient = letter.recipient and o.state = 'opted_out'
             and (o.scope = letter.sender or o.scope = replace(letter.service::text, '-', '')
                  or letter.service is null and exists (select from pool_scopes p where p.account = letter.account and p.sender = letter.sender and p.scope = o.scope))) as opted_out
from letter

-- name: expire :run
-- Tickets that grew older than their validity, or will before a day's cap lets them leave: out of the queue, ended with their code.
-- Those that are still valid, but whose window at the gate shuts first, wait to be judged anew, now or when it shuts.
with gone as materialized (
    delete from queue q using unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::uuid[], $8::text[], $9::integer[])
        as k (lane, priority, turn, id, kind, code)
    where q.bucket = $1 and q.lane = k.lane and q.priority = k.priority and q.turn = k.turn and q.id = k.id
      and exists (select 1 from bucket_leases b where b.bucket = $1 and b.epoch = $6)
    returning q.lane, q.priority, q.id, q.segments, q.expires_at, k.kind, k.code
),
ended as materialized (
    select g.*, m.account, m.flow, m.valid_until, m.valid_until > g.expires_at as shut
    from gone g
    cross join lateral (select account, flow, expires_at as valid_until from messages m where m.bucket = $1 and m.id = g.id limit 1) m
),
spent as (
    insert into lane_state as s (bucket, lane, out_0, out_1, out_2)
    select $1, lane, coalesce(sum(segments) filter (where priority = 0), 0), coalesce(sum(segments) filter (where priority = 1), 0),
           coalesce(sum(segments) filter (where priority = 2), 0)
    from gone group by lane
    on conflict (bucket, lane) do update
        set out_0 = s.out_0 + excluded.out_0, out_1 = s.out_1 + excluded.out_1, out_2 = s.out_2 + excluded.out_2
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, expires_at)
    select $1, greatest($7, expires_at), id, account, true, null, priority, flow, 0, segments, valid_until from ended where shut
)
insert into facts (bucket, at, account, subject, kind, detail)
select $1, $7, account, id, kind, jsonb_build_object('code', code) from ended where not shut

-- name: sent :run
-- The carrier took these: no longer in flight, its ids are kept for the receipts, the facts are told.
with cleared as (
    delete from inflight i using unnest($1::smallint[], $2::uuid[], $3::timestamptz[]) as t (bucket, message, at)
    where i.bucket = t.bucket and i.id = t.message
    returning i.bucket, i.id, i.account, t.at
),
ref as (
    insert into carrier_refs (carrier, provider_id, at, bucket, message, account, part, parts)
    select carrier, provider_id, at, bucket, message, account, part, parts
    from unnest($4::text[], $5::text[], $6::timestamptz[], $7::smallint[], $8::uuid[], $9::uuid[], $10::smallint[], $11::smallint[])
        as r (carrier, provider_id, at, bucket, message, account, part, parts)
),
long as (
    insert into multipart (bucket, message, account, parts)
    select bucket, message, account, parts
    from unnest($7::smallint[], $8::uuid[], $9::uuid[], $10::smallint[], $11::smallint[]) as r (bucket, message, account, part, parts)
    where parts > 1 and part = 0
    on conflict (bucket, message) do nothing
)
insert into facts (bucket, at, account, subject, kind)
select bucket, at, account, id, 'message.sent' from cleared

-- name: refused :run
-- The carrier refused these for good: no longer in flight, failed or undelivered with their code.
with cleared as (
    delete from inflight i using unnest($1::smallint[], $2::uuid[], $3::timestamptz[], $4::text[], $5::integer[]) as e (bucket, message, at, kind, code)
    where i.bucket = e.bucket and i.id = e.message
    returning i.bucket, i.id, i.account, e.at, e.kind, e.code
)
insert into facts (bucket, at, account, subject, kind, detail)
select bucket, at, account, id, kind, jsonb_build_object('code', code) from cleared

-- name: reroute :many
-- The carrier does not take the senders of these: those that go through a service wait, without a sender, to be given a number of
-- its pool at once. Gives them; the others are left as they are.
with cleared as materialized (
    delete from inflight i using unnest($1::smallint[], $2::uuid[], $3::integer[]) as k (bucket, id, code), messages m
    where i.bucket = k.bucket and i.id = k.id and m.bucket = i.bucket and m.id = i.id and m.account = i.account and m.service is not null
    returning i.bucket, i.id, i.account, i.priority, i.segments, i.attempt, i.expires_at, m.flow, k.code
),
unnamed as (
    update messages m set sender = null, lane = null from cleared c
    where m.bucket = c.bucket and m.id = c.id and m.account = c.account
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, attempt, expires_at)
    select bucket, $4, id, account, true, null, priority, flow, 0, segments, attempt + 1, expires_at from cleared
)
insert into facts (bucket, at, account, subject, kind, detail)
select bucket, $4, account, id, 'message.rerouted', jsonb_build_object('code', code) from cleared
returning subject

-- name: give_back :many
-- These never left: back to their old place in the queue, for the next claim. Those whose recipient has opted out since they were
-- claimed are judged anew: they go to the later ones, and are due at once.
-- across accounts: a lane's owner gives back what it claimed itself, by id
with back as materialized (
    delete from inflight i using unnest($1::smallint[], $2::uuid[]) as k (bucket, id)
    where i.bucket = k.bucket and i.id = k.id
    returning i.bucket, i.lane, i.priority, i.turn, i.id, i.segments, i.attempt, i.expires_at, i.account, i.marked_at
),
judged as materialized (
    select b.*, exists (
               select from messages m
               join opt_outs o on o.account = m.account and o.recipient = m.recipient and o.state = 'opted_out'
                    and (o.scope = m.sender or o.scope = replace(m.service::text, '-', '')
                         or m.service is null and exists (select from pool_scopes p where p.account = m.account and p.sender = m.sender and p.scope = o.scope))
               where m.bucket = b.bucket and m.id = b.id and m.account = b.account and not m.confirms_opt_out) as opposed
    from back b
),
ticket as (
    insert into queue (bucket, lane, priority, turn, id, segments, attempt, expires_at)
    select bucket, lane, priority, turn, id, segments, attempt, expires_at from judged where not opposed
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, attempt, expires_at)
    select bucket, marked_at, id, account, false, lane, priority, 0, turn, segments, attempt, expires_at from judged where opposed
),
unspent as (
    update lane_state s set out_0 = s.out_0 - b.back_0, out_1 = s.out_1 - b.back_1, out_2 = s.out_2 - b.back_2
    from (select bucket, lane, coalesce(sum(segments) filter (where priority = 0), 0) as back_0,
                 coalesce(sum(segments) filter (where priority = 1), 0) as back_1,
                 coalesce(sum(segments) filter (where priority = 2), 0) as back_2
          from judged where not opposed group by bucket, lane) b
    where s.bucket = b.bucket and s.lane = b.lane
)
select bucket, id from back

-- name: try_again :run
-- A passing error: out of flight, to be tried again at its time.
with back as (
    delete from inflight i using unnest($1::smallint[], $2::uuid[], $3::timestamptz[]) as k (bucket, id, due)
    where i.bucket = k.bucket and i.id = k.id
    returning i.bucket, k.due, i.id, i.account, i.lane, i.priority, i.turn, i.segments, i.attempt, i.expires_at
)
insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, attempt, expires_at)
select bucket, due, id, account, false, lane, priority, 0, turn, segments, attempt + 1, expires_at from back

-- name: doubted :many
-- Tickets that may or may not have left: by the rule of their class sent once more, or given up as failed with 30410. Those to be sent
-- again whose recipient has opted out meanwhile are judged anew: they go to the later ones, and are due at once.
with lost as materialized (
    delete from inflight i using unnest($1::smallint[], $2::uuid[]) as k (bucket, id)
    where i.bucket = k.bucket and i.id = k.id
    returning i.bucket, i.lane, i.priority, i.turn, i.id, i.segments, i.attempt, i.expires_at, i.account, i.resend
),
again as materialized (
    select l.*, exists (
               select from messages m
               join opt_outs o on o.account = m.account and o.recipient = m.recipient and o.state = 'opted_out'
                    and (o.scope = m.sender or o.scope = replace(m.service::text, '-', '')
                         or m.service is null and exists (select from pool_scopes p where p.account = m.account and p.sender = m.sender and p.scope = o.scope))
               where m.bucket = l.bucket and m.id = l.id and m.account = l.account and not m.confirms_opt_out) as opposed
    from lost l where l.resend
),
doubt as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select bucket, $3, account, id, 'message.doubted', jsonb_build_object('rule', case when resend then 'resend' else 'give_up' end) from lost
),
ticket as (
    insert into queue (bucket, lane, priority, turn, id, segments, attempt, expires_at)
    select bucket, lane, priority, turn, id, segments, attempt + 1, expires_at from again where not opposed
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, attempt, expires_at)
    select bucket, $3, id, account, false, lane, priority, 0, turn, segments, attempt + 1, expires_at from again where opposed
),
unspent as (
    update lane_state s set out_0 = s.out_0 - b.back_0, out_1 = s.out_1 - b.back_1, out_2 = s.out_2 - b.back_2
    from (select bucket, lane, coalesce(sum(segments) filter (where priority = 0), 0) as back_0,
                 coalesce(sum(segments) filter (where priority = 1), 0) as back_1,
                 coalesce(sum(segments) filter (where priority = 2), 0) as back_2
          from again where not opposed group by bucket, lane) b
    where s.bucket = b.bucket and s.lane = b.lane
),
fact as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select bucket, $3, account, id, 'message.failed', '{"code": 30410}' from lost where not resend
)
select bucket, id, lane, resend from lost

-- name: left_in_flight :many
-- What an earlier owner of a bucket had marked when it went away.
-- across accounts: a dispatcher owns a bucket with everybody's tickets in it
select id from inflight where bucket = $1 and epoch < $2 limit 500

-- name: buckets_due :many
-- Which of some buckets have tickets whose time has come.
-- across accounts: the owner of a bucket dispatches for all accounts
-- across buckets: a look around once a second; each is then promoted in its own bucket
select b.bucket from unnest($1::smallint[]) as b (bucket)
where exists (select 1 from later l where l.bucket = b.bucket and l.due <= $2)

-- name: due :many
-- Tickets of one bucket whose time has come. Those that had no turn yet (scheduled, held) take it now, retries keep theirs.
-- Opt-outs are looked up again: who opted out meanwhile gets nothing (21610); what was held goes on being held while nobody
-- has decided, until it expires (30036).
with come as materialized (
    delete from later l
    where l.bucket = $1 and (l.due, l.id) in (
            select d.due, d.id from later d where d.bucket = $1 and d.due <= $2 and d.lane is not null order by d.due, d.id limit 500)
      and exists (select 1 from bucket_leases b where b.bucket = $1 and b.epoch = $3)
    returning l.id, l.account, l.scheduled, l.lane, l.priority, l.flow, l.turn, l.segments, l.attempt, l.expires_at
),
judged as materialized (
    select c.*, case m.opposed when 'opted_out' then 21610
                               when 'review' then case when c.priority = 2 and c.expires_at <= $2 then 30036 end end as code,
           m.opposed = 'review' and c.priority = 2 and c.expires_at > $2 as held
    from come c
    left join lateral (
        select (select min(o.state) from opt_outs o
                where o.account = c.account and o.recipient = m.recipient and not m.confirms_opt_out
                  and (o.scope = m.sender or o.scope = replace(m.service::text, '-', '')
                         or m.service is null and exists (select from pool_scopes p where p.account = m.account and p.sender = m.sender and p.scope = o.scope))) as opposed
        from messages m where m.bucket = $1 and m.id = c.id limit 1) m on true
),
goes as materialized (
    select * from judged where code is null and held is not true
),
fresh as materialized (
    select *, sum(segments) over (partition by lane, priority, flow order by id) - segments as ahead,
           sum(segments) over (partition by lane, priority, flow) as total
    from goes where scheduled
),
flow as (
    insert into flows as f (bucket, lane, priority, flow, finish, segments_in)
    select $1, w.lane, w.priority, w.flow,
           coalesce((select case w.priority when 0 then s.turn_0 when 1 then s.turn_1 else s.turn_2 end
                     from lane_state s where s.bucket = $1 and s.lane = w.lane), 0) + w.total,
           w.total
    from (select distinct lane, priority, flow, total from fresh order by lane, priority, flow) w
    on conflict (bucket, lane, priority, flow) do update
        set finish = greatest(f.finish, excluded.finish - excluded.segments_in) + excluded.segments_in,
            segments_in = f.segments_in + excluded.segments_in
    returning f.lane, f.priority, f.flow, f.finish
),
ticket as (
    insert into queue (bucket, lane, priority, turn, id, segments, attempt, expires_at)
    select $1, w.lane, w.priority, f.finish - w.total + w.ahead, w.id, w.segments, w.attempt, w.expires_at
    from fresh w join flow f using (lane, priority, flow)
    union all
    select $1, lane, priority, turn, id, segments, attempt, expires_at from goes where not scheduled
),
unspent as (
    update lane_state s set out_0 = s.out_0 - b.back_0, out_1 = s.out_1 - b.back_1, out_2 = s.out_2 - b.back_2
    from (select lane, coalesce(sum(segments) filter (where priority = 0), 0) as back_0,
                 coalesce(sum(segments) filter (where priority = 1), 0) as back_1,
                 coalesce(sum(segments) filter (where priority = 2), 0) as back_2
          from goes where not scheduled group by lane) b
    where s.bucket = $1 and s.lane = b.lane
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, attempt, expires_at)
    select $1, least($2::timestamptz + interval '1 hour', expires_at), id, account, scheduled, lane, priority, flow, turn, segments,
           attempt, expires_at
    from judged where held
),
fact as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select $1, $2, account, id,
           case when code is not null then 'message.failed' when held then 'message.held' else 'message.queued' end,
           case when code is not null then jsonb_build_object('code', code)
                when held then jsonb_build_object('rule', 'opt_out_review') end
    from judged where scheduled or code is not null order by id
)
select lane from goes

-- name: due_unplaced :many
-- Scheduled messages of one bucket that are due and have no lane yet: taken out, to be written anew where their sender's lane is.
-- across accounts: the owner of a bucket dispatches for all accounts
with come as materialized (
    delete from later l
    where l.bucket = $1 and (l.due, l.id) in (
            select d.due, d.id from later d where d.bucket = $1 and d.due <= $2 and d.lane is null order by d.due, d.id limit 200)
      and exists (select 1 from bucket_leases b where b.bucket = $1 and b.epoch = $3)
    returning l.id, l.account, l.attempt
)
delete from messages m using come c
where m.bucket = $1 and m.id = c.id and m.account = c.account
returning m.id, m.account, m.direction, m.sender, m.recipient, m.body, m.ucs2, m.segments, m.priority, m.flow, m.resend, m.created_at, m.send_at,
          m.expires_at, m.service, m.application, m.status_callback, m.provide_feedback, m.intent, m.tags, m.discard_body,
          m.obfuscate_to, m.confirms_opt_out, m.whereabouts, m.verdict ->> 'counted_at' as counted_at, c.attempt

-- name: sticky :many
-- Whom some people have heard from through a service.
select k.n, s.sender
from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as k (account, service, recipient, n)
cross join lateral (
    select s.sender from sticky_senders s
    where s.account = k.account and s.service = k.service and s.recipient = k.recipient limit 1) s

-- name: receipts :many
-- Stores receipts: those of one-part messages settle them if the move is legal, those of unknown submits wait.
-- Gives the receipts of parts of long messages, and the buckets that have news (rows without a message).
with seen as materialized (
    select distinct on (carrier, provider_id) carrier, provider_id, delivered, code, done_date, at
    from unnest($1::text[], $2::text[], $3::boolean[], $4::integer[], $5::text[], $6::timestamptz[])
         with ordinality as s (carrier, provider_id, delivered, code, done_date, at, n)
    order by carrier, provider_id, n
),
matched as materialized (
    select s.*, r.bucket, r.message, r.account, r.part, r.parts, r.at as sent_at
    from seen s
    left join lateral (
        select r.bucket, r.message, r.account, r.part, r.parts, r.at from carrier_refs r
        where r.carrier = s.carrier and r.provider_id = s.provider_id and r.at > s.at - interval '8 days' and r.at < s.at + interval '1 day'
        order by r.at desc limit 1) r on true
),
early as (
    insert into receipts_waiting (carrier, provider_id, delivered, code, done_date, at)
    select carrier, provider_id, delivered, code, done_date, at from matched where message is null
),
settled as (
    insert into facts (bucket, at, account, subject, kind, detail)
    select m.bucket, m.at, m.account, m.message, case when m.delivered then 'message.delivered' else 'message.undelivered' end,
           case when m.code is null and m.done_date is null then null
                else jsonb_strip_nulls(jsonb_build_object('code', m.code, 'done_date', m.done_date)) end
    from matched m
    cross join lateral (
        select f.kind from facts f
        where f.subject = m.message and f.at >= m.sent_at and f.at < now() + interval '1 day' and f.kind = any ($7::text[])
        order by f.seq desc limit 1) last
    where m.parts = 1 and last.kind = any ($8::text[])
    returning bucket
)
select bucket, message, account, part, delivered, code, done_date, at, sent_at from matched where parts > 1
union all
select distinct bucket, null::uuid, null::uuid, null::smallint, null::boolean, null::integer, null::text, null::timestamptz, null::timestamptz
from settled

-- name: settle_parts :many
-- Receipts of parts: a long message is delivered when all its parts are, undelivered as soon as one is not.
with part as materialized (
    select bucket, message, account, max(at) as at, min(sent_at) as sent_at, max(code) as code, max(done_date) as done_date,
           coalesce(bit_or(1::bigint << part) filter (where delivered), 0) as delivered,
           coalesce(bit_or(1::bigint << part) filter (where not delivered), 0) as failed
    from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::smallint[], $5::boolean[], $6::integer[], $7::text[], $8::timestamptz[], $9::timestamptz[])
        as p (bucket, message, account, part, delivered, code, done_date, at, sent_at)
    group by bucket, message, account
),
come as materialized (
    update multipart m
    set delivered = m.delivered | p.delivered, failed = m.failed | p.failed, code = coalesce(m.code, p.code)
    from part p where m.bucket = p.bucket and m.message = p.message and m.account = p.account
    returning m.bucket, m.message, m.account, m.parts, m.delivered, m.failed, m.code, p.at, p.sent_at, p.done_date
)
insert into facts (bucket, at, account, subject, kind, detail)
select c.bucket, c.at, c.account, c.message, case when c.failed = 0 then 'message.delivered' else 'message.undelivered' end,
       jsonb_strip_nulls(jsonb_build_object('code', case when c.failed <> 0 then c.code end, 'done_date', c.done_date))
from come c
cross join lateral (
    select f.kind from facts f
    where f.subject = c.message and f.at >= c.sent_at and f.kind = any ($10::text[])
    order by f.seq desc limit 1) last
where (c.failed <> 0 or c.delivered = (1::bigint << c.parts) - 1) and last.kind = any ($11::text[])
returning bucket

-- name: one_door_at_a_time :run
-- Until this transaction ends, nobody else settles receipts of the same names through a door: doubles come to two doors at once.
select pg_advisory_xact_lock(hashtextextended(name, 2601)) from (select distinct unnest($1::text[]) as name order by 1) receipt

-- name: receipts_due :many
-- Receipts that waited and whose submit is known by now.
-- across accounts: a receipt names only the carrier's id, which leads to the account
-- across buckets: a receipt names only the carrier's id, which leads to the bucket
delete from receipts_waiting w
where exists (select 1 from carrier_refs r where r.carrier = w.carrier and r.provider_id = w.provider_id and r.at > w.at - interval '8 days')
returning w.carrier, w.provider_id, w.delivered, w.code, w.done_date, w.at

-- name: receive :many
-- Writes messages from people that are not there yet, at $1. Those with a carrier's own id are kept once, however often they come,
-- and so is a batch that is written again. One that came by a session is passed over, once, where it is like one of another session
-- that is in doubt; for ten minutes, from when that one came or the session began. Gives the ids of the new ones.
with come as materialized (
    select *, row_number() over (partition by carrier, likeness order by n) as turn
    from unnest($2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::smallint[],
                $10::uuid[], $11::text[], $12::text[], $13::timestamptz[], $14::bytea[], $15::uuid[], $16::timestamptz[])
         with ordinality as c (bucket, id, account, sender, recipient, body, ucs2, segments, service, carrier, provider_id, at,
                               likeness, session, since, n)
),
doubted as materialized (
    select d.message, k.carrier, k.likeness, d.session, d.at,
           row_number() over (partition by k.carrier, k.likeness order by d.at, d.message) as turn
    from (select carrier, likeness, array_agg(session) as sessions from come where session is not null group by 1, 2) k
    cross join lateral (
        select d.message, d.session, d.at from inbound_doubts d
        where d.carrier = k.carrier and d.likeness = k.likeness and d.session <> all (k.sessions) limit 100) d
),
again as (
    update inbound_doubts d set session = c.session, at = c.at, again = c.id
    from come c join doubted x on x.carrier = c.carrier and x.likeness = c.likeness and x.turn = c.turn
    where d.message = x.message and d.session = x.session and c.at - greatest(x.at, c.since) < interval '10 minutes'
    returning c.id
),
known as (
    select id from again
    union all
    select c.id from come c
    cross join lateral (
        select from inbound_doubts d where d.carrier = c.carrier and d.likeness = c.likeness and d.again = c.id limit 1) d
),
first as (
    insert into inbound_refs (carrier, provider_id, message, at)
    select distinct on (carrier, provider_id) carrier, provider_id, id, $1
    from come where provider_id is not null order by carrier, provider_id, n
    on conflict do nothing
    returning message
),
doubt as (
    insert into inbound_doubts (message, carrier, likeness, session, at)
    select id, carrier, likeness, session, at from come
    where session is not null and provider_id is null and id not in (select id from known)
    on conflict do nothing
)
insert into messages (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, flow, resend, created_at, service)
select id, bucket, account, 'inbound', sender, recipient, body, ucs2, segments, 0, 0, false, $1, service
from come where (provider_id is null or id in (select message from first)) and id not in (select id from known)
on conflict do nothing
returning id

-- name: withdraw :many
-- What waits in the queue for people is taken out at $1, because of what they said of scopes (a sender's address, or a service's id
-- in hexadecimal digits): it fails with 21610; or ($7) it may be that they opted out, and marketing alone is held until a human has
-- decided, looked at again hourly. Only messages with ids above $2 can still wait; $3 are the kinds of all status facts.
-- across buckets: a person's messages lie in the buckets of the lanes that they wait in
with said as materialized (
    select account, person, scope from unnest($4::uuid[], $5::text[], $6::text[]) as s (account, person, scope)
),
waiting as materialized (
    select m.bucket, m.id, m.account, m.lane, m.priority, m.flow, m.expires_at
    from said s
    cross join lateral (
        select m.bucket, m.id, m.account, m.lane, m.priority, m.flow, m.expires_at, m.created_at from messages m
        where m.account = s.account and m.recipient = s.person and m.id > $2 and m.lane is not null and not m.confirms_opt_out
          and (m.priority = 2 or not $7)
          and (m.sender = s.scope or replace(m.service::text, '-', '') = s.scope
               or m.service is null and exists (select from pool_scopes p where p.account = m.account and p.sender = m.sender and p.scope = s.scope))) m
    cross join lateral (
        select f.kind from facts f
        where f.subject = m.id and f.at >= m.created_at and f.kind = any ($3::text[])
        order by f.seq desc limit 1) last
    where last.kind = 'message.queued'
),
ticket as materialized (
    select w.account, w.flow, w.expires_at, q.bucket, q.lane, q.priority, q.turn, q.id
    from waiting w
    cross join lateral (
        select q.bucket, q.lane, q.priority, q.turn, q.id from queue q
        where q.bucket = w.bucket and q.lane = w.lane and q.priority = w.priority and q.id = w.id limit 1) q
),
gone as (
    delete from queue q using ticket t
    where q.bucket = t.bucket and q.lane = t.lane and q.priority = t.priority and q.turn = t.turn and q.id = t.id
    returning q.bucket, q.lane, q.priority, q.id, q.segments, t.account, t.flow, t.expires_at
),
spent as (
    insert into lane_state as s (bucket, lane, out_0, out_1, out_2)
    select bucket, lane, coalesce(sum(segments) filter (where priority = 0), 0), coalesce(sum(segments) filter (where priority = 1), 0),
           coalesce(sum(segments) filter (where priority = 2), 0)
    from gone group by bucket, lane
    on conflict (bucket, lane) do update
        set out_0 = s.out_0 + excluded.out_0, out_1 = s.out_1 + excluded.out_1, out_2 = s.out_2 + excluded.out_2
),
waits as (
    insert into later (bucket, due, id, account, scheduled, lane, priority, flow, turn, segments, expires_at)
    select bucket, least($1::timestamptz + interval '1 hour', expires_at), id, account, true, null, priority, flow, 0, segments, expires_at
    from gone where $7
)
insert into facts (bucket, at, account, subject, kind, detail)
select bucket, $1, account, id, case when $7 then 'message.held' else 'message.failed' end,
       case when $7 then '{"rule": "opt_out_review"}'::jsonb else '{"code": 21610}'::jsonb end
from gone
returning bucket

-- name: promise :run
-- Replies that shall go out, decided at $1, and a fact for each message that they answer.
with decided as materialized (
    select *
    from unnest($2::smallint[], $3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[], $7::text[], $8::text[], $9::text[],
                $10::uuid[], $11::text[], $12::boolean[], $13::boolean[])
        as r (bucket, message, id, n, account, sender, recipient, body, service, status_callback, automatic, confirms_opt_out)
),
promised as (
    insert into replies
        (bucket, message, id, n, account, promised_at, sender, recipient, body, service, status_callback, automatic, confirms_opt_out)
    select bucket, message, id, n, account, $1, sender, recipient, body, service, status_callback, automatic, confirms_opt_out
    from decided
)
insert into facts (bucket, at, account, subject, kind)
select distinct bucket, $1::timestamptz, account, message, 'message.answered' from decided

-- name: promised :many
-- The replies to some inbound messages of one bucket that are still to go out, in order.
-- across accounts: the reader of the outbox serves everybody
select r.id, r.message, r.n, r.account, r.promised_at, r.sender, r.recipient, r.body, r.service, r.status_callback, r.automatic,
       r.confirms_opt_out
from replies r
where r.bucket = $1 and r.message = any ($2::uuid[])
order by r.message, r.promised_at, r.n

-- name: promises_kept :run
-- These replies of one bucket are accepted, or refused for good.
-- across accounts: the reader of the outbox serves everybody
delete from replies where bucket = $1 and message = any ($2::uuid[]) and id = any ($3::uuid[])

-- name: replies_before :many
-- What senders replied to people since ids of $4, for each of the pairs.
-- across buckets: replies to a person lie in the buckets of their lanes
select m.id, m.account, m.sender, m.recipient
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as p (account, sender, recipient, since)
cross join lateral (
    select m.id, m.account, m.sender, m.recipient from messages m
    where m.account = p.account and m.recipient = p.recipient and m.id >= p.since and m.sender = p.sender
      and m.direction = 'outbound-reply') m

-- name: forget_inbound_refs :run
-- The carriers' ids of messages from people that no carrier sends again any more.
delete from inbound_refs where at < $1

-- name: forget_read :run
-- Messages that came by these sessions until then, of which their carriers know that we have them: none of them comes again.
delete from inbound_doubts d using unnest($1::uuid[], $2::timestamptz[]) as r (session, until)
where d.session = r.session and d.at <= r.until

-- name: forget_inbound_doubts :run
-- Doubts about messages from people that no carrier sends again any more.
delete from inbound_doubts where at < $1

-- name: give_up_receipts :run
-- Receipts that waited so long that no submit of ours can be theirs any more.
delete from receipts_waiting where at < $1

-- name: forget_texts :many
-- Takes away the text of messages of one bucket that were not to keep it, once it has left or will not leave, and the end of the
-- recipient's number once the message has ended. $3 are the kinds of all status facts, $4 of those after which no text is needed,
-- $5 of the ends. Gives how far a page of 500 came.
-- across accounts: a job over all accounts
with asked as materialized (
    select m.id, m.created_at from messages m
    where m.bucket = $1 and m.id > $2 and (m.discard_body or m.obfuscate_to)
    order by m.id limit 500
),
stands as materialized (
    select a.id, last.kind
    from asked a
    cross join lateral (
        select f.kind from facts f
        where f.subject = a.id and f.at >= a.created_at and f.kind = any ($3::text[])
        order by f.seq desc limit 1) last
),
forgotten as (
    update messages m
    set body = case when m.discard_body and s.kind = any ($4::text[]) then '' else m.body end,
        discard_body = m.discard_body and not s.kind = any ($4::text[]),
        recipient = case when m.obfuscate_to and s.kind = any ($5::text[])
                         then left(m.recipient, -4) || 'XXXX' else m.recipient end,
        whereabouts = case when m.obfuscate_to and s.kind = any ($5::text[]) then null else m.whereabouts end,
        obfuscate_to = m.obfuscate_to and not s.kind = any ($5::text[])
    from stands s
    where m.bucket = $1 and m.id = s.id
)
select id from asked order by id desc limit 1

-- name: forget_parts :run
-- The parts of long messages of one bucket that no receipt can move any more: nothing was told of them for so long.
delete from multipart m
where m.bucket = $1 and m.message < $2
  and not exists (select 1 from facts f where f.subject = m.message and f.account = m.account and f.at >= $3 and f.kind = any ($4::text[]))

-- name: callback_targets :many
-- What the callbacks of some messages of one bucket need to know.
select m.id, m.account, m.sender, m.recipient, m.service, m.segments, m.priority, m.status_callback
from unnest($2::uuid[]) as k (id)
cross join lateral (
    select m.id, m.account, m.sender, m.recipient, m.service, m.segments, m.priority, m.status_callback
    from messages m where m.bucket = $1 and m.id = k.id limit 1) m

-- name: incoming :many
-- Messages from people of one bucket, for who is told of them; columns in the order of `Incoming`.
select m.id, m.account, m.sender, m.recipient, m.body, m.segments, m.service
from unnest($2::uuid[]) as k (id)
cross join lateral (
    select m.id, m.account, m.sender, m.recipient, m.body, m.segments, m.service
    from messages m where m.bucket = $1 and m.id = k.id and m.direction = 'inbound' limit 1) m


-- Reading: what the API shows and changes by request of its account.

-- name: message :one
-- One message of an account with what its facts say: the newest status, and when it was first sent.
-- Facts are looked for near the message's time only, so that no other partition is read; an hour is for clocks that differ.
-- across buckets: a message that is given its sender late moves to the bucket of that sender's lane
select m.id, m.bucket, m.account, m.direction, m.sender, m.recipient, m.body, m.segments, m.created_at, m.service, m.tags,
       s.kind, s.detail, s.updated_at, s.sent_at
from messages m
cross join lateral (
    select (array_agg(f.kind order by f.seq desc) filter (where f.kind = any ($3::text[])))[1] as kind,
           (array_agg(f.detail order by f.seq desc) filter (where f.kind = any ($3::text[])))[1] as detail,
           max(f.at) as updated_at,
           min(f.at) filter (where f.kind in ('message.sent', 'message.received')) as sent_at
    from facts f
    where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days') s
where m.account = $1 and m.id = $2

-- name: messages_page :many
-- A page of an account's messages, newest first, between two ids; a date bounds when they were sent. What was not
-- scheduled leaves within ten hours or never, so the facts of older ones are not even looked at.
-- across buckets: an account's messages lie in all of them, in the order of the index by account
select m.id, m.bucket, m.account, m.direction, m.sender, m.recipient, m.body, m.segments, m.created_at, m.service, m.tags,
       s.kind, s.detail, s.updated_at, s.sent_at
from messages m
cross join lateral (
    select (array_agg(f.kind order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as kind,
           (array_agg(f.detail order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as detail,
           max(f.at) as updated_at,
           min(f.at) filter (where f.kind in ('message.sent', 'message.received')) as sent_at
    from facts f
    where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days') s
where m.account = $1 and m.id > $2 and m.id < $3
  and ($4::text is null or m.sender = $4)
  and ($5::timestamptz is null or m.created_at >= $5::timestamptz - interval '11 hours' or m.send_at is not null)
  and ($5::timestamptz is null or s.sent_at >= $5) and ($6::timestamptz is null or s.sent_at < $6)
order by m.id desc
limit $7

-- name: messages_page_before :many
-- The same towards newer messages, the oldest of them first.
-- across buckets: an account's messages lie in all of them, in the order of the index by account
select m.id, m.bucket, m.account, m.direction, m.sender, m.recipient, m.body, m.segments, m.created_at, m.service, m.tags,
       s.kind, s.detail, s.updated_at, s.sent_at
from messages m
cross join lateral (
    select (array_agg(f.kind order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as kind,
           (array_agg(f.detail order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as detail,
           max(f.at) as updated_at,
           min(f.at) filter (where f.kind in ('message.sent', 'message.received')) as sent_at
    from facts f
    where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days') s
where m.account = $1 and m.id > $2 and m.id < $3
  and ($4::text is null or m.sender = $4)
  and ($5::timestamptz is null or m.created_at >= $5::timestamptz - interval '11 hours' or m.send_at is not null)
  and ($5::timestamptz is null or s.sent_at >= $5) and ($6::timestamptz is null or s.sent_at < $6)
order by m.id
limit $7

-- name: messages_to_page :many
-- A page of an account's messages to one recipient, newest first.
-- across buckets: an account's messages lie in all of them, in the order of the index by recipient
select m.id, m.bucket, m.account, m.direction, m.sender, m.recipient, m.body, m.segments, m.created_at, m.service, m.tags,
       s.kind, s.detail, s.updated_at, s.sent_at
from messages m
cross join lateral (
    select (array_agg(f.kind order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as kind,
           (array_agg(f.detail order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as detail,
           max(f.at) as updated_at,
           min(f.at) filter (where f.kind in ('message.sent', 'message.received')) as sent_at
    from facts f
    where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days') s
where m.account = $1 and m.id > $2 and m.id < $3
  and ($4::text is null or m.sender = $4)
  and ($5::timestamptz is null or m.created_at >= $5::timestamptz - interval '11 hours' or m.send_at is not null)
  and ($5::timestamptz is null or s.sent_at >= $5) and ($6::timestamptz is null or s.sent_at < $6)
  and m.recipient = $9
order by m.id desc
limit $7

-- name: messages_to_page_before :many
-- The same towards newer messages, the oldest of them first.
-- across buckets: an account's messages lie in all of them, in the order of the index by recipient
select m.id, m.bucket, m.account, m.direction, m.sender, m.recipient, m.body, m.segments, m.created_at, m.service, m.tags,
       s.kind, s.detail, s.updated_at, s.sent_at
from messages m
cross join lateral (
    select (array_agg(f.kind order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as kind,
           (array_agg(f.detail order by f.seq desc) filter (where f.kind = any ($8::text[])))[1] as detail,
           max(f.at) as updated_at,
           min(f.at) filter (where f.kind in ('message.sent', 'message.received')) as sent_at
    from facts f
    where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days') s
where m.account = $1 and m.id > $2 and m.id < $3
  and ($4::text is null or m.sender = $4)
  and ($5::timestamptz is null or m.created_at >= $5::timestamptz - interval '11 hours' or m.send_at is not null)
  and ($5::timestamptz is null or s.sent_at >= $5) and ($6::timestamptz is null or s.sent_at < $6)
  and m.recipient = $9
order by m.id
limit $7

-- name: judged_message :one
-- A message of an account with what the gate said of it last.
-- across buckets: a message that is given its sender late moves to the bucket of that sender's lane
select m.direction, m.sender, m.recipient, m.service, m.intent, m.priority, m.send_at, m.created_at, m.expires_at, m.verdict
from messages m where m.account = $1 and m.id = $2

-- name: history :many
-- All that became of a message of $3, in order.
-- across buckets: a message that is given its sender late leaves facts in two
select f.at, f.kind, f.detail from facts f
where f.account = $1 and f.subject = $2 and f.at >= $3::timestamptz - interval '1 hour' and f.at < $3::timestamptz + interval '50 days'
order by f.at, f.seq

-- name: redact :one
-- Empties the body of a message and tells the fact. Gives nothing when it is not the account's.
with emptied as (
    update messages m set body = '' where m.account = $1 and m.bucket = $2 and m.id = $3 returning m.bucket, m.id
),
fact as (
    insert into facts (bucket, at, account, subject, kind)
    select e.bucket, $4, $1, e.id, 'message.redacted' from emptied e
)
select pg_notify('facts', e.bucket::text) from emptied e

-- name: cancel_scheduled :one
-- Takes a message that waits for its time, scheduled or held, out of those that wait, and tells the fact. Gives nothing when it
-- does not wait any more, or waits for another try.
with taken as (
    delete from later l
    where l.account = $1 and l.bucket = $2 and l.id = $3 and l.scheduled and l.attempt = 0
    returning l.bucket, l.id
),
fact as (
    insert into facts (bucket, at, account, subject, kind)
    select t.bucket, $4, $1, t.id, 'message.canceled' from taken t
)
select pg_notify('facts', t.bucket::text) from taken t

-- name: pending :value
-- How many messages of an account wait for their SendAt; no more than $2 are counted.
-- across buckets: an account's scheduled messages lie in all of them; asked a few times a minute
select count(*) from (select 1 from later l where l.account = $1 and l.pending limit $2) waiting

-- name: delete_message :one
-- Takes a message and its feedback away and tells the fact. Gives nothing when it is not the account's.
with gone as (
    delete from messages m where m.account = $1 and m.bucket = $2 and m.id = $3 returning m.bucket, m.id
),
judged as (
    delete from feedback f where f.account = $1 and f.bucket = get_byte(uuid_send($3::uuid), 7) and f.message = $3
),
fact as (
    insert into facts (bucket, at, account, subject, kind)
    select g.bucket, $4, $1, g.id, 'message.deleted' from gone g
)
select pg_notify('facts', g.bucket::text) from gone g

-- name: judge :one
-- Keeps what the account says of the outcome of one of its messages. Gives nothing when it has no such message.
-- across buckets: the message may have moved from the bucket that its id names, and that its feedback stays in
insert into feedback as f (bucket, message, account, outcome, created_at, updated_at)
select $2, m.id, m.account, $4, $5, $5
from messages m where m.account = $1 and m.id = $3
on conflict (bucket, message) do update set outcome = excluded.outcome, updated_at = excluded.updated_at
returning f.outcome, f.created_at, f.updated_at

-- name: texts :many
-- The bodies of some messages of an account, by their buckets and ids.
select m.id, m.body from unnest($2::smallint[], $3::uuid[]) as asked (bucket, id)
join messages m on m.bucket = asked.bucket and m.id = asked.id
where m.account = $1

-- name: recent_texts :many
-- What an account sent since an id, through a service or by one of its senders, newest first and of the last 20,000 of its
-- messages; those without a text are left out.
-- across buckets: one account's messages of a day, by its own index
select newest.body
from (
    select m.id, m.body, m.service, m.sender, m.direction from messages m
    where m.account = $1 and m.id > $3 order by m.id desc limit 20000
) newest
where newest.direction <> 'inbound' and newest.body <> ''
  and (newest.service = $2 or newest.sender in (
      select s.address from service_senders i join senders s on s.id = i.sender where i.service = $2 and s.account = $1))
order by newest.id desc limit $4

-- name: recent_wordings :many
-- The different texts that an account sent since an id, each with its sender, newest first and of the last 20,000 of its
-- messages; those without a text are left out.
-- across buckets: one account's messages of a day, by its own index
select newest.body, newest.sender
from (
    select m.id, m.body, m.sender, m.direction from messages m
    where m.account = $1 and m.id > $2 order by m.id desc limit 20000
) newest
where newest.direction <> 'inbound' and newest.body <> '' and newest.sender is not null
group by newest.body, newest.sender
order by max(newest.id::text) desc limit $3

-- name: ends :many
-- How some messages ended that a carrier took: those that have an end.
-- across accounts: carriers are judged over all accounts
-- across buckets: carriers are judged over all buckets, some messages at a time, each by its id
select k.id, f.kind = 'message.delivered' as delivered, (f.detail ->> 'code')::integer as code
from unnest($1::uuid[], $2::timestamptz[]) as k (id, sent_at)
cross join lateral (
    select f.kind, f.detail from facts f
    where f.subject = k.id and f.at >= k.sent_at - interval '1 minute' and f.at < k.sent_at + interval '2 days'
      and f.kind in ('message.delivered', 'message.undelivered')
    order by f.seq desc limit 1) f

-- name: delivered_by :many
-- By which carrier some messages left between two instants, those that it says arrived.
-- across accounts: carriers are judged over all accounts
-- across buckets: carriers are judged over all buckets, by a sample of an hour's messages
select distinct r.message, r.carrier
from unnest($1::uuid[]) as k (id) join carrier_refs r on r.message = k.id
where r.at >= $2 and r.at < $3
  and exists (select from facts f where f.subject = r.message and f.at >= $2 and f.kind = 'message.delivered')

-- name: dealings :many
-- Everything that is kept of the messages between an account and a person, oldest first: the message with its verdict, and
-- what happened to it.
-- across buckets: a person's messages lie in all of them
select to_jsonb(m) as message,
       (select coalesce(jsonb_agg(jsonb_build_object('at', f.at, 'kind', f.kind, 'detail', f.detail) order by f.seq), '[]')
        from facts f
        where f.subject = m.id and f.at >= m.created_at - interval '1 hour' and f.at < m.created_at + interval '50 days')
           as facts
from messages m
where m.account = $1 and (m.recipient = $2 or (m.sender = $2 and m.direction = 'inbound'))
order by m.id
