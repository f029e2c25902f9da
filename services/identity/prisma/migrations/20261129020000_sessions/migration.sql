-- A family of refresh tokens is a session: its owner sees when and from which device it was last used.
ALTER TABLE refresh_family
  ADD COLUMN last_used_at DATETIME(6) NULL,
  ADD COLUMN client VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN network VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL;
UPDATE refresh_family SET last_used_at = COALESCE(
  (SELECT MAX(created_at) FROM refresh_token WHERE refresh_token.family_id = refresh_family.id), created_at);
ALTER TABLE refresh_family MODIFY last_used_at DATETIME(6) NOT NULL;

-- A retry of the client within ten seconds gets one sibling; a second one is theft.
ALTER TABLE refresh_token ADD COLUMN sibling_at DATETIME(6) NULL;
