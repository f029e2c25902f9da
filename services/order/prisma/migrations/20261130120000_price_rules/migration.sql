-- Price rules as catalog published them last: one row.
CREATE TABLE price_rules (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  rule_set LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
