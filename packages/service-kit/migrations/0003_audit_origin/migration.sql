-- Where a change came from and why it was made.
ALTER TABLE audit_entry
  ADD COLUMN client_address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN reason VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL;
