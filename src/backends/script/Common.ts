import { code } from "./ExitCode.js"
import { maxTextBytes } from "./TerminationMessage.js"

/** The names of a script's environment variables: `required`, or the default. */
export type Variables = { readonly [name: string]: string }

const settings = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => value === "required" ? `: "\${${name}:?}"` : `: "\${${name}:=${value}}"`)
    .join("\n")

/**
 * The beginning of every script: its variables, how it ends, and how it runs a command. `purpose` is a comment. The variables are
 * at least OSB_WORK_DIR, OSB_MEMORY_DIR, OSB_TIMEOUT_SECONDS, OSB_TRUST_BUNDLE and OSB_TERMINATION_MESSAGE.
 */
export const begin = (purpose: string, variables: Variables): string =>
  `#!/bin/sh
# effect-os-builder: ${purpose}.
set -u
umask 022
LC_ALL=C
export LC_ALL

${settings(variables)}

verb=\${1:-}
work=$OSB_WORK_DIR private=$OSB_MEMORY_DIR/os-builder-$verb termination=$OSB_TERMINATION_MESSAGE
pipe=$work/$verb.pipe said=$work/$verb.said
digest= architecture= base= base_digest= base_manifest= commit= run_status= child=
${common}
trap 'rm -rf "$private"' EXIT
trap stop TERM INT HUP
`

const common = `
say() { printf 'os-builder: %s\\n' "$*"; }

# read_word NAME FILE: sets the variable to the only line of a file, without starting a program; to nothing if there is none.
read_word() { if [ -f "$2" ]; then read -r "$1" < "$2"; else read -r "$1" < /dev/null; fi; }

# write_message CODE TEXT: writes the termination message.
write_message() {
  {
    printf '{'
    [ -z "$digest" ] || printf '"digest":"%s",' "$digest"
    [ -z "$architecture" ] || printf '"architecture":"%s",' "$architecture"
    [ -z "$base" ] || printf '"base":{"pullspec":"%s","digest":"%s"' "$base" "$base_digest"
    [ -z "$base_manifest" ] || printf ',"manifestDigest":"%s"' "$base_manifest"
    [ -z "$base" ] || printf '},'
    [ -z "$commit" ] || printf '"commit":"%s",' "$commit"
    [ -z "$run_status" ] || printf '"exitCode":%s,' "$run_status"
    printf '"verb":"%s","code":%s,"text":"' "$verb" "$1"
    [ -z "$2" ] || printf '%s' "$2" | head -c ${maxTextBytes} | base64 | tr -d '\\n'
    printf '"}'
  } > "$termination"
}

# What a script has to delete before it ends; a script that leaves something behind has its own.
forget() { :; }

# finish CODE TEXT: writes the termination message and ends. Never prints TEXT: buildah has printed it already.
finish() {
  trap - TERM INT HUP
  forget
  [ "$1" -eq ${code.succeeded} ] || say "$verb ends with exit code $1"
  write_message "$1" "$2"
  exit "$1"
}

stop() {
  trap '' TERM INT HUP
  [ -z "$child" ] || kill -TERM "$child" 2> /dev/null
  forget
  # Otherwise the kubelet takes the end of the log for the message.
  write_message ${code.stopped} "the $verb was told to stop"
  exit ${code.stopped}
}

now() { date +%s; }

set_deadline() { deadline=$(($(now) + OSB_TIMEOUT_SECONDS)); printf '%s' "$deadline" > "$work/deadline"; }

# Takes the deadline of the verb before this one: all together have the time of one attempt.
keep_deadline() {
  read_word deadline "$work/deadline"
  case $deadline in '' | *[!0-9]*) set_deadline ;; esac
}

# Prints a number of seconds as 1h30m, as DurationText does.
duration_text() {
  rest=$1 text=
  for unit in 604800w 86400d 3600h 60m 1s; do
    size=\${unit%?}
    [ "$rest" -lt "$size" ] || text=$text$((rest / size))\${unit#"$size"}
    rest=$((rest % size))
  done
  printf '%s' "$text"
}

# Sets $left to the seconds that are left, or ends.
in_time() {
  left=$((deadline - $(now)))
  [ "$left" -gt 0 ] || finish ${code.timeout} "the attempt took longer than $(duration_text "$OSB_TIMEOUT_SECONDS")"
}

# attempt COMMAND...: runs it until the deadline. Its output goes to the log and to $said, its status to $status.
attempt() {
  in_time
  # The first of a verb has nothing to delete.
  [ ! -e "$pipe" ] || rm -f "$pipe" "$said" "$said.end"
  mkfifo "$pipe"
  { tee "$said" < "$pipe"; : > "$said.end"; } &
  timeout -k 10 "$left" "$@" > "$pipe" 2>&1 < /dev/null &
  child=$!
  wait "$child"
  status=$?
  child=
  # A process that a RUN left behind may hold the pipe open indefinitely.
  patience=250 pause=0.002
  while [ ! -e "$said.end" ] && [ "$patience" -gt 0 ]; do
    sleep "$pause"
    pause=0.02 patience=$((patience - 1))
  done
  [ "$status" -eq 0 ] || in_time
}

lower_case() { printf '%s' "$1" | tr 'A-Z' 'a-z'; }

# Prints the system's authorities and those of the bundle.
authorities() {
  for file in /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem; do
    if [ -s "$file" ]; then cat "$file"; break; fi
  done
  echo
  cat "$OSB_TRUST_BUNDLE"
}

# Programs read the names of proxies in capitals, in small letters, or in one of the two.
set_proxies() {
  if [ -n "\${HTTP_PROXY:-}" ]; then http_proxy=$HTTP_PROXY; export HTTP_PROXY http_proxy; fi
  if [ -n "\${HTTPS_PROXY:-}" ]; then https_proxy=$HTTPS_PROXY; export HTTPS_PROXY https_proxy; fi
  if [ -n "\${NO_PROXY:-}" ]; then no_proxy=$NO_PROXY; export NO_PROXY no_proxy; fi
}
`
