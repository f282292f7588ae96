-- Numbers and short codes as the API shows them. `$1` is the account.

-- name: number :one
-- One number of an account.
select * from senders where account = $1 and id = $2 and kind in ('long_code', 'toll_free')

-- name: number_to_change :one
-- One number of an account, held until its change is written.
select * from senders where account = $1 and id = $2 and kind in ('long_code', 'toll_free') for update

-- name: numbers_page :many
-- Numbers of an account, newest first, between two ids: of a line, of a name, like a pattern, of an origin.
select * from senders
where account = $1 and id > $2 and id < $3 and kind in ('long_code', 'toll_free')
  and ($5::text is null or line = $5) and ($6::text is null or friendly_name = $6)
  and ($7::text is null or address like $7) and ($8::text is null or origin = $8)
order by id desc limit $4

-- name: numbers_page_before :many
-- The same towards newer numbers, the oldest of them first.
select * from senders
where account = $1 and id > $2 and id < $3 and kind in ('long_code', 'toll_free')
  and ($5::text is null or line = $5) and ($6::text is null or friendly_name = $6)
  and ($7::text is null or address like $7) and ($8::text is null or origin = $8)
order by id limit $4

-- name: change_number :run
-- All that an account sets on a number or a short code.
update senders set updated_at = $3, friendly_name = $4, sms_url = $5, sms_method = $6, sms_fallback_url = $7,
    sms_fallback_method = $8, sms_application = $9, status_callback = $10, other_settings = $11
where account = $1 and id = $2

-- name: taken_among :many
-- Which of these numbers some account has.
-- across accounts: what one has, no other can order
select address from senders where address = any($1::text[])

-- name: is_of_family :value
-- Whether an active account is this one or a subaccount of it.
select exists (select from accounts where id = $2 and (id = $1 or parent = $1) and status = 'active')

-- name: leave_service :run
-- Takes a number out of its service, if it is in one.
delete from service_senders where account = $1 and sender = $2

-- name: hand_to :run
-- Gives a number of the account to another one, without the application, which stays with the account.
update senders set account = $3, sms_application = null where account = $1 and id = $2

-- name: short_code :one
-- One short code of an account.
select * from senders where account = $1 and id = $2 and kind = 'short_code'

-- name: code_to_change :one
-- One short code of an account, held until its change is written.
select * from senders where account = $1 and id = $2 and kind = 'short_code' for update

-- name: codes_page :many
-- Short codes of an account, newest first, between two ids: of a name, like a pattern.
select * from senders
where account = $1 and id > $2 and id < $3 and kind = 'short_code'
  and ($5::text is null or friendly_name = $5) and ($6::text is null or address like $6)
order by id desc limit $4

-- name: codes_page_before :many
-- The same towards newer codes, the oldest of them first.
select * from senders
where account = $1 and id > $2 and id < $3 and kind = 'short_code'
  and ($5::text is null or friendly_name = $5) and ($6::text is null or address like $6)
order by id limit $4
