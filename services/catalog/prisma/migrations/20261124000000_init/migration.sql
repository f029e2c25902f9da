CREATE TABLE category (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  slug VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) COLLATE utf8mb4_unicode_ci NOT NULL,
  parent_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  position INT NOT NULL DEFAULT 0,
  UNIQUE KEY category_slug (slug),
  KEY category_parent (parent_id, position)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  slug VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  description TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT UNSIGNED NOT NULL,
  images LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  options LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  deleted_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY product_slug (slug),
  KEY product_created (created_at, id),
  FULLTEXT KEY product_text (name, description)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product_category (
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  category_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (product_id, category_id),
  KEY product_category_category (category_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE variant (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  options TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  deleted_at DATETIME(6) NULL,
  UNIQUE KEY variant_sku (sku),
  KEY variant_product (product_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE variant_price (
  variant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (variant_id, currency)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Currencies in which the shop has ever priced something. XXX is ISO 4217's "no currency" and stands for all others.
CREATE TABLE shop_currency (
  code CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT INTO shop_currency (code) VALUES ('XXX');

-- One row per public product and shop currency: what lists filter and sort by. Written in the transaction of each change.
-- A product without a price in the currency carries the largest price_up and the smallest price_down, so it stands last either way.
CREATE TABLE product_listing (
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  priced BOOLEAN NOT NULL,
  price_up BIGINT NOT NULL,
  price_down BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (currency, product_id),
  KEY product_listing_name (currency, name, product_id),
  KEY product_listing_price_up (currency, price_up, product_id),
  KEY product_listing_price_down (currency, price_down, product_id),
  KEY product_listing_created (currency, created_at, product_id),
  KEY product_listing_product (product_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE stock_level (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  on_hand INT NOT NULL DEFAULT 0,
  reserved INT NOT NULL DEFAULT 0,
  version BIGINT UNSIGNED NOT NULL DEFAULT 0,
  KEY stock_level_product (product_id),
  CONSTRAINT stock_level_sane CHECK (reserved >= 0 AND reserved <= on_hand)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE stock_movement (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  delta INT NOT NULL,
  on_hand_after INT NOT NULL,
  reason VARCHAR(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  actor VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  KEY stock_movement_sku (sku, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- held → committed | released; `rejected` and `tombstone` remember answers, so that a repeated or late request changes nothing.
CREATE TABLE reservation (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  held_until DATETIME(6) NULL,
  stock_lines TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  answer TEXT COLLATE utf8mb4_unicode_ci NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY reservation_due (state, held_until)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE stock_return (
  return_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  reservation_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stock_lines TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY stock_return_reservation (reservation_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE image (
  id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  svg MEDIUMTEXT COLLATE utf8mb4_unicode_ci NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Products whose search document is out of date. The token names the event that asked last: only the same one settles the row.
CREATE TABLE search_pending (
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  shard TINYINT UNSIGNED NOT NULL,
  token VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  due_at DATETIME(6) NOT NULL,
  KEY search_pending_due (shard, due_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The one build of a search index that runs or ran last; it goes through the products by id.
CREATE TABLE search_build (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  build VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  after_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  copied INT UNSIGNED NOT NULL,
  started_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
