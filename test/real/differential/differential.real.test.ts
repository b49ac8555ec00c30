/**
 * Containerfiles built by buildah alone and by the local backend: the images are equal, or both fail and name the same
 * instruction.
 *
 * `npm run test:differential` builds all of test/corpus and 500 generated ones, with both buildahs; other runs a sample.
 * `SEED=7` builds the generated one of that seed alone, and `CASE=name` that of test/corpus; both print the two logs.
 */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import * as Workplace from "../Workplace.js"
import type { Case } from "./Case.js"
import { compare, type Result, show } from "./Comparison.js"
import * as Corpus from "./Corpus.js"
import * as Generator from "./Generator.js"
import * as Images from "./Images.js"

const { CASE, SEED, SEEDS } = process.env

// Two processors are common in CI, and each build takes about one.
const concurrency = 2

// About half a minute: each ninth of the corpus, and these seeds.
const sample = { corpus: 9, seeds: "1-5" }

/** `500` is the seeds from 1 to 500, `251-500` those from 251. */
const range = (text: string): ReadonlyArray<number> => {
  const [, first = "1", last = ""] = /^(?:(\d+)-)?(\d+)$/.exec(text) ?? []
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
}

const corpus = Corpus.cases().filter(({ name }, index) =>
  CASE !== undefined ? name === CASE : SEED === undefined && (SEEDS !== undefined || index % sample.corpus === 0)
)

const seeds = CASE !== undefined
  ? []
  : SEED !== undefined
  ? [Number(SEED)]
  : range(SEEDS ?? sample.seeds)

const generated = seeds.map(Generator.make)

const batches = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))

class Fixture extends Effect.Service<Fixture>()("test/real/differential/Fixture", {
  scoped: Effect.gen(function*() {
    const startedAt = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    return { images: yield* Images.make, startedAt }
  })
}) {}

const results: Array<Result> = []

const summary = (): string => {
  const count = (outcome: Result["outcome"]) => results.filter((one) => one.outcome === outcome).length
  const seconds = (side: keyof Result["seconds"]) =>
    Math.round(results.reduce((sum, one) => sum + one.seconds[side], 0))
  const meant = new Map<string, number>()
  for (const reason of results.flatMap((one) => [...new Set(one.meant)])) {
    meant.set(reason, (meant.get(reason) ?? 0) + 1)
  }
  const differ = results.filter(({ differences }) => differences.length > 0).length
  return [
    `differential: ${results.length} Containerfiles, ${count("built")} built, ${count("failed")} failed, ` +
    `${count("not compared")} not compared, ${differ} differ; ${seconds("plain")} s by buildah, ${
      seconds("ours")
    } s by ours`,
    ...[...meant].map(([reason, times]) => `  meant, ${times}: ${reason}`)
  ].join("\n")
}

const together = (cases: ReadonlyArray<Case>) =>
  Effect.gen(function*() {
    const { images, startedAt } = yield* Fixture
    const found = yield* Effect.forEach(cases, (one) => compare(one, images, startedAt), { concurrency })
    results.push(...found)
    const bad = found.filter(({ differences }) => differences.length > 0).flatMap(({ differences, name }) => [
      `${name} (${name.replace(/^seed-/, "SEED=").replace(/^(?!SEED)/, "CASE=")} npm run test:differential)`,
      ...differences.map((difference) => `  ${show(difference)}`)
    ])
    // At once, since a full run takes long.
    process.stdout.write(
      [`differential: ${results.length} of ${corpus.length + generated.length}`, ...bad, ""].join("\n")
    )
    assert(bad.length === 0, bad.join("\n"))
  })

const fixture = Fixture.Default.pipe(Layer.provideMerge(Workplace.backend))

layer(fixture, { excludeTestServices: true, timeout: "5 minutes" })("differential", (it) => {
  for (const cases of batches(corpus, 10)) {
    it.effect(`corpus: ${cases.map(({ name }) => name).join(", ")}: as buildah builds them`, () => together(cases))
  }
  for (const cases of batches(generated, 10)) {
    it.effect(`generated: ${cases[0]?.name} to ${cases.at(-1)?.name}: as buildah builds them`, () => together(cases))
  }
  it.effect("summary: every case was built", () =>
    Effect.sync(() => {
      process.stdout.write(`${summary()}\n`)
      assert.strictEqual(results.length, corpus.length + generated.length)
    }))
})
