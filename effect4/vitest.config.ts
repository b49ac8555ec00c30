import * as path from "node:path"
import { defineConfig } from "vitest/config"
import { notRunTests } from "./not-run.js"

const src = (file: string) => path.resolve(import.meta.dirname, "build/src", file)

const skipped = Object.keys(notRunTests).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")

export default defineConfig({
  root: path.resolve(import.meta.dirname, "build"),
  resolve: {
    alias: [
      // Tests that read the sources need the compiler's API, which TypeScript 7 does not have.
      {
        find: /^typescript$/,
        replacement: path.resolve(import.meta.dirname, "../node_modules/typescript/lib/typescript.js")
      },
      { find: "effect-os-builder/FakeCluster", replacement: src("testing/FakeCluster.ts") },
      { find: "effect-os-builder/KubernetesCluster", replacement: src("kubernetes/KubernetesCluster.ts") },
      { find: "effect-os-builder", replacement: src("index.ts") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    exclude: ["test/**/*.cluster.test.ts", "test/node/**"],
    testNamePattern: new RegExp(`^(?!.*(?:${skipped}))`),
    isolate: false,
    maxWorkers: "100%",
    execArgv: ["--max-semi-space-size=64"],
    setupFiles: ["test/support/setup.ts"],
    reporters: ["dot"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { concurrent: true },
    fakeTimers: { toFake: undefined }
  }
})
