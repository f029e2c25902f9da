-- Documents to be numbered and issued: written with the payment or the refund, deleted in the transaction that issues them.
CREATE TABLE invoice_due (
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (order_id, kind, refund_id),
  KEY invoice_due_created (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The last number of each series: its lock makes the numbers of one seller and year follow each other without a gap.
CREATE TABLE invoice_series (
  prefix VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  year SMALLINT UNSIGNED NOT NULL,
  last_serial INT UNSIGNED NOT NULL,
  PRIMARY KEY (prefix, year)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE invoice (
  number VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  prefix VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  year SMALLINT UNSIGNED NOT NULL,
  serial INT UNSIGNED NOT NULL,
  kind VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  total_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content LONGTEXT NOT NULL,
  buyer TEXT NULL,
  issued_at DATETIME(6) NOT NULL,
  UNIQUE KEY invoice_serial (prefix, year, serial),
  UNIQUE KEY invoice_order (order_id, kind, refund_id),
  KEY invoice_issued (issued_at, number)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
