import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"

/** One after another: all have one network, and one folder. */
export default mergeConfig({ ...unit, test: {} }, {
  test: {
    include: ["test/node/**/*.node.test.ts"],
    fakeTimers: { toFake: undefined },
    fileParallelism: false,
    sequence: { concurrent: false },
    pool: "threads",
    reporters: ["verbose"],
    testTimeout: 90_000,
    hookTimeout: 180_000
  }
})
