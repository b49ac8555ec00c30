/**
 * What an OpenShift Build cannot honour, and what to do instead, one row each. Sources: `as` is openshift-apiserver,
 * pkg/build/apis/build/validation/validation.go; `cm` is openshift-controller-manager, pkg/build/controller/strategy; `b` is
 * openshift/builder, pkg/build/builder.
 */
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import { parse } from "../../core/containerfile/Instruction.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as KubernetesName from "../../core/input/KubernetesName.js"
import * as PodUnsupported from "../pod/PodUnsupported.js"
import * as ImageNames from "../script/ImageNames.js"
import * as BuildManifest from "./BuildManifest.js"
import * as ContextMaps from "./ContextMaps.js"
import { rows as context } from "./ContextUnsupported.js"
import * as ImageUse from "./ImageUse.js"
import { elsewhere, type Row, rows as language } from "./LanguageUnsupported.js"
import type { OpenShiftSettings } from "./OpenShiftSettings.js"

// --- the Containerfile ---

/** as maxDockerfileLengthBytes */
const maxContainerfileBytes = 60_000

const containerfile: ReadonlyArray<Row> = [
  ({ dockerfile = "" }) => {
    const bytes = Buffer.byteLength(dockerfile)
    return unsupportedIf(
      bytes > maxContainerfileBytes,
      ["dockerfile"],
      `has ${bytes} bytes, and OpenShift takes ${maxContainerfileBytes}; move scripts into the context, ${elsewhere}`
    )
  },
  // b util/dockerfile/dockerfile.go Write: the builder prints the instructions it has parsed, without the bodies of heredocs.
  ({ dockerfile = "" }) =>
    Containerfile.instructions(dockerfile).filter(({ heredocs }) => heredocs.length > 0).slice(0, 1).map(({ line }) =>
      unsupported(
        ["dockerfile"],
        `has a heredoc (<<EOF), which OpenShift's builder loses; write the lines as RUN a && b, COPY a file, ${elsewhere}`,
        line
      )
    ),
  // As above: an empty list is printed as null, which is then run as a shell command.
  ({ dockerfile = "" }) =>
    Containerfile.instructions(dockerfile).filter(hasEmptyList).map(({ keyword, line }) =>
      unsupported(
        ["dockerfile"],
        `${keyword} has an empty list ([]), from which OpenShift's builder makes the command "null"; leave it out, ${elsewhere}`,
        line
      )
    ),
  // As above: directives are not printed.
  ({ dockerfile = "" }) =>
    parse(dockerfile).escape === "\\" ? [] : [
      unsupported(
        ["dockerfile"],
        `has an escape directive, which OpenShift's builder loses; continue lines with a backslash, ${elsewhere}`,
        1
      )
    ]
]

// An empty list of RUN is printed as null as well. VOLUME, SHELL, COPY and ADD refuse one.
const hasEmptyList = ({ args, json, keyword, trigger }: Containerfile.Instruction): boolean => {
  const command = trigger ?? { args, json, keyword }
  return command.json === true && command.args.length === 0 && ["CMD", "ENTRYPOINT", "RUN"].includes(command.keyword)
}

// --- images ---

/** Go's strconv.Quote leaves these as they are, and a quoted LABEL takes them as they are. */
const isPlain = (text: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text)

