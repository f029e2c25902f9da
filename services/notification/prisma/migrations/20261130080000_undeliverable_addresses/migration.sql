-- An address that bounced or whose owner complained. A cleared mark stays, so that an older event that comes late changes nothing.
CREATE TABLE undeliverable_address (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  address VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  reason VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  provider VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail VARCHAR(300) COLLATE utf8mb4_unicode_ci NULL,
  message_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  marked_at DATETIME(6) NOT NULL,
  cleared_at DATETIME(6) NULL,
  UNIQUE KEY undeliverable_once (address),
  KEY undeliverable_user (user_id),
  KEY undeliverable_order (order_id),
  KEY undeliverable_cleared (cleared_at, id),
  KEY undeliverable_marked (marked_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What a mail provider has delivered: the hash of an event's id or of a signature's token, which is taken once.
CREATE TABLE webhook_receipt (
  id CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  received_at DATETIME(6) NOT NULL,
  KEY webhook_receipt_received (received_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE message MODIFY state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
