-- name: permissions :many
-- What an account last said of each destination, but of those that are back to the default.
select id, destination, allowed, reason, changed_by from (
    select distinct on (destination) id, destination, allowed, reason, changed_by from geo_permissions
    where account = $1 order by destination, id desc
) as last where allowed is not null

-- name: permit :run
-- Says something new of destinations: a line for each whose permission that changes.
insert into geo_permissions (account, destination, allowed, reason, changed_by, at)
select $1, asked.destination, $3, $4, $5, $6
from unnest($2::text[]) as asked (destination)
left join lateral (
    select allowed from geo_permissions one where one.account = $1 and one.destination = asked.destination
    order by id desc limit 1
) as last on true
where last.allowed is distinct from $3::boolean

-- name: history :many
-- Everything that an account said of destinations, newest first.
select id, destination, allowed, reason, changed_by, at from geo_permissions
where account = $1 order by id desc limit $2
