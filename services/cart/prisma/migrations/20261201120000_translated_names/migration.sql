-- Names of the variant in other languages, as JSON. NULL until catalog says them.
ALTER TABLE variant ADD COLUMN names TEXT COLLATE utf8mb4_unicode_ci NULL;
