-- The schema after all migrations. Written by `make goldens`; migrations are what changes it.

CREATE SCHEMA public;

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE FUNCTION public.links_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a link cannot be changed';
end $$;

CREATE TABLE public.alerts (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    account uuid NOT NULL,
    code integer NOT NULL,
    level text NOT NULL,
    resource text NOT NULL,
    service uuid,
    text text NOT NULL,
    request_method text NOT NULL,
    request_url text NOT NULL,
    request_variables text NOT NULL,
    response_headers text NOT NULL,
    response_body text NOT NULL,
    CONSTRAINT alerts_level_check CHECK ((level = ANY (ARRAY['error'::text, 'warning'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE public.carrier_refs (
    carrier text NOT NULL,
    provider_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    bucket smallint NOT NULL,
    message uuid NOT NULL,
    account uuid NOT NULL,
    part smallint NOT NULL,
    parts smallint NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE public.click_verdicts (
    id uuid NOT NULL,
    account uuid NOT NULL,
    message uuid NOT NULL,
    code text NOT NULL,
    at timestamp with time zone NOT NULL,
    version smallint NOT NULL,
    verdict text NOT NULL,
    reason text NOT NULL,
    since_ms bigint
)
PARTITION BY RANGE (id);

CREATE TABLE public.clicks (
    id uuid NOT NULL,
    nth bigint NOT NULL,
    account uuid NOT NULL,
    code text NOT NULL,
    message uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    method text NOT NULL,
    agent text NOT NULL,
    network text NOT NULL,
    hints text NOT NULL
)
PARTITION BY RANGE (id);

CREATE SEQUENCE public.facts_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.facts (
    bucket smallint NOT NULL,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    seq bigint DEFAULT nextval('public.facts_seq'::regclass) NOT NULL,
    at timestamp with time zone NOT NULL,
    account uuid NOT NULL,
    subject uuid NOT NULL,
    kind text NOT NULL,
    detail jsonb
)
PARTITION BY RANGE (at);

CREATE TABLE public.messages (
    id uuid NOT NULL,
    bucket smallint NOT NULL,
    account uuid NOT NULL,
    direction text NOT NULL,
    sender text,
    recipient text NOT NULL,
    body text NOT NULL,
    ucs2 boolean NOT NULL,
    segments smallint NOT NULL,
    priority smallint NOT NULL,
    lane bigint,
    flow bigint NOT NULL,
    resend boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    send_at timestamp with time zone,
    expires_at timestamp with time zone,
    service uuid,
    application uuid,
    status_callback text,
    provide_feedback boolean DEFAULT false NOT NULL,
    intent text,
    tags jsonb,
    discard_body boolean DEFAULT false NOT NULL,
    obfuscate_to boolean DEFAULT false NOT NULL,
    confirms_opt_out boolean DEFAULT false NOT NULL,
    verdict jsonb,
    whereabouts jsonb
)
PARTITION BY RANGE (id);

CREATE TABLE public.verify_attempts (
    bucket smallint NOT NULL,
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    verification uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    country text NOT NULL,
    locale text NOT NULL,
    length smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    message uuid,
    code integer,
    converted boolean DEFAULT false NOT NULL,
    device_ip text
)
PARTITION BY RANGE (id);

CREATE TABLE public.webhook_log (
    at timestamp with time zone NOT NULL,
    bucket smallint NOT NULL,
    xid bigint NOT NULL,
    seq bigint NOT NULL,
    account uuid NOT NULL,
    message uuid NOT NULL,
    status text NOT NULL,
    url text NOT NULL,
    attempts smallint NOT NULL,
    answer_status smallint,
    code integer,
    duration_ms integer NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE public.a2p_brands (
    id uuid NOT NULL,
    account uuid NOT NULL,
    customer_profile uuid NOT NULL,
    a2p_profile uuid NOT NULL,
    type text NOT NULL,
    mock boolean NOT NULL,
    skip_vetting boolean NOT NULL,
    status text NOT NULL,
    identity text,
    score smallint,
    russell_3000 boolean,
    government boolean,
    tax_exempt_status text,
    registry_id text,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    submission integer DEFAULT 1 NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    asked_to_identify_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT a2p_brands_identity_check CHECK ((identity = ANY (ARRAY['SELF_DECLARED'::text, 'UNVERIFIED'::text, 'VERIFIED'::text, 'VETTED_VERIFIED'::text]))),
    CONSTRAINT a2p_brands_score_check CHECK (((score >= 0) AND (score <= 100))),
    CONSTRAINT a2p_brands_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'IN_REVIEW'::text, 'APPROVED'::text, 'FAILED'::text, 'SUSPENDED'::text, 'DELETION_PENDING'::text, 'DELETION_FAILED'::text]))),
    CONSTRAINT a2p_brands_type_check CHECK ((type = ANY (ARRAY['STANDARD'::text, 'SOLE_PROPRIETOR'::text])))
);

CREATE TABLE public.a2p_campaigns (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    brand uuid NOT NULL,
    use_case text NOT NULL,
    description text NOT NULL,
    message_flow text NOT NULL,
    samples text[] NOT NULL,
    has_embedded_links boolean NOT NULL,
    has_embedded_phone boolean NOT NULL,
    opt_in_message text,
    opt_out_message text,
    help_message text,
    opt_in_keywords text[] DEFAULT '{}'::text[] NOT NULL,
    opt_out_keywords text[] DEFAULT '{}'::text[] NOT NULL,
    help_keywords text[] DEFAULT '{}'::text[] NOT NULL,
    subscriber_opt_in boolean DEFAULT false NOT NULL,
    age_gated boolean DEFAULT false NOT NULL,
    direct_lending boolean DEFAULT false NOT NULL,
    privacy_policy_url text,
    terms_and_conditions_url text,
    mock boolean NOT NULL,
    status text NOT NULL,
    registry_id text,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    submission integer DEFAULT 1 NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT a2p_campaigns_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'IN_PROGRESS'::text, 'VERIFIED'::text, 'FAILED'::text, 'SUSPENDED'::text])))
);

CREATE TABLE public.a2p_vettings (
    id uuid NOT NULL,
    account uuid NOT NULL,
    brand uuid NOT NULL,
    provider text NOT NULL,
    vetting_id text,
    vetting_class text NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT a2p_vettings_provider_check CHECK ((provider = ANY (ARRAY['campaign-verify'::text, 'aegis'::text]))),
    CONSTRAINT a2p_vettings_status_check CHECK ((status = ANY (ARRAY['IN_PROGRESS'::text, 'ACTIVE'::text, 'FAILED'::text])))
);

CREATE TABLE public.accounts (
    id uuid NOT NULL,
    parent uuid,
    friendly_name text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    kind text DEFAULT 'Full'::text NOT NULL,
    concurrency_limit integer,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_concurrency_limit_check CHECK ((concurrency_limit > 0)),
    CONSTRAINT accounts_kind_check CHECK ((kind = ANY (ARRAY['Full'::text, 'Trial'::text]))),
    CONSTRAINT accounts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text])))
);

CREATE TABLE public.advisory_letters (
    account uuid NOT NULL,
    address text NOT NULL,
    change text NOT NULL,
    sent_at timestamp with time zone NOT NULL
);

CREATE TABLE public.advisory_subscribers (
    account uuid NOT NULL,
    address text NOT NULL,
    since timestamp with time zone NOT NULL,
    added_by text NOT NULL
);

CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    account uuid NOT NULL,
    friendly_name text DEFAULT ''::text NOT NULL,
    secret_hash text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.applications (
    id uuid NOT NULL,
    account uuid NOT NULL,
    friendly_name text NOT NULL,
    sms_url text,
    sms_method text NOT NULL,
    sms_fallback_url text,
    sms_fallback_method text NOT NULL,
    message_status_callback text,
    other_settings jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT applications_sms_fallback_method_check CHECK ((sms_fallback_method = ANY (ARRAY['GET'::text, 'POST'::text]))),
    CONSTRAINT applications_sms_method_check CHECK ((sms_method = ANY (ARRAY['GET'::text, 'POST'::text])))
);

CREATE TABLE public.auth_tokens (
    account uuid NOT NULL,
    rank text NOT NULL,
    sealed_token bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT auth_tokens_rank_check CHECK ((rank = ANY (ARRAY['primary'::text, 'secondary'::text])))
);

CREATE TABLE public.blocked_hosts (
    host text NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.bucket_leases (
    bucket smallint NOT NULL,
    owner text,
    epoch bigint DEFAULT 0 NOT NULL,
    until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

CREATE TABLE public.campaign_rates (
    bucket smallint NOT NULL,
    account uuid NOT NULL,
    campaign text NOT NULL,
    att double precision NOT NULL,
    tmobile double precision NOT NULL,
    verizon double precision NOT NULL,
    other double precision NOT NULL,
    total double precision NOT NULL,
    granted boolean NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT campaign_rates_att_check CHECK ((att > (0)::double precision)),
    CONSTRAINT campaign_rates_other_check CHECK ((other > (0)::double precision)),
    CONSTRAINT campaign_rates_tmobile_check CHECK ((tmobile > (0)::double precision)),
    CONSTRAINT campaign_rates_total_check CHECK ((total > (0)::double precision)),
    CONSTRAINT campaign_rates_verizon_check CHECK ((verizon > (0)::double precision))
);

CREATE TABLE public.cap_abroad (
    account uuid NOT NULL,
    day date NOT NULL,
    sends integer NOT NULL,
    taken integer NOT NULL
);

CREATE TABLE public.cap_counts (
    account uuid NOT NULL,
    recipient text NOT NULL,
    sends bytea NOT NULL,
    last_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.cap_settings (
    id bigint NOT NULL,
    account uuid NOT NULL,
    settings jsonb NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.cap_settings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cap_settings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.carrier_tallies (
    carrier text NOT NULL,
    hour timestamp with time zone NOT NULL,
    taken bigint DEFAULT 0 NOT NULL,
    delivered bigint DEFAULT 0 NOT NULL,
    undelivered bigint DEFAULT 0 NOT NULL,
    missing bigint DEFAULT 0 NOT NULL,
    too_fast bigint DEFAULT 0 NOT NULL,
    linked bigint DEFAULT 0 NOT NULL,
    followed bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.carriers (
    name text NOT NULL,
    kind text NOT NULL,
    sealed_settings bytea NOT NULL,
    tps double precision,
    state text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT carriers_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$'::text)),
    CONSTRAINT carriers_state_check CHECK ((state = ANY (ARRAY['active'::text, 'draining'::text, 'off'::text]))),
    CONSTRAINT carriers_tps_check CHECK ((tps > (0)::double precision))
);

CREATE TABLE public.carriers_held (
    owner text NOT NULL,
    carrier text NOT NULL,
    bound boolean NOT NULL,
    breaker text NOT NULL,
    waiting integer NOT NULL,
    awaited integer NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.click_follow_ups (
    id uuid NOT NULL,
    rule uuid NOT NULL,
    account uuid NOT NULL,
    recipient text NOT NULL,
    message uuid NOT NULL,
    service uuid NOT NULL,
    due timestamp with time zone NOT NULL,
    state text NOT NULL,
    tried_at timestamp with time zone,
    sent uuid,
    reason text
);

CREATE SEQUENCE public.click_order
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.click_rules (
    id uuid NOT NULL,
    account uuid NOT NULL,
    name text NOT NULL,
    service uuid,
    tags jsonb NOT NULL,
    body text NOT NULL,
    through uuid,
    intent text NOT NULL,
    shorten_urls boolean NOT NULL,
    delay_seconds integer NOT NULL,
    cap integer NOT NULL,
    fired integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    canceled_at timestamp with time zone
);

CREATE TABLE public.clicks_new (
    click uuid NOT NULL,
    account uuid NOT NULL,
    message uuid NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

CREATE TABLE public.consent_heads (
    account uuid NOT NULL,
    size bigint NOT NULL,
    last bytea NOT NULL,
    peaks bytea NOT NULL,
    root bytea NOT NULL,
    at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.consent_ledger (
    account uuid NOT NULL,
    n bigint NOT NULL,
    recipient text NOT NULL,
    at timestamp with time zone NOT NULL,
    entry bytea NOT NULL,
    nodes bytea NOT NULL
);

CREATE TABLE public.consent_wordings (
    account uuid NOT NULL,
    sha256 bytea NOT NULL,
    wording text NOT NULL
);

CREATE TABLE public.consents (
    account uuid NOT NULL,
    recipient text NOT NULL,
    scope text NOT NULL,
    state text NOT NULL,
    since timestamp with time zone NOT NULL,
    entry bigint NOT NULL,
    reach text NOT NULL,
    expires_at timestamp with time zone,
    confirmed boolean NOT NULL,
    method text NOT NULL,
    CONSTRAINT consents_reach_check CHECK ((reach = ANY (ARRAY['scope'::text, 'all'::text]))),
    CONSTRAINT consents_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'granted'::text, 'revoked'::text, 'expired'::text, 'lifted'::text])))
);

CREATE TABLE public.contact_findings (
    account uuid NOT NULL,
    scrub uuid NOT NULL,
    recipient text NOT NULL,
    reason text NOT NULL,
    country text NOT NULL,
    line_type text NOT NULL,
    code integer
);

CREATE TABLE public.contact_scrubs (
    account uuid NOT NULL,
    id uuid NOT NULL,
    wanted jsonb NOT NULL,
    behind text DEFAULT ''::text NOT NULL,
    report jsonb,
    done boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.conversions (
    account uuid NOT NULL,
    key text NOT NULL,
    event text NOT NULL,
    at timestamp with time zone NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    value numeric,
    currency text,
    click uuid,
    message uuid
);

CREATE TABLE public.cursors (
    reader text NOT NULL,
    bucket smallint NOT NULL,
    xid bigint DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.daily_caps (
    account uuid NOT NULL,
    name text NOT NULL,
    segments bigint NOT NULL,
    zone text NOT NULL,
    day date DEFAULT '-infinity'::date NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT daily_caps_reserved_check CHECK ((reserved >= 0)),
    CONSTRAINT daily_caps_segments_check CHECK ((segments >= 0))
)
WITH (fillfactor='50');

CREATE TABLE public.deactivated_numbers (
    number text NOT NULL,
    day date NOT NULL
);

CREATE TABLE public.dispatchers (
    owner text NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.feedback (
    bucket smallint NOT NULL,
    message uuid NOT NULL,
    account uuid NOT NULL,
    outcome text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT feedback_outcome_check CHECK ((outcome = ANY (ARRAY['confirmed'::text, 'unconfirmed'::text])))
);

CREATE TABLE public.flows (
    bucket smallint NOT NULL,
    lane bigint NOT NULL,
    priority smallint NOT NULL,
    flow bigint NOT NULL,
    finish bigint NOT NULL,
    segments_in bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.gate_refusals (
    account uuid NOT NULL,
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    recipient text NOT NULL,
    sender text NOT NULL,
    code integer NOT NULL,
    verdict jsonb NOT NULL
);

ALTER TABLE public.gate_refusals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.gate_refusals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.gate_settings (
    id bigint NOT NULL,
    account uuid NOT NULL,
    settings jsonb NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.gate_settings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.gate_settings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.geo_permissions (
    id bigint NOT NULL,
    account uuid NOT NULL,
    destination text NOT NULL,
    allowed boolean,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.geo_permissions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.geo_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inbound_doubts (
    message uuid NOT NULL,
    carrier text NOT NULL,
    likeness bytea NOT NULL,
    session uuid NOT NULL,
    again uuid,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.inbound_refs (
    carrier text NOT NULL,
    provider_id text NOT NULL,
    message uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.inflight (
    bucket smallint NOT NULL,
    id uuid NOT NULL,
    account uuid NOT NULL,
    lane bigint NOT NULL,
    priority smallint NOT NULL,
    turn bigint NOT NULL,
    segments smallint NOT NULL,
    attempt smallint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    resend boolean NOT NULL,
    epoch bigint NOT NULL,
    marked_at timestamp with time zone NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

CREATE TABLE public.lane_state (
    bucket smallint NOT NULL,
    lane bigint NOT NULL,
    free_at double precision DEFAULT 0 NOT NULL,
    turn_0 bigint DEFAULT 0 NOT NULL,
    turn_1 bigint DEFAULT 0 NOT NULL,
    turn_2 bigint DEFAULT 0 NOT NULL,
    out_0 bigint DEFAULT 0 NOT NULL,
    out_1 bigint DEFAULT 0 NOT NULL,
    out_2 bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.lanes (
    bucket smallint NOT NULL,
    id bigint NOT NULL,
    account uuid NOT NULL,
    key text NOT NULL,
    mps double precision NOT NULL,
    queue_limit_seconds integer NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign text,
    network text,
    daily_caps text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT lanes_mps_check CHECK ((mps > (0)::double precision)),
    CONSTRAINT lanes_queue_limit_seconds_check CHECK ((queue_limit_seconds > 0))
);

CREATE TABLE public.later (
    bucket smallint NOT NULL,
    due timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    account uuid NOT NULL,
    scheduled boolean NOT NULL,
    lane bigint,
    priority smallint NOT NULL,
    flow bigint NOT NULL,
    turn bigint NOT NULL,
    segments smallint NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    pending boolean DEFAULT false NOT NULL
);

CREATE TABLE public.link_certificates (
    domain uuid NOT NULL,
    account uuid NOT NULL,
    id uuid NOT NULL,
    chain text,
    sealed_key bytea,
    expires_at timestamp with time zone,
    managed boolean NOT NULL,
    ask_at timestamp with time zone,
    fault text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.link_counts (
    message uuid NOT NULL,
    code text NOT NULL,
    account uuid NOT NULL,
    persons integer NOT NULL,
    machines integer NOT NULL,
    unsure integer NOT NULL
);

CREATE TABLE public.link_domain_services (
    service uuid NOT NULL,
    account uuid NOT NULL,
    domain uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.link_domains (
    id uuid NOT NULL,
    account uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    config uuid,
    config_created_at timestamp with time zone,
    config_updated_at timestamp with time zone,
    fallback_url text,
    callback_url text,
    continue_on_failure boolean DEFAULT false NOT NULL,
    disable_https boolean DEFAULT false NOT NULL,
    base_url text,
    brand text,
    language text DEFAULT 'en'::text NOT NULL,
    home_url text,
    parameters text DEFAULT ''::text NOT NULL,
    parameter_hosts text[] DEFAULT '{}'::text[] NOT NULL
);

CREATE TABLE public.link_files (
    domain uuid NOT NULL,
    account uuid NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.link_messages (
    message uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    country text NOT NULL,
    tags jsonb NOT NULL,
    hour timestamp with time zone NOT NULL,
    delivered boolean NOT NULL,
    conversions integer DEFAULT 0 NOT NULL
);

CREATE UNLOGGED TABLE public.link_misses (
    network text NOT NULL,
    minute bigint NOT NULL,
    misses integer NOT NULL
);

CREATE TABLE public.link_rates (
    account uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    service uuid NOT NULL,
    country text NOT NULL,
    tags jsonb NOT NULL,
    delivered bigint NOT NULL,
    clicked bigint NOT NULL,
    followed bigint NOT NULL,
    persons bigint NOT NULL,
    machines bigint NOT NULL,
    unsure bigint NOT NULL,
    converted bigint DEFAULT 0 NOT NULL,
    conversions bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.links (
    month smallint NOT NULL,
    code text CONSTRAINT links_code_not_null1 NOT NULL,
    account uuid CONSTRAINT links_account_not_null1 NOT NULL,
    domain uuid CONSTRAINT links_domain_not_null1 NOT NULL,
    service uuid CONSTRAINT links_service_not_null1 NOT NULL,
    message uuid CONSTRAINT links_message_not_null1 NOT NULL,
    destination text CONSTRAINT links_destination_not_null1 NOT NULL,
    created_at timestamp with time zone CONSTRAINT links_created_at_not_null1 NOT NULL,
    expires_at timestamp with time zone CONSTRAINT links_expires_at_not_null1 NOT NULL
)
PARTITION BY RANGE (month);

CREATE TABLE public.links_rest (
    month smallint CONSTRAINT links_month_not_null NOT NULL,
    code text CONSTRAINT links_code_not_null1 NOT NULL,
    account uuid CONSTRAINT links_account_not_null1 NOT NULL,
    domain uuid CONSTRAINT links_domain_not_null1 NOT NULL,
    service uuid CONSTRAINT links_service_not_null1 NOT NULL,
    message uuid CONSTRAINT links_message_not_null1 NOT NULL,
    destination text CONSTRAINT links_destination_not_null1 NOT NULL,
    created_at timestamp with time zone CONSTRAINT links_created_at_not_null1 NOT NULL,
    expires_at timestamp with time zone CONSTRAINT links_expires_at_not_null1 NOT NULL
);

CREATE TABLE public.lookup_answers (
    account uuid NOT NULL,
    number text NOT NULL,
    field text NOT NULL,
    answer jsonb NOT NULL,
    source text NOT NULL,
    cost numeric NOT NULL,
    at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.lookup_limits (
    account uuid NOT NULL,
    field text NOT NULL,
    bucket_name text NOT NULL,
    calls integer NOT NULL,
    ttl_seconds integer NOT NULL,
    counted integer DEFAULT 0 NOT NULL,
    window_ends timestamp with time zone NOT NULL
);

CREATE TABLE public.lookup_overrides (
    account uuid NOT NULL,
    number text NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    original text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT lookup_overrides_field_check CHECK ((field = 'line_type'::text))
);

CREATE TABLE public.multipart (
    bucket smallint NOT NULL,
    message uuid NOT NULL,
    account uuid NOT NULL,
    parts smallint NOT NULL,
    delivered bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    code integer
);

CREATE TABLE public.number_lessons (
    account uuid NOT NULL,
    recipient text NOT NULL,
    code integer NOT NULL,
    times integer NOT NULL,
    message uuid,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    until timestamp with time zone
);

CREATE TABLE public.number_networks (
    number text NOT NULL,
    network text NOT NULL,
    source text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT number_networks_network_check CHECK ((network = ANY (ARRAY['att'::text, 'tmobile'::text, 'verizon'::text, 'other'::text])))
);

CREATE TABLE public.opt_out_changes (
    id bigint NOT NULL,
    account uuid NOT NULL,
    recipient text NOT NULL,
    scope text NOT NULL,
    change text NOT NULL,
    source text NOT NULL,
    keyword text,
    message uuid,
    reason text,
    changed_by text,
    at timestamp with time zone NOT NULL,
    CONSTRAINT opt_out_changes_change_check CHECK ((change = ANY (ARRAY['opted_out'::text, 'opted_in'::text, 'review'::text, 'cleared'::text])))
);

ALTER TABLE public.opt_out_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.opt_out_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.opt_out_settings (
    service uuid NOT NULL,
    account uuid NOT NULL,
    settings jsonb NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.opt_outs (
    account uuid NOT NULL,
    scope text NOT NULL,
    recipient text NOT NULL,
    state text NOT NULL,
    source text NOT NULL,
    keyword text,
    message uuid,
    since timestamp with time zone NOT NULL,
    CONSTRAINT opt_outs_state_check CHECK ((state = ANY (ARRAY['opted_out'::text, 'review'::text])))
);

CREATE TABLE public.senders (
    id uuid NOT NULL,
    account uuid NOT NULL,
    address text NOT NULL,
    kind text NOT NULL,
    mps double precision NOT NULL,
    queue_limit_seconds integer,
    paused boolean DEFAULT false NOT NULL,
    friendly_name text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    sms boolean DEFAULT true NOT NULL,
    mms boolean DEFAULT false NOT NULL,
    voice boolean DEFAULT false NOT NULL,
    sms_url text,
    sms_method text DEFAULT 'POST'::text NOT NULL,
    sms_fallback_url text,
    sms_fallback_method text DEFAULT 'POST'::text NOT NULL,
    sms_application uuid,
    status_callback text,
    carrier text,
    other_settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    mps_granted boolean DEFAULT true NOT NULL,
    line text DEFAULT 'local'::text NOT NULL,
    origin text DEFAULT 'hosted'::text NOT NULL,
    CONSTRAINT senders_kind_check CHECK ((kind = ANY (ARRAY['long_code'::text, 'toll_free'::text, 'short_code'::text, 'alphanumeric'::text]))),
    CONSTRAINT senders_line_check CHECK ((line = ANY (ARRAY['local'::text, 'mobile'::text, 'toll_free'::text, 'none'::text]))),
    CONSTRAINT senders_mps_check CHECK ((mps > (0)::double precision)),
    CONSTRAINT senders_origin_check CHECK ((origin = ANY (ARRAY['twilio'::text, 'hosted'::text]))),
    CONSTRAINT senders_queue_limit_seconds_check CHECK ((queue_limit_seconds > 0)),
    CONSTRAINT senders_sms_fallback_method_check CHECK ((sms_fallback_method = ANY (ARRAY['GET'::text, 'POST'::text]))),
    CONSTRAINT senders_sms_method_check CHECK ((sms_method = ANY (ARRAY['GET'::text, 'POST'::text])))
);

CREATE TABLE public.service_senders (
    service uuid NOT NULL,
    sender uuid NOT NULL,
    account uuid NOT NULL,
    added_at timestamp with time zone NOT NULL
);

CREATE VIEW public.pool_scopes AS
 SELECT s.account,
    s.address AS sender,
    replace((m.service)::text, '-'::text, ''::text) AS scope
   FROM (public.service_senders m
     JOIN public.senders s ON (((s.id = m.sender) AND (s.account = m.account))));

CREATE TABLE public.ported_numbers (
    number text NOT NULL,
    carrier text,
    line_type text,
    mcc text,
    mnc text,
    source text NOT NULL,
    as_of date NOT NULL
);

CREATE TABLE public.profiles (
    account uuid NOT NULL,
    recipient text NOT NULL,
    zone text,
    postal_code text,
    state text,
    hours text,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.publishable_keys (
    key text NOT NULL,
    account uuid NOT NULL,
    origins text[] NOT NULL,
    per_minute integer NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.queue (
    bucket smallint NOT NULL,
    lane bigint NOT NULL,
    priority smallint NOT NULL,
    turn bigint NOT NULL,
    id uuid NOT NULL,
    segments smallint NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

CREATE TABLE public.receipts_waiting (
    carrier text NOT NULL,
    provider_id text NOT NULL,
    delivered boolean NOT NULL,
    code integer,
    done_date text,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.replies (
    bucket smallint NOT NULL,
    message uuid NOT NULL,
    id uuid NOT NULL,
    n smallint NOT NULL,
    account uuid NOT NULL,
    promised_at timestamp with time zone NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    body text NOT NULL,
    service uuid,
    status_callback text,
    automatic boolean NOT NULL,
    confirms_opt_out boolean NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

CREATE TABLE public.route_health (
    carrier text NOT NULL,
    sender text NOT NULL,
    place text NOT NULL,
    good double precision NOT NULL,
    bad double precision NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.routes (
    id integer NOT NULL,
    place integer NOT NULL,
    countries text[] DEFAULT '{}'::text[] NOT NULL,
    networks text[] DEFAULT '{}'::text[] NOT NULL,
    from_senders text[] DEFAULT '{}'::text[] NOT NULL,
    classes text[] DEFAULT '{}'::text[] NOT NULL,
    carrier text NOT NULL,
    weight double precision,
    price numeric,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT routes_price_check CHECK ((price >= (0)::numeric)),
    CONSTRAINT routes_weight_check CHECK ((weight > (0)::double precision))
);

ALTER TABLE public.routes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.routes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.rule_pack_uses (
    id bigint NOT NULL,
    version text,
    from_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    changed_by text NOT NULL,
    reason text NOT NULL
);

ALTER TABLE public.rule_pack_uses ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rule_pack_uses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.rule_packs (
    version text NOT NULL,
    origin text NOT NULL,
    manifest text NOT NULL,
    title text NOT NULL,
    effective_from date NOT NULL,
    tables jsonb NOT NULL,
    digest text NOT NULL,
    installed_at timestamp with time zone NOT NULL,
    installed_by text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT rule_packs_origin_check CHECK ((origin = ANY (ARRAY['shipped'::text, 'operator'::text])))
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.service_alpha_senders (
    id uuid NOT NULL,
    service uuid NOT NULL,
    account uuid NOT NULL,
    alpha_sender text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.services (
    id uuid NOT NULL,
    account uuid NOT NULL,
    friendly_name text NOT NULL,
    inbound_request_url text,
    inbound_method text DEFAULT 'POST'::text NOT NULL,
    fallback_url text,
    fallback_method text DEFAULT 'POST'::text NOT NULL,
    status_callback text,
    sticky_sender boolean DEFAULT true NOT NULL,
    mms_converter boolean DEFAULT true NOT NULL,
    smart_encoding boolean DEFAULT true NOT NULL,
    scan_message_content text DEFAULT 'inherit'::text NOT NULL,
    fallback_to_long_code boolean DEFAULT true NOT NULL,
    area_code_geomatch boolean DEFAULT true NOT NULL,
    validity_seconds integer DEFAULT 36000 NOT NULL,
    synchronous_validation boolean DEFAULT false NOT NULL,
    usecase text DEFAULT 'undeclared'::text NOT NULL,
    use_inbound_webhook_on_number boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT services_fallback_method_check CHECK ((fallback_method = ANY (ARRAY['GET'::text, 'POST'::text]))),
    CONSTRAINT services_inbound_method_check CHECK ((inbound_method = ANY (ARRAY['GET'::text, 'POST'::text]))),
    CONSTRAINT services_scan_message_content_check CHECK ((scan_message_content = ANY (ARRAY['inherit'::text, 'enable'::text, 'disable'::text]))),
    CONSTRAINT services_validity_seconds_check CHECK (((validity_seconds >= 1) AND (validity_seconds <= 36000)))
);

CREATE TABLE public.sticky_senders (
    service uuid NOT NULL,
    recipient text NOT NULL,
    account uuid NOT NULL,
    sender text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.suppression_lifts (
    id bigint NOT NULL,
    account uuid NOT NULL,
    recipient text NOT NULL,
    code integer NOT NULL,
    reason text NOT NULL,
    lifted_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.suppression_lifts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.suppression_lifts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suppression_rules (
    id bigint NOT NULL,
    account uuid NOT NULL,
    code integer NOT NULL,
    days integer,
    after integer NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.suppression_rules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.suppression_rules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.throughput_changes (
    id uuid NOT NULL,
    account uuid NOT NULL,
    sender uuid NOT NULL,
    mps_before double precision NOT NULL,
    mps_after double precision NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    at timestamp with time zone NOT NULL,
    campaign text,
    CONSTRAINT throughput_changes_mps_after_check CHECK ((mps_after > (0)::double precision))
);

CREATE TABLE public.toll_free_verifications (
    id uuid NOT NULL,
    account uuid NOT NULL,
    sender uuid NOT NULL,
    said jsonb NOT NULL,
    status text NOT NULL,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    may_be_mended boolean DEFAULT false NOT NULL,
    mend_until timestamp with time zone,
    submission integer DEFAULT 1 NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT toll_free_verifications_status_check CHECK ((status = ANY (ARRAY['PENDING_REVIEW'::text, 'IN_REVIEW'::text, 'TWILIO_APPROVED'::text, 'TWILIO_REJECTED'::text])))
);

CREATE TABLE public.verifications (
    bucket smallint NOT NULL,
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    seed bytea NOT NULL,
    code_hash bytea NOT NULL,
    custom boolean NOT NULL,
    length smallint NOT NULL,
    sends smallint NOT NULL,
    checks integer NOT NULL,
    amount text,
    payee text,
    lookup jsonb,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.verify_blocks (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    recipient text NOT NULL,
    number_range text NOT NULL,
    country text NOT NULL,
    guard text NOT NULL,
    rule text NOT NULL,
    why text NOT NULL,
    slowed boolean NOT NULL
);

CREATE TABLE public.verify_challenges (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    entity uuid NOT NULL,
    factor uuid NOT NULL,
    status text NOT NULL,
    details jsonb,
    hidden_details jsonb,
    metadata jsonb,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    responded_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_entities (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    identity text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_factors (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    entity uuid NOT NULL,
    friendly_name text NOT NULL,
    status text NOT NULL,
    secret bytea NOT NULL,
    alg text NOT NULL,
    skew smallint NOT NULL,
    code_length smallint NOT NULL,
    time_step smallint NOT NULL,
    metadata jsonb,
    last_step bigint DEFAULT '-1'::integer NOT NULL,
    misses integer DEFAULT 0 NOT NULL,
    missing_since timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_fallbacks (
    bucket smallint NOT NULL,
    attempt uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    verification uuid NOT NULL,
    recipient text NOT NULL,
    country text NOT NULL,
    message uuid,
    sends smallint NOT NULL,
    spoken jsonb NOT NULL,
    due_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.verify_messaging_configurations (
    account uuid NOT NULL,
    service uuid NOT NULL,
    country text NOT NULL,
    messaging_service uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_rate_buckets (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    rate_limit uuid NOT NULL,
    most integer NOT NULL,
    interval_seconds integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_rate_counts (
    account uuid NOT NULL,
    rate_bucket uuid NOT NULL,
    value bytea NOT NULL,
    count integer NOT NULL,
    until timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.verify_rate_limits (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    unique_name text NOT NULL,
    description text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_safe_numbers (
    account uuid NOT NULL,
    phone_number text NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_services (
    id uuid NOT NULL,
    account uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    settings jsonb NOT NULL
);

CREATE TABLE public.verify_templates (
    id uuid NOT NULL,
    account uuid NOT NULL,
    friendly_name text NOT NULL,
    channels text[] NOT NULL,
    default_locale text NOT NULL,
    translations jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.verify_traffic (
    account uuid NOT NULL,
    scope text NOT NULL,
    slot timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    converted integer NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.verify_webhooks (
    id uuid NOT NULL,
    account uuid NOT NULL,
    service uuid NOT NULL,
    friendly_name text NOT NULL,
    event_types text[] NOT NULL,
    every boolean NOT NULL,
    url text NOT NULL,
    enabled boolean NOT NULL,
    version text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.webhook_pending (
    bucket smallint NOT NULL,
    endpoint text NOT NULL,
    xid bigint NOT NULL,
    seq bigint NOT NULL,
    next_at timestamp with time zone NOT NULL,
    account uuid NOT NULL,
    message uuid NOT NULL,
    status text NOT NULL,
    url text NOT NULL,
    fallback_url text,
    form text NOT NULL,
    attempts smallint NOT NULL,
    total_attempts smallint NOT NULL,
    spent_ms integer NOT NULL,
    method text DEFAULT 'POST'::text NOT NULL,
    fallback_method text DEFAULT 'POST'::text NOT NULL,
    redirects smallint DEFAULT 0 NOT NULL,
    CONSTRAINT webhook_pending_fallback_method_check CHECK ((fallback_method = ANY (ARRAY['GET'::text, 'POST'::text]))),
    CONSTRAINT webhook_pending_method_check CHECK ((method = ANY (ARRAY['GET'::text, 'POST'::text])))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

ALTER TABLE ONLY public.links ATTACH PARTITION public.links_rest DEFAULT;

ALTER TABLE ONLY public.a2p_brands
    ADD CONSTRAINT a2p_brands_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.a2p_campaigns
    ADD CONSTRAINT a2p_campaigns_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.a2p_campaigns
    ADD CONSTRAINT a2p_campaigns_service_key UNIQUE (service);

ALTER TABLE ONLY public.a2p_vettings
    ADD CONSTRAINT a2p_vettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.advisory_letters
    ADD CONSTRAINT advisory_letters_pkey PRIMARY KEY (account, address, change);

ALTER TABLE ONLY public.advisory_subscribers
    ADD CONSTRAINT advisory_subscribers_pkey PRIMARY KEY (account, address);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.applications
    ADD CONSTRAINT applications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_tokens
    ADD CONSTRAINT auth_tokens_pkey PRIMARY KEY (account, rank);

ALTER TABLE ONLY public.blocked_hosts
    ADD CONSTRAINT blocked_hosts_pkey PRIMARY KEY (host);

ALTER TABLE ONLY public.bucket_leases
    ADD CONSTRAINT bucket_leases_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY public.campaign_rates
    ADD CONSTRAINT campaign_rates_pkey PRIMARY KEY (bucket, account, campaign);

ALTER TABLE ONLY public.cap_abroad
    ADD CONSTRAINT cap_abroad_pkey PRIMARY KEY (account, day);

ALTER TABLE ONLY public.cap_counts
    ADD CONSTRAINT cap_counts_pkey PRIMARY KEY (account, recipient);

ALTER TABLE ONLY public.cap_settings
    ADD CONSTRAINT cap_settings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.carrier_tallies
    ADD CONSTRAINT carrier_tallies_pkey PRIMARY KEY (carrier, hour);

ALTER TABLE ONLY public.carriers_held
    ADD CONSTRAINT carriers_held_pkey PRIMARY KEY (owner, carrier);

ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.click_follow_ups
    ADD CONSTRAINT click_follow_ups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.click_follow_ups
    ADD CONSTRAINT click_follow_ups_rule_recipient_key UNIQUE (rule, recipient);

ALTER TABLE ONLY public.click_rules
    ADD CONSTRAINT click_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.click_verdicts
    ADD CONSTRAINT click_verdicts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.clicks_new
    ADD CONSTRAINT clicks_new_pkey PRIMARY KEY (click);

ALTER TABLE ONLY public.clicks
    ADD CONSTRAINT clicks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consent_heads
    ADD CONSTRAINT consent_heads_pkey PRIMARY KEY (account);

ALTER TABLE ONLY public.consent_ledger
    ADD CONSTRAINT consent_ledger_pkey PRIMARY KEY (account, n);

ALTER TABLE ONLY public.consent_wordings
    ADD CONSTRAINT consent_wordings_pkey PRIMARY KEY (account, sha256);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (account, recipient, scope);

ALTER TABLE ONLY public.contact_findings
    ADD CONSTRAINT contact_findings_pkey PRIMARY KEY (scrub, recipient);

ALTER TABLE ONLY public.contact_scrubs
    ADD CONSTRAINT contact_scrubs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversions
    ADD CONSTRAINT conversions_pkey PRIMARY KEY (account, key);

ALTER TABLE ONLY public.cursors
    ADD CONSTRAINT cursors_pkey PRIMARY KEY (reader, bucket);

ALTER TABLE ONLY public.daily_caps
    ADD CONSTRAINT daily_caps_pkey PRIMARY KEY (account, name);

ALTER TABLE ONLY public.deactivated_numbers
    ADD CONSTRAINT deactivated_numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.dispatchers
    ADD CONSTRAINT dispatchers_pkey PRIMARY KEY (owner);

ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (bucket, xid, seq, at);

ALTER TABLE ONLY public.feedback
    ADD CONSTRAINT feedback_pkey PRIMARY KEY (bucket, message);

ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (bucket, lane, priority, flow);

ALTER TABLE ONLY public.gate_refusals
    ADD CONSTRAINT gate_refusals_pkey PRIMARY KEY (account, id);

ALTER TABLE ONLY public.gate_settings
    ADD CONSTRAINT gate_settings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.geo_permissions
    ADD CONSTRAINT geo_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inbound_doubts
    ADD CONSTRAINT inbound_doubts_pkey PRIMARY KEY (message);

ALTER TABLE ONLY public.inbound_refs
    ADD CONSTRAINT inbound_refs_pkey PRIMARY KEY (carrier, provider_id);

ALTER TABLE ONLY public.inflight
    ADD CONSTRAINT inflight_pkey PRIMARY KEY (bucket, id);

ALTER TABLE ONLY public.lane_state
    ADD CONSTRAINT lane_state_pkey PRIMARY KEY (bucket, lane);

ALTER TABLE ONLY public.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (bucket, id);

ALTER TABLE ONLY public.later
    ADD CONSTRAINT later_pkey PRIMARY KEY (bucket, due, id);

ALTER TABLE ONLY public.link_certificates
    ADD CONSTRAINT link_certificates_pkey PRIMARY KEY (domain);

ALTER TABLE ONLY public.link_counts
    ADD CONSTRAINT link_counts_pkey PRIMARY KEY (message, code);

ALTER TABLE ONLY public.link_domain_services
    ADD CONSTRAINT link_domain_services_pkey PRIMARY KEY (service);

ALTER TABLE ONLY public.link_domains
    ADD CONSTRAINT link_domains_name_key UNIQUE (name);

ALTER TABLE ONLY public.link_domains
    ADD CONSTRAINT link_domains_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.link_files
    ADD CONSTRAINT link_files_pkey PRIMARY KEY (domain, name);

ALTER TABLE ONLY public.link_messages
    ADD CONSTRAINT link_messages_pkey PRIMARY KEY (message);

ALTER TABLE ONLY public.link_misses
    ADD CONSTRAINT link_misses_pkey PRIMARY KEY (network, minute);

ALTER TABLE ONLY public.link_rates
    ADD CONSTRAINT link_rates_pkey PRIMARY KEY (account, hour, service, country, tags);

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (month, code);

ALTER TABLE ONLY public.links_rest
    ADD CONSTRAINT links_rest_pkey PRIMARY KEY (month, code);

ALTER TABLE ONLY public.lookup_answers
    ADD CONSTRAINT lookup_answers_pkey PRIMARY KEY (account, number, field);

ALTER TABLE ONLY public.lookup_limits
    ADD CONSTRAINT lookup_limits_pkey PRIMARY KEY (account, field, bucket_name);

ALTER TABLE ONLY public.lookup_overrides
    ADD CONSTRAINT lookup_overrides_pkey PRIMARY KEY (account, number, field);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (bucket, id);

ALTER TABLE ONLY public.multipart
    ADD CONSTRAINT multipart_pkey PRIMARY KEY (bucket, message);

ALTER TABLE ONLY public.number_lessons
    ADD CONSTRAINT number_lessons_pkey PRIMARY KEY (account, recipient);

ALTER TABLE ONLY public.number_networks
    ADD CONSTRAINT number_networks_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.opt_out_changes
    ADD CONSTRAINT opt_out_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.opt_out_settings
    ADD CONSTRAINT opt_out_settings_pkey PRIMARY KEY (service);

ALTER TABLE ONLY public.opt_outs
    ADD CONSTRAINT opt_outs_pkey PRIMARY KEY (account, recipient, scope);

ALTER TABLE ONLY public.ported_numbers
    ADD CONSTRAINT ported_numbers_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (account, recipient);

ALTER TABLE ONLY public.publishable_keys
    ADD CONSTRAINT publishable_keys_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (bucket, lane, priority, turn, id);

ALTER TABLE ONLY public.replies
    ADD CONSTRAINT replies_pkey PRIMARY KEY (bucket, message, id);

ALTER TABLE ONLY public.route_health
    ADD CONSTRAINT route_health_pkey PRIMARY KEY (carrier, sender, place);

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rule_pack_uses
    ADD CONSTRAINT rule_pack_uses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rule_packs
    ADD CONSTRAINT rule_packs_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.senders
    ADD CONSTRAINT senders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_alpha_senders
    ADD CONSTRAINT service_alpha_senders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_alpha_senders
    ADD CONSTRAINT service_alpha_senders_service_country_alpha_sender_key UNIQUE (service, country, alpha_sender);

ALTER TABLE ONLY public.service_senders
    ADD CONSTRAINT service_senders_pkey PRIMARY KEY (service, sender);

ALTER TABLE ONLY public.service_senders
    ADD CONSTRAINT service_senders_sender_key UNIQUE (sender);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sticky_senders
    ADD CONSTRAINT sticky_senders_pkey PRIMARY KEY (service, recipient);

ALTER TABLE ONLY public.suppression_lifts
    ADD CONSTRAINT suppression_lifts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suppression_rules
    ADD CONSTRAINT suppression_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.throughput_changes
    ADD CONSTRAINT throughput_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.toll_free_verifications
    ADD CONSTRAINT toll_free_verifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.toll_free_verifications
    ADD CONSTRAINT toll_free_verifications_sender_key UNIQUE (sender);

ALTER TABLE ONLY public.verifications
    ADD CONSTRAINT verifications_pkey PRIMARY KEY (bucket, id);

ALTER TABLE ONLY public.verify_attempts
    ADD CONSTRAINT verify_attempts_pkey PRIMARY KEY (bucket, id);

ALTER TABLE ONLY public.verify_blocks
    ADD CONSTRAINT verify_blocks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_challenges
    ADD CONSTRAINT verify_challenges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_entities
    ADD CONSTRAINT verify_entities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_entities
    ADD CONSTRAINT verify_entities_service_identity_key UNIQUE (service, identity);

ALTER TABLE ONLY public.verify_factors
    ADD CONSTRAINT verify_factors_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_fallbacks
    ADD CONSTRAINT verify_fallbacks_pkey PRIMARY KEY (bucket, attempt);

ALTER TABLE ONLY public.verify_messaging_configurations
    ADD CONSTRAINT verify_messaging_configurations_pkey PRIMARY KEY (service, country);

ALTER TABLE ONLY public.verify_rate_buckets
    ADD CONSTRAINT verify_rate_buckets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_rate_buckets
    ADD CONSTRAINT verify_rate_buckets_rate_limit_interval_seconds_key UNIQUE (rate_limit, interval_seconds);

ALTER TABLE ONLY public.verify_rate_counts
    ADD CONSTRAINT verify_rate_counts_pkey PRIMARY KEY (rate_bucket, value);

ALTER TABLE ONLY public.verify_rate_limits
    ADD CONSTRAINT verify_rate_limits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_rate_limits
    ADD CONSTRAINT verify_rate_limits_service_unique_name_key UNIQUE (service, unique_name);

ALTER TABLE ONLY public.verify_safe_numbers
    ADD CONSTRAINT verify_safe_numbers_pkey PRIMARY KEY (account, phone_number);

ALTER TABLE ONLY public.verify_services
    ADD CONSTRAINT verify_services_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_templates
    ADD CONSTRAINT verify_templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verify_traffic
    ADD CONSTRAINT verify_traffic_pkey PRIMARY KEY (account, scope, slot);

ALTER TABLE ONLY public.verify_webhooks
    ADD CONSTRAINT verify_webhooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_pending
    ADD CONSTRAINT webhook_pending_pkey PRIMARY KEY (bucket, xid, seq);

CREATE INDEX a2p_brands_by_account ON public.a2p_brands USING btree (account, id);

CREATE INDEX a2p_campaigns_by_brand ON public.a2p_campaigns USING btree (account, brand);

CREATE INDEX a2p_vettings_by_brand ON public.a2p_vettings USING btree (account, brand, id);

CREATE INDEX alerts_by_account ON ONLY public.alerts USING btree (account, id);

CREATE INDEX api_keys_by_account ON public.api_keys USING btree (account, id);

CREATE INDEX applications_by_account ON public.applications USING btree (account, id);

CREATE INDEX cap_settings_by_account ON public.cap_settings USING btree (account, id);

CREATE INDEX carrier_refs_by_provider ON ONLY public.carrier_refs USING btree (carrier, provider_id);

CREATE INDEX click_follow_ups_by_message ON public.click_follow_ups USING btree (account, message);

CREATE INDEX click_follow_ups_due ON public.click_follow_ups USING btree (due) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text]));

CREATE INDEX click_rules_by_account ON public.click_rules USING btree (account, id);

CREATE INDEX click_verdicts_by_message ON ONLY public.click_verdicts USING btree (account, message, id);

CREATE INDEX click_verdicts_by_version ON ONLY public.click_verdicts USING btree (version);

CREATE INDEX clicks_by_message ON ONLY public.clicks USING btree (account, message, id);

CREATE INDEX consent_ledger_by_recipient ON public.consent_ledger USING btree (account, recipient, n);

CREATE INDEX consents_that_expire ON public.consents USING btree (expires_at) WHERE ((expires_at IS NOT NULL) AND (state = ANY (ARRAY['pending'::text, 'granted'::text])));

CREATE INDEX contact_scrubs_by_account ON public.contact_scrubs USING btree (account, id);

CREATE INDEX contact_scrubs_by_age ON public.contact_scrubs USING btree (created_at);

CREATE INDEX conversions_by_message ON public.conversions USING btree (account, message) WHERE (message IS NOT NULL);

CREATE INDEX conversions_by_time ON public.conversions USING btree (account, at);

CREATE INDEX deactivated_numbers_by_day ON public.deactivated_numbers USING btree (day);

CREATE INDEX facts_by_subject ON ONLY public.facts USING btree (subject, seq);

CREATE INDEX gate_refusals_by_time ON public.gate_refusals USING btree (at);

CREATE INDEX gate_settings_by_account ON public.gate_settings USING btree (account, id);

CREATE INDEX geo_permissions_by_destination ON public.geo_permissions USING btree (account, destination, id);

CREATE INDEX inbound_doubts_by_likeness ON public.inbound_doubts USING btree (carrier, likeness);

CREATE INDEX inbound_doubts_by_session ON public.inbound_doubts USING btree (session, at);

CREATE INDEX inbound_refs_by_time ON public.inbound_refs USING btree (at);

CREATE INDEX lanes_by_campaign ON public.lanes USING btree (bucket, campaign) WHERE (campaign IS NOT NULL);

CREATE INDEX later_message ON public.later USING btree (bucket, id);

CREATE INDEX later_pending ON public.later USING btree (account) WHERE pending;

CREATE INDEX link_certificates_to_ask ON public.link_certificates USING btree (ask_at) WHERE (ask_at IS NOT NULL);

CREATE INDEX link_domain_services_by_domain ON public.link_domain_services USING btree (domain);

CREATE INDEX link_domains_by_account ON public.link_domains USING btree (account, id);

CREATE INDEX links_by_end ON ONLY public.links USING btree (expires_at);

CREATE INDEX links_by_message ON ONLY public.links USING btree (account, message);

CREATE INDEX links_rest_account_message_idx ON public.links_rest USING btree (account, message);

CREATE INDEX links_rest_expires_at_idx ON public.links_rest USING btree (expires_at);

CREATE INDEX lookup_answers_by_end ON public.lookup_answers USING btree (until);

CREATE INDEX messages_by_account ON ONLY public.messages USING btree (account, id);

CREATE INDEX messages_by_recipient ON ONLY public.messages USING btree (account, recipient, id);

CREATE INDEX messages_from_people ON ONLY public.messages USING btree (account, sender, id) WHERE (direction = 'inbound'::text);

CREATE INDEX messages_to_forget ON ONLY public.messages USING btree (bucket, id) WHERE (discard_body OR obfuscate_to);

CREATE INDEX number_lessons_by_age ON public.number_lessons USING btree (last_at);

CREATE INDEX number_lessons_by_end ON public.number_lessons USING btree (account, until) WHERE (until IS NOT NULL);

CREATE INDEX opt_out_changes_by_recipient ON public.opt_out_changes USING btree (account, recipient, id);

CREATE INDEX opt_outs_to_review ON public.opt_outs USING btree (account, since, recipient, scope) WHERE (state = 'review'::text);

CREATE INDEX publishable_keys_by_account ON public.publishable_keys USING btree (account, created_at);

CREATE INDEX receipts_waiting_by_provider ON public.receipts_waiting USING btree (carrier, provider_id);

CREATE INDEX rule_pack_uses_by_from ON public.rule_pack_uses USING btree (from_at, id);

CREATE UNIQUE INDEX senders_by_account ON public.senders USING btree (account, address);

CREATE UNIQUE INDEX senders_by_address ON public.senders USING btree (address) WHERE (kind <> 'alphanumeric'::text);

CREATE INDEX senders_by_carrier ON public.senders USING btree (account, address) WHERE (carrier IS NOT NULL);

CREATE INDEX services_by_account ON public.services USING btree (account, id);

CREATE INDEX suppression_lifts_by_recipient ON public.suppression_lifts USING btree (account, recipient, id);

CREATE INDEX suppression_rules_by_code ON public.suppression_rules USING btree (account, code, id);

CREATE INDEX throughput_changes_by_campaign ON public.throughput_changes USING btree (account, campaign, at) WHERE (campaign IS NOT NULL);

CREATE INDEX throughput_changes_by_sender ON public.throughput_changes USING btree (account, sender, at);

CREATE INDEX toll_free_verifications_by_account ON public.toll_free_verifications USING btree (account, id);

CREATE INDEX verifications_by_age ON public.verifications USING btree (bucket, created_at);

CREATE UNIQUE INDEX verifications_under_way ON public.verifications USING btree (bucket, account, service, recipient) WHERE (status = 'pending'::text);

CREATE INDEX verify_attempts_by_account ON ONLY public.verify_attempts USING btree (account, id);

CREATE INDEX verify_attempts_by_recipient ON ONLY public.verify_attempts USING btree (account, recipient);

CREATE INDEX verify_attempts_by_verification ON ONLY public.verify_attempts USING btree (bucket, verification);

CREATE INDEX verify_blocks_by_account ON public.verify_blocks USING btree (account, at);

CREATE INDEX verify_blocks_by_age ON public.verify_blocks USING btree (at);

CREATE INDEX verify_blocks_by_recipient ON public.verify_blocks USING btree (account, recipient);

CREATE INDEX verify_challenges_by_age ON public.verify_challenges USING btree (created_at);

CREATE INDEX verify_challenges_by_entity ON public.verify_challenges USING btree (account, entity, id);

CREATE INDEX verify_challenges_by_factor ON public.verify_challenges USING btree (factor);

CREATE INDEX verify_entities_by_account ON public.verify_entities USING btree (account, id);

CREATE INDEX verify_factors_by_entity ON public.verify_factors USING btree (account, entity, id);

CREATE INDEX verify_fallbacks_due ON public.verify_fallbacks USING btree (due_at);

CREATE INDEX verify_messaging_configurations_by_messaging_service ON public.verify_messaging_configurations USING btree (messaging_service);

CREATE INDEX verify_rate_buckets_by_service ON public.verify_rate_buckets USING btree (account, service);

CREATE INDEX verify_rate_counts_by_end ON public.verify_rate_counts USING btree (until);

CREATE INDEX verify_services_by_account ON public.verify_services USING btree (account, id);

CREATE INDEX verify_templates_by_account ON public.verify_templates USING btree (account, id);

CREATE INDEX verify_traffic_by_age ON public.verify_traffic USING btree (slot);

CREATE INDEX verify_webhooks_by_account ON public.verify_webhooks USING btree (account);

CREATE INDEX verify_webhooks_by_service ON public.verify_webhooks USING btree (service, id);

CREATE INDEX webhook_log_by_account ON ONLY public.webhook_log USING btree (account, at);

CREATE INDEX webhook_log_by_message ON ONLY public.webhook_log USING btree (message);

CREATE INDEX webhook_log_failed ON ONLY public.webhook_log USING btree (account, at) WHERE (code IS NOT NULL);

CREATE INDEX webhook_pending_due ON public.webhook_pending USING btree (bucket, endpoint, next_at);

ALTER INDEX public.links_by_message ATTACH PARTITION public.links_rest_account_message_idx;

ALTER INDEX public.links_by_end ATTACH PARTITION public.links_rest_expires_at_idx;

ALTER INDEX public.links_pkey ATTACH PARTITION public.links_rest_pkey;

CREATE TRIGGER links_stay BEFORE UPDATE ON public.links FOR EACH ROW EXECUTE FUNCTION public.links_stay();

ALTER TABLE ONLY public.a2p_brands
    ADD CONSTRAINT a2p_brands_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.a2p_campaigns
    ADD CONSTRAINT a2p_campaigns_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.a2p_campaigns
    ADD CONSTRAINT a2p_campaigns_brand_fkey FOREIGN KEY (brand) REFERENCES public.a2p_brands(id);

ALTER TABLE ONLY public.a2p_campaigns
    ADD CONSTRAINT a2p_campaigns_service_fkey FOREIGN KEY (service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.a2p_vettings
    ADD CONSTRAINT a2p_vettings_brand_fkey FOREIGN KEY (brand) REFERENCES public.a2p_brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_parent_fkey FOREIGN KEY (parent) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.advisory_subscribers
    ADD CONSTRAINT advisory_subscribers_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.applications
    ADD CONSTRAINT applications_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.auth_tokens
    ADD CONSTRAINT auth_tokens_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.click_follow_ups
    ADD CONSTRAINT click_follow_ups_rule_fkey FOREIGN KEY (rule) REFERENCES public.click_rules(id);

ALTER TABLE ONLY public.contact_findings
    ADD CONSTRAINT contact_findings_scrub_fkey FOREIGN KEY (scrub) REFERENCES public.contact_scrubs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_certificates
    ADD CONSTRAINT link_certificates_domain_fkey FOREIGN KEY (domain) REFERENCES public.link_domains(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_domain_services
    ADD CONSTRAINT link_domain_services_domain_fkey FOREIGN KEY (domain) REFERENCES public.link_domains(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_domain_services
    ADD CONSTRAINT link_domain_services_service_fkey FOREIGN KEY (service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_domains
    ADD CONSTRAINT link_domains_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.link_files
    ADD CONSTRAINT link_files_domain_fkey FOREIGN KEY (domain) REFERENCES public.link_domains(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.opt_out_settings
    ADD CONSTRAINT opt_out_settings_service_fkey FOREIGN KEY (service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.routes
    ADD CONSTRAINT routes_carrier_fkey FOREIGN KEY (carrier) REFERENCES public.carriers(name);

ALTER TABLE ONLY public.rule_pack_uses
    ADD CONSTRAINT rule_pack_uses_version_fkey FOREIGN KEY (version) REFERENCES public.rule_packs(version);

ALTER TABLE ONLY public.senders
    ADD CONSTRAINT senders_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.service_alpha_senders
    ADD CONSTRAINT service_alpha_senders_service_fkey FOREIGN KEY (service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_senders
    ADD CONSTRAINT service_senders_sender_fkey FOREIGN KEY (sender) REFERENCES public.senders(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_senders
    ADD CONSTRAINT service_senders_service_fkey FOREIGN KEY (service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.toll_free_verifications
    ADD CONSTRAINT toll_free_verifications_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.toll_free_verifications
    ADD CONSTRAINT toll_free_verifications_sender_fkey FOREIGN KEY (sender) REFERENCES public.senders(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_challenges
    ADD CONSTRAINT verify_challenges_entity_fkey FOREIGN KEY (entity) REFERENCES public.verify_entities(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_challenges
    ADD CONSTRAINT verify_challenges_factor_fkey FOREIGN KEY (factor) REFERENCES public.verify_factors(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_entities
    ADD CONSTRAINT verify_entities_service_fkey FOREIGN KEY (service) REFERENCES public.verify_services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_factors
    ADD CONSTRAINT verify_factors_entity_fkey FOREIGN KEY (entity) REFERENCES public.verify_entities(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_messaging_configurations
    ADD CONSTRAINT verify_messaging_configurations_messaging_service_fkey FOREIGN KEY (messaging_service) REFERENCES public.services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_messaging_configurations
    ADD CONSTRAINT verify_messaging_configurations_service_fkey FOREIGN KEY (service) REFERENCES public.verify_services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_rate_buckets
    ADD CONSTRAINT verify_rate_buckets_rate_limit_fkey FOREIGN KEY (rate_limit) REFERENCES public.verify_rate_limits(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_rate_limits
    ADD CONSTRAINT verify_rate_limits_service_fkey FOREIGN KEY (service) REFERENCES public.verify_services(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verify_services
    ADD CONSTRAINT verify_services_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.verify_webhooks
    ADD CONSTRAINT verify_webhooks_account_fkey FOREIGN KEY (account) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.verify_webhooks
    ADD CONSTRAINT verify_webhooks_service_fkey FOREIGN KEY (service) REFERENCES public.verify_services(id) ON DELETE CASCADE;
