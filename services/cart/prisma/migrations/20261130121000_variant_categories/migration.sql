-- Categories of a variant, which promotions ask for. NULL until catalog publishes the product again or is read for the SKU.
ALTER TABLE variant ADD COLUMN category_ids TEXT COLLATE utf8mb4_unicode_ci NULL;
