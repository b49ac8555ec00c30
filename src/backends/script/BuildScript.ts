/**
 * The script that builds: POSIX sh around buildah, the same in a build pod and on this machine.
 *
 * `sh script build` builds the image into the work directory, `sh script push` pushes it from there; in a pod the first is
 * an init container that holds only the base's secret, the second a container that holds only the final image's. Before them,
 * `sh script context` lays out the files of an image as the context, or `sh script upload` those that a client sends. All take
 * everything from environment variables (`Environment.environment`) and files ({@link inputFiles}): nothing is ever pasted into the
 * text. They end with a code of `ExitCode.table` and a `TerminationMessage`, and print buildah's own output, with its lines
 * `STEP n/m: instruction`.
 *
 * It asks for sh, coreutils or busybox, sed, grep, mount, buildah 1.28 or later, and tar and gzip for a context.
 *
 * @since 0.1.0
 */
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { builtText, targetName } from "../../core/input/BuiltContainerfile.js"
import type * as ContextFile from "../../core/input/ContextFile.js"
import * as Output from "../../core/input/Output.js"
import { auths } from "./Auths.js"
import { bases } from "./Bases.js"
import * as BuildahFeatures from "./BuildahFeatures.js"
import * as BuildahOptions from "./BuildahOptions.js"
import { cache } from "./Cache.js"
import { build } from "./Commands.js"
import { begin } from "./Common.js"
import * as ContextArchive from "./ContextArchive.js"
import { contextImage } from "./ContextScript.js"
import { environment } from "./Environment.js"
import { code } from "./ExitCode.js"
import { failures } from "./Failures.js"
import { push } from "./Push.js"
import { registries } from "./Registries.js"
import { setup } from "./Setup.js"
import { upload } from "./UploadScript.js"

/**
 * A file of the input folder: a key of a ConfigMap and its bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface InputFile {
  readonly key: string
  readonly content: string | Uint8Array
}

const numbered = (index: number): string => String(index + 1).padStart(6, "0")

const pairs = (
  kind: "annotation" | "build-arg" | "label",
  record: Readonly<Record<string, string>> | undefined
): Array<InputFile> =>
  Object.entries(record ?? {}).flatMap(([name, value], index) => {
    const key = `${kind}.${numbered(index)}`
    return [
      { key: `${key}.name`, content: name },
      { key: `${key}.value`, content: value },
      ...(kind === "label" && !isPrintable(name + value) ? [{ key: `${key}.unprintable`, content: "yes" }] : [])
    ]
  })

// strconv.IsPrint of Go, which buildah writes labels with; without the planes whose characters newer Unicodes add.
const isPrintable = (text: string): boolean =>
  /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}](?<![\u{10000}-\u{10FFFF}])| )*$/u.test(text)

/**
 * Whether a Containerfile has instructions that mean nothing in an image of the OCI format: buildah ignores SHELL for RUN then,
 * and drops HEALTHCHECK and ONBUILD (imagebuildah/stage_executor.go Commit).
 *
 * @since 0.1.0
 * @category getters
 */
export const needsDockerFormat = (containerfile: string): boolean => Output.dockerInstructions(containerfile).length > 0

const imageNames = (input: BuildInput.BuildInput): Array<InputFile> => {
  const { base, bases, others } = BuildInput.pulledImages(input)
  const lines = [
    ...(base === undefined ? [] : [`base ${base}\n`]),
    ...bases.map((name) => `pull ${name}\n`),
    ...others.map((name) => `name ${name}\n`)
  ]
  return lines.length === 0 ? [] : [{ key: "images", content: lines.join("") }]
}

const required = (content: string): Array<InputFile> => content === "" ? [] : [{ key: "requires", content }]

/** One archive instead of files of its own for each file: the API server, the kubelet and the script have fewer to handle. */
const contextFiles = (context: Readonly<Record<string, ContextFile.ContextFile>>): Array<InputFile> =>
  Object.keys(context).length === 0 ? [] : [{ key: "context.tar.gz", content: ContextArchive.compressed(context) }]

const containerfileOf = (content: string | undefined): Array<InputFile> =>
  content === undefined ? [] : [{ key: "containerfile", content }]

/**
 * The settings on which the files of an input depend.
 *
 * @since 0.1.0
 * @category models
 */
export interface InputOptions {
  /** The Containerfile to build where buildah knows no heredocs: the input's own without them. */
  readonly containerfile?: string | undefined
  /** Whether the files of the context are among them; by default they are. */
  readonly context?: boolean | undefined
  /** How buildah runs instructions; by default `chroot`. */
  readonly isolation?: BuildahFeatures.Options["isolation"] | undefined
}

// buildah reads the option as a line of CSV.
const csv = (text: string): string => `"${text.replaceAll("\"", "\"\"")}"`

