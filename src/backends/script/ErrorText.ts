/**
 * What buildah's error texts mean, one row each. Where the script can tell by the step that failed, it does; this table is
 * for the rest. Texts are matched in lower case, as parts of the error, the first row that matches wins.
 *
 * Seen in the output of buildah 1.28.2 or read in the sources of 1.45-dev and its libraries: `b` is buildah, `i` is
 * containers/image, `s` is containers/storage, `d` is distribution's registry/api/errcode.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface Row {
  /** Part of the error, in lower case. */
  readonly text: string
  /** Where the text comes from. */
  readonly source: string
}

const row = (text: string, source: string): Row => ({ text, source })

/**
 * The secret's content is no use, whatever the registry would say.
 *
 * @since 0.1.0
 * @category tables
 */
export const credentials: ReadonlyArray<Row> = [
  row("getting username and password", "i docker/docker_client.go newDockerClientFromRef"),
  row("unmarshaling json at", "i pkg/docker/config/config.go dockerConfigFile"),
  row("checking authfile", "i pkg/docker/config, as buildah 1.28 words an absent file")
]

/**
 * The machine is full.
 *
 * @since 0.1.0
 * @category tables
 */
export const disk: ReadonlyArray<Row> = [
  row("no space left on device", "ENOSPC"),
  row("disk quota exceeded", "EDQUOT")
]

/**
 * No storage can be set up, or a privilege is missing.
 *
 * @since 0.1.0
 * @category tables
 */
export const storage: ReadonlyArray<Row> = [
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
  row("unshare(", "b chroot/run_linux.go, s pkg/unshare")
]

/**
 * The kernel refuses something to buildah itself. An instruction may well meet the same words by its own fault.
 *
 * @since 0.1.0
 * @category tables
 */
export const privilege: ReadonlyArray<Row> = [
  row("permission denied", "EACCES"),
  row("operation not permitted", "EPERM"),
  row("read-only file system", "EROFS")
]

/**
 * A registry will give the same answer again: the image is not there, or not for us.
 *
 * @since 0.1.0
 * @category tables
 */
export const refused: ReadonlyArray<Row> = [
  row("manifest unknown", "d MANIFEST_UNKNOWN"),
  row("name unknown", "d NAME_UNKNOWN"),
  row("repository name not known", "d NAME_UNKNOWN, its message"),
  row("name invalid", "d NAME_INVALID"),
  row("unauthorized", "d UNAUTHORIZED"),
  row("authentication required", "d UNAUTHORIZED, its message"),
  row("invalid username/password", "i docker/errors.go ErrUnauthorizedForCredentials"),
  row("denied: ", "d DENIED"),
  row("access to the resource is denied", "d DENIED, its message"),
  row("access denied", "what some registries word it like"),
  row("unsupported: the operation is unsupported", "d UNSUPPORTED, as a read-only registry says"),
  row("statuscode: 401", "i docker/errors.go registryHTTPResponseToError"),
  row("statuscode: 403", "i docker/errors.go registryHTTPResponseToError"),
  row("statuscode: 404", "i docker/errors.go registryHTTPResponseToError"),
  row("statuscode: 405", "i docker/errors.go registryHTTPResponseToError"),
  row("status 403 (forbidden)", "i docker/errors.go newUnexpectedHTTPStatusError"),
  row("status 404 (not found)", "i docker/errors.go newUnexpectedHTTPStatusError"),
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

/**
 * What `build` says when it could not get an image other than the base.
 *
 * @since 0.1.0
 * @category tables
 */
export const pull: ReadonlyArray<Row> = [
  row("initializing source docker://", "i copy/copy.go"),
  row("pinging container registry", "i docker/docker_client.go"),
  row("copying system image from manifest list", "i copy/copy.go"),
  row("choosing an image from manifest list", "i copy/copy.go"),
  row("source image rejected", "i copy/single.go"),
  row("reading blob sha256:", "i docker/docker_client.go"),
  row("short-name", "i pkg/shortnames"),
  row("no stage or image found with that name", "b imagebuildah/stage_executor.go")
]

/**
 * The Containerfile cannot be read as one.
 *
 * @since 0.1.0
 * @category tables
 */
export const containerfile: ReadonlyArray<Row> = [
  row("unknown instruction", "imagebuilder evaluator.go"),
  row("unknown flag", "imagebuilder dispatchers.go"),
  row("requires at least", "imagebuilder dispatchers.go errAtLeastOneArgument"),
  row("requires exactly", "imagebuilder dispatchers.go errExactlyOneArgument"),
  row("no from statement found", "imagebuilder builder.go ErrNoFROM; also a FROM that expands to nothing"),
  row("no stages to build", "b imagebuildah/executor.go"),
  row("no contents in", "b imagebuildah/build.go"),
  row("parsing main dockerfile", "b imagebuildah/build.go"),
  row("reading multiple stages", "b imagebuildah/build.go"),
  row("resolving step", "b imagebuildah/stage_executor.go"),
  row("unterminated heredoc", "imagebuilder dockerfile/parser"),
  row("syntax error", "imagebuilder shell_parser.go")
]

/**
 * An `ADD` of a URL that met the network's fault, not the user's.
 *
 * @since 0.1.0
 * @category tables
 */
export const network: ReadonlyArray<Row> = [
  row("dial tcp", "Go net"),
  row("no such host", "Go net"),
  row("connection refused", "ECONNREFUSED"),
  row("connection reset", "ECONNRESET"),
  row("i/o timeout", "Go net"),
  row("tls handshake", "Go net/http"),
  row("eof", "Go io"),
  row("503 service unavailable", "b add.go getURL"),
  row("502 bad gateway", "b add.go getURL")
]

/**
 * A pattern of the shell's `case` that matches any of the rows.
 *
 * @since 0.1.0
 * @category getters
 */
export const casePattern = (rows: ReadonlyArray<Row>): string => rows.map(({ text }) => `*'${text}'*`).join("|")
