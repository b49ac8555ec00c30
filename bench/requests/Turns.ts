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

export const run = async (get: Get): Promise<never> => {
  const meter = Meter.start()
  for (let index = 0; index < requests; index++) {
    await checked(get, index)
  }
  const seconds = meter.seconds()
  let next = 0
  const worker = async () => {
    while (next < requests) {
      await checked(get, next++)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
  return Meter.report({
    ...meter.stop(),
    perSecond: requests / seconds,
    sideBySidePerSecond: requests / (meter.seconds() - seconds)
  })
}
