-- An order whose cart was merged before its news came takes its lines out of the customer's cart: `taken_from` says whose that was.
ALTER TABLE cart_order ADD COLUMN taken_from VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL, ADD KEY cart_order_taken (taken_from);
-- What a merge brought, so that no more than that is taken out.
ALTER TABLE cart_merge ADD COLUMN taken LONGTEXT COLLATE utf8mb4_unicode_ci NULL;
UPDATE cart_merge SET taken = '[]' WHERE taken IS NULL;
ALTER TABLE cart_merge MODIFY COLUMN taken LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL;
