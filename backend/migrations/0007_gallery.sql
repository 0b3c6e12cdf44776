-- What a person made or brought, as the gallery shows it: one row for each text, picture and video.
CREATE TABLE items (
    id UUID PRIMARY KEY,                    -- of the asset, or of the generation of a text: in the order of time
    number BIGINT NOT NULL,                 -- the time in the id: the same order, and a key for joins 64 bits wide
    person_id UUID NOT NULL,
    kind VARCHAR NOT NULL,                  -- text | image | video
    origin VARCHAR NOT NULL,                -- made | uploaded
    generation_id UUID,
    asset_id UUID,
    conversation_id UUID,
    model VARCHAR NOT NULL,                 -- '' for what was uploaded
    title VARCHAR NOT NULL,
    excerpt VARCHAR NOT NULL,
    is_starred BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP
);

-- The words of an item, folded (lower case, without accents). Keys are small because millions of rows are scanned:
-- with UUIDs in their place a search takes ten times as long.
CREATE TABLE item_words (
    word VARCHAR NOT NULL,
    number BIGINT NOT NULL,                 -- of the item
    person INTEGER NOT NULL,                -- 31 bits of the person's id: narrows, and is never what access rests on
    place UTINYINT NOT NULL                 -- where the word stands; the greater, the more it counts
);

-- The same words in their order, for phrases: one row for each place of an item.
CREATE TABLE item_texts (
    number BIGINT NOT NULL,
    place UTINYINT NOT NULL,
    folded VARCHAR NOT NULL
);

CREATE TABLE albums (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE album_items (
    album_id UUID NOT NULL,
    item_id UUID NOT NULL,
    added_at TIMESTAMP NOT NULL,
    PRIMARY KEY (album_id, item_id)
);

CREATE TABLE item_tags (
    item_id UUID NOT NULL,
    person_id UUID NOT NULL,
    tag VARCHAR NOT NULL,                   -- folded: what is compared
    shown VARCHAR NOT NULL,                 -- as it was typed
    PRIMARY KEY (item_id, tag)
);
