-- name: count_past :value
-- How many messages an account has sent between two ids.
-- across buckets: a report over all of an account, by its index
select count(*) from messages where account = $1 and id >= $2 and id < $3 and direction <> 'inbound'

-- name: past_page :many
-- What an account has sent between two ids, oldest first.
-- across buckets: a report over all of an account, by its index
select id, recipient, sender, service, priority, direction, intent, segments, created_at, send_at, expires_at, tags,
    body, flow
from messages where account = $1 and id > $2 and id < $3 and direction <> 'inbound'
order by id limit 5000
