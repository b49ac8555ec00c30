/**
 * The meanings of error texts, for the script, the local backend, and OpenShift's builder, which is buildah too: one table,
 * one row for each text. Texts are matched in lower case, as parts of the error.
 *
 * Seen in the output of buildah 1.28.2 and 1.43.2 as they ran, or read in the sources of 1.45-dev and its libraries: `b` is
 * buildah, `i` is containers/image, `s` is containers/storage, `d` is distribution's registry/api/errcode, `ib` is
 * openshift/imagebuilder.
 *
 * Which group applies depends on where the text stands: buildah's last error, what a program of its own printed when it could
 * not start an instruction, or the output of an instruction, which may contain anything and counts for `disk` and
 * `runNetwork` alone.
 *
 * @since 0.1.0
 */
import type { ErroredReason, FailedReason } from "../../core/BuildStatus.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Row {
  /** Part of the error, in lower case. */
  readonly text: string
  /** The first digit of the HTTP status that follows `text` immediately, if one must. */
  readonly status?: 4 | 5
  /** Where the text comes from. */
  readonly source: string
}

/**
 * Texts with one meaning.
 *
 * @since 0.1.0
 * @category models
 */
export interface Group {
  /** The reason of the status; a pair where it depends on whether the image was pulled or pushed. */
  readonly reason: ErroredReason | FailedReason | { readonly pull: ErroredReason; readonly push: ErroredReason }
  readonly rows: ReadonlyArray<Row>
}

const row = (text: string, source: string): Row => ({ text, source })

const status = (text: string, digit: 4 | 5, source: string): Row => ({ text, status: digit, source })

/** The forms in which containers/image names the HTTP status of a response. */
const statusForms: ReadonlyArray<readonly [text: string, source: string]> = [
  ["statuscode: ", "i docker/errors.go registryHTTPResponseToError"],
  ["received unexpected http status: ", "i docker/errors.go newUnexpectedHTTPStatusError"],
  ["invalid status code from registry ", "i docker/errors.go httpResponseToError"],
  ["invalid status code ", "i docker/docker_image_dest.go, of an upload"],
  ["fetching blob: status ", "i docker/docker_image_src.go"],
  ["http status ", "i docker/errors.go UnexpectedHTTPStatusError"]
]

/**
 * The secret's content cannot be used, whatever the registry would answer.
 *
 * @since 0.1.0
 * @category tables
 */
export const credentials: Group = {
  reason: "CredentialsInvalid",
  rows: [
    row("getting username and password", "i docker/docker_client.go newDockerClientFromRef"),
    row("unmarshaling json at", "i pkg/docker/config/config.go dockerConfigFile"),
    row("checking authfile", "i pkg/docker/config, as buildah 1.28 words an absent file"),
    row("error processing dockerconfigjson", "openshift/builder pkg/build/builder/cmd/dockercfg/cfg.go")
  ]
}

/**
 * The machine is full.
 *
 * @since 0.1.0
 * @category tables
 */
export const disk: Group = {
  reason: "OutOfDisk",
  rows: [
    row("no space left on device", "ENOSPC"),
    row("disk quota exceeded", "EDQUOT")
  ]
}

/**
 * No storage can be set up, or the builder lacks a privilege or a program.
 *
 * @since 0.1.0
 * @category tables
 */
export const storage: Group = {
  reason: "StorageUnavailable",
  rows: [
    row("creating overlay mount", "s drivers/overlay/overlay.go get"),
    row("is not supported over", "s drivers/overlay/overlay.go ErrIncompatibleFS: overlay over overlay"),
    row("kernel does not support overlay", "s drivers/overlay/overlay.go supportsOverlay"),
    row("mount_program", "s drivers/overlay/overlay.go"),
    row("driver not supported", "s drivers/driver.go ErrNotSupported"),
    row("newuidmap", "s pkg/unshare/unshare_linux.go: no setuid helper or no subordinate ids"),
    row("newgidmap", "s pkg/unshare/unshare_linux.go"),
    row("cannot clone", "s pkg/unshare/unshare.c: user namespaces are forbidden"),
    row("cannot re-exec process", "s pkg/unshare/unshare.c"),
    row("insufficient uids or gids", "s pkg/chrooted and archive: an owner outside the user namespace"),
    row("unshare(", "b chroot/run_linux.go, s pkg/unshare"),
    row("setting \"rlimit_", "b chroot/run_common.go setRlimits: a limit above the process's own"),
    row("could not find \"netavark\"", "containers/common pkg/config FindHelperBinary; needed since b 1.43 (run)"),
    row("copier subprocess", "b copier/copier.go: seccomp kills it at chroot or mount"),
    row("error running subprocess", "b chroot/run_common.go runUsingChroot")
  ]
}

