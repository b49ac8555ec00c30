/**
 * What is read of a record again when its informer reports a change.
 */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import { BuildStatus } from "effect-os-builder"
import * as RecordMetadata from "../../../src/backends/record/RecordMetadata.js"
import * as RecordSummary from "../../../src/backends/record/RecordSummary.js"

const { annotation, label } = RecordMetadata

const object = (
  resourceVersion: string,
  annotations: Readonly<Record<string, string>> = {},
  { backend = "craft", uid = "uid" } = {}
) => ({
  metadata: {
    name: "os-build-abcdefghijklmnopqrstuvwxyz-1",
    namespace: "default",
    uid,
    resourceVersion,
    creationTimestamp: "2026-12-01T00:00:00Z",
    labels: { [label.backend]: backend, [label.fingerprint]: "abcdefghijklmnopqrstuvwxyz" },
    annotations: { [annotation.terms]: "{\"retries\":1}", [annotation.metadata]: "{\"a\":\"1\"}", ...annotations }
  }
})

const read = (of: ReturnType<typeof object>, earlier?: RecordMetadata.Parsed) => {
  const record = Option.getOrThrow(RecordSummary.parse("craft", of, earlier))
  return RecordSummary.hasTerms(record) ? record : assert.fail("it has no terms")
}

const stopped = {
  [annotation.stop]: RecordMetadata.stopMarkText(
    new RecordMetadata.StopMark({ status: new BuildStatus.Cancelled({}) })
  )
}

describe("RecordMetadata.parse", () => {
  it("RecordMetadata.parse: takes from an earlier state what has not changed", () => {
    const [first, second] = [object("1"), object("2", stopped)]
    const earlier = read(first)
    const now = read(second, RecordMetadata.parsedFrom(first, earlier))
    assert.strictEqual(now.ref, earlier.ref)
    assert.strictEqual(now.createdAt, earlier.createdAt)
    assert.strictEqual(now.callerMetadata, earlier.callerMetadata)
    assert.strictEqual(now.input, earlier.input)
    assert.strictEqual(now.resourceVersion, "2")
    assert.deepStrictEqual(now, read(second))
    assert.isTrue(Option.isSome(now.stop))
  })

  it("RecordMetadata.parse: reads again what has changed", () => {
    const first = object("1", stopped)
    const second = object("2", { [annotation.terms]: "{\"retries\":2}", [annotation.metadata]: "{\"a\":\"2\"}" })
    const now = read(second, RecordMetadata.parsedFrom(first, read(first)))
    assert.deepStrictEqual(now, read(second))
    assert.deepStrictEqual([now.input.retries, now.callerMetadata, now.stop], [2, { a: "2" }, Option.none()])
  })

  it("RecordMetadata.parsedFrom: is for the version and the object that were read", () => {
    const first = object("1")
    const earlier = read(first)
    assert.isDefined(RecordMetadata.parsedFrom(first, earlier))
    assert.isUndefined(RecordMetadata.parsedFrom(undefined, earlier))
    // Between the two, the record had a label that made it another backend's.
    assert.isUndefined(RecordMetadata.parsedFrom(object("2", stopped, { backend: "other" }), earlier))
    assert.isUndefined(RecordMetadata.parsedFrom(object("1", {}, { uid: "another" }), earlier))
  })

  it("RecordMetadata.parse: an outcome that this process has written is not decoded", () => {
    const at = DateTime.unsafeMake(0)
    const outcomeOf = (message: string) =>
      new RecordMetadata.Outcome({ status: BuildStatus.errored("Unknown", { message }), finishedAt: at })
    const written = outcomeOf("a")
    const text = RecordMetadata.outcomeText(written)
    const outcome = () => Option.getOrThrow(read(object("1", { [annotation.outcome]: text })).outcome)
    assert.strictEqual(outcome(), written)
    // Those of many later builds take its place.
    for (let index = 0; index < 100; index++) RecordMetadata.outcomeText(outcomeOf(String(index)))
    assert.notStrictEqual(outcome(), written)
    assert.isTrue(BuildStatus.equivalence(outcome().status, written.status))
  })
})
