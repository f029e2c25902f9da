-- Which rules a product is listed and indexed by. What was listed by older ones is listed anew after the start, in slices.
ALTER TABLE product ADD COLUMN listed_as INT UNSIGNED NOT NULL DEFAULT 0, ADD KEY product_listed (listed_as, id), DROP KEY product_text;

-- Lists sort by the folded name, by code point, on every engine. Until a product is listed anew its lower-case name stands in.
ALTER TABLE product_listing
  ADD COLUMN name_key VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN price_top BIGINT NOT NULL DEFAULT -1;
UPDATE product_listing SET name_key = TRIM(LOWER(LEFT(name, 100)));
UPDATE product_listing l SET price_top = COALESCE((
  SELECT MAX(p.amount_minor)
  FROM variant_price p
  JOIN variant v ON v.id = p.variant_id
  WHERE v.product_id = l.product_id AND v.deleted_at IS NULL AND p.currency = l.currency), -1);
ALTER TABLE product_listing
  DROP KEY product_listing_name,
  DROP COLUMN name,
  ADD KEY product_listing_name (currency, name_key, product_id);

-- The words by which products are found without Elasticsearch; drafts and archived ones too, for operators.
CREATE TABLE product_word (
  word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  in_name BOOLEAN NOT NULL,
  PRIMARY KEY (word, product_id),
  KEY product_word_product (product_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
