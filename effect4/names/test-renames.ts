/** The names of Effect 3 that only tests and examples use, and what they are on Effect 4. */
import type { Rename } from "../../scripts/effect4/Table.js"

const form = "the arguments have another form; the seam of the tests keeps that of Effect 3"
const service = "a service of Effect 4 is provided as every other"
const testing = "the test services are in effect/testing"
const gone = "Effect 4 has none; the seam of the tests has it"

export const testRenames: ReadonlyArray<Rename> = [
  {
    module: "@effect/vitest",
    to: "test/names/Vitest",
    reason: "every test has a scope",
    names: ["describe", "it", "layer", "makeMethods"]
  },
  {
    module: "@effect/platform/HttpApiBuilder",
    to: "effect/http-api/HttpApiBuilder",
    reason: "moved",
    names: ["group"]
  },
  { module: "@effect/platform/OpenApi", to: "effect/http-api/OpenApi", reason: "moved", names: ["fromApi"] },
  {
    module: "@effect/platform/HttpServerResponse",
    to: "effect/http/HttpServerResponse",
    reason: "moved",
    names: ["empty", "stream"]
  },
  { module: "effect/Config", reason: "primitives are called as those of Schema", names: { port: "Port" } },
  {
    module: "@effect/platform-node/NodeContext",
    to: "@effect/platform-node/NodeServices",
    reason: "renamed",
    names: ["layer"]
  },
  {
    module: "@effect/platform-node/NodeCommandExecutor",
    to: "@effect/platform-node/NodeChildProcessSpawner",
    reason: "renamed",
    names: ["layer"]
  },
  { module: "effect/TestClock", to: "effect/testing/TestClock", reason: testing, names: ["adjust", "setTime"] },
  { module: "effect/TestClock", to: "test/names/TestClock", reason: gone, names: ["currentTimeMillis", "sleeps"] },
  { module: "effect/TestContext", to: "test/names/TestContext", reason: testing, names: ["TestContext"] },
  {
    module: "effect/FastCheck",
    to: "test/names/FastCheck",
    reason: "Effect 4 does not have fast-check",
    names: [
      "Arbitrary",
      "anything",
      "array",
      "assert",
      "asyncProperty",
      "boolean",
      "constant",
      "constantFrom",
      "dictionary",
      "double",
      "integer",
      "json",
      "jsonValue",
      "nat",
      "oneof",
      "property",
      "record",
      "sample",
      "string",
      "stringMatching",
      "tuple",
      "uint8Array"
    ]
  },
  { module: "effect/Arbitrary", to: "test/names/Arbitrary", reason: "generators of fast-check", names: ["make"] },
  {
    module: "effect/Effect",
    to: "test/names/Effect",
    reason: service,
    names: ["disconnect", "supervised", "tagMetrics", "withClock", "withRandom", "yieldNow"]
  },
  { module: "effect/Effect", reason: "renamed", names: { fromNullable: "fromNullishOr" } },
  { module: "effect/Random", to: "test/names/Random", reason: gone, names: ["fixed", "make"] },
  { module: "effect/Fiber", to: "test/names/Fiber", reason: gone, names: ["RuntimeFiber", "poll"] },
  { module: "effect/ConfigProvider", to: "test/names/ConfigProvider", reason: form, names: ["fromMap"] },
  {
    module: "effect/Logger",
    to: "test/names/Logger",
    reason: "loggers are a set",
    names: ["jsonLogger", "make", "replace", "stringLogger", "withMinimumLogLevel"]
  },
  {
    module: "effect/LogLevel",
    to: "test/names/LogLevel",
    reason: "a level is its name",
    names: ["All", "Error", "None"]
  },
  { module: "effect/Layer", to: "test/names/Layer", reason: service, names: ["setClock", "setConfigProvider"] },
  { module: "effect/Layer", reason: "a layer's effect has a scope", names: { scopedDiscard: "effectDiscard" } },
  {
    module: "effect/Cause",
    to: "test/names/Cause",
    reason: "a cause is a list",
    names: ["defects", "failures", "isDie"]
  },
  { module: "effect/Stream", to: "test/names/Stream", reason: gone, names: ["either", "toPull", "void"] },
  { module: "effect/Exit", to: "test/names/Exit", reason: gone, names: ["getOrElse"] },
  { module: "effect/Schema", reason: "renamed", names: { BigIntFromSelf: "BigInt", equivalence: "toEquivalence" } },
  { module: "effect/Schema", to: "test/names/Schema", reason: form, names: ["TemplateLiteral", "Tuple"] },
  { module: "effect/JSONSchema", to: "test/names/JSONSchema", reason: form, names: ["make"] },
  { module: "effect/Tracer", to: "test/names/Tracer", reason: form, names: ["make"] },
  { module: "effect/Array", reason: "Either is Result", names: { getLefts: "getFailures", getRights: "getSuccesses" } },
  { module: "effect/Queue", to: "test/names/Queue", reason: form, names: ["takeN"] },
  { module: "effect/Supervisor", to: "test/names/Supervisor", reason: gone, names: ["track"] },
  {
    module: "@effect/platform/KeyValueStore",
    to: "effect/persistence/KeyValueStore",
    reason: "moved",
    names: ["KeyValueStore", "layerMemory"]
  },
  { module: "effect/Config", to: "test/names/Config", reason: form, names: ["array"] },
  {
    module: "effect/Runtime",
    to: "effect/Effect",
    reason: "the runtime of Effect 4 is a context",
    names: { runPromise: "runPromiseWith" }
  }
]
