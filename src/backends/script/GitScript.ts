/**
 * The script that fetches a context from a Git repository: POSIX sh around git, the same in a pod and on this machine.
 *
 * `sh -c source sh resolve` finds the commit that a branch or tag names, and `sh -c source sh context` fetches that commit alone.
 * Neither runs where an instruction of the Containerfile does, and the credentials are in no argument, variable, configuration of
 * git or log: a program of the script's own hands git the password from the secret's file. The configuration of the machine and
 * of the user is not read. The fetched directory has no `.git`; submodules and large files of Git LFS are not fetched.
 *
 * It asks for sh, coreutils or busybox, git 2.32 or later, and ssh for URLs of ssh.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../../core/BuildInput.js"
import { commitOf, type GitSource } from "../../core/input/GitSource.js"
import { begin } from "./Common.js"
import { casePattern, network } from "./ErrorText.js"
import { code } from "./ExitCode.js"

/**
 * The environment variables that the script reads; those with a default may be absent. `HTTPS_PROXY` and `NO_PROXY` are read too.
 *
 * @since 0.1.0
 * @category models
 */
export const environment = {
  OSB_GIT_URL: "required",
  /** A writable folder; `context` leaves the files of the commit in its folder `git`. */
  OSB_WORK_DIR: "required",
  /** A folder in memory for copies of secrets. */
  OSB_MEMORY_DIR: "required",
  /** For `resolve`: a branch, tag or full name of either; by default the repository's HEAD. */
  OSB_GIT_REF: "",
  /** For `context`: the full commit. */
  OSB_GIT_COMMIT: "",
  /** For `context`: the directory of the repository that is the context. */
  OSB_GIT_SUB_PATH: "",
  /** For `context`: the Containerfile in that directory, if it is to be there. */
  OSB_CONTAINERFILE: "",
  /** A folder with `username` and `password`, or `ssh-privatekey` and `known_hosts`. */
  OSB_GIT_SECRET_DIR: "",
  /** A PEM file of authorities to trust beside the system's. */
  OSB_TRUST_BUNDLE: "",
  OSB_TIMEOUT_SECONDS: "3600",
  /** The file for the termination message. */
  OSB_TERMINATION_MESSAGE: "/dev/termination-log"
} as const

/**
 * Values for the script.
 *
 * @since 0.1.0
 * @category models
 */
export type Environment = { readonly [K in keyof typeof environment]?: string }

/**
 * The variables of `context`, which fetches the commit of an input within that time.
 *
 * @since 0.1.0
 * @category getters
 */
export const contextVariables = (input: BuildInput, git: GitSource, timeoutSeconds: string): Environment => ({
  OSB_GIT_COMMIT: commitOf(git) ?? "",
  OSB_GIT_SUB_PATH: git.subPath ?? "",
  OSB_CONTAINERFILE: input.dockerfilePath ?? "",
  OSB_TIMEOUT_SECONDS: timeoutSeconds
})

/**
 * The folder of the work directory that has the files of the commit.
 *
 * @since 0.1.0
 * @category constants
 */
export const folder = "git"

const credentials = `
# Hands git the secret from its files: a program that git asks for a user name or password, and one that it runs for ssh.
set_credentials() {
  OSB_GIT_PRIVATE=$private
  export OSB_GIT_PRIVATE OSB_GIT_SECRET_DIR
  case $OSB_GIT_URL in
    [Hh][Tt][Tt][Pp][Ss]://*)
      [ -n "$OSB_GIT_SECRET_DIR" ] || return 0
      [ -s "$OSB_GIT_SECRET_DIR/password" ] ||
        finish ${code.credentialsInvalid} "the secret of the repository has no password; https takes one of the type kubernetes.io/basic-auth"
      # A server that redirects to another host would have the password sent there.
      set_option http.followRedirects false
      cat > "$private/askpass" << 'END'
#!/bin/sh
case $1 in
  Username*) if [ -s "$OSB_GIT_SECRET_DIR/username" ]; then cat "$OSB_GIT_SECRET_DIR/username"; else echo git; fi ;;
  *) cat "$OSB_GIT_SECRET_DIR/password" ;;
esac
END
      chmod 700 "$private/askpass"
      GIT_ASKPASS=$private/askpass
      export GIT_ASKPASS ;;
    *)
      command -v ssh > /dev/null || finish ${code.storageUnavailable} "ssh is missing; install it where git is"
      for name in ssh-privatekey known_hosts; do
        [ -s "$OSB_GIT_SECRET_DIR/$name" ] ||
          finish ${code.credentialsInvalid} "the secret of the repository has no $name; ssh takes one of the type kubernetes.io/ssh-auth with the host's keys in known_hosts"
      done
      # ssh refuses a key that others may read, and one without a newline at its end.
      (umask 077; cat "$OSB_GIT_SECRET_DIR/ssh-privatekey" > "$private/key"; echo >> "$private/key")
      cat "$OSB_GIT_SECRET_DIR/known_hosts" > "$private/known_hosts"
      cat > "$private/ssh" << 'END'
#!/bin/sh
exec ssh -F /dev/null -i "$OSB_GIT_PRIVATE/key" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \\
  -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\\"$OSB_GIT_PRIVATE/known_hosts\\"" -o GlobalKnownHostsFile=/dev/null \\
  -o UpdateHostKeys=no -o ConnectTimeout=30 -o ServerAliveInterval=15 "$@"
END
      chmod 700 "$private/ssh"
      GIT_SSH=$private/ssh GIT_SSH_VARIANT=ssh
      export GIT_SSH GIT_SSH_VARIANT ;;
  esac
}
`

