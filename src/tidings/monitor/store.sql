-- name: raise_alerts :run
-- New alerts at $1.
insert into alerts
    (id, at, account, code, level, resource, service, text, request_method, request_url, request_variables, response_headers,
     response_body)
select a.id, $1, a.account, a.code, a.level, a.resource, a.service, a.text, a.request_method, a.request_url, a.request_variables,
       a.response_headers, a.response_body
from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[])
    as a (id, account, code, level, resource, service, text, request_method, request_url, request_variables, response_headers,
          response_body)

-- name: alert :one
-- One alert of an account.
select * from alerts where account = $1 and id = $2

-- name: alerts_page :many
-- A page of an account's alerts between two ids, newest first; of one level where $4 names it.
select * from alerts
where account = $1 and id > $2 and id < $3 and ($4::text is null or level = $4)
order by id desc limit $5

-- name: alerts_page_before :many
-- The same towards newer alerts, the oldest of them first.
select * from alerts
where account = $1 and id > $2 and id < $3 and ($4::text is null or level = $4)
order by id limit $5

-- name: alerted_since :value
-- Whether an account has an alert of a code about a resource, newer than an id.
select exists (select from alerts where account = $1 and id > $2 and code = $3 and resource = $4)
