#!/usr/bin/env bash
# effect 4.1: `Stream.splitLines` ends a line at a carriage return too, so that a log has other lines than on Effect 3.
#
# Expected (the name and the type are those of Effect 3, where it "handles both" `\r\n` and `\n`): the lines of effect 3.22.
# Seen: a lone carriage return, with which curl, dnf and git draw their progress within one line, is part of the line on Effect 3, and ends it
# on Effect 4. A line of progress becomes as many lines as it had steps, a tail of the last lines of a log has no room for the error before
# it, and the numbers of lines differ from those of `wc -l` and of a kubelet. The description on Effect 4 names
# the carriage return; nothing says that it is a change.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error effect-3@npm:effect@3.22.4 effect-4@npm:effect@4.1.0 > /dev/null || exit 2
echo "node $(node -v), effect 3.22.4 and 4.1.0"

cat > split.mjs << 'JS'
for (const major of [3, 4]) {
  const { Effect, Stream } = await import(`effect-${major}`)
  const lines = async (...chunks) => JSON.stringify(Array.from(await Effect.runPromise(Stream.runCollect(Stream.splitLines(Stream.make(...chunks))))))
  const found = [await lines("a\r\nb\n"), await lines("50%\r100%\ndone\n"), await lines("50%\r", "100%\ndone\n")]
  console.log(`Effect ${major}: ${found.join(" ")}`)
}
JS
seen=$(timeout 60 node split.mjs)
echo 'expected: ["a","b"] ["50%\r100%","done"] ["50%\r100%","done"], twice'
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'Effect 3: ["a","b"] ["50%\r100%","done"] ["50%\r100%","done"]
Effect 4: ["a","b"] ["50%","100%","done"] ["50%","100%","done"]' ]
