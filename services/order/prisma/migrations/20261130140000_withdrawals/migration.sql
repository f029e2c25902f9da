-- Codes of withdrawals share the table and the tries of guest lookups; a code serves the purpose for which it was mailed.
ALTER TABLE order_lookup ADD COLUMN purpose VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'lookup';

-- Rows are inserted and never changed: the receipt is what the customer has in hand.
CREATE TABLE withdrawal (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  receipt TEXT NOT NULL,
  received_at DATETIME(6) NOT NULL,
  UNIQUE KEY withdrawal_order (order_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What an operator made of a withdrawal. Without a row it is open.
CREATE TABLE withdrawal_handling (
  withdrawal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  handled_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(500) NULL,
  handled_at DATETIME(6) NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
