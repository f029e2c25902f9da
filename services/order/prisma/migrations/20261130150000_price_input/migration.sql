-- The shipping option of an order, with its taxes and discounts. NULL for orders without one.
ALTER TABLE customer_order ADD COLUMN shipping_option TEXT COLLATE utf8mb4_unicode_ci NULL;

-- What the price of an order was calculated from, so that it can be calculated again. Orders from before have no row.
CREATE TABLE order_price_input (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  rules_version INT UNSIGNED NOT NULL,
  input LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The rule sets that orders were priced by, each version once.
CREATE TABLE price_rule_set (
  version INT UNSIGNED NOT NULL PRIMARY KEY,
  rule_set LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
