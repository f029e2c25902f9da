-- The longest order has a hundred lines with names of 400 characters: more than a TEXT holds.
ALTER TABLE payment MODIFY COLUMN request MEDIUMTEXT COLLATE utf8mb4_unicode_ci NOT NULL;
