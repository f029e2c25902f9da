-- Codes of promotions, in their normal form. A lookup reads one row by its key, however many there are.
CREATE TABLE promotion_code (
  code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  promotion_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  max_uses INT UNSIGNED NULL,
  switched_off_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  KEY promotion_code_promotion (promotion_id, created_at, code)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
