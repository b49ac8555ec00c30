/**
 * Hostile inputs, down to the objects that backends create: each text is in its place, unchanged, and nowhere else. (Invalid
 * inputs are rejected before: test/core. The script's use of the texts: test/real.)
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Encoding, FastCheck as fc } from "effect"
import { BuildInput } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as BuildScript from "../../src/backends/script/BuildScript.js"
import * as Json from "../../src/fake/Json.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import { Cluster } from "../../src/kubernetes/Cluster.js"
import { inTime } from "../support/VirtualTime.js"
import { type Backend, backends } from "../support/Worlds.js"

const values = fc.constantFrom(
  "$(reboot)",
  "`id`",
  "'; rm -rf / #",
  "\"",
  "\\",
  "a\nb",
  "a\r\nFROM evil",
  "\t",
  "${IFS}",
  "$(OSB_FINAL_IMAGE)",
  "$$",
  "--privileged",
  "*",
  "~root",
  "%s%n",
  "é漢😀",
  "\u202etxt",
  "__proto__",
  "{\"a\":[",
  "- yaml: &a",
  "x".repeat(20_000),
  ""
)

/** Texts with a meaning for a shell, a program or JavaScript. */
const argumentNames = ["constructor", "toString", "IFS", "LD_PRELOAD", "BASH_ENV", "OSB_FINAL_IMAGE", "HTTP_PROXY"]

const paths = ["-rf", "toString", "constructor", "a/--", "Containerfile"]
const odder = ["..a", "$(x)", "a b", "'q'", "`id`", "ünï/漢", "*", "a;b", "%2e%2e"]

interface Odd {
  readonly lines: ReadonlyArray<string>
  readonly args: ReadonlyArray<string>
  readonly labels: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
}

const odd: fc.Arbitrary<Odd> = fc.record({
  lines: fc.array(values, { maxLength: 4 }),
  // All names and values of arguments together may have 64 KiB.
  args: fc.array(values, { minLength: argumentNames.length, maxLength: argumentNames.length }).filter((args) =>
    args.join("").length < 60_000
  ),
  labels: fc.array(values, { minLength: 2, maxLength: 2 }),
  files: fc.array(values, { minLength: 14, maxLength: 14 })
})

const inputOf = ({ name }: Backend, { args, files, labels, lines }: Odd) => {
  const names = name === "openshift" ? paths : [...paths, ...odder]
  return BuildInput.make({
    dockerfile: ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines.map((line) => `RUN : ${JSON.stringify(line)}`)].join(
      "\n"
    ),
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: "registry.example.com/os:1" },
    buildArgs: Object.fromEntries(args.map((value, index) => [argumentNames[index] ?? "", value])),
    // OpenShift's builder changes such labels, so `check` rejects them.
    imageLabels: name === "openshift"
      ? { constructor: "plain", toString: "'`" }
      : Object.fromEntries(labels.map((value, index) => [["constructor", "com.example/$(x)"][index] ?? "", value])),
    context: Object.fromEntries(names.map((path, index) => [path, files[index] ?? ""])),
    objectLabels: { toString: "x", constructor: "y" }
  })
}

const plain: Odd = {
  lines: [],
  args: argumentNames.map(() => "plain"),
  labels: ["plain", "plain"],
  files: Array.from({ length: 14 }, () => "plain")
}

const child = (backend: Backend, given: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    const { cluster, control } = yield* FakeCluster.make({ ...backend.options, outcome: FakeCluster.held })
    const service = yield* Effect.provideService(backend.make, Cluster, cluster)
    const { ref } = yield* service.build(given)
    const objects = (yield* control.objects({ namespace: "default" })).filter(
      (object) => Metadata.labels(object)["effect-os-builder/record"] === ref.name
    )
    const made = objects.find(({ kind }) => kind === "Job" || kind === "Build") ?? {}
    const configMaps = objects.filter(({ kind }) => kind === "ConfigMap")
    const uid = ref.uid.replaceAll("-", "").slice(0, 8)
    return {
      labels: Metadata.labels(made),
      // Object names differ between two builds.
      spec: JSON.parse(
        JSON.stringify(Json.object(made, "spec")).replaceAll(`${ref.name}-${uid}`, "CHILD").replaceAll(
          ref.name,
          "RECORD"
        )
          .replaceAll(BuildInput.fingerprint(given), "FINGERPRINT").replaceAll(Metadata.uid(made), "UID")
      ) as JsonObject,
      files: new Map(configMaps.flatMap((configMap) => [
        ...Object.entries(Json.record(configMap, "data")),
        ...Object.entries(Json.record(configMap, "binaryData")).map(([key, base64]) =>
          [key, Buffer.from(base64, "base64").toString()] as const
        )
      ])),
      configMaps
    }
  })

const textOf = (content: string | Uint8Array): string =>
  typeof content === "string" ? content : Encoding.encodeBase64(content) === "" ? "" : Buffer.from(content).toString()

describe("hostile input", { timeout: 120_000 }, () => {
  for (const backend of backends.filter(({ name }) => name !== "openshift")) {
    it(`${backend.name}: is in files for the script, and not in the Job`, () => {
      const expected = inTime(Effect.flatMap(inputOf(backend, plain), (given) => child(backend, given)))
      fc.assert(
        fc.property(odd, (one) => {
          const given = Effect.runSync(inputOf(backend, one))
          const { files, labels, spec } = inTime(child(backend, given))
          for (const { content, key } of BuildScript.inputFiles(given)) {
            assert.strictEqual(files.get(key), textOf(content), key)
          }
          assert.strictEqual(files.get("build.sh"), BuildScript.source)
          assert.deepStrictEqual(spec, expected.spec)
          assert.strictEqual(labels["constructor"], "y")
        }),
        { numRuns: 40 }
      )
    })
  }

  for (const backend of backends.filter(({ name }) => name === "openshift")) {
    it("openshift: is in the Build's values, each in its place", () => {
      const bare = (spec: JsonObject): JsonObject => {
        const cleared = [
          ["source", "dockerfile"],
          ["strategy", "dockerStrategy", "buildArgs"],
          ["output", "imageLabels"]
        ]
        return cleared.reduce((rest, path) => Json.set(rest, path, "cleared"), spec)
      }
      const expected = inTime(Effect.flatMap(inputOf(backend, plain), (given) => child(backend, given)))
      fc.assert(
        fc.property(odd, (one) => {
          const given = Effect.runSync(inputOf(backend, one))
          const { configMaps, spec } = inTime(child(backend, given))
          assert.strictEqual(Json.text(spec, "source", "dockerfile"), given.dockerfile)
          const pairs = (of: ReadonlyArray<JsonObject>) => of.map(({ name, value }) => [name, value ?? ""])
          assert.deepStrictEqual(
            pairs(Json.objects(spec, "strategy", "dockerStrategy", "buildArgs")),
            [...Object.entries(given.buildArgs ?? {}), ["BASE_IMAGE", "registry.example.com/base:1"]]
          )
          assert.deepStrictEqual(
            pairs(Json.objects(spec, "output", "imageLabels")),
            Object.entries(given.imageLabels ?? {})
          )
          assert.deepStrictEqual(bare(spec), bare(expected.spec))
          const contents = configMaps.flatMap((configMap) => Object.entries(Json.record(configMap, "data")))
          for (const [path, content] of Object.entries(given.context ?? {})) {
            const name = path.split("/").at(-1)
            assert.isTrue(contents.some(([key, text]) => key === name && text === content), path)
          }
        }),
        { numRuns: 40 }
      )
    })
  }
})
