-- Price rules of the shop: one row, which every change locks. It begins without any rule.
CREATE TABLE price_rules (
  id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  rule_set LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT IGNORE INTO price_rules (id, version, rule_set)
VALUES ('shop', 0, '{"version":0,"taxExcluded":["USD"],"shippingZones":[],"taxRates":[],"promotions":[]}');
