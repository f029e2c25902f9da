-- What each saga met and what it did about it: one row per input, so that an operator can read how an instance got where it is.
CREATE TABLE saga_step (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  saga VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  saga_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  input VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  from_state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  to_state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  effects VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  traceparent VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY saga_step_instance (saga, saga_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
