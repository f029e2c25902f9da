-- Tombstones: people and orders whose personal data is erased here. What still arrives about them is refused or written without it.
CREATE TABLE erased_subject (
  subject_id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  erased_at DATETIME(6) NOT NULL,
  -- How often what raced with the erasure was looked for, and when that is next due; NULL when it is over.
  sweeps INT UNSIGNED NOT NULL DEFAULT 0,
  next_at DATETIME(6) NULL,
  KEY erased_subject_due (next_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE dead_letter ADD COLUMN erased_at DATETIME(6) NULL, ADD KEY dead_letter_resolved (resolved_at, erased_at);
ALTER TABLE saga_step ADD KEY saga_step_created (created_at);
