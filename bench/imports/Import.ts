import * as Meter from "../Meter.js"

/** Measures how long an import takes, and what it costs. */
export const measure = async (load: () => Promise<unknown>): Promise<never> => {
  const meter = Meter.start()
  await load()
  return Meter.report({ ...meter.stop(), importMs: meter.seconds() * 1_000 })
}
