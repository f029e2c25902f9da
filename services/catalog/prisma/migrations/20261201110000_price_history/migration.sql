-- History of prices, and what a price is compared with. A price that is older than the history enters it with its next change.
CREATE TABLE price_period (
  variant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  valid_from DATETIME(6) NOT NULL,
  amount_minor BIGINT NULL,
  PRIMARY KEY (variant_id, currency, valid_from),
  KEY price_period_from (valid_from)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE variant_price
  ADD COLUMN compare_at_minor BIGINT NULL,
  ADD COLUMN prior_minor BIGINT NULL,
  ADD COLUMN reduced_at DATETIME(6) NULL;
ALTER TABLE product_listing
  ADD COLUMN compare_at BIGINT NULL,
  ADD COLUMN prior BIGINT NULL,
  ADD COLUMN reduced_at DATETIME(6) NULL;
