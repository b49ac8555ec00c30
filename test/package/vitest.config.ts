import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"

/** What is checked of the package as it is published: `npm run build` comes first. */
export default mergeConfig({ ...unit, test: {} }, {
  test: {
    include: ["test/package/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
})
