-- A registration proves itself: it has an id, its own password and its own codes, and makes an account only when a code is confirmed.
CREATE TABLE registration (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  password_hash VARCHAR(72) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) COLLATE utf8mb4_unicode_ci NOT NULL,
  locale VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  KEY registration_email (email, id),
  KEY registration_expires (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Pending registrations go on: signing in with their password names the registration, and another code can be asked for.
INSERT INTO registration (id, user_id, email, password_hash, name, locale, created_at, expires_at)
  SELECT CONCAT('reg_', SUBSTRING(user_account.id, 5)), user_account.id, user_account.email, one_time_code.pending_password_hash,
    COALESCE(one_time_code.pending_name, user_account.name, ''), user_account.locale, user_account.created_at, UTC_TIMESTAMP(6) + INTERVAL 7 DAY
  FROM user_account
  JOIN one_time_code ON one_time_code.id = (
    SELECT latest.id FROM one_time_code AS latest
    WHERE latest.user_id = user_account.id AND latest.purpose = 'verify-email' AND latest.pending_password_hash IS NOT NULL
    ORDER BY latest.created_at DESC, latest.id DESC
    LIMIT 1)
  WHERE user_account.verified_at IS NULL AND user_account.closed_at IS NULL AND user_account.blocked_at IS NULL
    AND user_account.role <> 'guest' AND user_account.email IS NOT NULL;
-- Those whose address cannot be reached end. A blocked one keeps its row, and so its address.
DELETE FROM user_account WHERE verified_at IS NULL AND closed_at IS NULL AND blocked_at IS NULL AND role <> 'guest';

-- Mails are limited per address, over all registrations and purposes.
ALTER TABLE one_time_code
  DROP COLUMN pending_password_hash,
  DROP COLUMN pending_name,
  ADD COLUMN email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER purpose,
  ADD KEY one_time_code_email (email, created_at);

-- Failures with an hour of their own have a window; the others are forgotten an hour after the last one.
ALTER TABLE login_throttle ADD COLUMN window_ends_at DATETIME(6) NULL;

-- Client addresses from which an account signed in: they have an allowance of their own while others guess.
CREATE TABLE known_device (
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  signed_in_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, client_hash),
  KEY known_device_signed_in (signed_in_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
