-- Where an asset came from, and how long it plays. `origin` is NULL for what was uploaded before it was told.
ALTER TABLE assets ADD COLUMN origin VARCHAR;              -- uploaded | made
ALTER TABLE assets ADD COLUMN generation_id UUID;          -- what made it
ALTER TABLE assets ADD COLUMN position INTEGER;            -- its place among the outputs of that generation, from 0
ALTER TABLE assets ADD COLUMN duration_seconds DOUBLE;
ALTER TABLE assets ADD COLUMN deleted_at TIMESTAMP;        -- put away by its owner; forgotten when undo ends
