-- Registrations: brands, their vettings, campaigns, toll-free numbers. Every change of a state is told by a fact in bucket 0.

-- name: create_brand :one
-- A new brand, submitted.
with made as (
    insert into a2p_brands (id, account, customer_profile, a2p_profile, type, mock, skip_vetting, status, submitted_at, created_at, updated_at)
    values ($2, $1, $3, $4, $5, $6, $7, 'PENDING', $8, $8, $8)
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, created_at, account, id, 'brand.submitted' from made
)
select * from made

-- name: brand :one
-- One brand of the account.
select * from a2p_brands where account = $1 and id = $2

-- name: brands_page :many
-- The brands of an account, newest first, between two ids (exclusive).
select * from a2p_brands where account = $1 and id > $2 and id < $3 order by id desc limit $4

-- name: brands_page_before :many
-- The same, oldest first.
select * from a2p_brands where account = $1 and id > $2 and id < $3 order by id limit $4

-- name: submit_brand_again :one
-- A brand that failed is submitted again, whatever was found before forgotten.
with moved as (
    update a2p_brands
    set status = 'PENDING', reasons = '[]', submission = submission + 1, submitted_at = $4, updated_at = $4
    where account = $1 and id = $2 and status = any($3::text[])
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'brand.submitted' from moved
)
select * from moved

