-- One payment per order. `request` holds what the session is opened with; it never changes once written, so a repeated call is the same call.
CREATE TABLE payment (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  number VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  recipient TEXT COLLATE utf8mb4_unicode_ci NULL,
  locale VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  captured_minor BIGINT NOT NULL DEFAULT 0,
  attempt INT UNSIGNED NOT NULL,
  request TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  hold_until DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NULL,
  session_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  payment_intent_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  url TEXT COLLATE utf8mb4_unicode_ci NULL,
  close_requested BOOLEAN NOT NULL DEFAULT FALSE,
  erase_requested BOOLEAN NOT NULL DEFAULT FALSE,
  declined_charges TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY payment_order (order_id),
  UNIQUE KEY payment_session (session_id),
  KEY payment_state (state, expires_at),
  KEY payment_intent (payment_intent_id),
  KEY payment_principal (principal_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE payment_refund (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  origin VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  stripe_refund_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY payment_refund_stripe (stripe_refund_id),
  KEY payment_refund_order (order_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE payment_dispute (
  id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  reason VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY payment_dispute_order (order_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Stripe's events as they came, one row each; processing happens from here. Kept for 30 days.
CREATE TABLE stripe_event (
  id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  received_at DATETIME(6) NOT NULL,
  KEY stripe_event_received (received_at),
  KEY stripe_event_order (order_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Comparisons with Stripe, and what each found.
CREATE TABLE reconciliation (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  cause VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  compared INT UNSIGNED NOT NULL DEFAULT 0,
  repaired INT UNSIGNED NOT NULL DEFAULT 0,
  reported INT UNSIGNED NOT NULL DEFAULT 0,
  started_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE reconciliation_finding (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reconciliation_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  stripe_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ours VARCHAR(120) COLLATE utf8mb4_unicode_ci NOT NULL,
  theirs VARCHAR(120) COLLATE utf8mb4_unicode_ci NOT NULL,
  KEY reconciliation_finding_run (reconciliation_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
