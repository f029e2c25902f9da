#!/bin/bash
# Does what the image's own script does with the variables that docker-compose.yml sets: creates the accounts at the first start.
set -eu
shift
libraries=$(dirname /opt/mysql/usr/lib/*/ld-linux*.so.*)
server=("$(echo "$libraries"/ld-linux*.so.*)" --library-path "$libraries" /opt/mysql/usr/sbin/mysqld --no-defaults
  --basedir=/opt/mysql/usr --lc-messages-dir=/opt/mysql/usr/share/mysql --character-sets-dir=/opt/mysql/usr/share/mysql/charsets
  "--plugin-dir=$libraries/mysql/plugin" --secure-file-priv=NULL --datadir=/var/lib/mysql)
if [ ! -d /var/lib/mysql/mysql ]; then
  {
    echo "ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    echo "CREATE USER root@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    echo "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD';"
    cat /docker-entrypoint-initdb.d/*.sql
  } >/tmp/first-start.sql
  "${server[@]}" "$@" --initialize-insecure --init-file=/tmp/first-start.sql
  rm /tmp/first-start.sql
fi
exec "${server[@]}" "$@"
