#!/bin/sh
# What RT takes for sendmail: each mail becomes a file in $RT_MAIL_DIR, and nothing leaves this machine.
file="${RT_MAIL_DIR:?}/$(date +%s%N)-$$"
cat >"$file.part" && mv "$file.part" "$file.eml"
