import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"

export default mergeConfig({ ...unit, test: {} }, {
  test: {
    include: ["test/real/**/*.real.test.ts"],
    globalSetup: "test/real/programs.ts",
    fakeTimers: { toFake: undefined },
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
})
