/**
 * The input of a build from the options, with every issue at once.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ContextDirectory from "../backends/context/ContextDirectory.js"
import * as ContextUpload from "../backends/ContextUpload.js"
import { BuildRejected, Issue } from "../core/BuildError.js"
import * as BuildInput from "../core/BuildInput.js"
import { maxBytes } from "../core/Containerfile.js"
import * as DurationText from "../core/DurationText.js"
import type { Backend } from "./Backends.js"
import * as TextFile from "./TextFile.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface InputOptions {
  readonly inputFile: string | undefined
  readonly file: string | undefined
  readonly base: string | undefined
  readonly final: string | undefined
  readonly baseSecret: string | undefined
  readonly pullSecret: string | undefined
  readonly finalSecret: string | undefined
  readonly entitlementSecret: string | undefined
  readonly buildArgs: ReadonlyArray<string>
  readonly labels: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly annotations: ReadonlyArray<string>
  readonly format: BuildInput.Options["format"]
  readonly compression: "gzip" | "zstd" | "zstd:chunked" | undefined
  readonly compressionLevel: number | undefined
  readonly timestamp: string | undefined
  readonly contextDirectory: string | undefined
  readonly git: string | undefined
  readonly gitSecret: string | undefined
  readonly contextImage: string | undefined
  readonly contextSecret: string | undefined
  readonly dockerfilePath: string | undefined
  readonly architecture: BuildInput.Options["architecture"]
  readonly secretMounts: ReadonlyArray<string>
  readonly configMapMounts: ReadonlyArray<string>
  readonly secrets: ReadonlyArray<string>
  readonly target: string | undefined
  readonly buildContexts: ReadonlyArray<string>
  readonly noInheritLabels: boolean
  readonly unsetLabels: ReadonlyArray<string>
  readonly squash: boolean
  readonly trustBundle: string | undefined
  readonly httpProxy: string | undefined
  readonly httpsProxy: string | undefined
  readonly noProxy: string | undefined
  readonly cacheFrom: string | undefined
  readonly cacheTo: string | undefined
  readonly timeout: string | undefined
  readonly pendingTimeout: string | undefined
  readonly retries: number | undefined
  readonly revision: string | undefined
  readonly metadata: ReadonlyArray<string>
  readonly cpu: string | undefined
  readonly memory: string | undefined
  readonly ephemeralStorage: string | undefined
  readonly nodeSelector: ReadonlyArray<string>
  readonly tolerations: ReadonlyArray<string>
  readonly queue: string | undefined
  readonly objectLabels: ReadonlyArray<string>
}

/**
 * Reads the file of `--input`, or else the Containerfile and the context, and makes the input. `limits` are those of the
 * context, if there are any.
 *
 * @since 0.1.0
 * @category constructors
 */
export const toInput = (
  options: InputOptions,
  limits: ContextDirectory.Limits | undefined
): Effect.Effect<BuildInput.BuildInput, BuildRejected, FileSystem.FileSystem | Path.Path> =>
  options.inputFile === undefined ? fromOptions(options) : fromFile(options.inputFile, limits)

// A context of 8 MiB in base64, and the rest; otherwise the longest text of V8.
const maxInputBytes = 16 * 1024 * 1024
const maxTextBytes = 512 * 1024 * 1024 - 64

