-- Prices that are shown struck through, as JSON. NULL: none.
ALTER TABLE variant ADD COLUMN compare_at TEXT COLLATE utf8mb4_unicode_ci NULL;
