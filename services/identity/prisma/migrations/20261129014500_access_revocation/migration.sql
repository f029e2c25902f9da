-- Access tokens that are refused although they have not expired. Read by instances that start or that missed the event; rows go when the last such token has expired.
CREATE TABLE access_revocation (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  not_before DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  KEY access_revocation_since (not_before),
  KEY access_revocation_expires (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
