/**
 * The lines that OpenShift's builder prints: openshift/builder pkg/build/builder (docker.go, dockerutil.go, daemonless.go,
 * common.go) and the buildah 1.39 in it, at the log level 0 of builds.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as ImageUse from "../backends/openshift/ImageUse.js"
import * as Containerfile from "../core/Containerfile.js"
import * as Json from "../fake/Json.js"
import * as OpenShiftBuilder from "../fake/kubelet/OpenShiftBuilder.js"
import * as Metadata from "../fake/store/Metadata.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"

/** A step of a stage: its line in the log, with the stage as its prefix, the instruction as an error quotes it, and the id of the image that it makes. */
interface Step {
  readonly prefix: string
  readonly line: string
  readonly message: string
  readonly id: string
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex")

const named = (build: JsonObject, ...path: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  Json.objects(build, ...path).map((one) => [Json.text(one, "name") ?? "", Json.text(one, "value") ?? ""])

const containerfileOf = (build: JsonObject): string => Json.text(build, "spec", "source", "dockerfile") ?? ""

/** common.go replaceImagesFromSource: the names of build contexts name images. */
const replacements = (build: JsonObject): ReadonlyMap<string, string> =>
  new Map(
    Json.objects(build, "spec", "source", "images").flatMap((image) =>
      Json.texts(image, "as").map((name) => [name, Json.text(image, "from", "name") ?? ""] as const)
    )
  )

const uses = (build: JsonObject): ReadonlyArray<ImageUse.ImageUse> => {
  const replaced = replacements(build)
  return ImageUse.of(
    containerfileOf(build),
    Object.fromEntries(named(build, "spec", "strategy", "dockerStrategy", "buildArgs"))
  ).map((use) => ({ ...use, pullspec: replaced.get(use.pullspec ?? "") ?? use.pullspec }))
}

const quoted = (keyword: string, pairs: ReadonlyArray<readonly [string, string]>): string =>
  [keyword, ...pairs.map(([name, value]) => `${JSON.stringify(name)}=${JSON.stringify(value)}`)].join(" ")

const known = (name: string, value: string | undefined): ReadonlyArray<readonly [string, string]> =>
  value === undefined || value === "" ? [] : [[name, value]]

// common.go addBuildParameters, without the author, date and message of a commit: the last instructions of the last stage.
const added = (build: JsonObject): ReadonlyArray<string> => {
  const [name, namespace] = [Metadata.name(build), Metadata.namespace(build)]
  const commit = OpenShiftBuilder.commitOf(build)
  const source = Json.object(build, "spec", "source")
  const [uri, ref] = [Json.text(source, "git", "uri"), Json.text(source, "git", "ref")]
  return [
    quoted("ENV", [
      ["OPENSHIFT_BUILD_NAME", name],
      ["OPENSHIFT_BUILD_NAMESPACE", namespace],
      ...known("OPENSHIFT_BUILD_SOURCE", uri),
      ...known("OPENSHIFT_BUILD_REFERENCE", ref),
      ...known("OPENSHIFT_BUILD_COMMIT", commit)
    ]),
    quoted("LABEL", [
      ...known("io.openshift.build.commit.id", commit),
      ...known("io.openshift.build.commit.ref", ref),
      ["io.openshift.build.name", name],
      ["io.openshift.build.namespace", namespace],
      ...known("io.openshift.build.source-context-dir", Json.text(source, "contextDir")),
      ...known("io.openshift.build.source-location", uri),
      ...named(build, "spec", "output", "imageLabels")
    ])
  ]
}

/** The instructions of each stage; those of FROM have the name of the image. */
const stages = (build: JsonObject): ReadonlyArray<ReadonlyArray<string>> => {
  const images = uses(build)
  const found: Array<Array<string>> = []
  for (const { args, flags, keyword, line, rest } of Containerfile.instructions(containerfileOf(build))) {
    if (keyword === "FROM") {
      const image = images.find((use) => use.line === line)?.pullspec
      found.push([[keyword, ...flags, image ?? args[0] ?? "", ...args.slice(1)].join(" ")])
    } else {
      found.at(-1)?.push([keyword, ...flags, rest].join(" ").trimEnd())
    }
  }
  found.at(-1)?.push(...added(build))
  return found
}

const steps = (build: JsonObject): ReadonlyArray<Step> => {
  const all = stages(build)
  return all.flatMap((stage, index) => {
    const prefix = all.length > 1 ? `[${index + 1}/${all.length}] ` : ""
    return stage.map((message, number) => ({
      prefix,
      line: `${prefix}STEP ${number + 1}/${stage.length}: ${message}`,
      message,
      id: hash(`${index} ${stage.slice(0, number + 1).join("\n")}`)
    }))
  })
}

/** Images are built in layers, so that each instruction but FROM makes an image. */
const done = ({ id, line, message }: Step): ReadonlyArray<string> =>
  message.startsWith("FROM ") ? [line] : [line, `--> ${id.slice(0, 12)}`]

const start = "Caching blobs under \"/var/cache/blobs\"."

const copied = (name: string): ReadonlyArray<string> => [
  "Getting image source signatures",
  `Copying blob sha256:${hash(`blob ${name}`)}`,
  `Copying config sha256:${hash(`config ${name}`)}`,
  "Writing manifest to image destination"
]

/** docker.go findReferencedImages: neither a stage nor `scratch`, each once. */
const images = (build: JsonObject): ReadonlyArray<string> => {
  const names = Containerfile.stages(containerfileOf(build)).map(({ name }) => name?.toLowerCase())
  const found = uses(build).flatMap(({ pullspec }) => pullspec ?? [])
  return [
    ...new Set(found.filter((name) => !names.includes(name.toLowerCase()) && name !== "scratch" && !/^\d+$/.test(name)))
  ]
}

// dockerutil.go retryImageAction: the warning is printed after the last try too.
const retries = (action: "Pull" | "Push", lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from({ length: 3 }, () => [...lines, `Warning: ${action} failed, retrying in 5s ...`]).flat()

const pulling = (name: string): ReadonlyArray<string> => ["", `Pulling image ${name} ...`]

const trying = (name: string): string => `Trying to pull ${name}...`

const outputOf = (build: JsonObject): string => Json.text(build, "spec", "output", "to", "name") ?? ""

const pushing = (build: JsonObject): ReadonlyArray<string> => ["", `Pushing image ${outputOf(build)} ...`]

/** The lines before the first instruction. */
const begun = (build: JsonObject): ReadonlyArray<string> => [
  start,
  ...images(build).flatMap((name) => [...pulling(name), trying(name), ...copied(name)])
]

/** The lines of all instructions, and those before them. @since 0.1.0 @category getters  */
export const built = (build: JsonObject): ReadonlyArray<string> => [...begun(build), ...steps(build).flatMap(done)]

/** The lines up to the push, with those of the commit before the last image. */
const committed = (build: JsonObject): ReadonlyArray<string> => {
  const tag = `temp.builder.openshift.io/${Metadata.namespace(build)}/${Metadata.name(build)}:` +
    hash(Metadata.uid(build)).slice(0, 8)
  const { id = "", prefix = "" } = steps(build).at(-1) ?? {}
  return [
    ...built(build).slice(0, -1),
    `${prefix}COMMIT ${tag}`,
    `--> ${id.slice(0, 12)}`,
    `Successfully tagged ${tag}`,
    id
  ]
}

/**
 * The lines of a build that pushes its image, and the last one, printed after the digest is in the Build.
 *
 * @since 0.1.0
 * @category getters
 */
export const pushed = (
  build: JsonObject,
  digest: string
): { readonly lines: ReadonlyArray<string>; readonly last: string } => ({
  lines: [
    ...committed(build),
    ...pushing(build),
    ...copied(outputOf(build)),
    `Successfully pushed ${outputOf(build).replace(/@.*$/, "").replace(/:[^:/]*$/, "")}@${digest}`
  ],
  last: "Push successful"
})

/**
 * The lines of a build that fails, and its error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Failure {
  readonly lines: ReadonlyArray<string>
  readonly error: string
}

/**
 * A build whose last RUN fails, or its last instruction if it has none.
 *
 * @since 0.1.0
 * @category getters
 */
export const failed = (build: JsonObject, exitCode: number): Failure => {
  const all = steps(build).slice(0, -added(build).length)
  const run = all.findLastIndex(({ message }) => message.startsWith("RUN "))
  const index = run < 0 ? Math.max(0, all.length - 1) : run
  const step = all[index]
  return {
    lines: [...begun(build), ...all.slice(0, index).flatMap(done), ...(step === undefined ? [] : [step.line])],
    error: `building at STEP "${step?.message ?? ""}": while running runtime: exit status ${exitCode}`
  }
}

/** A build whose base cannot be pulled because of `cause`. @since 0.1.0 @category getters  */
export const notPulled = (build: JsonObject, cause: string): Failure => {
  const name = images(build)[0] ?? ""
  return {
    lines: [start, ...pulling(name), ...retries("Pull", [trying(name)])],
    error: `failed to pull image: After retrying 2 times, Pull image still failed due to error: ${cause}`
  }
}

/** A build whose image cannot be pushed because of `cause`. @since 0.1.0 @category getters  */
export const notPushed = (build: JsonObject, cause: string): Failure => ({
  lines: [...committed(build), ...pushing(build), ...retries("Push", ["Getting image source signatures"])],
  error: `Failed to push image: ${cause}`
})