const languageFiles = (input: BuildInput.BuildInput): ReadonlyArray<InputFile> => {
  const { buildContexts = {}, dockerfile = "", inheritLabels, secrets = [], squash, target, unsetLabels = [] } = input
  return [
    ...(target === undefined ? [] : [{ key: "target", content: targetName(dockerfile, target) }]),
    ...(inheritLabels === false ? [{ key: "inherit-labels", content: "no" }] : []),
    ...unsetLabels.map((label, index) => ({ key: `unset-label.${numbered(index)}`, content: csv(label) })),
    ...(squash === true ? [{ key: "squash", content: "yes" }] : []),
    ...Object.entries(buildContexts).flatMap(([name, context], index) => {
      const key = `build-context.${numbered(index)}`
      return [
        { key: `${key}.name`, content: name },
        isImageContext(context)
          ? { key: `${key}.image`, content: context.image }
          : { key: `${key}.directory`, content: context.directory }
      ]
    }),
    ...secrets.map(({ id }, index) => ({ key: `secret.${numbered(index)}.id`, content: id }))
  ]
}

/**
 * The input as the script reads it: a flat folder, so that ConfigMaps can be mounted as they are. Names and values that keys
 * cannot hold are contents of files of their own:
 *
 * | Key | Content |
 * |---|---|
 * | `containerfile` | the Containerfile; absent if it is in the context |
 * | `format` | `docker`, where the Containerfile uses what OCI images lack; absent elsewhere |
 * | `requires` | what it needs of buildah, as `BuildahFeatures.scriptLines` writes it; absent if any buildah will do |
 * | `images` | a line for each image of the build: `base` and the name of the base, `pull` and that of another that a stage starts from, `name` and that of any other |
 * | `build-arg.000001.name`, `.value` | a build argument; BASE_IMAGE is added by the script, if there is one |
 * | `label.000001.name`, `.value` | a label of the image |
 * | `annotation.000001.name`, `.value` | an annotation of its manifest |
 * | `label.000001.unprintable` | present where the label has a line break or another character that is not printed |
 * | `target` | the stage to build; absent for the last one |
 * | `inherit-labels` | `no`; absent where labels are inherited |
 * | `unset-label.000001` | a label that the image is not to have, quoted as in CSV |
 * | `squash` | `yes`; absent elsewhere |
 * | `build-context.000001.name`, and `.image` or `.directory` | a further build context: a pullspec, or a path |
 * | `secret.000001.id` | the id of a secret for `RUN --mount=type=secret` |
 * | `context.tar.gz` | the context, as an archive |
 * | `context.tar.gz.part.000002`, … | the rest of an archive that is too large for one ConfigMap ({@link partKey}) |
 * | `mount.000001.path` | where the folder `000001` of OSB_MOUNTS_DIR is shown to a `RUN` |
 *
 * @since 0.1.0
 * @category getters
 */
export const inputFiles = (
  input: BuildInput.BuildInput,
  { containerfile, context = true, isolation = "chroot" }: InputOptions = {}
): ReadonlyArray<InputFile> => [
  ...containerfileOf(containerfile ?? input.dockerfile),
  ...(needsDockerFormat(builtText(input)) ? [{ key: "format", content: "docker" }] : []),
  ...required(
    BuildahOptions.scriptLines(input) +
      BuildahFeatures.scriptLines(builtText(input), { isolation, lowersHeredocs: containerfile !== undefined })
  ),
  ...imageNames(input),
  ...pairs("build-arg", input.buildArgs),
  ...pairs("label", { ...BuildContext.sourceLabels(input.context), ...input.imageLabels }),
  ...pairs("annotation", input.annotations),
  ...contextFiles(context ? BuildContext.files(input.context) : {}),
  ...(input.mounts ?? []).map(({ path }, index) => ({ key: `mount.${numbered(index)}.path`, content: path })),
  ...languageFiles(input)
]

/**
 * The key of a further part of a file, counted from 2: the file itself, under `key`, is the first.
 *
 * @since 0.1.0
 * @category getters
 */
export const partKey = (key: string, part: number): string => `${key}.part.${numbered(part - 1)}`

/**
 * The folder of OSB_MOUNTS_DIR for the mount at `index` of the input, and that of OSB_SECRETS_DIR for a secret.
 *
 * @since 0.1.0
 * @category getters
 */
export const mountFolder: (index: number) => string = numbered

/**
 * The text of the script.
 *
 * @since 0.1.0
 * @category constants
 */
export const source = `${begin("builds an image with buildah (build), then pushes it (push)", environment)}
input=$OSB_INPUT_DIR own_storage= user=$(id -u)
# Deletes the copies of secrets that buildah keeps beside its containers (run_common.go getSecretMount) until it deletes those.
forget() {
  [ -z "$own_storage" ] || [ ! -e "$input/secret.000001.id" ] || rm -rf "$own_storage"/*-containers/*/userdata/secrets
}
${failures}${auths}${registries}${setup}${bases}${build}${push}${cache}${upload}${contextImage}
case $verb in build | push | base | context) ;; upload) upload ;; *) finish ${code.unknown} "the verb is build, push, base, context or upload" ;; esac
kills_before=$(oom_kills)
case $verb$OSB_CONTEXT_FETCHED in push* | buildyes) keep_deadline ;; *) set_deadline ;; esac
set_home
set_trust
set_storage
set_credentials
"$verb"
`
