-- Durable work: claimed by conditional update with a lease, its next step due at a moment.
CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,                  -- image | video
    person_id UUID NOT NULL,
    generation_id UUID,                     -- what it makes
    provider_id UUID,                       -- whose limit it counts against
    pace VARCHAR NOT NULL,                  -- jobs of one pace take about as long: model and the settings that count
    retry_of UUID,                          -- the ended job that this one repeats
    state VARCHAR NOT NULL,                 -- waiting | running | done | failed | cancelled | interrupted
    reason VARCHAR,                         -- a code, for every state that has one
    reason_text VARCHAR,                    -- the sentence for a person
    step VARCHAR NOT NULL,                  -- where it is in the life of its kind
    priority INTEGER NOT NULL,              -- smaller goes first among the jobs of one person
    attempts INTEGER NOT NULL,              -- claims of the present step that did not get beyond it
    due_at TIMESTAMP NOT NULL,              -- not before
    deadline_at TIMESTAMP NOT NULL,
    lease_id UUID,                          -- of the claim that works on it now; NULL while it rests
    leased_until TIMESTAMP,
    is_cancel_wished BOOLEAN NOT NULL,
    provider_job_id VARCHAR,
    provider_error VARCHAR,                 -- the provider's own words, for administrators
    notes VARCHAR NOT NULL,                 -- JSON of the kind's own
    created_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,                   -- first claimed
    finished_at TIMESTAMP
);
