-- Since when a search document is out of date. It outlives later changes and failed tries, unlike due_at. NULL for rows of older replicas.
ALTER TABLE search_pending ADD COLUMN pending_since DATETIME(6) NULL;
UPDATE search_pending SET pending_since = due_at;
