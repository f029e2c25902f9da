-- `open_for` holds the principal while the cart is open: its unique key is what makes "one open cart per principal" true.
-- Versions of one principal's carts only grow, also from one cart to the next, so an old checkout can never match a newer cart.
CREATE TABLE cart (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  open_for VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT UNSIGNED NOT NULL,
  closed_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY cart_open_for (open_for),
  KEY cart_principal (principal_id, version)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Lines of open carts, one per SKU. `seen_minor` is the price, in the cart's currency, that the shopper saw when she last wrote the line.
CREATE TABLE cart_line (
  cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  seen_minor BIGINT NULL,
  PRIMARY KEY (cart_id, sku),
  UNIQUE KEY cart_line_id (id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What is known of each order: whether it closed its cart, whether it was cancelled unpaid, whether its lines went back.
CREATE TABLE cart_order (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  closed_at DATETIME(6) NULL,
  cancelled_at DATETIME(6) NULL,
  given_back_at DATETIME(6) NULL,
  KEY cart_order_cart (cart_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per guest cart that was merged, with what was lowered or left out, so that a repeated merge can say it again.
CREATE TABLE cart_merge (
  guest_cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  guest_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  problems LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY cart_merge_guest (guest_id, principal_id, created_at),
  KEY cart_merge_principal (principal_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The newest version of each product that was announced here; older announcements are skipped.
CREATE TABLE product_seen (
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  version INT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Projection of what catalog sells. `version` is the product's; −1 was read from catalog before any announcement came.
CREATE TABLE variant (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  product_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(420) COLLATE utf8mb4_unicode_ci NOT NULL,
  image_url VARCHAR(1000) COLLATE utf8mb4_unicode_ci NULL,
  prices TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  sellable BOOLEAN NOT NULL,
  version INT NOT NULL,
  KEY variant_product (product_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Projection of the stock ledger. `version` is the SKU's; −1 was read from catalog before any announcement came.
CREATE TABLE stock (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  available INT NOT NULL,
  version BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