/**
 * Messages of buildah's own programs when they cannot start an instruction, which then has no output of its own.
 *
 * @since 0.1.0
 * @category tables
 */
export const startup: Group = {
  reason: "StorageUnavailable",
  rows: [
    row("error running subprocess", "b chroot/run_common.go runUsingChroot"),
    row("error chroot()ing", "b chroot/run_common.go runUsingChrootExecMain"),
    row("error setting supplemental groups list", "the same: a user namespace with one id (run)"),
    row("error clearing supplemental groups list", "the same"),
    row("error setting gid", "the same"),
    row("error setting uid", "the same"),
    row("error setting capabilities", "the same"),
    row("error setting seccomp filter", "the same"),
    row("error setting apparmor profile", "the same"),
    row("error setting selinux label", "the same"),
    row("error setting process resource limits", "the same"),
    row("error running container: ", "b run_common.go runUsingRuntimeMain; buildah#912, #1498, #3262, podman#5829")
  ]
}

/**
 * The program of an instruction, which the image does not have: the user's fault among the words of `startup`.
 *
 * @since 0.1.0
 * @category tables
 */
export const noSuchProgram: Group = {
  reason: "InstructionFailed",
  rows: [
    row(": no such file or directory", "ENOENT: exec of crun and runc, b chroot/run_common.go"),
    row("executable file not found", "Go os/exec, as runc words it")
  ]
}

/**
 * The kernel refuses something to buildah itself. An instruction may well meet the same words by its own fault.
 *
 * @since 0.1.0
 * @category tables
 */
export const privilege: Group = {
  reason: "StorageUnavailable",
  rows: [
    row("permission denied", "EACCES"),
    row("operation not permitted", "EPERM"),
    row("read-only file system", "EROFS")
  ]
}

/**
 * A registry that may answer otherwise later, with a status that would be final if it were any other of 400 to 499.
 *
 * @since 0.1.0
 * @category tables
 */
export const busy: Group = {
  reason: { pull: "ImagePullFailed", push: "PushFailed" },
  rows: [
    row("toomanyrequests", "d TOOMANYREQUESTS"),
    row("too many requests", "d TOOMANYREQUESTS, its message"),
    ...statusForms.flatMap(([text, source]) => [row(`${text}408`, source), row(`${text}429`, source)])
  ]
}

/**
 * A registry refuses these credentials, or a client without any. It decides over other texts about the image: a mirror may
 * lack what its source refuses, and both are in one error (i docker/docker_image_src.go newImageSource).
 *
 * @since 0.1.0
 * @category tables
 */
export const denied: Group = {
  reason: { pull: "ImagePullDenied", push: "PushDenied" },
  rows: [
    row("unauthorized", "d UNAUTHORIZED"),
    row("authentication required", "d UNAUTHORIZED, its message"),
    row("invalid username/password", "i docker/errors.go ErrUnauthorizedForCredentials"),
    row(": denied", "d DENIED; containers/image drops the message where there is no detail"),
    row("access to the resource is denied", "d DENIED, its message"),
    row("access denied", "as some registries word it")
  ]
}

/**
 * A registry reports that it has no such repository, tag or digest, and not only that access is denied.
 *
 * @since 0.1.0
 * @category tables
 */
