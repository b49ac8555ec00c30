import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BuildahFeatures from "../../../src/backends/script/BuildahFeatures.js"
import * as Feature from "../../../src/core/containerfile/Feature.js"
import { shells, temporary, withFunctions } from "../../support/Shell.js"

const chroot = { isolation: "chroot", lowersHeredocs: false } as const

const lines = (...all: ReadonlyArray<string>) => all.join("\n")

const uses = lines(
  "FROM a",
  "RUN --mount=type=tmpfs,dst=/tmp true",
  "COPY --link --exclude=*.md a /a",
  "RUN <<EOF",
  "#!/bin/python3",
  "EOF",
  "ADD https://example.com/x.git#main /src",
  "COPY --chmod=u+x a /b"
)

const unmet = (minor: number, options: BuildahFeatures.Options = chroot) =>
  BuildahFeatures.unmet(uses, [1, minor], options).map(({ line, message }) => `${line}: ${message.replace(/:.*/, "")}`)

describe("BuildahFeatures", { timeout: 60_000 }, () => {
  it("table: a source and a release of buildah for every feature", () => {
    for (const feature of Feature.names) {
      const { since, source } = BuildahFeatures.table[feature]
      assert.isFalse(BuildahFeatures.isOlder(since, BuildahFeatures.oldest), feature)
      assert.notStrictEqual(source, "")
    }
  })

  it("unmet: what an older buildah lacks, with its line", () => {
    assert.deepStrictEqual(unmet(28), [
      "2: RUN --mount=type=tmpfs needs buildah 1.31 or later",
      "3: COPY --link needs buildah 1.41 or later",
      "3: COPY --exclude needs buildah 1.38 or later",
      "4: RUN heredoc needs buildah 1.33 or later",
      "4: RUN heredoc with #! does not work with buildah",
      "7: ADD git needs buildah 1.38 or later",
      "8: symbolic --chmod does not work with buildah"
    ])
    // 1.45.0 was run; a later one is not known.
    for (const minor of [44, 45, 99]) {
      assert.deepStrictEqual(unmet(minor), [
        "4: RUN heredoc with #! does not work with buildah",
        "8: symbolic --chmod does not work with buildah"
      ])
    }
  })

  it("heredocs: no requirement where they are lowered; an interpreter is one with chroot alone", () => {
    assert.notInclude(unmet(28, { ...chroot, lowersHeredocs: true }).join(), "heredoc")
    assert.notInclude(unmet(44, { ...chroot, isolation: "oci" }).join(), "heredoc")
    const [trigger] = BuildahFeatures.unmet("FROM a\nONBUILD RUN <<E\nE", [1, 28], { ...chroot, lowersHeredocs: true })
    assert.include(trigger?.message, "ONBUILD heredoc needs buildah 1.33")
  })

  for (const shell of shells) {
    it(`${shell.join(" ")}: the script ends before it pulls, and names feature, line and release`, () => {
      const end = (minor: number, containerfile: string) =>
        temporary((folder) => {
          fs.writeFileSync(path.join(folder, "requires"), BuildahFeatures.scriptLines(containerfile, chroot))
          return withFunctions(shell, `input=${folder}; major=1 minor=${minor}; require_features; echo goes on`)
        })
      const ended = end(30, "FROM a\nRUN --network=none true\nRUN --mount=type=cache,dst=/x \\\n  true")
      assert.strictEqual(ended.status, 22)
      assert.strictEqual(ended.message?.code, 22)
      assert.match(
        ended.message?.text ?? "",
        /^line 3: RUN --mount=type=cache needs buildah 1\.31 or later: an older one deletes .*; this is buildah 1\.30$/
      )
      assert.include(end(31, "FROM a\nRUN --mount=type=cache,dst=/x true").stdout, "goes on")
      assert.include(withFunctions(shell, "major=1 minor=28; require_features; echo goes on").stdout, "goes on")
    })
  }
})
