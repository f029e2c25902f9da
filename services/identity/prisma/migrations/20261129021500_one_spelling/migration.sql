-- One address, one spelling: the column is binary ASCII. An address that is not in its normal form moves to kept_email; identity brings it
-- into the normal form when it starts, unless another account has that address or there is no such form. Nothing is merged.
ALTER TABLE user_account
  DROP KEY user_account_email,
  ADD COLUMN kept_email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL AFTER email;
UPDATE user_account SET kept_email = email WHERE email IS NOT NULL;
UPDATE user_account SET email = NULL WHERE email IS NOT NULL;
ALTER TABLE user_account MODIFY email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NULL;
UPDATE user_account SET email = kept_email, kept_email = NULL
  WHERE kept_email REGEXP '^[a-z0-9!#$%&''*+/=_`{|}~-]+([.][a-z0-9!#$%&''*+/=_`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]([a-z0-9-]*[a-z0-9])?$'
    AND LOCATE('@', kept_email) <= 65;
ALTER TABLE user_account ADD UNIQUE KEY user_account_email (email), ADD KEY user_account_kept_email (kept_email);

-- The address of a change that waits for its code. One that is not ASCII can no longer be confirmed.
DELETE FROM one_time_code WHERE LENGTH(pending_email) <> CHAR_LENGTH(pending_email);
ALTER TABLE one_time_code MODIFY pending_email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NULL;
