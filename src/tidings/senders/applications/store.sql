-- Applications. `$1` is the account.

-- name: application :one
-- One application of an account.
select * from applications where account = $1 and id = $2

-- name: application_to_change :one
-- One application of an account, held until its change is written.
select * from applications where account = $1 and id = $2 for update

-- name: applications_page :many
-- Applications of an account, newest first, between two ids: all, or those of a name.
select * from applications
where account = $1 and id > $2 and id < $3 and ($5::text is null or friendly_name = $5)
order by id desc limit $4

-- name: applications_page_before :many
-- The same towards newer applications, the oldest of them first.
select * from applications
where account = $1 and id > $2 and id < $3 and ($5::text is null or friendly_name = $5)
order by id limit $4

-- name: create_application :one
-- A new application of an account.
insert into applications (account, id, created_at, updated_at, friendly_name, sms_url, sms_method, sms_fallback_url,
                          sms_fallback_method, message_status_callback, other_settings)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10)
returning *

-- name: change_application :one
-- All that an account sets on an application.
update applications set updated_at = $3, friendly_name = $4, sms_url = $5, sms_method = $6, sms_fallback_url = $7,
    sms_fallback_method = $8, message_status_callback = $9, other_settings = $10
where account = $1 and id = $2
returning *

-- name: leave_numbers :run
-- Numbers that name an application go back to their own addresses.
update senders set sms_application = null where account = $1 and sms_application = $2

-- name: delete_application :value
-- Removes an application; gives its id, and nothing when there was none.
delete from applications where account = $1 and id = $2 returning id