const fromFile = (
  file: string,
  limits: ContextDirectory.Limits | undefined
): Effect.Effect<BuildInput.BuildInput, BuildRejected, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const text = yield* Effect.mapError(
      readText(file, limits === undefined ? maxTextBytes : maxInputBytes),
      ({ problem }) => unreadableInput(file, problem)
    )
    const data = yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: (cause) => unreadableInput(file, `is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
    })
    return yield* BuildInput.decode(data)
  })

const unreadableInput = (file: string, problem: string): BuildRejected =>
  new BuildRejected({
    reason: "InvalidInput",
    issues: [new Issue({ path: "", message: `--input: ${file} ${problem}` })]
  })

/**
 * The ignore file of the Containerfile itself, of which buildah prefers the name that Docker knows (buildah pkg/parse
 * ContainerIgnoreFile). buildah looks for a relative name in the context, and Docker beside the Containerfile, as this does.
 */
const ignoreFileOf = (file: string | undefined): Effect.Effect<string | undefined, never, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    if (file === undefined || file === "-") return undefined
    const fs = yield* FileSystem.FileSystem
    const names = [`${file}.dockerignore`, `${file}.containerignore`]
    const found = yield* Effect.findFirst(names, (name) => Effect.orElseSucceed(fs.exists(name), () => true))
    return Option.getOrUndefined(found)
  })

interface ReadContext {
  readonly context: BuildInput.Options["context"]
  readonly issues: ReadonlyArray<Issue>
}

/** The files of a small directory are part of the input; a large one is uploaded, or read by buildah where it is. */
const readContext = (directory: string, ignoreFile: string | undefined): Effect.Effect<ReadContext> =>
  Effect.gen(function*() {
    const limits = ContextDirectory.clusterLimits
    const { exceedsLimits, files, issues } = yield* ContextDirectory.read(directory, { ignoreFile, limits })
    if (!exceedsLimits) return { context: files, issues }
    const read = yield* Effect.either(ContextUpload.read(directory, { ignoreFile }))
    if (read._tag === "Left") return { context: undefined, issues: read.left.issues }
    yield* Effect.logInfo(`${directory} exceeds 8 MiB or 4096 files: it is uploaded to the build's pod`)
    return { context: read.right, issues: [] }
  })

const fromOptions = (
  options: InputOptions
): Effect.Effect<BuildInput.BuildInput, BuildRejected, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const issues: Array<Issue> = []
    const note = (path: string, message: string) => issues.push(new Issue({ path, message }))

    const dockerfile = options.file === undefined && options.dockerfilePath !== undefined
      ? Either.right(undefined)
      : yield* Effect.either(readText(options.file ?? "", maxBytes))
    if (Either.isLeft(dockerfile)) note("dockerfile", `${options.file} ${dockerfile.left.problem}`)
    const ways = [["--context", options.contextDirectory], ["--git", options.git], [
      "--context-image",
      options.contextImage
    ]].flatMap(([flag = "", value]) => value === undefined ? [] : [flag])
    if (ways.length > 1) note("context", `is given by ${ways.join(" and by ")}; leave all but one out`)
    if (options.gitSecret !== undefined && options.git === undefined) {
      note("context.git.secretName", "opens the repository of --git, which is not given; add it, or remove this option")
    }
    if (options.contextSecret !== undefined && options.contextImage === undefined) {
      note(
        "context.image.secretName",
        "opens the registry of --context-image, which is not given; add it, or remove this option"
      )
    }
    const context = options.contextDirectory === undefined
      ? undefined
      : yield* readContext(options.contextDirectory, yield* ignoreFileOf(options.file))
    issues.push(...context?.issues ?? [])
    const given: BuildInput.Options = {
      // A file that could not be read is already an issue; the other fields are still checked.
      dockerfile: Either.getOrElse(dockerfile, () => "FROM scratch"),
      baseImage: baseImage(options),
      finalImage: { pullspec: options.final ?? "", secretName: options.finalSecret },
      pullSecretName: options.pullSecret,
      entitlementSecretName: options.entitlementSecret,
      buildArgs: pairs(options.buildArgs, "buildArgs", note),
      imageLabels: pairs(options.labels, "imageLabels", note),
      tags: options.tags.length === 0 ? undefined : options.tags,
      annotations: pairs(options.annotations, "annotations", note),
      format: options.format,
      compression: compression(options, note),
      timestamp: timestamp(options.timestamp),
      dockerfilePath: options.dockerfilePath,
      context: gitContext(options) ?? imageContext(options) ?? context?.context,
      mounts: mounts(options, note),
      ...language(options, yield* Path.Path, note),
      trustBundle: trustBundle(options.trustBundle),
      proxy: proxy(options),
      architecture: options.architecture,
      resources: resources(options),
      placement: placement(options, note),
      objectLabels: pairs(options.objectLabels, "objectLabels", note),
      queueName: options.queue,
      cacheFrom: options.cacheFrom,
      cacheTo: options.cacheTo,
      timeout: duration(options.timeout, "timeout", note),
      pendingTimeout: duration(options.pendingTimeout, "pendingTimeout", note),
      retries: options.retries,
      revision: options.revision,
      metadata: options.metadata.length === 0 ? undefined : pairs(options.metadata, "metadata", note)
    }
    if (issues.length === 0) return yield* BuildInput.makeOwned(given)
    return yield* new BuildRejected({
      reason: "InvalidInput",
      issues: [...issues, ...yield* BuildInput.issuesOfPartial(given)]
    })
  })

