-- The one-time keys of what was accepted of late: the same request sent once more leads to what it began.
CREATE TABLE request_keys (
    person_id UUID NOT NULL,
    key VARCHAR NOT NULL,
    request VARCHAR NOT NULL,                              -- SHA-256 of what was asked for
    generation_id UUID NOT NULL,                           -- what it began
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (person_id, key)
);
