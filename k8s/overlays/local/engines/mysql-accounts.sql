-- Runs once, when the volume is created: the account of the services may use the schemas of the shop only.
GRANT ALL ON `cartwright\_%`.* TO 'cartwright'@'%';
