-- One row per mail. The content is made when it is sent; a one-time code is kept sealed and only until it expires.
CREATE TABLE message (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  event_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  template VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  recipient VARCHAR(254) COLLATE utf8mb4_unicode_ci NULL,
  recipient_name VARCHAR(120) COLLATE utf8mb4_unicode_ci NULL,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  order_number VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  locale VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content LONGTEXT COLLATE utf8mb4_unicode_ci NULL,
  sealed_code TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  expires_at DATETIME(6) NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  resends INT UNSIGNED NOT NULL DEFAULT 0,
  failure VARCHAR(500) COLLATE utf8mb4_unicode_ci NULL,
  created_at DATETIME(6) NOT NULL,
  sent_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY message_once (event_id, template, recipient),
  KEY message_order (order_id, id),
  KEY message_state (state, id),
  KEY message_template (template, id),
  KEY message_user (user_id),
  KEY message_recipient (recipient),
  KEY message_expiry (state, expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per kind of alert that is grouped: its lock decides whether news joins a mail that is being collected or begins one.
CREATE TABLE alert_group (
  kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  batch INT UNSIGNED NOT NULL DEFAULT 0,
  collecting BOOLEAN NOT NULL DEFAULT FALSE,
  last_at DATETIME(6) NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- News that waits for the next mail of its group.
CREATE TABLE alert_item (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch INT UNSIGNED NOT NULL,
  news TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY alert_item_batch (kind, batch, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