const images: ReadonlyArray<Row> = [
  ({ finalImage }) => PodUnsupported.unreachable(finalImage.pullspec, ["finalImage", "pullspec"]),
  // as refuses the brackets in output.to, too (run).
  ImageNames.unreadable,
  // as validateToImageReference, by library-go pkg/image/internal/reference NameTotalLengthMax (run); other tools count the
  // path alone.
  ({ finalImage }) => {
    const { length } = ImagePullspec.repository(finalImage.pullspec)
    return unsupportedIf(
      length > 255,
      ["finalImage", "pullspec"],
      `has ${length} characters of registry and path, and OpenShift takes 255; use a shorter path, ${elsewhere}`
    )
  },
  // b docker.go pullImage, common.go findReferencedImages
  ({ baseImage, buildArgs = {}, dockerfile = "" }) =>
    ImageUse.of(dockerfile, { ...buildArgs, ...(baseImage === undefined ? {} : { BASE_IMAGE: "" }) }).flatMap((
      { line, pullspec, text, unset }
    ) =>
      unset !== undefined
        ? [
          unsupported(
            ["dockerfile"],
            `${text} uses ${unset}, which OpenShift's builder does not know when it pulls images before the build; give it ` +
              `a default without quotes and variables in an ARG before the first FROM, or a value in buildArgs, ${elsewhere}`,
            line
          )
        ]
        : /:[^:/@]+@/.test(pullspec ?? "")
        ? [
          unsupported(
            ["dockerfile"],
            `${text} names an image by tag and digest, which OpenShift's builder pulls by its tag; write it without the ` +
              `tag, as in ${ImagePullspec.withoutTag(pullspec ?? "")}, ${elsewhere}`,
            line
          )
        ]
        : []
    ),
  // as ValidateImageLabels
  ({ imageLabels = {} }) =>
    Object.keys(imageLabels).filter((key) => KubernetesName.labelKey(key) !== undefined).map((key) =>
      unsupported(
        ["imageLabels", key],
        `is no key that OpenShift takes; write LABEL in the Containerfile, ${elsewhere}`
      )
    ),
  // b docker.go appendLabel writes a LABEL instruction: variables are expanded there, and escapes are not.
  ({ imageLabels = {} }) =>
    Object.entries(imageLabels).filter(([, value]) => !isPlain(value) || value.includes("$")).map(([key]) =>
      unsupported(
        ["imageLabels", key],
        "has a \"$\", a line break or another character that OpenShift's builder changes; write LABEL in the " +
          `Containerfile, ${elsewhere}`
      )
    ),
  // BuildSpec.output.to is one name, and neither BuildOutput nor DockerBuildStrategy (api build/v1/types.go) has the other fields.
  ({ tags = [] }) =>
    unsupportedIf(
      tags.length > 0,
      ["tags"],
      "are further names, and a Build pushes to one; push them with skopeo copy or oc tag by the digest of the result, " +
        elsewhere
    ),
  ({ annotations = {} }) =>
    unsupportedIf(
      Object.keys(annotations).length > 0,
      ["annotations"],
      `require an image of the OCI format, and OpenShift's builder makes the docker format; use imageLabels, ${elsewhere}`
    ),
  ({ format }) =>
    unsupportedIf(
      format === "oci",
      ["format"],
      `is oci, and OpenShift's builder makes the docker format; remove it, ${elsewhere}`
    ),
  ({ compression }) =>
    unsupportedIf(
      compression !== undefined,
      ["compression"],
      `cannot be set for a Build, whose layers are compressed by gzip; remove it, ${elsewhere}`
    ),
  ({ timestamp }) =>
    unsupportedIf(
      timestamp !== undefined,
      ["timestamp"],
      `cannot be set for a Build, whose image has the time of the build and the name of the Build in it; remove it, ${elsewhere}`
    ),
  ({ trustBundle }) =>
    unsupportedIf(
      trustBundle !== undefined,
      ["trustBundle"],
      "is for one build, and OpenShift pulls and pushes with what the cluster trusts; name the authority in " +
        `additionalTrustedCA of image.config.openshift.io/cluster, ${elsewhere}`
    ),
  ({ cacheFrom, cacheTo }) =>
    Object.entries({ cacheFrom, cacheTo }).flatMap(([field, repository]) =>
      unsupportedIf(
        repository !== undefined,
        [field],
        `names a repository of layers, which OpenShift's builder does not use; remove it, ${elsewhere}`
      )
    ),
  ({ proxy }) =>
    unsupportedIf(
      proxy !== undefined,
      ["proxy"],
      "is for one build, and OpenShift pulls and pushes through the cluster's; set that in " +
        `proxy.config.openshift.io/cluster, ${elsewhere}`
    )
]

// --- the cluster ---

/** Labels by which the controller recognizes the builds of a BuildConfig: cm ../build/build_controller.go, policy/policy.go. */
const reservedLabel = /^(?:buildconfig$|openshift\.io\/)/

const placement: ReadonlyArray<Row> = [
  ({ placement }) =>
    unsupportedIf(
      (placement?.tolerations ?? []).length > 0,
      ["placement", "tolerations"],
      "cannot be given to a Build; an administrator sets them for all builds in build.config.openshift.io/cluster " +
        `(buildOverrides), ${elsewhere}`
    ),
  ({ queueName }) =>
    unsupportedIf(
      queueName !== undefined,
      ["queueName"],
      `names a queue of Kueue, which does not know OpenShift Builds; leave it out, ${elsewhere}`
    ),
  ({ objectLabels = {} }) =>
    Object.keys(objectLabels).filter((key) => reservedLabel.test(key)).map((key) =>
      unsupported(["objectLabels", key], "is how OpenShift marks the builds of a BuildConfig; choose another label")
    )
]

// --- the whole ---

/**
 * The whole Build travels to its pod in one environment variable (cm docker.go, `BUILD`), of which Linux takes 128 KiB
 * (MAX_ARG_STRLEN). The server adds status, conditions and managedFields, in which each label stands again.
 */
const maxBuildBytes = 128 * 1024 - 8 * 1024

/** Go's JSON encoder writes each of these characters as an escape of six bytes. */
const jsonBytes = (value: unknown): number => {
  const text = JSON.stringify(value)
  return Buffer.byteLength(text) + 5 * (text.match(/[<>&]/g)?.length ?? 0) +
    3 * (text.match(/[\u2028\u2029]/g)?.length ?? 0)
}

const whole: Row = (input, settings) => {
  const labels = input.objectLabels ?? {}
  const parts = ContextMaps.contents(input).parts.map(({ path }) => ({ name: "x".repeat(60), path }))
  const bytes = jsonBytes(BuildManifest.make(settings, { input, parts })) + jsonBytes([labels, Object.keys(labels)])
  return unsupportedIf(
    bytes > maxBuildBytes,
    [],
    `the input comes to ${bytes} bytes without the files of the context, and OpenShift takes ${maxBuildBytes}; shorten ` +
      `the Containerfile, buildArgs or imageLabels, ${elsewhere}`
  )
}

const rows: ReadonlyArray<Row> = [
  PodUnsupported.issues,
  ...containerfile,
  ...language,
  ...context,
  ...images,
  ...placement,
  whole
]

/** Every part of the input that an OpenShift Build cannot honour. */
export const issues = (input: BuildInput, settings: OpenShiftSettings): ReadonlyArray<Issue> => {
  // The Build gets no more of the Containerfile than the target needs.
  const built = input.target === undefined ? input : { ...input, dockerfile: builtText(input) }
  return rows.flatMap((row) => row(built, settings))
}
