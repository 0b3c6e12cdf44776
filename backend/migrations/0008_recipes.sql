-- A recipe that somebody brought in a file, for as long as the form that it fills is open.
CREATE TABLE recipe_drafts (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    recipe VARCHAR NOT NULL,                               -- JSON, as it stands in a recipe file
    created_at TIMESTAMP NOT NULL
);
