/**
 * What Containerfile.problems says of a file, beside what buildah does with it. Only files without RUN and without pulls.
 */
import { assert, describe, it } from "@effect/vitest"
import { Containerfile } from "effect-os-builder"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const accepts = (text: string): boolean => {
  const folder = mkdtempSync(join(tmpdir(), "os-builder-containerfile-"))
  try {
    writeFileSync(join(folder, "Containerfile"), text)
    writeFileSync(join(folder, "a"), "a\n")
    const storage = ["--root", join(folder, "root"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"]
    const build = ["bud", "--isolation", "chroot", "--pull=never", "-f", join(folder, "Containerfile"), folder]
    return spawnSync("buildah", [...storage, ...build], { timeout: 60_000 }).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const files: ReadonlyArray<string> = [
  "COPY a /x",
  "COPY [\"a\", \"/x\"] trailing",
  "COPY --chown a /x",
  "COPY --chmod=755 a /x",
  "COPY --chmod=9 a /x",
  "COPY --what=1 a /x",
  "COPY a nothere /x/",
  "COPY a nothere* /x/",
  "COPY nothere* /x/",
  "COPY ./a /a ../a \"a\" /x/",
  "COPY --from=Builder a /x",
  "ADD a",
  "ENV A=b C='d e' F=\"g\" H=i\\ j",
  "ENV A b c",
  "ENV A",
  "ENV A=b c",
  "ENV A=\"b",
  "ENV A it's",
  "ENV A=${B",
  "ENV A=${B-c}",
  "ENV A=${B:-c}",
  "ENV A=${B:=c}",
  "LABEL \"a b\"=c",
  "LABEL \"a b\"",
  "CMD [1]",
  "CMD [\"a\"] x",
  "ENTRYPOINT []",
  "CMD --what",
  "EXPOSE",
  "EXPOSE 80 foo",
  "STOPSIGNAL SIGTERM",
  "STOPSIGNAL 9",
  "STOPSIGNAL nonsense",
  "HEALTHCHECK --interval=5s CMD x",
  "HEALTHCHECK --interval=5 CMD x",
  "HEALTHCHECK --retries=0 CMD x",
  "HEALTHCHECK --what=1 CMD x",
  "HEALTHCHECK NONE x",
  "SHELL /bin/sh",
  "SHELL [\"/bin/sh\"]",
  "VOLUME [\" \"]",
  "VOLUME /a /b",
  "ARG A=1 B=2",
  "ONBUILD ONBUILD CMD x",
  "ONBUILD FROM a",
  "FOO bar",
  "USER",
  "WORKDIR /a b",
  "ENV A=b \\\n# comment\n\n  C=d",
  "FROM scratch AS",
  "FROM --what=1 scratch"
]

describe("Containerfile.problems beside buildah", () => {
  for (const line of files) {
    it(`${JSON.stringify(line)}: the same verdict`, { timeout: 120_000 }, () => {
      const text = `FROM scratch\n${line}\n`
      const found = [...Containerfile.problems(text), ...Containerfile.missing(text, ["a", "Containerfile"])]
      assert.strictEqual(found.length === 0, accepts(text), found.map(({ message }) => message).join("; "))
    })
  }

  it("an escape directive: the same verdict", { timeout: 240_000 }, () => {
    for (const head of ["# escape=`", "# escape=x", "# escape=`\n# escape=`", "# syntax=x\n# escape=`"]) {
      const text = `${head}\nFROM scratch\nENV A=b \`\n  C=d\n`
      assert.strictEqual(Containerfile.problems(text).length === 0, accepts(text), head)
    }
  })
})
