CREATE TABLE user_account (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  role VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(254) COLLATE utf8mb4_unicode_ci NULL,
  name VARCHAR(120) COLLATE utf8mb4_unicode_ci NULL,
  locale VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'en',
  password_hash VARCHAR(72) CHARACTER SET ascii COLLATE ascii_bin NULL,
  verified_at DATETIME(6) NULL,
  blocked_at DATETIME(6) NULL,
  closed_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY user_account_email (email),
  KEY user_account_role (role, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE address (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_default BOOLEAN NOT NULL,
  details TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY address_user (user_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One-time codes as HMACs. A code carries what it is to make true: a registration's password or a new address lives here until it is proven.
CREATE TABLE one_time_code (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code_hmac CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pending_password_hash VARCHAR(72) CHARACTER SET ascii COLLATE ascii_bin NULL,
  pending_name VARCHAR(120) COLLATE utf8mb4_unicode_ci NULL,
  pending_email VARCHAR(254) COLLATE utf8mb4_unicode_ci NULL,
  mailed BOOLEAN NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NULL,
  KEY one_time_code_user (user_id, purpose, created_at),
  KEY one_time_code_expires (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Guesses per account and purpose, counted before any comparison. A new code does not give new tries. Unknown addresses are counted as well.
CREATE TABLE code_budget (
  subject CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries INT UNSIGNED NOT NULL,
  window_ends_at DATETIME(6) NOT NULL,
  PRIMARY KEY (subject, purpose),
  KEY code_budget_window (window_ends_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A session. Its row is locked by whoever rotates one of its tokens or ends it, so neither can miss the other.
CREATE TABLE refresh_family (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  revoked_at DATETIME(6) NULL,
  KEY refresh_family_user (user_id),
  KEY refresh_family_created (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE refresh_token (
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  family_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  rotated_at DATETIME(6) NULL,
  KEY refresh_token_family (family_id),
  KEY refresh_token_expires (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE login_throttle (
  subject CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  failures INT UNSIGNED NOT NULL,
  blocked_until DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY login_throttle_updated (updated_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE signing_key (
  kid VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  public_jwk TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sealed_private_jwk TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  active_from DATETIME(6) NOT NULL,
  retired_at DATETIME(6) NOT NULL,
  gone_at DATETIME(6) NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
