/**
 * The input of a build from the options, with every issue at once.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { BuildRejected, Issue } from "../core/BuildError.js"
import * as BuildInput from "../core/BuildInput.js"
import { maxBytes } from "../core/Containerfile.js"
import * as DurationText from "../core/DurationText.js"
import * as ContextDirectory from "./ContextDirectory.js"
import * as TextFile from "./TextFile.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface InputOptions {
  readonly file: string
  readonly base: string
  readonly final: string
  readonly baseSecret: string | undefined
  readonly finalSecret: string | undefined
  readonly entitlementSecret: string | undefined
  readonly buildArgs: ReadonlyArray<string>
  readonly labels: ReadonlyArray<string>
  readonly contextDirectory: string | undefined
  readonly architecture: BuildInput.Options["architecture"]
  readonly secretMounts: ReadonlyArray<string>
  readonly configMapMounts: ReadonlyArray<string>
  readonly trustBundle: string | undefined
  readonly httpProxy: string | undefined
  readonly httpsProxy: string | undefined
  readonly noProxy: string | undefined
  readonly timeout: string | undefined
  readonly pendingTimeout: string | undefined
  readonly retries: number | undefined
  readonly revision: string | undefined
}

/**
 * Reads the Containerfile and the context, and makes the input.
 *
 * @since 0.1.0
 * @category constructors
 */
export const toInput = (
  options: InputOptions
): Effect.Effect<BuildInput.BuildInput, BuildRejected, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const issues: Array<Issue> = []
    const note = (path: string, message: string) => issues.push(new Issue({ path, message }))

    const dockerfile = yield* Effect.either(readContainerfile(options.file))
    if (dockerfile._tag === "Left") note("dockerfile", `${options.file} ${dockerfile.left.problem}`)
    const context = options.contextDirectory === undefined
      ? undefined
      : yield* ContextDirectory.read(options.contextDirectory)
    issues.push(...context?.issues ?? [])
    const made = yield* Effect.either(BuildInput.make({
      // A file that could not be read is already an issue; the other fields are still checked.
      dockerfile: Either.getOrElse(dockerfile, () => "FROM scratch"),
      baseImage: { pullspec: options.base, secretName: options.baseSecret },
      finalImage: { pullspec: options.final, secretName: options.finalSecret },
      entitlementSecretName: options.entitlementSecret,
      buildArgs: pairs(options.buildArgs, "buildArgs", note),
      imageLabels: pairs(options.labels, "imageLabels", note),
      context: context?.files,
      mounts: mounts(options, note),
      trustBundle: trustBundle(options.trustBundle),
      proxy: proxy(options),
      architecture: options.architecture,
      timeout: duration(options.timeout, "timeout", note),
      pendingTimeout: duration(options.pendingTimeout, "pendingTimeout", note),
      retries: options.retries,
      revision: options.revision
    }))
    if (made._tag === "Right" && issues.length === 0) return made.right
    return yield* new BuildRejected({
      reason: "InvalidInput",
      issues: [...issues, ...(made._tag === "Left" ? made.left.issues : [])]
    })
  })

type Note = (path: string, message: string) => void

const readContainerfile = (
  file: string
): Effect.Effect<string, TextFile.Unreadable, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => TextFile.read(fs, file === "-" ? "/dev/stdin" : file, maxBytes))

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
