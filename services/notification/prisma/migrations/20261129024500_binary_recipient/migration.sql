-- To whom a mail goes is never decided by a collation. A recipient of before addresses had one spelling is kept as it was.
ALTER TABLE message MODIFY recipient VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
