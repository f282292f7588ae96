-- name: is_taken :value
-- Whether any account has this number.
-- across accounts: a number is one account's, whoever asks for it
select exists (select from senders where address = $1)

-- name: can :run
-- What the carrier says of a number that was just ordered.
update senders set sms = $3, mms = $4, voice = $5, country = $6, line = $7, carrier = $8 where account = $1 and id = $2

-- name: give_up :one
-- Takes a sender of one of these kinds from an account, and out of its service.
delete from senders where account = $1 and id = $2 and kind = any($3::text[]) returning address, kind, origin

-- name: leave_pools :run
-- Takes a sender id that is given up out of all services of the account.
delete from service_alpha_senders where account = $1 and alpha_sender = $2

-- name: forget :run
-- Whom people have heard from, where it is a number that is given up.
delete from sticky_senders where account = $1 and sender = $2
