import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"
import * as CurrentBuildah from "./CurrentBuildah.js"

const { PATH = "" } = process.env

export default mergeConfig({ ...unit, test: {} }, {
  test: {
    include: ["test/real/**/*.real.test.ts"],
    ...(CurrentBuildah.isChosen() ? { env: { PATH: `${CurrentBuildah.binFolder}:${PATH}` } } : {}),
    globalSetup: "test/real/programs.ts",
    fakeTimers: { toFake: undefined },
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
})
