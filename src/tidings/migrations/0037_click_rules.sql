-- What a person's first click on a message sets going: rules, and the messages that follow from them.

create table click_rules (
    id            uuid        primary key,
    account       uuid        not null,
    name          text        not null,
    -- Whose clicks count: those on messages of this service, if one is named, that have these tags.
    service       uuid,
    tags          jsonb       not null,
    body          text        not null,
    -- The service that the message goes through; that of the clicked message where null.
    through       uuid,
    intent        text        not null,
    shorten_urls  boolean     not null,
    delay_seconds integer     not null,
    cap           integer     not null,
    -- How many messages were accepted, or are about to be.
    fired         integer     not null default 0,
    created_at    timestamptz not null,
    canceled_at   timestamptz
);
create index click_rules_by_account on click_rules (account, id);

create table click_follow_ups (
    id         uuid        primary key,
    rule       uuid        not null references click_rules (id),
    account    uuid        not null,
    recipient  text        not null,
    -- The message that was clicked.
    message    uuid        not null,
    service    uuid        not null,
    due        timestamptz not null,
    state      text        not null,
    -- When it was handed to be accepted: that moment is in the id that the new message has.
    tried_at   timestamptz,
    sent       uuid,
    reason     text,
    -- A person gets the message of a rule once.
    unique (rule, recipient)
);
create index click_follow_ups_due on click_follow_ups (due) where state in ('waiting', 'sending');
create index click_follow_ups_by_message on click_follow_ups (account, message);

-- What stands before a code where it is not the domain's name alone: a home's own address.
alter table link_domains add column base_url text;