export const absent: Group = {
  reason: { pull: "ImageNotFound", push: "PushDenied" },
  rows: [
    row("manifest unknown", "d MANIFEST_UNKNOWN"),
    row("name unknown", "d NAME_UNKNOWN"),
    row("repository name not known", "d NAME_UNKNOWN, its message"),
    row("unknown: artifact ", "goharbor/harbor: NOT_FOUND, which is no code of d"),
    row("unknown: repository ", "goharbor/harbor: the same")
  ]
}

/**
 * A registry will respond the same again: the image does not exist, or access is denied.
 *
 * @since 0.1.0
 * @category tables
 */
export const refused: Group = {
  reason: { pull: "ImagePullDenied", push: "PushDenied" },
  rows: [
    row("manifest invalid", "d MANIFEST_INVALID"),
    row("name invalid", "d NAME_INVALID"),
    row("tag invalid", "d TAG_INVALID: an immutable tag of Amazon ECR"),
    row("immutable", "goharbor/harbor src/server/middleware/immutable: 412"),
    row(": unsupported", "d UNSUPPORTED, as a read-only registry answers"),
    ...statusForms.map(([text, source]) => status(text, 4, source)),
    row("status 403 (forbidden)", "i docker/errors.go, as older releases word it"),
    row("status 404 (not found)", "i docker/errors.go, as older releases word it"),
    row("unsupported image-specific operation on artifact", "i docker/docker_image.go: the base is an artifact"),
    row("no image found in manifest list for architecture", "i manifest/list.go ChooseInstance, 1.28"),
    row("no image found in image index for architecture", "i internal/manifest/oci_index.go"),
    row("is blocked in", "i docker/docker_client.go: registries.conf blocks the registry"),
    row("source image rejected", "i copy/single.go: policy.json rejects the image"),
    row("server gave http response to https client", "Go net/http: the registry speaks plain HTTP"),
    row("x509:", "Go crypto/x509: the registry's certificate is not trusted"),
    row("certificate signed by unknown authority", "Go crypto/x509"),
    row("invalid reference format", "distribution/reference"),
    row("short-name", "i pkg/shortnames: a name without a registry"),
    row("no stage or image found with that name", "b imagebuildah/stage_executor.go: a --from= that cannot be pulled")
  ]
}

/**
 * Messages of `build` when it could not pull an image other than the base.
 *
 * @since 0.1.0
 * @category tables
 */
export const pull: Group = {
  reason: { pull: "ImagePullFailed", push: "PushFailed" },
  rows: [
    row("initializing source docker://", "i copy/copy.go"),
    row("pinging container registry", "i docker/docker_client.go"),
    row("copying system image from manifest list", "i copy/copy.go"),
    row("choosing an image from manifest list", "i copy/copy.go"),
    row("source image rejected", "i copy/single.go"),
    row("reading blob sha256:", "i docker/docker_client.go"),
    row("unsupported image-specific operation on artifact", "i docker/docker_image.go"),
    row("short-name", "i pkg/shortnames"),
    row("no stage or image found with that name", "b imagebuildah/stage_executor.go")
  ]
}

/**
 * The Containerfile is invalid.
 *
 * @since 0.1.0
 * @category tables
 */
export const containerfile: Group = {
  reason: "ContainerfileInvalid",
  rows: [
    row("unknown instruction", "ib evaluator.go"),
    row("unknown flag", "ib dispatchers.go"),
    row(" only supports the ", "ib dispatchers.go: a flag that this release does not know (run)"),
    row(" is not supported", "b imagebuildah/stage_executor.go: the same (run)"),
    row("flag provided but not defined", "Go flag, of HEALTHCHECK (run)"),
    row("invalid mount type", "b internal/volumes (run)"),
    row("invalid signal", "ib dispatchers.go, of STOPSIGNAL (run)"),
    row("parsing chmod", "ib dispatchers.go (run)"),
    row("requires at least", "ib dispatchers.go errAtLeastOneArgument"),
    row("requires exactly", "ib dispatchers.go errExactlyOneArgument"),
    row("no from statement found", "ib builder.go ErrNoFROM; also a FROM that expands to nothing"),
    row("no stages to build", "b imagebuildah/executor.go"),
    row("no contents in", "b imagebuildah/build.go"),
    row("parsing main dockerfile", "b imagebuildah/build.go"),
    row("reading multiple stages", "b imagebuildah/build.go"),
    row("resolving step", "b imagebuildah/stage_executor.go"),
    row("unterminated heredoc", "ib dockerfile/parser"),
    row("repository name must be lowercase", "distribution/reference"),
    row("unable to parse platform", "b pkg/parse Platform"),
    row("syntax error", "ib shell_parser.go")
  ]
}

