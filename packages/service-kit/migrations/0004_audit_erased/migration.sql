-- When the personal columns of a row were blanked because an account was closed. The one change that an audit row may undergo, once.
ALTER TABLE audit_entry ADD COLUMN erased_at DATETIME(6) NULL;
