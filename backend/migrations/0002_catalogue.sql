-- Providers as configured, and the models they offered when last asked. Prices are USD per token; NULL is unknown.
CREATE TABLE providers (
    id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    base_url VARCHAR NOT NULL UNIQUE,
    is_simulated BOOLEAN NOT NULL,
    refreshed_at TIMESTAMP,
    refresh_error VARCHAR,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE models (
    provider_id UUID NOT NULL,
    id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    listed_at TIMESTAMP,
    context_tokens BIGINT,
    output_tokens_limit BIGINT,
    input_modalities VARCHAR NOT NULL,
    output_modalities VARCHAR NOT NULL,
    supported_parameters VARCHAR NOT NULL,
    prompt_usd DECIMAL(18, 12),
    completion_usd DECIMAL(18, 12),
    request_usd DECIMAL(18, 12),
    image_usd DECIMAL(18, 12),
    pricing VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (provider_id, id)
);
