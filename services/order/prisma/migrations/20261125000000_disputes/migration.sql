-- A payment may be disputed more than once: the column holds a list.
ALTER TABLE customer_order CHANGE COLUMN dispute disputes TEXT COLLATE utf8mb4_unicode_ci NULL;
UPDATE customer_order SET disputes = CONCAT('[', disputes, ']') WHERE disputes IS NOT NULL;
