-- Pictures of a variant, as JSON. NULL: none of its own, it is shown by those of the product.
ALTER TABLE variant ADD COLUMN images LONGTEXT COLLATE utf8mb4_unicode_ci NULL;
