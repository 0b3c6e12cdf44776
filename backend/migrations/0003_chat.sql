-- A conversation is a tree of messages; `leaf_id` is the end of the branch that is shown.
CREATE TABLE conversations (
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

CREATE TABLE messages (
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL,
    parent_id UUID,
    role VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    asset_ids VARCHAR NOT NULL,
    generation_id UUID,
    created_at TIMESTAMP NOT NULL
);

-- One request for one output, with its recipe. `text` of a running generation is empty: its pieces hold it.
CREATE TABLE generations (
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
    text VARCHAR NOT NULL,
    reasoning VARCHAR NOT NULL,
    last_piece INTEGER NOT NULL,
    finish_reason VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    reasoning_tokens BIGINT,
    cost_usd DECIMAL(18, 9),
    asked_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    first_token_at TIMESTAMP,
    finished_at TIMESTAMP
);

-- What a running generation has said so far, in numbered pieces; folded into `text` when it ends.
CREATE TABLE generation_pieces (
    generation_id UUID NOT NULL,
    number INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    reasoning VARCHAR NOT NULL,
    PRIMARY KEY (generation_id, number)
);

-- A file in media/, named by the SHA-256 of its bytes; several rows may share one file.
CREATE TABLE assets (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    sha256 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    media_type VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    width_px INTEGER,
    height_px INTEGER,
    name VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
