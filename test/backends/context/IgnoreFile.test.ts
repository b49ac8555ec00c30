import { assert, describe, it } from "@effect/vitest"
import * as IgnoreFile from "../../../src/backends/context/IgnoreFile.js"

const ignored = (patterns: ReadonlyArray<string>, path: string): boolean =>
  IgnoreFile.ignores(IgnoreFile.parse(patterns.join("\n")), path)

// From the tests of github.com/moby/patternmatcher, its MatchesOrParentMatches.
const moby: ReadonlyArray<readonly [pattern: string, path: string, match: boolean]> = [
  ["**", "file", true],
  ["**/", "file", true],
  ["**", "dir/file", true],
  ["**/", "dir/file", true],
  ["**/**", "dir/file", true],
  ["dir/**", "dir/file", true],
  ["dir/**", "dir/dir2/file", true],
  ["**/dir", "dir", true],
  ["**/dir", "dir/file", true],
  ["**/dir2/*", "dir/dir2/file", true],
  ["**/dir2/**", "dir/dir2/dir3/file", true],
  ["**file", "file", true],
  ["**file", "dir/file", true],
  ["**/file", "dir/file", true],
  ["**file", "dir/dir/file", true],
  ["**/file", "dir/dir/file", true],
  ["**/file*", "dir/dir/file", true],
  ["**/file*", "dir/dir/file.txt", true],
  ["**/file*txt", "dir/dir/file.txt", true],
  ["**/file*.txt", "dir/dir/file.txt", true],
  ["**/file*.txt*", "dir/dir/file.txt", true],
  ["**/**/*.txt", "dir/dir/file.txt", true],
  ["**/**/*.txt2", "dir/dir/file.txt", false],
  ["**/*.txt", "file.txt", true],
  ["**/**/*.txt", "file.txt", true],
  ["a**/*.txt", "a/file.txt", true],
  ["a**/*.txt", "a/dir/file.txt", true],
  ["a**/*.txt", "a/dir/dir/file.txt", true],
  ["a/*.txt", "a/dir/file.txt", false],
  ["a/*.txt", "a/file.txt", true],
  ["a/*.txt**", "a/file.txt", true],
  ["a[b-d]e", "ae", false],
  ["a[b-d]e", "ace", true],
  ["a[b-d]e", "aae", false],
  ["a[^b-d]e", "aze", true],
  [".*", ".foo", true],
  [".*", "foo", false],
  ["abc.def", "abcdef", false],
  ["abc.def", "abc.def", true],
  ["abc.def", "abcZdef", false],
  ["abc?def", "abcZdef", true],
  ["abc?def", "abcdef", false],
  ["a\\\\", "a\\", true],
  ["**/foo/bar", "foo/bar", true],
  ["**/foo/bar", "dir/foo/bar", true],
  ["**/foo/bar", "dir/dir2/foo/bar", true],
  ["abc/**", "abc", false],
  ["abc/**", "abc/def", true],
  ["abc/**", "abc/def/ghi", true],
  ["**/.foo", ".foo", true],
  ["**/.foo", "bar.foo", false],
  ["a(b)c/def", "a(b)c/def", true],
  ["a(b)c/def", "a(b)c/xyz", false],
  ["a.|)$(}+{bc", "a.|)$(}+{bc", true],
  ["dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "ab", false],
  ["*", "abc", true],
  ["*c", "abc", true],
  ["a*", "a", true],
  ["a*", "ab/c", true],
  ["a*/b", "abc/b", true],
  ["a*/b", "a/c/b", false],
  ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
  ["a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false],
  ["a*b?c*x", "abxbbxdbxebxczzx", true],
  ["a*b?c*x", "abxbbxdbxebxczzy", false],
  ["ab[c]", "abc", true],
  ["ab[e-g]", "abc", false],
  ["ab[^c]", "abc", false],
  ["ab[^e-g]", "abc", true],
  ["a?b", "a☺b", true],
  ["a[^a]b", "a☺b", true],
  ["a???b", "a☺b", false],
  ["[a-ζ]*", "α", true],
  ["*[a-ζ]", "A", false],
  ["a?b", "a/b", false],
  ["a*b", "a/b", false],
  ["[\\]a]", "]", true],
  ["[\\-]", "-", true],
  ["[x\\-]", "x", true],
  ["[x\\-]", "z", false],
  ["[\\-x]", "a", false]
]

describe("IgnoreFile", () => {
  for (const [pattern, path, match] of moby) {
    it(`${pattern}: ${match ? "excludes" : "does not exclude"} ${path}`, () => {
      assert.strictEqual(ignored([pattern], path), match)
    })
  }

  it("!: the last pattern decides, also below an excluded directory", () => {
    assert.isTrue(ignored(["!fileutils.go", "*.go"], "fileutils.go"))
    assert.isFalse(ignored(["*.go", "!fileutils.go"], "fileutils.go"))
    for (const docs of ["docs", "docs/", "docs/*"]) assert.isFalse(ignored([docs, "!docs/README.md"], "docs/README.md"))
    assert.isFalse(ignored(["**", "!util/docker/web"], "util/docker/web/foo"))
    assert.isTrue(ignored(["**", "!util/docker/web", "util/docker/web/foo"], "util/docker/web/foo"))
    assert.isFalse(ignored(["**", "!dist/*.whl"], "dist/proxy.py+1.whl"))
  })

  it("parsing: skips comments, empty lines, a byte order mark and white space, and cleans paths", () => {
    const file = IgnoreFile.parse("\uFEFF# comment\n\n  /a/./b/../c/  \r\n! /a/c/keep\n #notcomment\n")
    assert.deepStrictEqual(file.problems, [])
    assert.isTrue(IgnoreFile.ignores(file, "a/c"))
    assert.isTrue(IgnoreFile.ignores(file, "a/c/d"))
    assert.isFalse(IgnoreFile.ignores(file, "a/c/keep"))
    assert.isTrue(IgnoreFile.ignores(file, "#notcomment"))
  })

  it("invalid patterns: are problems with their lines", () => {
    const bad = ["!", "[", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "a[", "[z-a]", "\\"]
    const { patterns, problems } = IgnoreFile.parse(["ok", ...bad].join("\n"))
    assert.lengthOf(patterns, 1)
    assert.deepStrictEqual(problems.map(({ line }) => line), bad.map((_, index) => index + 2))
    assert.strictEqual(problems[0]?.message, "\"!\" is not a pattern")
  })

  it("mayHoldExceptions: is true where a pattern may include a file again", () => {
    const file = IgnoreFile.parse("*\n!keep/deep/file\n!lib/*/x\n!plain")
    const looksInto = (directory: string) => IgnoreFile.mayHoldExceptions(file, directory)
    assert.deepStrictEqual(
      ["keep", "keep/deep", "keep/other", "lib", "lib/any", "plain", "node_modules"].filter(looksInto),
      ["keep", "keep/deep", "lib", "lib/any"]
    )
    assert.isTrue(IgnoreFile.mayHoldExceptions(IgnoreFile.parse("*\n!**/x"), "anywhere"))
  })
})