const setup = `
# set_option NAME VALUE: configures git for this process alone.
options=0
set_option() {
  export "GIT_CONFIG_KEY_$options=$1" "GIT_CONFIG_VALUE_$options=$2"
  options=$((options + 1))
  GIT_CONFIG_COUNT=$options
  export GIT_CONFIG_COUNT
}

set_git() {
  command -v git > /dev/null || finish ${code.storageUnavailable} "git is missing; install the package git"
  mkdir -p "$private"
  chmod 700 "$private"
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_SSH_COMMAND GIT_PROXY_COMMAND GIT_TEMPLATE_DIR
  unset GIT_TRACE GIT_TRACE_CURL GIT_TRACE_PACKET GIT_TRACE2 GIT_TRACE2_EVENT GIT_TRACE2_PERF GIT_CURL_VERBOSE
  unset GIT_SSL_NO_VERIFY GIT_CONFIG GIT_CONFIG_PARAMETERS SSH_ASKPASS SSH_AUTH_SOCK
  HOME=$private XDG_CONFIG_HOME=$private/.config
  GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh
  export HOME XDG_CONFIG_HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_ATTR_NOSYSTEM GIT_TERMINAL_PROMPT GIT_ALLOW_PROTOCOL
  set_option core.hooksPath /dev/null
  set_option core.autocrlf false
  set_option advice.detachedHead false
  set_option gc.auto 0
  set_option safe.directory '*'
  # A connection over which nothing comes is given up.
  set_option http.lowSpeedLimit 1
  set_option http.lowSpeedTime 60
  set_proxies
  if [ -n "$OSB_TRUST_BUNDLE" ]; then
    authorities > "$private/authorities.pem"
    GIT_SSL_CAINFO=$private/authorities.pem
    export GIT_SSL_CAINFO
  fi
}

# Ends after git failed to reach the repository.
git_failed() {
  error=$(tail -n 12 "$said" | head -c 4096)
  [ -n "$error" ] || error="git ended with status $status"
  case $(lower_case "$error") in
    *'host key verification failed'*)
      finish ${code.credentialsInvalid} "$error (the host's key is not the one in known_hosts of the secret)" ;;
    *'authentication failed'* | *'could not read username'* | *'could not read password'* | *'permission denied'* | \\
      *'returned error: 401'* | *'returned error: 403'* | *'access denied'* | *'load key'* | *'invalid format'* )
      finish ${code.credentialsInvalid} "$error" ;;
    *'not found'* | *'does not exist'* | *'does not appear to be a git'* | *'not our ref'* | *'returned error: 4'* | \\
      *'unable to update url base from redirection'* | *'returned error: 3'*)
      finish ${code.referenceMissing} "$error" ;;
    *'no space left'* | *'disk quota'*) finish ${code.outOfDisk} "$error" ;;
    *'could not resolve'* | *'failed to connect'* | *"couldn't connect"* | *'connection refused'* | *'timed out'* | *'timeout'* | *'connection reset'* | *'returned error: 5'* | \\
      *'no route to host'* | *'network is unreachable'* | *'early eof'* | *'hung up'* | *'too slow'* | ${
  casePattern(network)
})
      finish ${code.networkUnavailable} "$error" ;;
  esac
  finish ${code.unknown} "$error"
}
`

