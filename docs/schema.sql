CREATE TABLE album_items(
    album_id UUID,
    item_id UUID,
    added_at TIMESTAMP NOT NULL,
    PRIMARY KEY(album_id, item_id)
);

CREATE TABLE albums(
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    "name" VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE assets(
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    sha256 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    media_type VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    width_px INTEGER,
    height_px INTEGER,
    "name" VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    origin VARCHAR,
    generation_id UUID,
    "position" INTEGER,
    duration_seconds DOUBLE,
    deleted_at TIMESTAMP
);

CREATE TABLE audit_log(
    id UUID PRIMARY KEY,
    happened_at TIMESTAMP NOT NULL,
    actor_id UUID,
    "action" VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    "before" VARCHAR,
    "after" VARCHAR,
    address VARCHAR NOT NULL
);

CREATE TABLE conversations(
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    title VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    system_prompt VARCHAR NOT NULL,
    params VARCHAR NOT NULL,
    leaf_id UUID,
    is_pinned BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    archived_at TIMESTAMP,
    deleted_at TIMESTAMP
);

CREATE TABLE generation_pieces(
    generation_id UUID,
    number INTEGER,
    "text" VARCHAR NOT NULL,
    reasoning VARCHAR NOT NULL,
    PRIMARY KEY(generation_id, number)
);

CREATE TABLE generations(
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    reason VARCHAR,
    reason_text VARCHAR,
    provider_id UUID NOT NULL,
    provider VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    answered_model VARCHAR,
    prompt VARCHAR NOT NULL,
    params VARCHAR NOT NULL,
    input_hashes VARCHAR NOT NULL,
    price_list VARCHAR NOT NULL,
    is_simulated BOOLEAN NOT NULL,
    parent_id UUID,
    conversation_id UUID,
    message_id UUID,
    provider_request_id VARCHAR,
    "text" VARCHAR NOT NULL,
    reasoning VARCHAR NOT NULL,
    last_piece INTEGER NOT NULL,
    finish_reason VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    reasoning_tokens BIGINT,
    cost_usd DECIMAL(18,9),
    asked_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    first_token_at TIMESTAMP,
    finished_at TIMESTAMP
);

CREATE TABLE installation(
    "name" VARCHAR PRIMARY KEY,
    "value" VARCHAR NOT NULL
);

CREATE TABLE invitations(
    id UUID PRIMARY KEY,
    code_sha256 VARCHAR NOT NULL UNIQUE,
    note VARCHAR NOT NULL,
    "role" VARCHAR NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_by UUID,
    used_at TIMESTAMP,
    revoked_at TIMESTAMP
);

CREATE TABLE item_tags(
    item_id UUID,
    person_id UUID NOT NULL,
    tag VARCHAR,
    shown VARCHAR NOT NULL,
    PRIMARY KEY(item_id, tag)
);

CREATE TABLE item_texts(
    number BIGINT NOT NULL,
    place UTINYINT NOT NULL,
    folded VARCHAR NOT NULL
);

CREATE TABLE item_words(
    word VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    person INTEGER NOT NULL,
    place UTINYINT NOT NULL
);

CREATE TABLE items(
    id UUID PRIMARY KEY,
    number BIGINT NOT NULL,
    person_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    generation_id UUID,
    asset_id UUID,
    conversation_id UUID,
    model VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    excerpt VARCHAR NOT NULL,
    is_starred BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP
);

CREATE TABLE jobs(
    id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    person_id UUID NOT NULL,
    generation_id UUID,
    provider_id UUID,
    pace VARCHAR NOT NULL,
    retry_of UUID,
    state VARCHAR NOT NULL,
    reason VARCHAR,
    reason_text VARCHAR,
    step VARCHAR NOT NULL,
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at TIMESTAMP NOT NULL,
    deadline_at TIMESTAMP NOT NULL,
    lease_id UUID,
    leased_until TIMESTAMP,
    is_cancel_wished BOOLEAN NOT NULL,
    provider_job_id VARCHAR,
    provider_error VARCHAR,
    notes VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    told VARCHAR
);

CREATE TABLE messages(
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL,
    parent_id UUID,
    "role" VARCHAR NOT NULL,
    "text" VARCHAR NOT NULL,
    asset_ids VARCHAR NOT NULL,
    generation_id UUID,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE models(
    provider_id UUID,
    id VARCHAR,
    "name" VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    listed_at TIMESTAMP,
    context_tokens BIGINT,
    output_tokens_limit BIGINT,
    input_modalities VARCHAR NOT NULL,
    output_modalities VARCHAR NOT NULL,
    supported_parameters VARCHAR NOT NULL,
    prompt_usd DECIMAL(18,12),
    completion_usd DECIMAL(18,12),
    request_usd DECIMAL(18,12),
    image_usd DECIMAL(18,12),
    pricing VARCHAR NOT NULL,
    "position" INTEGER NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    image_way VARCHAR,
    image_settings VARCHAR,
    image_pricing VARCHAR,
    video_settings VARCHAR,
    video_pricing VARCHAR,
    PRIMARY KEY(provider_id, id)
);

CREATE TABLE people(
    id UUID PRIMARY KEY,
    email VARCHAR NOT NULL,
    email_key VARCHAR NOT NULL UNIQUE,
    "name" VARCHAR NOT NULL,
    password_hash VARCHAR NOT NULL,
    "role" VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    password_changed_at TIMESTAMP NOT NULL
);

CREATE TABLE providers(
    id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    "name" VARCHAR NOT NULL,
    base_url VARCHAR NOT NULL UNIQUE,
    is_simulated BOOLEAN NOT NULL,
    refreshed_at TIMESTAMP,
    refresh_error VARCHAR,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE recipe_drafts(
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    recipe VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE request_keys(
    person_id UUID,
    "key" VARCHAR,
    request VARCHAR NOT NULL,
    generation_id UUID NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY(person_id, "key")
);

CREATE TABLE schema_migrations(
    "version" INTEGER PRIMARY KEY,
    "name" VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
);

CREATE TABLE sessions(
    id UUID PRIMARY KEY,
    token_sha256 VARCHAR NOT NULL UNIQUE,
    person_id UUID NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    address VARCHAR NOT NULL,
    agent VARCHAR NOT NULL,
    ended_at TIMESTAMP,
    end_reason VARCHAR
);

CREATE TABLE throttles(
    "key" VARCHAR PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failed_at TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP
);
