-- How each model makes pictures and videos, as its provider's catalogue tells. JSON; NULL where it makes none.
ALTER TABLE models ADD COLUMN image_way VARCHAR;           -- images | chat | openai: which protocol reaches it
ALTER TABLE models ADD COLUMN image_settings VARCHAR;      -- the settings it has, with their values
ALTER TABLE models ADD COLUMN image_pricing VARCHAR;
ALTER TABLE models ADD COLUMN video_settings VARCHAR;
ALTER TABLE models ADD COLUMN video_pricing VARCHAR;
