#!/bin/sh
# What nginx can't know when its image is built: the name servers here, whether there is IPv6, and
# which proxies stand in front. Then nginx itself; a renewed certificate is taken up within a minute.
#   TRUSTED_PROXY_ADDRESSES  networks of the proxies in front, e.g. "10.0.0.0/8 fd00::/8"; limits then
#                            count the client's address, not the proxy's
#   GATEWAY_ADDRESS          host:port; a whole name, for nginx knows no search domains
#   PUBLIC_URL               where plain HTTP is sent once nginx ends TLS itself
set -eu
folder=${FOLDER:-/tmp}
certificate=${CERTIFICATE:-/etc/nginx/tls/tls.crt}

if [ -n "${TLS_FOLDER:-}" ] && [ ! -e "$certificate" ]; then
    echo "TLS_FOLDER is set, but nginx would start without TLS: add docker-compose.prod.yml to COMPOSE_FILE." >&2
    exit 2
fi
servers=$(awk '$1 == "nameserver" { print index($2, ":") ? "[" $2 "]" : $2 }' "${RESOLV_CONF:-/etc/resolv.conf}" | tr '\n' ' ')
echo "resolver ${servers:-127.0.0.53} valid=5s;" >"$folder/resolver.conf"
gateway=${GATEWAY_ADDRESS:-gateway:8000}
# A name is looked up again and again, an address can't be. A gateway that refused while it started
# is tried again after a second, or none would be left when the one that it replaces has ended.
case $gateway in
*[a-z]*) echo "server $gateway resolve fail_timeout=1s;" ;;
*) echo "server $gateway fail_timeout=1s;" ;;
esac >"$folder/gateway.conf"
: >"$folder/real_ip.conf"
for network in ${TRUSTED_PROXY_ADDRESSES:-}; do
    echo "set_real_ip_from $network;" >>"$folder/real_ip.conf"
done
# $request_uri and $host are nginx's.
# shellcheck disable=SC2016
printf 'return 308 %s$request_uri;\n' "${PUBLIC_URL:-https://\$host}" >"$folder/redirect.conf"
[ -e /proc/net/if_inet6 ] && six=true || six=false
# The next nginx may listen beside the one that it replaces (compose/roll-out.sh).
listen() { # what follows `listen`, file
    {
        echo "listen $1 reuseport;"
        if $six; then echo "listen [::]:$1 reuseport;"; fi
    } >"$folder/$2"
}
listen "${PORT:-8080}" listen.conf
listen "${TLS_PORT:-8443} ssl" listen-tls.conf
# One that was killed leaves it, and nginx would not start.
rm -f "$folder/health.sock"

# The certificate's digest: a mounted Secret is replaced by a link, so its time says little.
watch() {
    known=$(sha256sum "$certificate")
    # For as long as nginx runs, which takes this script's place and number.
    while sleep "${CERTIFICATE_SECONDS:-60}" && kill -0 $$ 2>/dev/null; do
        now=$(sha256sum "$certificate") || continue
        # Where the new one doesn't fit its key, nginx says so and keeps the old one.
        if [ "$now" != "$known" ]; then
            kill -HUP "$(cat "$folder/nginx.pid")"
            known=$now
        fi
    done
}
if [ "$#" -gt 0 ]; then
    if [ -e "$certificate" ]; then watch & fi
    exec "$@"
fi
