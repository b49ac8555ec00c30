import { defineConfig } from "vitest/config"
import unit from "../../vitest.config.js"

/** One file after another, since each has a control plane to itself; and one case after another, since some take it down. */
export default defineConfig({
  ...unit,
  test: {
    include: ["test/**/*.cluster.test.ts"],
    fileParallelism: false,
    pool: "threads", // a forked worker outlives a killed vitest, and its control plane with it
    testTimeout: 60_000,
    hookTimeout: 90_000
  }
})