/**
 * An `ADD` of a URL that met a fault of the network or of the server.
 *
 * @since 0.1.0
 * @category tables
 */
export const network: Group = {
  reason: "NetworkUnavailable",
  rows: [
    row("dial tcp", "Go net"),
    row("no such host", "Go net"),
    row("connection refused", "ECONNREFUSED"),
    row("connection reset", "ECONNRESET"),
    row("i/o timeout", "Go net"),
    row("tls handshake", "Go net/http"),
    row("eof", "Go io"),
    status("invalid response status ", 5, "b add.go getURL"),
    row("invalid response status 408", "b add.go getURL"),
    row("invalid response status 429", "b add.go getURL"),
    row("503 service unavailable", "b add.go getURL, as older releases word it"),
    row("502 bad gateway", "b add.go getURL, as older releases word it")
  ]
}

/**
 * Messages of programs at the end of a `RUN` that failed because of the network.
 *
 * @since 0.1.0
 * @category tables
 */
export const runNetwork: Group = {
  reason: "Unknown",
  rows: [
    row("could not resolve host", "curl 6, git, dnf; openshift/ci-tools pkg/steps/source.go"),
    row("temporary failure in name resolution", "glibc EAI_AGAIN"),
    row("temporary failure resolving", "apt methods/connect.cc"),
    row("wget: bad address", "busybox networking/wget.c"),
    row("curl: (7) failed to connect to", "curl CURLE_COULDNT_CONNECT"),
    row("curl: (28) ", "curl CURLE_OPERATION_TIMEDOUT"),
    row("curl error (6)", "librepo, of dnf5"),
    row("curl error (7)", "librepo, of dnf5"),
    row("curl error (28)", "librepo, of dnf5"),
    row("tls handshake timeout", "Go net/http; openshift/ci-tools pkg/steps/source.go"),
    row("all mirrors were tried", "dnf 4; openshift/ci-tools pkg/steps/source.go"),
    row("failed to synchronize cache for repo", "dnf 4; openshift/ci-tools pkg/steps/source.go"),
    row("connection reset by peer", "ECONNRESET; openshift/ci-tools pkg/steps/source.go"),
    row("no route to host", "EHOSTUNREACH; openshift/ci-tools pkg/steps/source.go"),
    row("network is unreachable", "ENETUNREACH; openshift/ci-tools pkg/steps/source.go"),
    row("could not connect to ", "apt methods/connect.cc"),
    row("temporary error (try again later)", "apk src/print.c, of a DNS failure"),
    row("network error (check internet connection", "apk src/print.c")
  ]
}

/**
 * A pattern of the shell's `case` that matches any of the rows.
 *
 * @since 0.1.0
 * @category getters
 */
export const casePattern = ({ rows }: Group): string =>
  rows.map(({ status, text }) => `*'${text}'${status === undefined ? "" : `${status}[0-9][0-9]`}*`).join("|")

/**
 * Whether any of the rows is in a text.
 *
 * @since 0.1.0
 * @category predicates
 */
export const has = (text: string, { rows }: Group): boolean => {
  const lower = text.toLowerCase()
  return rows.some(({ status, text }) => {
    if (status === undefined) return lower.includes(text)
    for (let at = lower.indexOf(text); at >= 0; at = lower.indexOf(text, at + 1)) {
      const after = lower.slice(at + text.length, at + text.length + 3)
      if (/^\d{3}$/.test(after) && after.startsWith(String(status))) return true
    }
    return false
  })
}
