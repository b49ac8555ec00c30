/**
 * Gets pods one after the other, then side by side, and reports how long it took.
 */
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import { requests, sideBySide } from "./Scenario.js"

/** Gets the pod of this name and returns the name that it says. */
type Get = (name: string) => Promise<string | undefined>

const checked = async (get: Get, index: number): Promise<void> => {
  const found = await get(Pods.nameOf(index))
  if (found !== Pods.nameOf(index)) {
    throw new Error(`got ${found}`)
  }
}

/** `count` requests of each kind; CPU seconds are given as if they were all that the others send. */
export const run = async (get: Get, count = requests): Promise<never> => {
  const meter = Meter.start()
  for (let index = 0; index < count; index++) {
    await checked(get, index)
  }
  const seconds = meter.seconds()
  let next = 0
  const worker = async () => {
    while (next < count) {
      await checked(get, next++)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
  const sample = meter.stop()
  return Meter.report({
    ...sample,
    cpuSeconds: (sample.cpuSeconds ?? Number.NaN) * requests / count,
    perSecond: count / seconds,
    sideBySidePerSecond: count / (meter.seconds() - seconds)
  })
}
