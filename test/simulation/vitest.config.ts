import { mergeConfig } from "vitest/config"
import unit from "../../vitest.config.js"

const { test, ...rest } = unit

export default mergeConfig({ ...rest, test: { ...test, include: [], exclude: [] } }, {
  test: { include: ["test/simulation/*.test.ts"] }
})
