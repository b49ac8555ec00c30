import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"

/** Examples in a real browser: `npm run test:browser` bundles them first, since a bundler inside a test may outlive it. */
export default mergeConfig({ ...unit, test: {} }, {
  test: {
    include: ["test/browser/**/*.browser.test.ts"],
    globalSetup: "test/browser/programs.ts",
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 180_000,
    hookTimeout: 90_000
  }
})
