#!/usr/bin/env bash
# @kubernetes/client-node 1.4: Cp.cpFromPod copies nothing, and its error ends the process. 2.0 has that mended.
#
# Expected (kubectl cp, and Cp.cpToPod of the same class): the file is there once the promise resolves, or the promise rejects.
# Seen: it runs `tar zcf -` in the container and gives the compressed bytes to tar-fs, which reads plain archives. The promise
# has resolved by then; the error is one of a stream without a listener. The container is played by this machine's tar here.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v tar > /dev/null || { echo "needs tar"; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

mkdir -p pod/data here
head -c 100000 /dev/urandom > pod/data/file
cat > copy.mjs << 'JS'
import { Cp, KubeConfig } from "@kubernetes/client-node"
import { spawn } from "node:child_process"
import * as fs from "node:fs"

const container = {
  exec: async (_namespace, _pod, _container, [program, ...args], stdout, stderr, _stdin, _tty, status) => {
    console.log("in the container:", program, ...args)
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] })
    child.stdout.on("data", (bytes) => stdout.write(bytes))
    child.stderr.on("data", (bytes) => stderr.write(bytes))
    child.on("close", () => {
      stdout.end()
      status({ status: "Success" })
    })
  }
}
await new Cp(new KubeConfig(), container).cpFromPod("default", "pod", "main", "data", "here", "pod")
console.log("resolved:", fs.readdirSync("here"))
setTimeout(() => console.log("a second later:", fs.readdirSync("here")), 1000)
JS
echo "Expected: data/file is copied"
status=0
node copy.mjs > output 2>&1 || status=$?
grep -v '^ \|^$' output
if [ "$status" -ne 0 ] && [ ! -s here/data/file ]; then
  echo "Seen: exit code $status, and nothing is copied"
else
  echo "Seen: exit code $status"
  exit 1
fi
