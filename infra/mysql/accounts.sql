-- Runs once, when the data folder of the container is created: the account of the services may read and write rows of the shop only.
GRANT SELECT, INSERT, UPDATE, DELETE ON `cartwright\_%`.* TO 'cartwright'@'%';
