-- Events on their way out. Columns map to Debezium's outbox router, so binlog capture can replace polling.
CREATE TABLE outbox_event (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregate_type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregate_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregate_version BIGINT UNSIGNED NOT NULL,
  event_type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  schema_version INT UNSIGNED NOT NULL,
  topic VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  headers TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  occurred_at DATETIME(6) NOT NULL,
  available_at DATETIME(6) NOT NULL,
  published_at DATETIME(6) NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  last_error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
  UNIQUE KEY outbox_event_event_id (event_id),
  UNIQUE KEY outbox_event_aggregate (aggregate_type, aggregate_id, aggregate_version),
  KEY outbox_event_unpublished (published_at, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Counts the events of each aggregate; its row lock keeps one aggregate's outbox ids in commit order.
CREATE TABLE aggregate_version (
  aggregate_type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregate_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What each consumer has handled: one effect per event and consumer.
CREATE TABLE inbox_event (
  consumer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (consumer, event_id),
  KEY inbox_event_received (received_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Effects outside the database that are still to be done, one row each, with backoff per row.
CREATE TABLE work_item (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  item_key VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  headers TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  created_at DATETIME(6) NOT NULL,
  available_at DATETIME(6) NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  -- How often it was asked for: a row that was asked for again while under way stays due.
  requests INT UNSIGNED NOT NULL DEFAULT 1,
  leased_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  leased_until DATETIME(6) NULL,
  last_error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
  done_at DATETIME(6) NULL,
  UNIQUE KEY work_item_key (kind, item_key),
  KEY work_item_due (done_at, available_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Messages that a consumer gave up on, kept for an operator.
CREATE TABLE dead_letter (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  consumer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  headers TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  reason VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  attempts INT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  resolved_at DATETIME(6) NULL,
  resolution VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  UNIQUE KEY dead_letter_event (consumer, event_id),
  KEY dead_letter_queue (consumer, partition_key, resolved_at, id),
  KEY dead_letter_open (resolved_at, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What operators did about dead letters; append-only.
CREATE TABLE dead_letter_audit (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  dead_letter_id BIGINT UNSIGNED NOT NULL,
  action VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  outcome VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY dead_letter_audit_letter (dead_letter_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Processes that run a consumer: a row that outlives its process tells of an unclean end.
CREATE TABLE consumer_run (
  consumer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Whether it wrote down what it was about to handle.
  watched BOOLEAN NOT NULL,
  started_at DATETIME(6) NOT NULL,
  PRIMARY KEY (consumer, owner)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What was being handled after an unclean end: a message that is here at the next one too is the suspect.
CREATE TABLE delivery_attempt (
  consumer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  deaths INT NOT NULL,
  last_at DATETIME(6) NOT NULL,
  PRIMARY KEY (consumer, event_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Who may do what alone, and when it is next due, on database time.
CREATE TABLE lease (
  name VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  owner VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  expires_at DATETIME(6) NOT NULL,
  next_at DATETIME(6) NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Where each saga stands and when it loses patience.
CREATE TABLE saga_instance (
  saga VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  deadline_at DATETIME(6) NULL,
  headers TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  started_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (saga, id),
  KEY saga_instance_due (deadline_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