-- name: take_up_brand :run
-- The registry looks at this submission.
with moved as (
    update a2p_brands set status = 'IN_REVIEW', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'brand.taken_up' from moved

-- name: approve_brand :run
-- The registry knows the brand now.
with moved as (
    update a2p_brands
    set status = 'APPROVED', registry_id = $6, identity = $7, score = $8, russell_3000 = $9, government = $10, tax_exempt_status = $11,
        reasons = '[]', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind, detail)
select 0, updated_at, account, id, 'brand.approved', jsonb_build_object('score', score) from moved

-- name: reject_brand :run
-- The registry rejected this submission.
with moved as (
    update a2p_brands set status = 'FAILED', reasons = $6::jsonb, updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind, detail)
select 0, updated_at, account, id, 'brand.rejected', jsonb_build_object('reasons', reasons) from moved

-- name: ask_to_identify :one
-- The owner of an approved sole proprietor's brand that is not verified yet is asked for a passcode.
update a2p_brands set asked_to_identify_at = $3, updated_at = $3
where account = $1 and id = $2 and type = 'SOLE_PROPRIETOR' and status = 'APPROVED' and identity = 'UNVERIFIED'
returning *

-- name: identify_brand :run
-- The owner has answered.
with moved as (
    update a2p_brands set identity = 'VERIFIED', updated_at = $4
    where account = $1 and id = $2 and identity = any($3::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'brand.identified' from moved

-- name: create_vetting :one
-- A vetting of a brand begins.
insert into a2p_vettings (id, account, brand, provider, vetting_id, vetting_class, status, created_at, updated_at)
values ($2, $1, $3, $4, $5, $6, 'IN_PROGRESS', $7, $7)
returning *

-- name: vetting :one
-- One vetting of a brand.
select * from a2p_vettings where account = $1 and brand = $2 and id = $3

-- name: vettings_page :many
-- The vettings of a brand, newest first, between two ids (exclusive), of one provider or of all (null).
select * from a2p_vettings
where account = $1 and brand = $2 and ($3::text is null or provider = $3) and id > $4 and id < $5 order by id desc limit $6

-- name: vettings_page_before :many
-- The same, oldest first.
select * from a2p_vettings
where account = $1 and brand = $2 and ($3::text is null or provider = $3) and id > $4 and id < $5 order by id limit $6

-- name: vetted_for :many
-- The classes for which a brand was vetted.
select distinct vetting_class from a2p_vettings where account = $1 and brand = $2 and status = 'ACTIVE'

-- name: pass_vetting :run
-- A vetting went well: the brand is vetted, and has its score unless the vetting gave none (null).
with moved as (
    update a2p_vettings set status = 'ACTIVE', updated_at = $6
    where account = $1 and id = $3 and status = any($4::text[])
    returning *
),
vetted as (
    update a2p_brands b
    set score = coalesce($7::smallint, b.score), updated_at = $6,
        identity = case when identity = any($5::text[]) then 'VETTED_VERIFIED' else identity end
    from moved where b.account = $1 and b.id = $2
    returning b.*
)
insert into facts (bucket, at, account, subject, kind, detail)
select 0, updated_at, account, id, 'brand.vetted', jsonb_build_object('score', score) from vetted

-- name: fail_vetting :run
-- A vetting failed; the brand stays as it is.
with moved as (
    update a2p_vettings set status = 'FAILED', updated_at = $5
    where account = $1 and brand = $2 and id = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, brand, 'brand.not_vetted' from moved

-- name: has_service :value
-- Whether the account has this messaging service; it stays until the end of the transaction.
select exists (select from services where account = $1 and id = $2 for key share)

-- name: campaigns_of_brand :value
-- How many campaigns a brand has.
select count(*) from a2p_campaigns where account = $1 and brand = $2

-- name: create_campaign :one
-- A new campaign, submitted. Null when its service has one already.
with made as (
    insert into a2p_campaigns (id, account, service, brand, mock, use_case, description, message_flow, samples, has_embedded_links,
        has_embedded_phone, opt_in_message, opt_out_message, help_message, opt_in_keywords, opt_out_keywords, help_keywords,
        subscriber_opt_in, age_gated, direct_lending, privacy_policy_url, terms_and_conditions_url, status, submitted_at, created_at, updated_at)
    values ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 'PENDING', $23, $23, $23)
    on conflict (service) do nothing
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, created_at, account, id, 'tendlc.submitted' from made
)
select * from made

-- name: campaign :one
-- One campaign of the account.
select * from a2p_campaigns where account = $1 and id = $2

-- name: campaign_of_service :one
-- One campaign of a service.
select * from a2p_campaigns where account = $1 and service = $2 and id = $3

-- name: campaigns_page :many
-- The campaigns of a service, newest first, between two ids (exclusive).
select * from a2p_campaigns where account = $1 and service = $2 and id > $3 and id < $4 order by id desc limit $5

-- name: campaigns_page_before :many
-- The same, oldest first.
select * from a2p_campaigns where account = $1 and service = $2 and id > $3 and id < $4 order by id limit $5

-- name: submit_campaign_again :one
-- A campaign that was rejected is mended and submitted again.
with moved as (
    update a2p_campaigns
    set description = $4, message_flow = $5, samples = $6, has_embedded_links = $7, has_embedded_phone = $8, age_gated = $9,
        direct_lending = $10, privacy_policy_url = coalesce($11, privacy_policy_url),
        terms_and_conditions_url = coalesce($12, terms_and_conditions_url),
        status = 'PENDING', reasons = '[]', submission = submission + 1, submitted_at = $13, updated_at = $13
    where account = $1 and id = $2 and status = any($3::text[])
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tendlc.submitted' from moved
)
select * from moved

-- name: delete_campaign :run
-- A campaign is no more; how many there were.
with gone as (
    delete from a2p_campaigns where account = $1 and service = $2 and id = $3 returning account, id
)
insert into facts (bucket, at, account, subject, kind) select 0, $4::timestamptz, account, id, 'tendlc.deleted' from gone

-- name: take_up_campaign :run
-- The registry looks at this submission.
with moved as (
    update a2p_campaigns set status = 'IN_PROGRESS', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tendlc.taken_up' from moved

-- name: approve_campaign :run
-- A campaign is registered.
with moved as (
    update a2p_campaigns set status = 'VERIFIED', registry_id = $6, reasons = '[]', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tendlc.approved' from moved

-- name: reject_campaign :run
-- The registry rejected this submission.
with moved as (
    update a2p_campaigns set status = 'FAILED', reasons = $6::jsonb, updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind, detail)
select 0, updated_at, account, id, 'tendlc.rejected', jsonb_build_object('reasons', reasons) from moved

-- name: toll_free_sender :value
-- The address of a toll-free number of the account, which stays until the end of the transaction.
select address from senders where account = $1 and id = $2 and kind = 'toll_free' for key share

-- name: create_verification :one
-- A toll-free number's verification is submitted. Null when it has one already.
with made as (
    insert into toll_free_verifications (id, account, sender, said, status, submitted_at, created_at, updated_at)
    values ($2, $1, $3, $4::jsonb, 'PENDING_REVIEW', $5, $5, $5)
    on conflict (sender) do nothing
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, created_at, account, id, 'tollfree.submitted' from made
)
select m.*, s.address from made m join senders s on s.id = m.sender and s.account = m.account

-- name: verification :one
-- One verification of the account.
select v.*, s.address from toll_free_verifications v join senders s on s.id = v.sender where v.account = $1 and v.id = $2

-- name: verifications_page :many
-- The verifications of an account, and of its subaccounts when $5, newest first, between two ids (exclusive); of one number, state
-- and reference, or of all (null).
select v.*, s.address
from toll_free_verifications v join senders s on s.id = v.sender
where (v.account = $1 or ($5::boolean and v.account in (select id from accounts where parent = $1)))
  and v.id > $2 and v.id < $3
  and ($6::uuid is null or v.sender = $6) and ($7::text is null or v.status = $7)
  and ($8::text is null or v.said ->> 'external_reference_id' = $8)
order by v.id desc limit $4

-- name: verifications_page_before :many
-- The same, oldest first.
select v.*, s.address
from toll_free_verifications v join senders s on s.id = v.sender
where (v.account = $1 or ($5::boolean and v.account in (select id from accounts where parent = $1)))
  and v.id > $2 and v.id < $3
  and ($6::uuid is null or v.sender = $6) and ($7::text is null or v.status = $7)
  and ($8::text is null or v.said ->> 'external_reference_id' = $8)
order by v.id limit $4

-- name: submit_verification_again :one
-- A rejected verification is mended, within its time, and submitted again.
with moved as (
    update toll_free_verifications
    set said = said || $4::jsonb, status = 'PENDING_REVIEW', reasons = '[]', may_be_mended = false, mend_until = null,
        submission = submission + 1, submitted_at = $5, updated_at = $5
    where account = $1 and id = $2 and status = any($3::text[]) and may_be_mended and mend_until > $5
    returning *
),
told as (
    insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tollfree.submitted' from moved
)
select m.*, s.address from moved m join senders s on s.id = m.sender and s.account = m.account

-- name: delete_verification :run
-- A verification is no more, unless it is being looked at; how many there were.
with gone as (
    delete from toll_free_verifications where account = $1 and id = $2 and status <> 'IN_REVIEW' returning account, id
)
insert into facts (bucket, at, account, subject, kind) select 0, $3::timestamptz, account, id, 'tollfree.deleted' from gone

-- name: take_up_verification :run
-- It is being looked at.
with moved as (
    update toll_free_verifications set status = 'IN_REVIEW', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tollfree.taken_up' from moved

-- name: approve_verification :run
-- The number is verified.
with moved as (
    update toll_free_verifications set status = 'TWILIO_APPROVED', updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind) select 0, updated_at, account, id, 'tollfree.approved' from moved

-- name: reject_verification :run
-- It is rejected, and may be mended until a time, or not at all.
with moved as (
    update toll_free_verifications
    set status = 'TWILIO_REJECTED', reasons = $6::jsonb, may_be_mended = $7, mend_until = $8, updated_at = $5
    where account = $1 and id = $2 and submission = $3 and status = any($4::text[])
    returning *
)
insert into facts (bucket, at, account, subject, kind, detail)
select 0, updated_at, account, id, 'tollfree.rejected', jsonb_build_object('reasons', reasons) from moved

-- name: standings :many
-- What is registered for senders of an account: the campaign of the service that each is in, and the verification of a toll-free number.
select s.address, c.id as campaign, c.status as campaign_status, c.use_case, c.mock, b.id as brand, b.status as brand_status,
       b.type as brand_type, b.skip_vetting, b.score, b.russell_3000, b.government, v.status as toll_free
from senders s
left join service_senders m on m.sender = s.id
left join a2p_campaigns c on c.service = m.service and c.account = s.account
left join a2p_brands b on b.id = c.brand
left join toll_free_verifications v on v.sender = s.id
where s.account = $1 and s.address = any($2::text[])

-- name: registered_campaigns :many
-- The approved campaigns of a brand, as standings of their long codes.
select c.id as campaign, c.status as campaign_status, c.use_case, c.mock, b.id as brand, b.status as brand_status,
       b.type as brand_type, b.skip_vetting, b.score, b.russell_3000, b.government, null::text as toll_free
from a2p_campaigns c join a2p_brands b on b.id = c.brand
where c.account = $1 and c.brand = $2 and c.status = 'VERIFIED' and not c.mock

-- name: approved_campaigns :many
-- An account's approved campaigns that may send, oldest first.
select * from a2p_campaigns where account = $1 and status = 'VERIFIED' and not mock order by id

-- name: all_approved_campaigns :many
-- A page of the same of all accounts, after an id.
-- across accounts: a job over all accounts
select * from a2p_campaigns where id > $1 and status = 'VERIFIED' and not mock order by id limit $2

-- name: registered_when :many
-- What became of registrations of an account, each step with its moment, in order.
select subject, kind, at from facts where account = $1 and subject = any($2::uuid[]) and bucket = 0 order by subject, seq

-- name: toll_free_ids :many
-- The verifications of an account's toll-free numbers, by address.
select s.address, v.id from toll_free_verifications v join senders s on s.id = v.sender and s.account = v.account
where v.account = $1

-- name: senders_of_campaigns :many
-- The senders of an account whose service has an approved campaign that may send, each with the service.
select s.address, m.service
from a2p_campaigns c
join service_senders m on m.service = c.service and m.account = c.account
join senders s on s.id = m.sender and s.account = c.account
where c.account = $1 and c.status = 'VERIFIED' and not c.mock

-- name: registered_services :many
-- Which of these services of an account have an approved campaign.
select service from a2p_campaigns where account = $1 and service = any($2::uuid[]) and status = 'VERIFIED'
