-- Promotion codes that shoppers entered. `entered_version` is the version of the cart by that write: an order holds the codes up to its
-- version. Codes of a closed cart stay until the cart is deleted, so that an unpaid cancellation restores them.
CREATE TABLE cart_code (
  cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  promotion_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entered_version INT UNSIGNED NOT NULL,
  merged_from VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (cart_id, code)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- How many orders a shopper has placed that were not cancelled unpaid, for promotions of the first order. Begins with what is known.
CREATE TABLE shopper_orders (
  principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  orders INT NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY shopper_orders_updated (updated_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT IGNORE INTO shopper_orders (principal_id, orders, updated_at)
SELECT c.principal_id, COUNT(*), UTC_TIMESTAMP(6)
FROM cart_order o
JOIN cart c ON c.id = o.cart_id
WHERE o.closed_at IS NOT NULL AND o.cancelled_at IS NULL
GROUP BY c.principal_id;
