import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Cause, Effect, Either, Exit, FastCheck as fc, Option, Schema } from "effect"
import { BuildInput } from "effect-os-builder"
import * as BuildContext from "../../src/core/input/BuildContext.js"
import { commitOf } from "../../src/core/input/GitSource.js"
import { fromEither } from "../../src/effect/EitherEffect.js"

const encode = Schema.encodeSync(BuildInput.BuildInput)

const options = { timeout: 300_000, fastCheck: { numRuns: 50 } }

/** Lets timers run: a worker that is silent for a minute ends the whole run. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

const breathing = Effect.promise(breathe)

const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).reverse().map(([key, item]) => [key, reversed(item)]))
    : value

// What of each field determines the image; undefined for a default.
const essence: Readonly<Record<string, (input: BuildInput.BuildInput) => unknown>> = {
  dockerfile: (input) => input.dockerfile,
  dockerfilePath: (input) => input.dockerfilePath,
  baseImage: (input) => input.baseImage?.pullspec,
  finalImage: (input) => input.finalImage.pullspec,
  entitlementSecretName: (input) => input.entitlementSecretName !== undefined,
  buildArgs: (input) => sorted(input.buildArgs),
  imageLabels: (input) => sorted(input.imageLabels),
  context: (input) =>
    BuildContext.isGit(input.context)
      ? [
        input.context.git.url,
        commitOf(input.context.git) ?? ["ref", input.context.git.ref],
        input.context.git.subPath
      ]
      : BuildContext.isImage(input.context)
      ? input.context.image.pullspec
      : BuildContext.isUpload(input.context)
      ? input.context.upload.digest
      : sorted(BuildContext.files(input.context)).map(([path, file]) => [
        path,
        typeof file === "string"
          ? [...new TextEncoder().encode(file)]
          : file instanceof Uint8Array
          ? [...file]
          : "content" in file
          ? [...file.content]
          : "link" in file
          ? file.link
          : "directory",
        typeof file === "string" || file instanceof Uint8Array ? 0o644 : "mode" in file ? file.mode : undefined
      ]).filter(([path, kind, mode]) =>
        kind !== "directory" || mode !== 0o755 ||
        !Object.keys(input.context ?? {}).some((key) => key.startsWith(`${path}/`))
      ),
  mounts: (input) => sorted(Object.fromEntries((input.mounts ?? []).map((mount) => [mount.path, mount]))),
  trustBundle: (input) => input.trustBundle && { key: BuildInput.defaults.trustBundle.key, ...input.trustBundle },
  proxy: (input) => sorted(input.proxy)?.filter(([, value]) => value !== ""),
  architecture: (input) => input.architecture,
  secrets: (input) => sorted(Object.fromEntries((input.secrets ?? []).map(({ id, key = id }) => [id, key]))),
  target: (input) => input.target,
  buildContexts: (input) => sorted(input.buildContexts),
  inheritLabels: (input) => input.inheritLabels !== false,
  unsetLabels: (input) => [...input.unsetLabels ?? []].sort(),
  squash: (input) => input.squash === true,
  tags: (input) => [...input.tags ?? []].sort(),
  annotations: (input) => sorted(input.annotations),
  format: (input) => input.format ?? "auto",
  compression: (input) => input.compression && [input.compression.algorithm, input.compression.level],
  timestamp: (input) => input.timestamp,
  revision: (input) => input.revision === "" ? undefined : input.revision
}

const sorted = <A>(record: { readonly [key: string]: A } = {}): Array<[string, A]> =>
  Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1)

const essenceOf = (input: BuildInput.BuildInput): string =>
  JSON.stringify(Object.entries(essence).map(([field, read]) => [field, read(input)]))

// -----------------------------------------------------------------------------
// valid inputs
// -----------------------------------------------------------------------------

interface Related {
  readonly dockerfile?: string | undefined
  readonly baseImage?: { readonly secretName?: string | undefined } | undefined
  readonly finalImage: { readonly pullspec: string }
  readonly pullSecretName?: string | undefined
  readonly tags?: ReadonlyArray<string> | undefined
  readonly annotations?: { readonly [name: string]: string } | undefined
  readonly format?: string | undefined
  readonly compression?: string | { readonly algorithm: string } | undefined
  readonly timestamp?: unknown
  readonly buildArgs?: { readonly [name: string]: string } | undefined
  readonly imageLabels?: { readonly [name: string]: string } | undefined
  readonly unsetLabels?: ReadonlyArray<string> | undefined
}

// The generators of the fields do not know each other: this keeps the rules between fields, and changes nothing else.
const coherent = (given: Related): object => {
  const { annotations = {}, baseImage, buildArgs, compression, finalImage, imageLabels = {} } = given
  const { pullspec } = finalImage
  const finalTag = /:([^/:]+)$/.exec(pullspec)?.[1] ?? "latest"
  const registry = pullspec.slice(0, pullspec.indexOf("/"))
  const algorithm = typeof compression === "object" ? compression.algorithm : compression
  const needsOci = Object.keys(annotations).length > 0 || algorithm?.startsWith("zstd") === true
  const fields = {
    ...given,
    dockerfile: baseImage === undefined
      ? given.dockerfile?.replace("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}", "FROM quay.io/acme/base:1")
      : given.dockerfile,
    pullSecretName: baseImage?.secretName === undefined ? given.pullSecretName : undefined,
    tags: given.tags && [
      ...new Set(given.tags.map((tag) => tag.includes("/") ? `${registry}/${tag.slice(tag.indexOf("/") + 1)}` : tag))
    ].filter((tag) => tag !== finalTag),
    format: given.format === "docker" && needsOci ? undefined : given.format,
    timestamp: Object.hasOwn(buildArgs ?? {}, "SOURCE_DATE_EPOCH") ? undefined : given.timestamp,
    unsetLabels: given.unsetLabels?.filter((label) => !Object.hasOwn(imageLabels, label))
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

const valid: fc.Arbitrary<BuildInput.BuildInput> = Arbitrary.make(BuildInput.BuildInput).map((input) =>
  Reflect.construct(BuildInput.BuildInput, [coherent(input)])
)

describe("every input", () => {
  it.effect.prop(
    "every input: comes back from JSON as it was",
    [valid],
    ([input]) =>
      Effect.gen(function*() {
        yield* breathing
        const json: unknown = JSON.parse(JSON.stringify(encode(input)))
        assert.deepStrictEqual(yield* BuildInput.decode(json), input)
      }),
    options
  )

  it.effect.prop("every input: is what make makes of it", [valid], ([input]) =>
    Effect.gen(function*() {
      yield* breathing
      assert.deepStrictEqual(yield* BuildInput.make(input), input)
    }), options)

  it.effect.prop(
    "every input: has one fingerprint, in whatever order its keys are",
    [valid],
    ([input]) =>
      Effect.gen(function*() {
        yield* breathing
        const other = yield* BuildInput.decode(reversed(encode(input)))
        assert.strictEqual(BuildInput.fingerprint(other), BuildInput.fingerprint(input))
      }),
    options
  )

  it.effect.prop(
    "every input: has another fingerprint exactly if what determines the image is another",
    [valid, valid],
    ([input, other]) => {
      const before = essenceOf(input)
      return Effect.forEach(Object.keys(BuildInput.BuildInput.fields), (field) =>
        Effect.gen(function*() {
          yield* breathing
          const given = coherent({ ...encode(input), [field]: Reflect.get(encode(other), field) })
          // Each of these three depends on the others.
          const depends = ["dockerfile", "dockerfilePath", "context"].includes(field)
          const decoded = yield* Effect.either(BuildInput.decode(given))
          if (depends && Either.isLeft(decoded)) return
          const changed = yield* fromEither(decoded)
          const after = essenceOf(changed)
          assert.strictEqual(
            BuildInput.fingerprint(changed) === BuildInput.fingerprint(input),
            before === after,
            `${field}: from ${before} to ${after}`
          )
        }), { discard: true })
    },
    options
  )
})

// -----------------------------------------------------------------------------
// hostile inputs
// -----------------------------------------------------------------------------

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    5n,
    Symbol("s"),
    () => 1,
    new Date(0),
    /x/,
    new Map(),
    new Uint8Array(3),
    [],
    [[]],
    {},
    { base64: "=" },
    { content: null },
    { pullspec: {} },
    "",
    " ",
    "\0",
    "\ud800",
    "__proto__",
    "constructor",
    "..",
    "/",
    "a/../b",
    "-",
    "latest",
    "1e999s",
    "9".repeat(99) + "d",
    "x".repeat(70_000),
    "FROM",
    "FROM ${",
    "FROM a\nRUN <<E",
    "ONBUILD ".repeat(99),
    "\u2028",
    Object.create(null)
  ),
  fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true })
)

const keys = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "length", "", "\0", "a", "a/b", "0", "base64", "mode"),
  fc.string({ unit: "binary", maxLength: 5 })
)

const samples: ReadonlyArray<unknown> = fc.sample(valid, { numRuns: 100, seed: 1 })
  .flatMap((input) => [encode(input), { ...input }])

type Change = readonly ["delete" | "replace" | "insert", ReadonlyArray<number>, string, unknown]

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom("delete" as const, "replace" as const, "insert" as const),
  fc.array(fc.nat(20), { maxLength: 4 }),
  keys,
  hostile
)

// Goes down the path as far as there is something, and changes what is there; `__proto__` becomes a key like any other.
const changed = (value: unknown, [kind, path, key, replacement]: Change): unknown => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return replacement
  const entries = Object.entries(value)
  const [step, ...rest] = path
  const at = entries.length === 0 ? 0 : (step ?? 0) % entries.length
  const next = rest.length > 0 && entries.length > 0
    ? entries.map(([name, item], index): [string, unknown] =>
      index === at ? [name, changed(item, [kind, rest, key, replacement])] : [name, item]
    )
    : kind === "insert"
    ? [...entries, [key, replacement]]
    : entries.flatMap(([name, item], index) =>
      index !== at ? [[name, item]] : kind === "delete" ? [] : [[name, replacement]]
    )
  return Array.isArray(value) ? next.map(([, item]) => item) : Object.fromEntries(next)
}

const inputs: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: hostile },
  {
    weight: 9,
    arbitrary: fc.tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 3 }))
      .map(([sample, changes]) => changes.reduce(changed, sample))
  }
)

it(
  "BuildInput: 10,000 random and mutated inputs are valid, or refused with reasons",
  { timeout: 300_000 },
  async () => {
    const count = { valid: 0, refused: 0 }
    let runs = 0
    await fc.assert(
      fc.asyncProperty(inputs, fc.boolean(), async (input, asData) => {
        if (runs++ % 50 === 0) await breathe()
        const exit = Effect.runSyncExit(
          asData ? BuildInput.decode(input) : BuildInput.make(input as BuildInput.Options)
        )
        if (Exit.isSuccess(exit)) {
          count.valid++
          assert.isTrue(Schema.is(BuildInput.BuildInput)(exit.value))
          assert.match(BuildInput.fingerprint(exit.value), /^[a-z2-7]{26}$/)
          JSON.stringify(encode(exit.value))
        } else {
          count.refused++
          const failure = Cause.failureOption(exit.cause)
          assert.isTrue(Option.isSome(failure), Cause.pretty(exit.cause))
          if (Option.isSome(failure)) {
            const rejected = failure.value
            assert.strictEqual(rejected.reason, "InvalidInput")
            assert.isNotEmpty(rejected.issues)
            // Words for people: no schema's names, nothing left blank.
            for (const { message } of rejected.issues) {
              assert.notMatch(message, /^$|Expected|actual|undefined|\[object|something else/)
            }
          }
        }
      }),
      { numRuns: 10_000, seed: 20_261_122 }
    )
    assert.isAbove(count.valid, 200)
    assert.isAbove(count.refused, 5000)
  }
)

it("BuildInput: a context of very many wrong files is refused like any other", { timeout: 300_000 }, () => {
  const context = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`a/${index}`, ""]))
  const rejected = Effect.runSync(Effect.flip(BuildInput.decode({
    dockerfile: "FROM a",
    baseImage: { pullspec: "quay.io/a/b" },
    finalImage: { pullspec: "quay.io/a/c" },
    context: { a: "", ...context }
  })))
  assert.strictEqual(rejected.issues.length, 1001)
})
