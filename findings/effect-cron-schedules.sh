#!/usr/bin/env bash
# One schedule, two readers: Effect's Cron and a Kubernetes CronJob, which robfig/cron parses in kube-controller-manager.
#
# Expected: a schedule for nightly builds that both accept has the same times in both.
# Seen: with a step in the day of the month and a weekday, as in `0 3 */2 * 1`, Kubernetes runs on each odd day and on each Monday, and Effect
# (3.22 and 4.1) on the Mondays that are odd days; for `1-31/2`, which is the same days, Effect runs on either as well. In the night when
# clocks go forward, 02:30 is left out by Kubernetes and is an hour later in Effect; when they go back, Kubernetes runs twice, an hour apart,
# and Effect once. So a nightly build is missing once a year, and is started twice in another night.
# Sunday is 7 to Effect as well as 0; Kubernetes refuses 7.
set -euo pipefail
for program in go node npm; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get github.com/robfig/cron/v3@v3.0.1 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	schedule, zone := os.Args[1], os.Args[2]
	at, err := time.Parse(time.RFC3339, os.Args[3])
	if err != nil {
		panic(err)
	}
	// As kube-controller-manager puts spec.timeZone before spec.schedule.
	parsed, err := cron.ParseStandard("TZ=" + zone + " " + schedule)
	if err != nil {
		fmt.Println("refused")
		return
	}
	times := []string{}
	for range 3 {
		at = parsed.Next(at)
		times = append(times, at.UTC().Format("01-02T15:04Z"))
	}
	fmt.Println(strings.Join(times, " "))
}
GO
CGO_ENABLED=0 go build -o times . > log 2>&1 || { cat log; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error effect-3@npm:effect@3.22.4 effect-4@npm:effect@4.1.0 > /dev/null || exit 2
cat > times.mjs << 'JS'
const [major, schedule, zone, from] = process.argv.slice(2)
const { Cron, Either, Result } = await import(`effect-${major}`)
const cron = (Either ?? Result).getOrThrow(Cron.parse(schedule, zone))
let at = new Date(from)
const times = Array.from({ length: 3 }, () => {
  at = Cron.next(cron, at)
  return at.toISOString().slice(5, 16) + "Z"
})
console.log(times.join(" "))
JS
echo "github.com/robfig/cron 3.0.1, $(go version | cut -d ' ' -f 3), effect 3.22.4 and 4.1.0, node $(node -v)"
echo "expected: the same times three times"
seen=
# show SCHEDULE ZONE FROM
show() {
  lines="$1 $2: Kubernetes $(./times "$1" "$2" "$3"), Effect 3 $(node times.mjs 3 "$1" "$2" "$3"), Effect 4 $(node times.mjs 4 "$1" "$2" "$3")"
  echo "seen:     $lines"
  seen="$seen$lines
"
}
show '0 3 */2 * 1' UTC 2026-12-01T04:00:00Z
show '0 3 1-31/2 * 1' UTC 2026-12-01T04:00:00Z
show '30 2 * * *' Europe/Berlin 2027-03-27T12:00:00Z
show '30 2 * * *' Europe/Berlin 2027-10-30T12:00:00Z
show '0 3 * * 7' UTC 2026-12-01T04:00:00Z
monday="12-07T03:00Z 12-21T03:00Z 01-11T03:00Z"
either="12-03T03:00Z 12-05T03:00Z 12-07T03:00Z"
forward="03-28T01:30Z 03-29T00:30Z 03-30T00:30Z"
back="10-31T00:30Z 11-01T01:30Z 11-02T01:30Z"
sunday="12-06T03:00Z 12-13T03:00Z 12-20T03:00Z"
[ "$seen" = "0 3 */2 * 1 UTC: Kubernetes $either, Effect 3 $monday, Effect 4 $monday
0 3 1-31/2 * 1 UTC: Kubernetes $either, Effect 3 $either, Effect 4 $either
30 2 * * * Europe/Berlin: Kubernetes 03-29T00:30Z 03-30T00:30Z 03-31T00:30Z, Effect 3 $forward, Effect 4 $forward
30 2 * * * Europe/Berlin: Kubernetes 10-31T00:30Z 10-31T01:30Z 11-01T01:30Z, Effect 3 $back, Effect 4 $back
0 3 * * 7 UTC: Kubernetes refused, Effect 3 $sunday, Effect 4 $sunday
" ]
