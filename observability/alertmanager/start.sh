#!/bin/sh
# Puts the mail server's settings in alertmanager.yml, which can't read variables, and starts it.
set -eu
if [ -z "${ALERT_MAIL_TO:-}" ]; then
    echo "ALERT_MAIL_TO is empty: say in .env who gets the alerts." >&2
    exit 2
fi
# starttls asks for it; with tls the port itself speaks it, with none nobody does.
[ "$SMTP_SECURITY" = starttls ] && REQUIRE_TLS=true || REQUIRE_TLS=false
sed_escaped() { printf '%s' "$1" | sed 's/[&|\\]/\\&/g'; }
configuration=${CONFIGURATION:-/tmp/alertmanager.yml}
sed -e "s|SMTP_HOST|$(sed_escaped "$SMTP_HOST")|; s|SMTP_PORT|$SMTP_PORT|" \
    -e "s|MAIL_FROM|$(sed_escaped "$MAIL_FROM")|; s|SMTP_USERNAME|$(sed_escaped "${SMTP_USERNAME:-}")|" \
    -e "s|ALERT_MAIL_TO|$(sed_escaped "$ALERT_MAIL_TO")|; s|REQUIRE_TLS|$REQUIRE_TLS|" \
    "$(dirname "$0")/alertmanager.yml" >"$configuration"
exec "${ALERTMANAGER:-alertmanager}" --config.file="$configuration" --storage.path=/alertmanager \
    --web.external-url="$PUBLIC_URL"
