/**
 * docs/observability.md names every metric and span there is, with the labels and attributes that they have; docs/operating.md
 * every wait.
 */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Layer, Metric, type MetricLabel, Predicate, Stream } from "effect"
import { BackendSelection, BuildBackend, BuildInput, BuildMetrics, Cluster, Resources } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Waits from "../../src/kubernetes/client/Waits.js"
import { Ears } from "../support/Eavesdropper.js"

const root = Path.resolve(import.meta.dirname, "../..")
const operating = Fs.readFileSync(Path.join(root, "docs/operating.md"), "utf8")
const page = Fs.readFileSync(Path.join(root, "docs/observability.md"), "utf8")

const source = Fs.readdirSync(Path.join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => Fs.readFileSync(Path.join(root, "src", file), "utf8"))
  .join("\n")

/** The rows of the table under a heading, each as its cells. */
const rows = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? ""
  return section.split("\n").filter((line) => line.startsWith("| `")).map((line) => line.split("|").slice(1, -1))
}

const quoted = (cell = ""): ReadonlyArray<string> =>
  Array.from(cell.replace(/\([^)]*\)/g, "").matchAll(/`([^`]+)`/g), ([, name = ""]) => name)

const metrics = new Map(rows("Metrics").map(([name, , labels]) => [quoted(name)[0] ?? "", quoted(labels).toSorted()]))

const spans = new Map(
  rows("Spans").flatMap(([names, attributes]) =>
    quoted(names).map((name) => {
      const [always, sometimes] = (attributes ?? "").split("[")
      return [name, { always: quoted(always), sometimes: quoted(sometimes) }] as const
    })
  )
)

const isRequest = (name: string): boolean => /^[A-Z]+ \//.test(name)
const requestSpan = Array.from(spans.keys()).find(isRequest) ?? ""

/** What a template in the source may become. */
const pattern = (template: string): RegExp =>
  new RegExp(`^${template.split(/\$\{[^}]*\}/).map((part) => part.replace(/\./g, "\\.")).join("[A-Za-z]+")}$`)

/** The names of spans in the source; `${…}` where a name is composed. */
const templates = Array.from(
  new Set(Array.from(
    source.matchAll(/["`]((?:BuildBackend|BackendSelection|Capability|Cluster)\.(?:[a-zA-Z]+|\$\{\w+\}))["`]/g),
    ([, name = ""]) => name
  ))
).filter((name) =>
  new RegExp(
    `(?:withSpan|within|describedBy|withinPull|withinStream|traced)\\([^;]{0,200}?["\`]${
      name.replace(/[.${}]/g, "\\$&")
    }["\`]`
  ).test(source)
)

describe("docs/observability.md and docs/operating.md", () => {
  it("metrics: lists each metric of the source, and no other", () => {
    const inSource = Array.from(
      source.matchAll(/Metric\.(?:counter|gauge|histogram|summary|frequency|timer\w*)\(\s*"(\w+)"/g),
      ([, name = ""]) => name
    )
    assert.isNotEmpty(inSource)
    assert.deepStrictEqual(BuildMetrics.table.map(({ name, tags }) => [name, tags.toSorted()]), Array.from(metrics))
    assert.deepStrictEqual(Array.from(metrics.keys()).toSorted(), inSource.toSorted())
  })

  it("waits: lists each wait of the client with its limit and what happens then, and no other", () => {
    const section = operating.split("\n## Waits\n")[1]?.split("\n## ")[0] ?? ""
    const listed = section.split("\n").filter((line) => line.startsWith("| ")).slice(1)
    assert.deepStrictEqual(
      listed,
      Waits.all.map(({ limit, name, then }) => `| ${name} | ${Duration.format(limit)} | ${then} |`)
    )
    const exported = Object.values(Waits).filter((value) => Predicate.hasProperty(value, "then"))
    assert.sameMembers([...Waits.all], exported)
  })

  it("waits: the client has no other limit in milliseconds or seconds", () => {
    const folder = Path.join(root, "src/kubernetes")
    const limits = Fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /^(client|transport|reflector|kubeconfig)\/.*\.ts$/.test(file) && !file.endsWith("Waits.ts"))
      .flatMap((file) =>
        Array.from(
          Fs.readFileSync(Path.join(folder, file), "utf8").matchAll(
            /^.*(?:Duration\.(?:millis|seconds|minutes)\(\d|Effect\.(?:sleep|delay|timeout\w*)\("|: "\d+ (?:milli|second|minute)).*$/gm
          ),
          ([line]) => `${file}: ${line.trim()}`
        )
      )
    assert.deepStrictEqual(limits, [])
  })

  it("spans: lists each span of the source, and no other", () => {
    assert.isAbove(templates.length, 5)
    const listed = Array.from(spans.keys()).filter((name) => !isRequest(name))
    assert.deepStrictEqual(templates.filter((template) => !listed.some((name) => pattern(template).test(name))), [])
    assert.deepStrictEqual(listed.filter((name) => !templates.some((template) => pattern(template).test(name))), [])
  })

  it.effect("spans and metrics: have the attributes and labels that the page lists", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const input = yield* BuildInput.make({
        dockerfile: "FROM registry.example.com/base:1",
        baseImage: { pullspec: "registry.example.com/base:1" },
        finalImage: { pullspec: "registry.example.com/os:1" }
      })
      yield* Effect.gen(function*() {
        yield* BuildBackend.run(input)
        const { ref } = yield* BuildBackend.build(input)
        yield* BuildBackend.check(input)
        yield* BuildBackend.status(ref)
        yield* BuildBackend.list()
        yield* Stream.runDrain(BuildBackend.logs(ref))
        yield* Stream.runHead(BuildBackend.watch())
        yield* Effect.exit(Cluster.get(Resources.Pod, "missing"))
        yield* BuildBackend.cancel(ref)
        yield* BuildBackend.remove(ref)
        yield* BuildBackend.prune({ olderThan: 0 })
      }).pipe(
        Effect.provide(Layer.provideMerge(BackendSelection.layer, FakeCluster.openShift)),
        Effect.withTracer(ears.tracer)
      )
      const unlike = ears.spans.flatMap(({ attributes, name, status }) => {
        const listed = spans.get(isRequest(name) ? requestSpan : name)
        const found = Array.from(attributes.keys()).toSorted()
        const allowed = [...listed?.always ?? [], ...listed?.sometimes ?? []]
        const complete = status._tag === "Ended" && Exit.isSuccess(status.exit)
        return listed !== undefined && found.every((attribute) => allowed.includes(attribute)) &&
            (!complete || listed.always.every((attribute) => found.includes(attribute)))
          ? []
          : [`${name}: ${found.join(", ")}`]
      })
      assert.deepStrictEqual(Array.from(new Set(unlike)), [])
      assert.isAbove(new Set(ears.spans.map(({ name }) => name)).size, 15)

      const snapshot = yield* Metric.snapshot
      const ours = snapshot.filter(({ metricKey }) => metricKey.name.startsWith("effect_os_builder_"))
      assert.isAbove(ours.length, 7)
      for (const { metricKey } of ours) {
        const labels = Array.from(metricKey.tags, (label: MetricLabel.MetricLabel) => label.key).toSorted()
        assert.deepStrictEqual(labels, metrics.get(metricKey.name), metricKey.name)
      }
    }))
})
