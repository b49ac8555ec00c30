/**
 * Prints the 20 slowest tests at the end of a run.
 */
import * as path from "node:path"
import type { Reporter, TestCase, TestModule } from "vitest/node"

const count = 20

export default class SlowestReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const tests: Array<TestCase> = modules.flatMap((module) => Array.from(module.children.allTests()))
    const seconds = (test: TestCase): number => (test.diagnostic()?.duration ?? 0) / 1000
    const slowest = tests.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, count)
    const rows = slowest.map((test) =>
      `${seconds(test).toFixed(1).padStart(6)} s  ${
        path.relative(process.cwd(), test.module.moduleId)
      } > ${test.fullName}`
    )
    process.stdout.write(`\nThe ${slowest.length} slowest of ${tests.length} tests:\n${rows.join("\n")}\n`)
  }
}
