#!/bin/bash
# Passes the variables whose names are settings, such as discovery.type, to the server, as the image does.
set -eu
settings=()
while IFS='=' read -r -d '' name value; do
  # This build has no module for machine learning.
  [[ $name =~ ^[a-z]+\.[a-z_.]+$ && $name != xpack.ml.enabled ]] && settings+=("-E$name=$value")
done </proc/self/environ
exec bin/elasticsearch "${settings[@]}"