// A secret for a base that is not given is an issue of the base.
const baseImage = ({ base, baseSecret }: InputOptions): BuildInput.Options["baseImage"] =>
  base === undefined && baseSecret === undefined ? undefined : { pullspec: base ?? "", secretName: baseSecret }

const imageContext = (
  { contextImage, contextSecret }: InputOptions
): BuildInput.Options["context"] =>
  contextImage === undefined
    ? undefined
    : { image: { pullspec: contextImage, ...(contextSecret === undefined ? {} : { secretName: contextSecret }) } }

// The notation of `docker build`: URL#REF:DIR.
const gitContext = ({ git, gitSecret }: InputOptions): BuildInput.Options["context"] => {
  if (git === undefined) return undefined
  const [, url = "", ref = "", subPath = ""] = /^([^#]*)(?:#([^:]*)(?::(.*))?)?$/s.exec(git) ?? [undefined, git]
  return {
    git: {
      url,
      ...(ref === "" ? {} : { ref }),
      ...(subPath === "" ? {} : { subPath }),
      ...(gitSecret === undefined ? {} : { secretName: gitSecret })
    }
  }
}

type Note = (path: string, message: string) => void

const compression = (
  { compression, compressionLevel }: InputOptions,
  note: Note
): BuildInput.Options["compression"] => {
  if (compressionLevel === undefined) return compression
  if (compression !== undefined) return { algorithm: compression, level: compressionLevel }
  note("compression", "has a level and no algorithm; use --compression")
  return undefined
}

const timestamp = (text: string | undefined): BuildInput.Options["timestamp"] =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : text

const readText = (
  file: string,
  limit: number
): Effect.Effect<string, TextFile.Unreadable, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => TextFile.read(fs, file === "-" ? "/dev/stdin" : file, limit))

const pairs = (texts: ReadonlyArray<string>, path: string, note: Note): Readonly<Record<string, string>> => {
  const found = new Map<string, string>()
  for (const text of texts) {
    const equals = text.indexOf("=")
    const key = text.slice(0, equals)
    if (equals === -1) note(path, "has no \"=\" in one of its values; write KEY=VALUE")
    else if (found.has(key)) note(`${path}[${JSON.stringify(key)}]`, "is given twice")
    else found.set(key, text.slice(equals + 1))
  }
  return Object.fromEntries(found)
}

const mounts = (options: InputOptions, note: Note): BuildInput.Options["mounts"] => {
  const read = (kind: "Secret" | "ConfigMap", texts: ReadonlyArray<string>) =>
    texts.flatMap((text) => {
      const colon = text.indexOf(":")
      if (colon !== -1) return [{ kind, name: text.slice(0, colon), path: text.slice(colon + 1) }]
      note("mounts", `${JSON.stringify(text)} has no ":"; write NAME:PATH`)
      return []
    })
  const all = [...read("Secret", options.secretMounts), ...read("ConfigMap", options.configMapMounts)]
  return all.length === 0 ? undefined : all
}

/** Absent where an option is, so that the input is the same as before there was one. */
const language = (options: InputOptions, path: Path.Path, note: Note): Partial<BuildInput.Options> => ({
  ...(options.secrets.length === 0 ? {} : { secrets: options.secrets.flatMap((text) => secret(text, note)) }),
  ...(options.target === undefined ? {} : { target: options.target }),
  ...(options.buildContexts.length === 0 ? {} : { buildContexts: buildContexts(options.buildContexts, path, note) }),
  ...(options.noInheritLabels ? { inheritLabels: false } : {}),
  ...(options.unsetLabels.length === 0 ? {} : { unsetLabels: options.unsetLabels }),
  ...(options.squash ? { squash: true } : {})
})

const secret = (text: string, note: Note): ReadonlyArray<BuildInput.SecretOptions> => {
  const [, id, secretName = "", key] = /^([^=]*)=([^:]*)(?::(.*))?$/s.exec(text) ?? []
  if (id !== undefined) return [{ id, secretName, ...(key === undefined ? {} : { key }) }]
  note("secrets", `${JSON.stringify(text)} has no "="; write ID=NAME or ID=NAME:KEY`)
  return []
}

const imagePrefix = /^(?:docker-image|container-image|docker):\/\//

const buildContexts = (
  texts: ReadonlyArray<string>,
  path: Path.Path,
  note: Note
): BuildInput.Options["buildContexts"] =>
  Object.fromEntries(
    Object.entries(pairs(texts, "buildContexts", note)).map(([name, place]) => [
      name,
      imagePrefix.test(place) ? { image: place.replace(imagePrefix, "") } : { directory: path.resolve(place) }
    ])
  )

const resources = ({ cpu, ephemeralStorage, memory }: InputOptions): BuildInput.Options["resources"] =>
  cpu === undefined && memory === undefined && ephemeralStorage === undefined
    ? undefined
    : { cpu, memory, ephemeralStorage }

const placement = (options: InputOptions, note: Note): BuildInput.Options["placement"] =>
  options.nodeSelector.length === 0 && options.tolerations.length === 0 ? undefined : {
    nodeSelector: options.nodeSelector.length === 0
      ? undefined
      : pairs(options.nodeSelector, "placement.nodeSelector", note),
    tolerations: options.tolerations.length === 0
      ? undefined
      : options.tolerations.flatMap((text) => toleration(text, note))
  }

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const

const toleration = (text: string, note: Note): ReadonlyArray<BuildInput.TolerationOptions> => {
  const [, taint = "", value, effectText] = /^([^=:]+)(?:=([^:]*))?(?::(.*))?$/.exec(text) ?? []
  const effect = effects.find((effect) => effect === effectText)
  if (taint === "") {
    note("placement.tolerations", `invalid toleration ${JSON.stringify(text)}; use KEY[=VALUE][:EFFECT]`)
  } else if (effectText !== undefined && effect === undefined) {
    note("placement.tolerations", `unknown effect in ${JSON.stringify(text)}; use ${effects.join(", ")}`)
  } else {
    return [{
      ...(taint === "*" ? {} : { key: taint }),
      ...(value === undefined ? { operator: "Exists" as const } : { operator: "Equal" as const, value }),
      ...(effect === undefined ? {} : { effect })
    }]
  }
  return []
}

const trustBundle = (text: string | undefined): BuildInput.Options["trustBundle"] => {
  if (text === undefined) return undefined
  const [configMapName = "", ...key] = text.split(":")
  return { configMapName, key: key.length === 0 ? undefined : key.join(":") }
}

const proxy = ({ httpProxy, httpsProxy, noProxy }: InputOptions): BuildInput.Options["proxy"] =>
  httpProxy === undefined && httpsProxy === undefined && noProxy === undefined
    ? undefined
    : { http: httpProxy, https: httpsProxy, noProxy }

const duration = (text: string | undefined, path: string, note: Note): Duration.Duration | undefined => {
  if (text === undefined) return undefined
  const parsed = DurationText.parse(text)
  if (Option.isNone(parsed)) note(path, `invalid duration ${JSON.stringify(text)}; use for example 90s or 1h30m`)
  return Option.getOrUndefined(parsed)
}

/**
 * The limits of a context that is for these backends: none if one of them has none.
 *
 * @since 0.1.0
 * @category getters
 */
export const contextLimits = (backends: ReadonlyArray<Backend>): ContextDirectory.Limits | undefined =>
  backends.every(({ storesContext }) => storesContext) ? ContextDirectory.clusterLimits : undefined
