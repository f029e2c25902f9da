-- One row per principal or client address that checks out: its lock makes counting unpaid orders safe. The row itself says nothing.
CREATE TABLE unpaid_holder (
  holder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  used_at DATETIME(6) NOT NULL,
  KEY unpaid_holder_used (used_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The guest's client address as an HMAC, only while the order is pending.
ALTER TABLE customer_order ADD COLUMN client_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NULL;
CREATE INDEX customer_order_client ON customer_order (client_hash);
CREATE INDEX customer_order_unpaid ON customer_order (principal_id, status, payment_status, id);
