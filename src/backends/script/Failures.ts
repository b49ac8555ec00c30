import {
  absent,
  busy,
  casePattern,
  containerfile,
  credentials,
  denied,
  disk,
  network,
  noSuchProgram,
  privilege,
  pull,
  refused,
  runNetwork,
  startup,
  storage
} from "./ErrorText.js"
import { code } from "./ExitCode.js"

/** The maximum length of the failed instruction's STEP line in a message. */
export const maxStepBytes = 1000

/** Errors whose text alone decides, whichever step they stopped. */
const platform = `
    ${casePattern(credentials)}) finish ${code.credentialsInvalid} "$error" ;;
    ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;;
    *'could not find "netavark"'*)
      finish ${code.storageUnavailable} "$error (install the package netavark in the builder image)" ;;
    ${casePattern(storage)}) finish ${code.storageUnavailable} "$error" ;;`

/** The part of the script that maps a failure of buildah to an exit code, by the table of error texts. */
export const failures = `
# How often the kernel killed for want of memory in our cgroup: version 2, else 1, else 0.
oom_kills() {
  v2= v1= kills=
  { while IFS=: read -r number controllers group; do
    case $number:$controllers in 0:) v2=$group ;; *:memory) v1=$group ;; esac
  done < /proc/self/cgroup; } 2> /dev/null
  for file in "/sys/fs/cgroup$v2/memory.events" /sys/fs/cgroup/memory.events \\
    "/sys/fs/cgroup/memory$v1/memory.oom_control" /sys/fs/cgroup/memory/memory.oom_control; do
    { while read -r name count; do [ "$name" != oom_kill ] || kills=$count; done < "$file"; } 2> /dev/null
    [ -z "$kills" ] || break
  done
  printf '%s' "\${kills:-0}"
}

# last_said PATTERN: what was said from the last line on that matches; the last lines of all if none does.
last_said() {
  line=$(sed -n "\\\\|$1|=" "$said" | tail -n 1)
  if [ -n "$line" ]; then tail -n "+$line" "$said"; else tail -n 5 "$said"; fi
}

# Whether buildah was killed, or crashed as programs in Go do, so that no error is its own. It ends with the status of an
# instruction's program too, but then the error has that status.
died() {
  case $status in 2 | 129 | 1[3-8]? | 19[0-2]) ;; *) return 1 ;; esac
  [ -z "$error_line" ] || [ -z "$(tail -n "+$error_line" "$said" | sed -n "/exit status $status/p")" ]
}

# Sets $error to buildah's last error, $lower to the same in lower case, and $error_line to the line on which it starts. The
# output of an instruction may end without a line break before it.
read_error() {
  # By sed: to grep an output with zero bytes has no lines.
  error_line=$(sed -n -e '/^Error: /=' -e '/Error: building at STEP "/=' "$said" | tail -n 1)
  if [ -n "$error_line" ]; then
    error=$(tail -n "+$error_line" "$said" | head -c 8192)
    error=\${error#*Error: }
  else
    error=$(tail -n 5 "$said" | head -c 8192)
  fi
  # The copier prints its whole request before the cause, which has no room behind it in a message.
  case $error in
    *'error during bulk transfer for copier.request{'*'}}: '*)
      cause=\${error#*for copier.request\\{} cause=\${cause#*\\}\\}: }
      error=\${error%%error during bulk transfer for copier.request*}$cause ;;
  esac
  [ -n "$error" ] || error="buildah ended with status $status"
  if died; then
    error="buildah crashed with status $status" error_line=
    [ "$status" -eq 2 ] || error="buildah was killed by signal $((status - 128))"
  fi
  lower=$(lower_case "$error")
}

no_memory() { [ "$(oom_kills)" -le "$kills_before" ] || finish ${code.outOfMemory} "the kernel killed a process for want of memory: $error"; }

# Ends where buildah cannot use the storage at all. It is asked once something else has failed, whose error and status stay.
check_storage() {
  failed_with=$status failed_said=$said said=$said.storage
  buildah_ containers --quiet
  if [ "$status" -ne 0 ]; then
    read_error
    no_memory
    case $lower in ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;; esac
    finish ${code.storageUnavailable} "$error"
  fi
  status=$failed_with said=$failed_said
}

# registry_verdict DENIED TRANSIENT [ABSENT]: ends after a pull or a push that failed for another reason than the registry, and
# sets $verdict to one of them. Any status from 400 to 499 is final but for 408 and 429.
registry_verdict() {
  no_memory
  verdict=$2
  case $lower in${platform}
    ${casePattern(busy)}) ;;
    ${casePattern(denied)}) verdict=$1 ;;
    ${casePattern(absent)}) verdict=\${3:-$1} ;;
    ${casePattern(refused)}) verdict=$1 ;;
    ${casePattern(privilege)}) finish ${code.storageUnavailable} "$error" ;;
  esac
}

registry_failed() {
  registry_verdict "$@"
  finish "$verdict" "$error"
}

# Ends after a build that failed: only an instruction that demonstrably failed is the user's fault.
build_failed() {
  read_error
  no_memory
  case $lower in 'building at step "'*) instruction_failed ;; esac
  case $lower in${platform}
    ${casePattern(containerfile)}) finish ${code.containerfileInvalid} "$error" ;;
    ${casePattern(pull)}) image_failed ;;
    ${casePattern(privilege)}) finish ${code.storageUnavailable} "$error" ;;
    *) finish ${code.unknown} "$error" ;;
  esac
}

# buildah does not print why a --from= image could not be pulled; it does print that it tries again.
image_failed() {
  case $lower in
    *'no stage or image found'*)
      from=\${lower#*--from=} from=\${from#*from=} from=\${from%%: no stage*}
      case $from in '' | *[!0-9]*) ;; *) finish ${code.containerfileInvalid} "$error: there is no stage $from above" ;; esac
      last_said 'STEP [0-9]*/[0-9]*: ' | grep -q 'Failed, retrying in' && finish ${code.pullFailed} "$error"
      error="$error; no stage above has this name, and no image of this name can be pulled" ;;
  esac
  registry_failed ${code.pullDenied} ${code.pullFailed} ${code.imageNotFound}
}

# Sets $step to the STEP line of the instruction that failed, $cause to what buildah's error says of it, and $step_line. What
# an instruction prints may look like a STEP or an error: the line that counts has the instruction that the error quotes.
find_step() {
  step= step_line= last_step= last_line=0
  sed -n '/STEP [0-9]*\\/[0-9]*: /{=;p;}' "$said" | tail -n 400 > "$said.steps"
  while read -r number && IFS= read -r line; do
    rest=\${line#*STEP [0-9]*/[0-9]*: }
    label=\${line%"$rest"} label="STEP \${label##*STEP }"
    # An instruction of several lines is in none of them: then the last STEP counts.
    last_step=$label$rest last_line=$number
    # Behind a heredoc's first line 1.36 and later print a summary of it in parentheses.
    for text in "$rest" "\${rest% (*}"; do
      case $error in
        "building at STEP \\"$text\\": "*)
          step=$label$rest step_line=$number cause=\${error#"building at STEP \\"$text\\": "} ;;
      esac
    done
  done < "$said.steps"
  if [ -z "$step" ]; then
    step=$last_step step_line=$last_line cause=\${error##*'": '}
  fi
  step=$(printf '%s' "$step" | head -c ${maxStepBytes})
}

instruction_failed() {
  find_step
  lower=$(lower_case "$cause")
  error="$step: $cause"
  case $lower in${platform}
    ${casePattern(containerfile)}) finish ${code.containerfileInvalid} "$error" ;;
    *'no stage or image found'*) image_failed ;;
  esac
  # What was printed from the step on until the error.
  output=$(sed -n "$((\${step_line:-0} + 1)),$((error_line - 1))p" "$said" | tail -n 50)
  case $(lower_case "$output") in ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;; esac
  # As the Containerfile has it, which may be in small letters.
  keyword=\${step#STEP [0-9]*/[0-9]*: } keyword=$(lower_case "\${keyword%%[!A-Za-z]*}")
  case $keyword in
    add) case $lower in ${casePattern(network)}) finish ${code.networkUnavailable} "$error" ;; esac ;;
    run) run_failed ;;
  esac
  finish ${code.instructionFailed} "$error"
}

# With isolation chroot two programs of buildah, one in the other, report the end of an instruction's program; the inner one
# reports nothing where it could not start it. So no output of the program is taken for a report.
run_failed() {
  case $lower in *'exit status '*) run_status=\${lower##*exit status } ;; esac
  case $run_status in *[!0-9]*) run_status= ;; esac
  last=$(printf '%s' "$output" | tail -n 1) before=$(printf '%s' "$output" | tail -n 2 | head -n 1)
  case "$before
$last" in
    *'subprocess exited on killed
subprocess exited with status '*) finish ${code.unknown} "$error (killed by a signal)" ;;
    *'subprocess exited '*'
subprocess exited with status '*) ;;
    *)
      report=$(printf '%s' "$output" | tail -n 3)
      case $(lower_case "$report") in
        ${casePattern(noSuchProgram)}) error="$error ($report)" ;;
        ${casePattern(startup)}) run_status=; finish ${code.storageUnavailable} "$error ($report)" ;;
      esac
      ;;
  esac
  # Killed, and not by the limit of our own cgroup: by the node, or on request.
  case $run_status$lower in 137* | *'signal: killed') finish ${code.unknown} "$error (killed by a signal)" ;; esac
  case $(printf '%s' "$output" | tail -n 20 | tr 'A-Z' 'a-z') in
    ${casePattern(runNetwork)}) finish ${code.unknown} "$error (for want of the network)" ;;
  esac
}
`
