import * as path from "node:path"
import { defineConfig } from "vitest/config"

const src = (file: string) => path.resolve(import.meta.dirname, "src", file)

export default defineConfig({
  resolve: {
    alias: [
      { find: "effect-os-builder/FakeCluster", replacement: src("testing/FakeCluster.ts") },
      { find: "effect-os-builder/KubernetesCluster", replacement: src("kubernetes/KubernetesCluster.ts") },
      { find: "effect-os-builder", replacement: src("index.ts") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    // The planted bugs of the simulation take many seeds each: test/simulation/vitest.config.ts.
    exclude: [
      "test/real/**",
      "test/package/**",
      "test/browser/**",
      "test/**/*.cluster.test.ts",
      "test/node/**",
      "test/simulation/bugs.test.ts"
    ],
    // Loading Effect and the sources takes longer than most files: a worker loads them once, for all of its files.
    isolate: false,
    maxWorkers: "100%",
    poolOptions: { forks: { execArgv: ["--max-semi-space-size=64"] } },
    setupFiles: ["test/support/setup.ts"],
    reporters: ["dot", "./test/support/SlowestReporter.ts"],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary"],
      // What is reached, rounded down.
      thresholds: { statements: 96, branches: 93, functions: 96, lines: 96 }
    },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { concurrent: true },
    fakeTimers: { toFake: undefined }
  }
})
