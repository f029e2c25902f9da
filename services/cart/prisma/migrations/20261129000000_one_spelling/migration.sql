-- A SKU is spelled in upper case, here as in catalog. One whose upper case is another variant's SKU keeps its spelling: nothing is merged.
CREATE TEMPORARY TABLE respelled (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  normal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
);
INSERT INTO respelled (sku, normal)
SELECT MIN(spelled.sku), spelled.normal
FROM (SELECT sku, UPPER(sku) AS normal FROM variant) spelled
GROUP BY spelled.normal
HAVING COUNT(*) = 1 AND MIN(spelled.sku) <> spelled.normal;

UPDATE variant v JOIN respelled r ON r.sku = v.sku SET v.sku = r.normal;
UPDATE stock s JOIN respelled r ON r.sku = s.sku SET s.sku = r.normal;
UPDATE cart_line l JOIN respelled r ON r.sku = l.sku SET l.sku = r.normal;
DROP TEMPORARY TABLE respelled;
