import { code } from "./ExitCode.js"
import { maxTextBytes } from "./TerminationMessage.js"

/** What both verbs share: how they end, how they run buildah, and where they look when it fails. */
export const common = `
say() { printf 'os-builder: %s\\n' "$*"; }

# write_message CODE TEXT: writes the termination message.
write_message() {
  {
    printf '{'
    [ -z "$digest" ] || printf '"digest":"%s",' "$digest"
    [ -z "$architecture" ] || printf '"architecture":"%s",' "$architecture"
    [ -z "$base" ] || printf '"base":{"pullspec":"%s","digest":"%s"' "$base" "$base_digest"
    [ -z "$base_manifest" ] || printf ',"manifestDigest":"%s"' "$base_manifest"
    [ -z "$base" ] || printf '},'
    [ -z "\${commit:-}" ] || printf '"commit":"%s",' "$commit"
    [ -z "$run_status" ] || printf '"exitCode":%s,' "$run_status"
    printf '"verb":"%s","code":%s,"text":"%s"}' "$verb" "$1" \\
      "$(printf '%s' "$2" | head -c ${maxTextBytes} | base64 | tr -d '\\n')"
  } > "$termination"
}

# Deletes the copies of secrets that buildah keeps beside its containers (run_common.go getSecretMount) until it deletes those.
forget_secrets() { [ -z "\${input:-}" ] || [ ! -e "$input/secret.000001.id" ] || rm -rf "\${storage:-$work}"/*-containers/*/userdata/secrets; }

# finish CODE TEXT: writes the termination message and ends. Never prints TEXT: buildah has printed it already.
finish() {
  trap - TERM INT HUP
  forget_secrets
  [ "$1" -eq ${code.succeeded} ] || say "$verb ends with exit code $1"
  write_message "$1" "$2"
  exit "$1"
}

stop() {
  trap '' TERM INT HUP
  [ -z "$child" ] || kill -TERM "$child" 2> /dev/null
  forget_secrets
  # Otherwise the kubelet takes the end of the log for the message.
  write_message ${code.stopped} "the $verb was told to stop"
  exit ${code.stopped}
}

now() { date +%s; }

# The start of the deadline is that of the first verb: all together have the time of one attempt.
set_deadline() {
  [ "$verb" = push ] || [ -n "\${OSB_CONTEXT_FETCHED:-}" ] && deadline=$(cat "$work/deadline" 2> /dev/null) || deadline=
  case $deadline in
    '' | *[!0-9]*) deadline=$(($(now) + OSB_TIMEOUT_SECONDS)); printf '%s' "$deadline" > "$work/deadline" ;;
  esac
}

# Sets $left to the seconds that are left, or ends.
in_time() {
  left=$((deadline - $(now)))
  [ "$left" -gt 0 ] || finish ${code.timeout} "the attempt took longer than $OSB_TIMEOUT_SECONDS seconds"
}

# attempt COMMAND...: runs it until the deadline. Its output goes to the log and to $said, its status to $status.
attempt() {
  in_time
  rm -f "$pipe" "$said" "$said.end"
  mkfifo "$pipe"
  { tee "$said" < "$pipe"; : > "$said.end"; } &
  timeout -k 10 "$left" "$@" > "$pipe" 2>&1 < /dev/null &
  child=$!
  wait "$child"
  status=$?
  child=
  # A process that a RUN left behind may hold the pipe open indefinitely.
  patience=250
  while [ ! -e "$said.end" ] && [ "$patience" -gt 0 ]; do
    sleep 0.02
    patience=$((patience - 1))
  done
  [ "$status" -eq 0 ] || in_time
}

# Sets $major and $minor to buildah's version, 0 where it names none.
read_version() {
  version=$OSB_BUILDAH_VERSION
  [ -n "$version" ] || version=$(buildah --version 2> /dev/null < /dev/null)
  version=\${version#*version } version=\${version%% *}
  major=\${version%%.*} minor=\${version#*.} minor=\${minor%%[!0-9]*}
  case $major in '' | *[!0-9]*) major=0 ;; esac
  minor=\${minor:-0}
}

# is_older MAJOR MINOR: whether buildah is older than that.
is_older() { [ "$major" -lt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -lt "$2" ]; }; }

buildah_() {
  attempt buildah --root "$storage" --runroot "$run" --storage-driver "$driver" "$@"
}

# How often the kernel killed for want of memory in our cgroup: version 2, else 1, else 0.
oom_kills() {
  v2=$(sed -n 's/^0::\\(.*\\)$/\\1/p' /proc/self/cgroup 2> /dev/null)
  v1=$(sed -n 's/^[0-9]*:memory:\\(.*\\)$/\\1/p' /proc/self/cgroup 2> /dev/null)
  for file in "/sys/fs/cgroup$v2/memory.events" /sys/fs/cgroup/memory.events \\
    "/sys/fs/cgroup/memory$v1/memory.oom_control" /sys/fs/cgroup/memory/memory.oom_control; do
    kills=$(sed -n 's/^oom_kill //p' "$file" 2> /dev/null)
    [ -z "$kills" ] || break
  done
  printf '%s' "\${kills:-0}"
}

# last_said PATTERN: what was said from the last line on that matches; the last lines of all if none does.
last_said() {
  line=$(sed -n "\\\\|$1|=" "$said" | tail -n 1)
  if [ -n "$line" ]; then tail -n "+$line" "$said"; else tail -n 5 "$said"; fi
}

`
