import { casePattern, disk } from "./ErrorText.js"
import { code } from "./ExitCode.js"

/**
 * The verb `upload`: takes the build context from standard input, to which a client attaches, and lays it out for `build`. The
 * stream is an archive (`ContextArchive.archive`), compressed by gzip; the SHA-256 of the archive has to be that of the input, so
 * that nothing is built of an upload that was cut or mixed up.
 */
export const upload = `
# upload_failed TEXT: ends after an upload that another client may repeat.
upload_failed() { rm -rf "$context"; finish ${code.uploadFailed} "$1"; }

# Waits for the first byte, which no client sends before it is attached.
await_client() {
  say "waiting for the upload of the context"
  timeout "$OSB_UPLOAD_SECONDS" dd bs=1 count=1 <&3 > "$work/upload.first" 2> /dev/null &
  child=$!
  wait "$child"
  status=$?
  child=
  [ ! -s "$work/upload.first" ] || return 0
  [ "$status" -ne 124 ] || upload_failed "no client has uploaded the context within $OSB_UPLOAD_SECONDS seconds; build the same input again"
  upload_failed "the upload of the context was cut before its first byte"
}

upload() {
  context=\${OSB_CONTEXT_DIR:-$work/context}
  rm -rf "$context" "$work/upload".*
  mkdir -p "$context"
  for tool in tar gzip sha256sum; do
    command -v "$tool" > /dev/null || finish ${code.storageUnavailable} "$tool is missing; install it where buildah is"
  done
  exec 3<&0
  await_client
  set_deadline
  in_time
  mkfifo "$work/upload.pipe"
  sha256sum < "$work/upload.pipe" > "$work/upload.sum" &
  sum=$!
  timeout -k 10 "$left" sh -c 'cat "$1" - <&3 | gzip -d 2> "$0.gzip" | tee "$0.pipe" | tar -x -p -o -m -f - -C "$2" 2> "$0.tar"' \\
    "$work/upload" "$work/upload.first" "$context" &
  child=$!
  wait "$child"
  status=$?
  wait "$sum"
  child=
  exec 3<&-
  [ "$status" -eq 0 ] || in_time
  error=$(head -c 2048 "$work/upload.tar")
  case $(lower_case "$error") in ${casePattern(disk)}) rm -rf "$context"; finish ${code.outOfDisk} "$error" ;; esac
  read -r received rest < "$work/upload.sum"
  [ "sha256:$received" = "$OSB_CONTEXT_DIGEST" ] ||
    upload_failed "the upload of the context was cut or is not what was announced: its digest is sha256:$received instead of $OSB_CONTEXT_DIGEST"
  [ "$status" -eq 0 ] || finish ${code.unknown} "the context cannot be unpacked: $error"
  printf '%s' "$OSB_CONTEXT_DIGEST" > "$work/upload.done"
  say "the context is uploaded, $OSB_CONTEXT_DIGEST"
  finish ${code.succeeded} ''
}

# Ends a build whose context was not uploaded to its end.
check_upload() {
  [ -n "$OSB_CONTEXT_DIGEST" ] && [ -n "$OSB_UPLOAD_SECONDS" ] || return 0
  [ "$(cat "$work/upload.done" 2> /dev/null)" = "$OSB_CONTEXT_DIGEST" ] ||
    finish ${code.uploadFailed} "the context was not uploaded"
}
`
