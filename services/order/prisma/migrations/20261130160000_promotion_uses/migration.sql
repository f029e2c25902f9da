-- Which promotions took something off an order. `given_back_at` is set once, when the order is cancelled before its payment.
CREATE TABLE promotion_use (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  promotion_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  holder VARCHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  given_back_at DATETIME(6) NULL,
  PRIMARY KEY (order_id, promotion_id),
  KEY promotion_use_holder (promotion_id, given_back_at, holder),
  KEY promotion_use_code (code, given_back_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Uses that are not given back: of a promotion (scope ''), of one holder, of one code. `max_uses` is the limit of the last use.
CREATE TABLE promotion_counter (
  promotion_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scope VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  used INT UNSIGNED NOT NULL,
  max_uses INT UNSIGNED NULL,
  PRIMARY KEY (promotion_id, scope)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
