-- Budgets that lanes share: the rates of a US campaign, caps per day; and which network a number is of.

alter table lanes
    add column campaign   text,
    add column network    text,
    add column daily_caps text[] not null default '{}';
create index lanes_by_campaign on lanes (bucket, campaign) where campaign is not null;

-- Whether a sender's MPS was granted for it. Otherwise it is what its kind usually has, and the tables decide by destination.
alter table senders add column mps_granted boolean not null default true;

-- Segments a second of a 10DLC campaign at each network and at all together. All its lanes lie in one bucket.
create table campaign_rates (
    bucket     smallint         not null,
    account    uuid             not null,
    campaign   text             not null,
    att        double precision not null check (att > 0),
    tmobile    double precision not null check (tmobile > 0),
    verizon    double precision not null check (verizon > 0),
    other      double precision not null check (other > 0),
    total      double precision not null check (total > 0),
    granted    boolean          not null,
    updated_at timestamptz      not null,
    primary key (bucket, account, campaign)
);

-- Segments a day over many lanes. 'reserved' are those of 'day' that dispatchers have taken in blocks, spent or not.
create table daily_caps (
    account    uuid        not null,
    name       text        not null,
    segments   bigint      not null check (segments >= 0),
    zone       text        not null,
    day        date        not null default '-infinity',
    reserved   bigint      not null default 0 check (reserved >= 0),
    updated_at timestamptz not null,
    primary key (account, name)
) with (fillfactor = 50);

-- Which of the large US networks a number is of, where somebody looked it up.
create table number_networks (
    number     text primary key,
    network    text        not null check (network in ('att', 'tmobile', 'verizon', 'other')),
    source     text        not null,
    updated_at timestamptz not null
);
