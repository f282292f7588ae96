-- What is registered with carriers: brands and campaigns of US long codes, and toll-free numbers.

create table a2p_brands (
    id                   uuid primary key,
    account              uuid        not null references accounts (id),
    customer_profile     uuid        not null,
    a2p_profile          uuid        not null,
    type                 text        not null check (type in ('STANDARD', 'SOLE_PROPRIETOR')),
    mock                 boolean     not null,
    skip_vetting         boolean     not null,
    status               text        not null check (status in ('PENDING', 'IN_REVIEW', 'APPROVED', 'FAILED', 'SUSPENDED',
                                                                'DELETION_PENDING', 'DELETION_FAILED')),
    identity             text        check (identity in ('SELF_DECLARED', 'UNVERIFIED', 'VERIFIED', 'VETTED_VERIFIED')),
    score                smallint    check (score between 0 and 100),
    russell_3000         boolean,
    government           boolean,
    tax_exempt_status    text,
    registry_id          text,
    reasons              jsonb       not null default '[]',
    submission           integer     not null default 1,
    submitted_at         timestamptz not null,
    asked_to_identify_at timestamptz,
    created_at           timestamptz not null,
    updated_at           timestamptz not null
);
create index a2p_brands_by_account on a2p_brands (account, id);

create table a2p_vettings (
    id            uuid primary key,
    account       uuid        not null,
    brand         uuid        not null references a2p_brands (id) on delete cascade,
    provider      text        not null check (provider in ('campaign-verify', 'aegis')),
    vetting_id    text,
    vetting_class text        not null,
    status        text        not null check (status in ('IN_PROGRESS', 'ACTIVE', 'FAILED')),
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index a2p_vettings_by_brand on a2p_vettings (account, brand, id);

-- A service has one campaign: what its long codes send to the US.
create table a2p_campaigns (
    id                       uuid primary key,
    account                  uuid        not null references accounts (id),
    service                  uuid        not null unique references services (id) on delete cascade,
    brand                    uuid        not null references a2p_brands (id),
    use_case                 text        not null,
    description              text        not null,
    message_flow             text        not null,
    samples                  text[]      not null,
    has_embedded_links       boolean     not null,
    has_embedded_phone       boolean     not null,
    opt_in_message           text,
    opt_out_message          text,
    help_message             text,
    opt_in_keywords          text[]      not null default '{}',
    opt_out_keywords         text[]      not null default '{}',
    help_keywords            text[]      not null default '{}',
    subscriber_opt_in        boolean     not null default false,
    age_gated                boolean     not null default false,
    direct_lending           boolean     not null default false,
    privacy_policy_url       text,
    terms_and_conditions_url text,
    mock                     boolean     not null,
    status                   text        not null check (status in ('PENDING', 'IN_PROGRESS', 'VERIFIED', 'FAILED', 'SUSPENDED')),
    registry_id              text,
    reasons                  jsonb       not null default '[]',
    submission               integer     not null default 1,
    submitted_at             timestamptz not null,
    created_at               timestamptz not null,
    updated_at               timestamptz not null
);
create index a2p_campaigns_by_brand on a2p_campaigns (account, brand);

-- The verification of a toll-free number; `said` is what was submitted, by the API's field names.
create table toll_free_verifications (
    id            uuid primary key,
    account       uuid        not null references accounts (id),
    sender        uuid        not null unique references senders (id) on delete cascade,
    said          jsonb       not null,
    status        text        not null check (status in ('PENDING_REVIEW', 'IN_REVIEW', 'TWILIO_APPROVED', 'TWILIO_REJECTED')),
    reasons       jsonb       not null default '[]',
    may_be_mended boolean     not null default false,
    mend_until    timestamptz,
    submission    integer     not null default 1,
    submitted_at  timestamptz not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index toll_free_verifications_by_account on toll_free_verifications (account, id);
