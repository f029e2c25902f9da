#!/bin/bash
# Turns the variables KAFKA_… into a property file, as the image does: KAFKA_LOG_DIRS becomes log.dirs. Formats an empty data folder.
set -eu
file=/opt/kafka/config/server.properties
env | grep '^KAFKA_' | grep -vE '^KAFKA_(HEAP_OPTS|JVM_PERFORMANCE_OPTS)=' | while IFS='=' read -r name value; do
  name=${name#KAFKA_}
  echo "$(echo "${name,,}" | tr _ .)=$value"
done >"$file"
java=(java ${KAFKA_HEAP_OPTS:-} ${KAFKA_JVM_PERFORMANCE_OPTS:-} -cp "/opt/kafka/libs/*")
[ -f /var/lib/kafka/data/meta.properties ] || "${java[@]}" kafka.tools.StorageTool format -t "$CLUSTER_ID" -c "$file"
exec "${java[@]}" kafka.Kafka "$file"
