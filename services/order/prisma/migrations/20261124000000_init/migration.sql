CREATE TABLE customer_order (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  number VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  principal_role VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_version INT UNSIGNED NOT NULL,
  reservation_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fulfilment_status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cancel_reason VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  cancel_requested_at DATETIME(6) NULL,
  cancel_requested_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  cancel_note VARCHAR(500) COLLATE utf8mb4_unicode_ci NULL,
  email VARCHAR(254) COLLATE utf8mb4_unicode_ci NULL,
  locale VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subtotal_minor BIGINT NOT NULL,
  shipping_minor BIGINT NOT NULL,
  tax_minor BIGINT NOT NULL,
  discount_minor BIGINT NOT NULL,
  total_minor BIGINT NOT NULL,
  captured_minor BIGINT NOT NULL DEFAULT 0,
  order_lines LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  addresses TEXT COLLATE utf8mb4_unicode_ci NULL,
  success_url TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  cancel_url TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  pay_url TEXT COLLATE utf8mb4_unicode_ci NULL,
  pay_expires_at DATETIME(6) NULL,
  last_decline TEXT COLLATE utf8mb4_unicode_ci NULL,
  dispute TEXT COLLATE utf8mb4_unicode_ci NULL,
  erase_when_done BOOLEAN NOT NULL DEFAULT FALSE,
  hold_until DATETIME(6) NOT NULL,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY customer_order_number (number),
  UNIQUE KEY customer_order_cart (cart_id),
  KEY customer_order_principal (principal_id, id),
  KEY customer_order_created (created_at, id),
  KEY customer_order_status (status, created_at, id),
  KEY customer_order_payment (payment_status, created_at, id),
  KEY customer_order_fulfilment (fulfilment_status, created_at, id),
  KEY customer_order_refund (refund_status, created_at, id),
  KEY customer_order_email (email, created_at, id),
  KEY customer_order_erase (erase_when_done, status)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE order_history (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT UNSIGNED NOT NULL,
  from_status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
  to_status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(500) COLLATE utf8mb4_unicode_ci NULL,
  actor VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  correlation_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (order_id, version)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE shipment (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  carrier VARCHAR(60) COLLATE utf8mb4_unicode_ci NOT NULL,
  tracking_number VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  shipped_lines TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY shipment_order (order_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per cause: "refunded exactly once" is this unique key.
CREATE TABLE refund (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cause VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  reason VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  origin VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY refund_cause (order_id, cause)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Codes that lead a guest back to an order. Only the HMAC is kept; the code itself travels sealed to notification.
CREATE TABLE order_lookup (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code_hmac CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NULL,
  KEY order_lookup_order (order_id, created_at),
  KEY order_lookup_expires (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- How many guesses an order's codes may still cost, however many codes there are.
CREATE TABLE order_lookup_budget (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  tries INT UNSIGNED NOT NULL,
  window_ends_at DATETIME(6) NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
