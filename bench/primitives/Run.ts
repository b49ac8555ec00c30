/**
 * Runs the workload of a contestant and reports its sample.
 */
import { Effect } from "effect"
import * as Meter from "../Meter.js"
import { chunkSize, elements, fibers, requests } from "./Scenario.js"

const report = (operations: number, work: Effect.Effect<unknown>) =>
  Effect.runFork(Effect.gen(function*() {
    const meter = Meter.start()
    yield* work
    const perSecond = operations / meter.seconds()
    return Meter.report({ ...meter.stop(), perSecond })
  }))

/** Runs an operation in many fibers at once. */
export const concurrently = (operation: Effect.Effect<unknown>) =>
  report(
    requests,
    Effect.forEach(
      Array.from({ length: fibers }),
      () => Effect.repeatN(operation, requests / fibers - 1),
      { concurrency: "unbounded", discard: true }
    )
  )

/** The chunks of a stream: a new one for each call. */
export const chunks = () => {
  let left = elements / chunkSize
  return () => left-- > 0 ? Array.from({ length: chunkSize }, (_, index) => index) : undefined
}

/** Reads a stream to its end. */
export const read = (stream: Effect.Effect<unknown, string>) => report(elements, Effect.orDie(stream))

/** Whether a stream is to be resumed after an error, as a followed log is. */
export const isLost = (error: string) => error === "lost"
