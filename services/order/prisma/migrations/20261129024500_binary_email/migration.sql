-- Whom an order belongs to is never decided by a collation. Addresses are compared in their normal form; one of an older order that has none,
-- such as an accented one, is kept as it was typed, so the column holds more than ASCII.
ALTER TABLE customer_order MODIFY email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
UPDATE customer_order SET email = LOWER(TRIM(email)) WHERE LENGTH(email) = CHAR_LENGTH(email) AND email <> LOWER(TRIM(email));
