-- People, how they sign in, who may come in, and who changed what.
-- Moments are UTC. No foreign keys: the verbs keep relations, a test looks for orphans.

CREATE TABLE people (
    id                  UUID PRIMARY KEY,
    email               VARCHAR NOT NULL,           -- as it was typed, for showing
    email_key           VARCHAR NOT NULL UNIQUE,    -- folded: NFKC, case folded, domain in IDNA
    name                VARCHAR NOT NULL,
    password_hash       VARCHAR NOT NULL,           -- argon2id in PHC format; carries its parameters
    role                VARCHAR NOT NULL,           -- member | admin
    state               VARCHAR NOT NULL,           -- active | disabled
    created_at          TIMESTAMP NOT NULL,
    password_changed_at TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
    id           UUID PRIMARY KEY,
    token_sha256 VARCHAR NOT NULL UNIQUE,           -- hex; the token itself is never stored
    person_id    UUID NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,                -- exact to five minutes
    address      VARCHAR NOT NULL,
    agent        VARCHAR NOT NULL,
    ended_at     TIMESTAMP,
    end_reason   VARCHAR                            -- signed_out | ended | replaced | password_changed | disabled
);

CREATE TABLE invitations (
    id          UUID PRIMARY KEY,
    code_sha256 VARCHAR NOT NULL UNIQUE,            -- hex; the code is shown once, when it is made
    note        VARCHAR NOT NULL,
    role        VARCHAR NOT NULL,
    created_by  UUID NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL,
    used_by     UUID,
    used_at     TIMESTAMP,
    revoked_at  TIMESTAMP
);

CREATE TABLE throttles (
    key            VARCHAR PRIMARY KEY,             -- account:…, known:…, address:…, registration:…
    failures       INTEGER NOT NULL,
    last_failed_at TIMESTAMP NOT NULL,
    blocked_until  TIMESTAMP
);

CREATE TABLE audit_log (
    id          UUID PRIMARY KEY,
    happened_at TIMESTAMP NOT NULL,
    actor_id    UUID,                               -- NULL: nobody who was signed in
    action      VARCHAR NOT NULL,                   -- noun.verb, such as person.disabled
    subject     VARCHAR NOT NULL,                   -- noun:id
    before      VARCHAR,                            -- JSON object or NULL
    after       VARCHAR,                            -- JSON object or NULL
    address     VARCHAR NOT NULL
);

CREATE TABLE installation (
    name  VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);
