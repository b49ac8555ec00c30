/** The names of Effect 3 that Effect 4 has under another name, or that the seam writes in Effect 4's form. */
import type { Rename } from "../../scripts/effect4/Table.js"

const result = "Either is Result; left and right are failure and success"
const unsafe = "Effect 4 has Unsafe at the end of a name"
const comparison = "comparisons are called is…"
const form = "the arguments have another form; the seam keeps that of Effect 3"
const platform = "the interfaces of @effect/platform are in effect"

export const renames: ReadonlyArray<Rename> = [
  {
    module: "effect/Either",
    to: "effect/Result",
    reason: result,
    names: {
      Either: "Result",
      all: "all",
      filterOrLeft: "filterOrFail",
      flatMap: "flatMap",
      flip: "flip",
      fromOption: "fromOption",
      gen: "gen",
      getOrElse: "getOrElse",
      getOrThrow: "getOrThrow",
      getOrThrowWith: "getOrThrowWith",
      isLeft: "isFailure",
      isRight: "isSuccess",
      left: "fail",
      map: "map",
      mapLeft: "mapError",
      right: "succeed",
      try: "try",
      void: "void"
    }
  },
  { module: "effect/Either", to: "seam/names/Either", reason: form, names: ["mapBoth", "match"] },

  {
    module: "effect/Effect",
    reason: "renamed",
    names: {
      async: "callback",
      catchAll: "catch",
      catchAllCause: "catchCause",
      catchAllDefect: "catchDefect",
      either: "result",
      fork: "forkChild",
      forkDaemon: "forkDetach",
      mapInputContext: "updateContext",
      tapErrorCause: "tapCause",
      whenEffect: "when",
      zipLeft: "tap",
      zipRight: "andThen"
    }
  },
  { module: "effect/Effect", to: "effect/Deferred", reason: "moved", names: { intoDeferred: "into" } },
  {
    module: "effect/Effect",
    to: "effect/Latch",
    reason: "moved",
    names: { Latch: "Latch", makeLatch: "make", unsafeMakeLatch: "makeUnsafe" }
  },
  {
    module: "effect/Effect",
    to: "effect/Semaphore",
    reason: "moved",
    names: { Semaphore: "Semaphore", makeSemaphore: "make", unsafeMakeSemaphore: "makeUnsafe" }
  },
  { module: "effect/Effect", to: "effect/Clock", reason: "moved", names: { clock: "Clock" } },
  {
    module: "effect/Effect",
    to: "seam/names/Effect",
    reason: form,
    names: [
      "dieMessage",
      "filterOrDieMessage",
      "ignoreLogged",
      "reduce",
      "timeoutFail",
      "timeoutTo",
      "withSpan",
      "withConfigProvider",
      "configProviderWith",
      "iterate",
      "tapBoth"
    ]
  },

  { module: "effect/Array", reason: "renamed", names: { isNonEmptyReadonlyArray: "isReadonlyArrayNonEmpty" } },
  { module: "effect/Chunk", reason: unsafe, names: { unsafeFromArray: "fromArrayUnsafe" } },
  {
    module: "effect/Cause",
    reason: "renamed",
    names: { failureOption: "findErrorOption", isInterruptedOnly: "hasInterruptsOnly" }
  },
  { module: "effect/Exit", reason: "renamed", names: { isInterrupted: "hasInterrupts" } },
  {
    module: "effect/Config",
    reason: "primitives are called as those of Schema",
    names: { boolean: "Boolean", nonEmptyString: "NonEmptyString", string: "String", integer: "Int" }
  },
  { module: "effect/Config", to: "seam/names/Config", reason: form, names: ["literal"] },
  { module: "effect/ConfigError", to: "effect/Config", reason: "moved", names: ["ConfigError"] },
  { module: "effect/ConfigError", to: "seam/names/Config", reason: "a class on Effect 4", names: ["isConfigError"] },
  { module: "effect/ConfigError", to: "seam/names/Config", reason: "its cause is an issue", names: ["InvalidData"] },
  { module: "effect/Context", to: "seam/names/Context", reason: form, names: ["Reference", "Tag"] },
  {
    module: "effect/DateTime",
    reason: comparison,
    names: { lessThan: "isLessThan", lessThanOrEqualTo: "isLessThanOrEqualTo" }
  },
  { module: "effect/DateTime", reason: unsafe, names: { unsafeMake: "makeUnsafe" } },
  { module: "effect/Deferred", reason: unsafe, names: { unsafeDone: "doneUnsafe" } },
  { module: "effect/Deferred", to: "seam/names/Deferred", reason: "a deferred has no fiber id", names: ["unsafeMake"] },
  {
    module: "effect/Duration",
    reason: comparison,
    names: { greaterThan: "isGreaterThan", lessThan: "isLessThan", lessThanOrEqualTo: "isLessThanOrEqualTo" }
  },
  { module: "effect/Duration", reason: "renamed", names: { DurationInput: "Input", decode: "fromInputUnsafe" } },
  { module: "effect/Duration", to: "seam/names/Duration", reason: form, names: ["decodeUnknown", "match"] },
  {
    module: "effect/Duration",
    to: "seam/names/Duration",
    reason: "durations of Effect 4 may be negative",
    names: ["millis", "nanos", "seconds", "subtract"]
  },
  { module: "effect/DateTime", to: "seam/names/DateTime", reason: "a distance is a Duration", names: ["distance"] },
  { module: "effect/Fiber", to: "seam/names/Fiber", reason: form, names: ["interruptFork"] },
  { module: "effect/Struct", to: "seam/names/Struct", reason: form, names: ["pick"] },
  { module: "effect/Config", reason: "no namespace of the same name", names: { "Config.Wrap": "Wrap" } },
  {
    module: "effect/Metric",
    reason: "no namespace of the same name",
    names: { "Metric.Gauge": "Gauge", "Metric.Counter": "Counter" }
  },
  {
    module: "effect/Encoding",
    to: "seam/names/Encoding",
    reason: "a module for each encoding",
    names: ["decodeBase64", "encodeBase64"]
  },
  {
    module: "effect/Layer",
    reason: "a layer's effect has a scope",
    names: { scoped: "effect", scopedContext: "effectContext", unwrapEffect: "unwrap" }
  },
  { module: "effect/Layer", to: "seam/names/Layer", reason: "there is none", names: ["fail"] },
  { module: "effect/Mailbox", to: "seam/names/Mailbox", reason: "a mailbox is a queue", names: ["make", "toStream"] },
  { module: "effect/Sink", to: "seam/names/Sink", reason: form, names: ["foldWeighted"] },
  { module: "effect/LogLevel", reason: comparison, names: { lessThanEqual: "isLessThanOrEqualTo" } },
  { module: "effect/Metric", to: "seam/names/Metric", reason: form, names: ["histogram", "tagged"] },
  {
    module: "effect/MetricBoundaries",
    to: "effect/Metric",
    reason: "moved",
    names: { fromIterable: "boundariesFromIterable" }
  },
  {
    module: "effect/Data",
    to: "seam/names/Data",
    reason: "plain objects are compared by their fields",
    names: ["struct"]
  },
  { module: "effect/FiberId", to: "seam/names/FiberId", reason: "a fiber id is a number", names: ["none"] },
  { module: "effect/ExecutionStrategy", to: "seam/names/ExecutionStrategy", reason: form, names: ["sequential"] },
  {
    module: "effect/Runtime",
    to: "effect/Effect",
    reason: "the runtime of Effect 4 is a context",
    names: { runFork: "runForkWith" }
  },
  { module: "effect/Effect", reason: "the runtime of Effect 4 is a context", names: { runtime: "context" } },
  { module: "effect/Schedule", to: "seam/names/Schedule", reason: form, names: ["union"] },
  { module: "effect/Option", reason: "renamed", names: { fromNullable: "fromNullishOr" } },
  {
    module: "effect/Order",
    reason: "named as the types",
    names: { lessThan: "isLessThan", number: "Number", reverse: "flip" }
  },
  { module: "effect/Predicate", reason: "renamed", names: { isReadonlyRecord: "isObject", isRecord: "isObject" } },
  { module: "effect/Queue", reason: unsafe, names: { unsafeOffer: "offerUnsafe" } },
  { module: "effect/Random", reason: "renamed", names: { nextRange: "nextBetween" } },
  { module: "effect/Scope", reason: "renamed", names: { CloseableScope: "Closeable", extend: "provide" } },

  {
    module: "effect/Schema",
    reason: "a schema that decodes without services is a Codec",
    names: { Schema: "Codec" }
  },
  {
    module: "effect/Schema",
    reason: "decode returns an effect under its own name",
    names: { decode: "decodeEffect", decodeUnknown: "decodeUnknownEffect", encode: "encodeEffect" }
  },
  {
    module: "effect/Schema",
    reason: result,
    names: { decodeEither: "decodeResult", decodeUnknownEither: "decodeUnknownResult", encodeEither: "encodeResult" }
  },
  {
    module: "effect/Schema",
    reason: "renamed",
    names: {
      DateTimeUtc: "DateTimeUtcFromString",
      DateTimeUtcFromSelf: "DateTimeUtc",
      DurationFromSelf: "Duration",
      Object: "ObjectKeyword",
      Uint8ArrayFromSelf: "Uint8Array",
      parseJson: "fromJsonString",
      typeSchema: "toType"
    }
  },
  {
    module: "effect/Schema",
    to: "seam/names/Schema",
    reason: form,
    names: [
      "Class",
      "Defect",
      "Literal",
      "Record",
      "TaggedClass",
      "TaggedError",
      "Union",
      "between",
      "filter",
      "optionalWith",
      "pattern",
      "positive",
      "transform"
    ]
  },
  {
    module: "effect/Stream",
    reason: "renamed",
    names: {
      catchAll: "catch",
      catchAllCause: "catchCause",
      ensuringWith: "onExit",
      repeatEffect: "fromEffectRepeat",
      repeatEffectWithSchedule: "fromEffectSchedule",
      unwrapScoped: "unwrap"
    }
  },
  {
    module: "effect/Stream",
    to: "seam/names/Stream",
    reason: form,
    names: [
      "filterMap",
      "mapAccum",
      "mapChunks",
      "mapChunksEffect",
      "mapConcat",
      "repeatEffectOption",
      "runCollect",
      "runFold",
      "runForEachChunk",
      "withSpan"
    ]
  },

  { module: "@effect/platform/FileSystem", to: "effect/FileSystem", reason: platform, names: ["File", "FileSystem"] },
  {
    module: "@effect/platform/CommandExecutor",
    to: "effect/process/ChildProcessSpawner",
    reason: platform,
    names: { CommandExecutor: "ChildProcessSpawner" }
  },
  { module: "@effect/platform/FileSystem", to: "seam/names/FileSystem", reason: form, names: ["Size"] },
  { module: "@effect/platform/Path", to: "effect/Path", reason: platform, names: ["Path"] },
  { module: "@effect/platform/Error", to: "effect/PlatformError", reason: platform, names: ["PlatformError"] }
]

/** Methods that are called otherwise, whatever their object. */
export const methods: Readonly<Record<string, string>> = {
  annotations: "annotate",
  unsafeClose: "closeUnsafe",
  unsafeCurrentTimeMillis: "currentTimeMillisUnsafe",
  unsafeOpen: "openUnsafe"
}

/** Where a file has an Either: its values. */
export const valuesOfEither: Readonly<Record<string, string>> = { left: "failure", right: "success" }

/** And its tags, as texts. */
export const tagsOfEither: Readonly<Record<string, string>> = { Left: "Failure", Right: "Success" }
