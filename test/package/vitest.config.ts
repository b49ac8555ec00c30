import { defineConfig } from "vitest/config"

/** What a user gets: it builds, packs and installs, which takes a registry and a minute. */
export default defineConfig({
  test: { include: ["test/package/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 }
})