const verbs = `
# Finds the one commit that the ref names. A branch and a tag of the same name are an error unless they name the same commit.
resolve() {
  if [ -n "$OSB_GIT_REF" ]; then
    set -- "refs/heads/$OSB_GIT_REF" "refs/tags/$OSB_GIT_REF" "refs/tags/$OSB_GIT_REF^{}" "$OSB_GIT_REF" "$OSB_GIT_REF^{}"
  else
    set -- HEAD
  fi
  attempt git ls-remote --quiet -- "$OSB_GIT_URL" "$@"
  [ "$status" -eq 0 ] || git_failed
  branch= tag= peeled= whole=
  while read -r object name; do
    case $object in *[!0-9a-f]* | '') continue ;; esac
    case $name in
      "refs/heads/$OSB_GIT_REF") branch=$object ;;
      "refs/tags/$OSB_GIT_REF") tag=$object ;;
      "refs/tags/$OSB_GIT_REF^{}") peeled=$object ;;
      "$OSB_GIT_REF^{}") whole=$object ;;
      "\${OSB_GIT_REF:-HEAD}") [ -n "$whole" ] || whole=$object ;;
    esac
  done < "$said"
  tag=\${peeled:-$tag}
  if [ -n "$branch" ] && [ -n "$tag" ] && [ "$branch" != "$tag" ]; then
    finish ${code.referenceMissing} "$OSB_GIT_REF is a branch and a tag of different commits; write refs/heads/$OSB_GIT_REF or refs/tags/$OSB_GIT_REF"
  fi
  commit=\${branch:-\${tag:-$whole}}
  case $commit in
    '') finish ${code.referenceMissing} "the repository has no branch or tag \${OSB_GIT_REF:-HEAD}; a commit is written in full" ;;
  esac
  finish ${code.succeeded} ""
}

git_() { git --git-dir="$repository" "$@" 2> /dev/null; }

mode_of() { git_ ls-tree "$OSB_GIT_COMMIT" "$1" | head -c 6; }

# Ends where a file that buildah follows is a link: its target may be outside of the context, and buildah quotes what it reads.
refuse_link() {
  [ "$(mode_of "$1")" != 120000 ] || finish ${code.containerfileInvalid} "$1 of the repository is a link; make it a file"
}

# Fetches the commit into the folder git of the work directory.
context() {
  tree=$work/git repository=$work/git.repository root=\${OSB_GIT_SUB_PATH:+$OSB_GIT_SUB_PATH/}
  rm -rf "$tree" "$repository"
  mkdir -p "$tree"
  set -- --quiet --bare --template=
  [ "\${#OSB_GIT_COMMIT}" -ne 64 ] || set -- "$@" --object-format=sha256
  attempt git init "$@" "$repository"
  [ "$status" -eq 0 ] || git_failed
  say "fetching $OSB_GIT_COMMIT of $OSB_GIT_URL"
  set -- --quiet --no-tags --no-recurse-submodules
  attempt git --git-dir="$repository" fetch "$@" --depth=1 -- "$OSB_GIT_URL" "$OSB_GIT_COMMIT"
  # A server that gives no single commits gives all.
  if [ "$status" -ne 0 ] && grep -q 'unadvertised object' "$said"; then
    attempt git --git-dir="$repository" fetch "$@" -- "$OSB_GIT_URL" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
  fi
  [ "$status" -eq 0 ] || git_failed
  [ "$(git_ rev-parse --verify --quiet "$OSB_GIT_COMMIT^{commit}")" = "$OSB_GIT_COMMIT" ] ||
    finish ${code.referenceMissing} "the repository has no commit $OSB_GIT_COMMIT"
  if [ -n "$OSB_GIT_SUB_PATH" ]; then
    [ "$(git_ cat-file -t "$OSB_GIT_COMMIT:$OSB_GIT_SUB_PATH")" = tree ] ||
      finish ${code.containerfileInvalid} "the commit $OSB_GIT_COMMIT has no directory $OSB_GIT_SUB_PATH"
  fi
  if [ -n "$OSB_CONTAINERFILE" ]; then
    [ "$(git_ cat-file -t "$OSB_GIT_COMMIT:$root$OSB_CONTAINERFILE")" = blob ] ||
      finish ${code.containerfileInvalid} "the commit $OSB_GIT_COMMIT has no file $root$OSB_CONTAINERFILE"
    for name in '' .containerignore .dockerignore; do refuse_link "$root$OSB_CONTAINERFILE$name"; done
  fi
  for name in .containerignore .dockerignore; do refuse_link "$root$name"; done
  [ -z "$(mode_of .gitmodules)" ] || say "the repository has submodules, which are not fetched"
  attempt git --git-dir="$repository" --work-tree="$tree" checkout --quiet --force --detach "$OSB_GIT_COMMIT"
  [ "$status" -eq 0 ] || git_failed
  rm -rf "$repository"
  # A folder of a volume may hand this on to those in it.
  find "$tree" -type d -exec chmod g-s {} +
  finish ${code.succeeded} ""
}
`

/**
 * The text of the script.
 *
 * @since 0.1.0
 * @category constants
 */
export const source = `${
  begin("finds a commit of a Git repository (resolve), or fetches one (context)", environment)
}${setup}${credentials}${verbs}
case $verb in resolve | context) ;; *) finish ${code.unknown} "the verb is resolve or context" ;; esac
set_deadline
set_git
set_credentials
"$verb"
`
