-- How a line is shown and linked. NULL until catalog publishes the product again or is read for the SKU.
ALTER TABLE variant
  ADD COLUMN variant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN product_slug VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN options TEXT COLLATE utf8mb4_unicode_ci NULL;
