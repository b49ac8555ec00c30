#!/usr/bin/env bash
# One NO_PROXY, three readers: Go (kubectl, buildah, skopeo, client-go), undici (Node's fetch with NODE_USE_ENV_PROXY) and proxy-from-env.
#
# Expected: the NO_PROXY that a cluster gives its pods, such as OpenShift's `.cluster.local,.svc,172.30.0.0/16,example.com`, exempts the same
# servers for every program in the pod.
# Seen: undici 7.30 and proxy-from-env 2.1 do not know ranges of addresses, and send what is for the API server, 172.30.0.1, to the proxy.
# They also send localhost there, which Go never does. `example.com` means its subdomains too to Go and undici, not to proxy-from-env;
# `.apps.example.net` means apps.example.net itself to undici alone. For an address of IPv6 they want brackets, which Go does not take.
# No reader reports an entry that it does not know. All connections go to a server on this machine here.
set -euo pipefail
for program in go node npm; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get golang.org/x/net/http/httpproxy@v0.57.0 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"fmt"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
)

func main() {
	address, err := url.Parse(os.Args[1])
	if err != nil {
		panic(err)
	}
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(address)
	switch {
	case err != nil:
		panic(err)
	case proxy == nil:
		fmt.Println("direct")
	default:
		fmt.Println("proxy")
	}
}
GO
CGO_ENABLED=0 go build -o reads . > log 2>&1 || { cat log; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error undici@7.30.2 proxy-from-env@2.1.0 > /dev/null || exit 2
cat > reads.mjs << 'JS'
import * as http from "node:http"
import * as net from "node:net"
import { getProxyForUrl } from "proxy-from-env"
import { EnvHttpProxyAgent, request } from "undici"

// Both the proxy and every server: what it answers names which of the two it was taken for.
const server = http.createServer((_, response) => response.end("direct"))
server.on("connect", (_, socket) => {
  socket.on("error", () => socket.destroy())
  socket.write("HTTP/1.1 200 OK\r\n\r\n")
  socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nproxy"))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address()
process.env.HTTP_PROXY = `http://127.0.0.1:${port}`
const connect = (_, callback) => {
  const socket = net.connect(port, "127.0.0.1", () => callback(null, socket))
  socket.once("error", callback)
}
const [url] = process.argv.slice(2)
const { body } = await request(url, { dispatcher: new EnvHttpProxyAgent({ connect }), signal: AbortSignal.timeout(10_000) })
console.log(`undici ${await body.text()}, proxy-from-env ${getProxyForUrl(url) === "" ? "direct" : "proxy"}`)
process.exit()
JS
echo "golang.org/x/net 0.57.0 of $(go version | cut -d ' ' -f 3), undici 7.30.2, proxy-from-env 2.1.0, node $(node -v)"
unset no_proxy http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy
export HTTP_PROXY=http://127.0.0.1:3128 NO_PROXY=.cluster.local,.svc,172.30.0.0/16,example.com,.apps.example.net,2001:db8::7,[2001:db8::8]
echo "with NO_PROXY=$NO_PROXY"
echo "expected: the same three times on each line"
seen=
for host in kubernetes.default.svc 172.30.0.1 localhost registry.example.com apps.example.net '[2001:db8::7]' '[2001:db8::8]'; do
  line="$host: Go $(./reads "http://$host/"), $(node reads.mjs "http://$host/")"
  echo "seen:     $line"
  seen="$seen$line
"
done
[ "$seen" = 'kubernetes.default.svc: Go direct, undici direct, proxy-from-env direct
172.30.0.1: Go direct, undici proxy, proxy-from-env proxy
localhost: Go direct, undici proxy, proxy-from-env proxy
registry.example.com: Go direct, undici direct, proxy-from-env proxy
apps.example.net: Go proxy, undici direct, proxy-from-env proxy
[2001:db8::7]: Go direct, undici proxy, proxy-from-env proxy
[2001:db8::8]: Go proxy, undici direct, proxy-from-env direct
' ]
