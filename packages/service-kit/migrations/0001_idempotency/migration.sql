-- One effect per principal, route and key; the answer is kept for the replay, in the transaction of the effect.
CREATE TABLE idempotency_key (
  scope VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status SMALLINT UNSIGNED NULL,
  body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (scope, idempotency_key),
  KEY idempotency_key_created (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
