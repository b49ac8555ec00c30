import { assert, it } from "@effect/vitest"
import * as Pattern from "../../../src/fake/custom/Pattern.js"

const cases: ReadonlyArray<readonly [pattern: string, text: string, matches: boolean]> = [
  ["^\\pN+$", "12", true],
  ["^\\pN+$", "pN", false],
  ["^\\PN$", "a", true],
  ["^\\\\pN$", "\\pN", true],
  ["^\\\\A$", "\\A", true],
  ["\\Aa\\z", "a", true],
  ["\\Aa\\z", "ab", false],
  ["^\\-a$", "-a", true],
  ["^[[:alpha:]]$", "b", true],
  ["(?i)^A$", "a", true],
  ["^(?P<name>a)$", "a", true]
]

it("patterns: mean what they mean in Go", () => {
  for (const [pattern, text, matches] of cases) {
    assert.strictEqual(Pattern.parse(pattern)?.test(text), matches, `${pattern} and ${text}`)
  }
})

it("patterns: what JavaScript has not is not guessed", () => {
  for (const pattern of ["(?U)a", "^\\p{Greek}$", "(?i:\\pN)\\_", "("]) {
    assert.isUndefined(Pattern.parse(pattern), pattern)
  }
})
