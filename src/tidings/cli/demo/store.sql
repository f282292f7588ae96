-- name: demo_service :value
-- The messaging service that a home's demo account has from the start.
select id from services where account = $1 limit 1

-- name: waiting :one
-- How many messages of the account wait for their time, and when the next of them is due.
-- across buckets: a handful of messages in a home of its own
select count(*) as count, min(due) as next from later where account = $1
