-- Applications: the addresses that messages lead to, kept under one name that numbers and messages give.

create table applications (
    id                      uuid primary key,
    account                 uuid        not null references accounts (id),
    friendly_name           text        not null,
    sms_url                 text,
    sms_method              text        not null check (sms_method in ('GET', 'POST')),
    sms_fallback_url        text,
    sms_fallback_method     text        not null check (sms_fallback_method in ('GET', 'POST')),
    message_status_callback text,
    other_settings          jsonb       not null,
    created_at              timestamptz not null,
    updated_at              timestamptz not null
);
create index applications_by_account on applications (account, id);

-- Numbers named applications before there were any.
update senders set sms_application = null where sms_application is not null;
