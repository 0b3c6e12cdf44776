-- How its person heard that a job has ended: 'notice' on some page, 'card' where it was made; NULL: not yet.
ALTER TABLE jobs ADD COLUMN told VARCHAR;
UPDATE jobs SET told = 'notice' WHERE finished_at IS NOT NULL;
