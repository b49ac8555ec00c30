import { assert, describe, it } from "@effect/vitest"
import { Containerfile } from "effect-os-builder"

const used = (...lines: ReadonlyArray<string>) =>
  Containerfile.features(lines.join("\n")).map(({ feature, line }) => `${line}: ${feature}`)

describe("Containerfile.features", () => {
  it("a file of plain instructions: none", () => {
    assert.deepStrictEqual(used("ARG BASE_IMAGE", "FROM $BASE_IMAGE AS a", "RUN x", "COPY --from=a --chown=1 b c"), [])
  })

  it("every feature: reported with the first line of its instruction", () => {
    assert.deepStrictEqual(
      used(
        "# escape=`",
        "FROM --platform=linux/amd64 a",
        "FROM --after=0 b",
        "RUN --mount=target=/a --mount=type=cache,target=/b --mount=dst=/c,type=tmpfs --network=none `",
        "  --mount=type=secret,id=d --mount=type=ssh true",
        "RUN <<EOF",
        "RUN --network=none true",
        "EOF",
        "COPY --chmod=u+x --link --parents --exclude=x a b",
        "ADD --chmod=755 --link=true --exclude=x --checksum=sha256:x --keep-git-dir https://a/b.git#main c",
        "COPY --chmod=$MODE <<E /x",
        "E",
        "ADD <<E /x",
        "E",
        "SHELL [\"/bin/bash\"]",
        "HEALTHCHECK --start-interval=5s CMD true",
        "ONBUILD RUN --network=none true",
        "ONBUILD RUN <<E",
        "E"
      ),
      [
        "1: # escape",
        "2: FROM --platform",
        "3: FROM --after",
        "4: RUN --mount=type=bind",
        "4: RUN --mount=type=cache",
        "4: RUN --mount=type=tmpfs",
        "4: RUN --mount=type=secret",
        "4: RUN --mount=type=ssh",
        "4: RUN --network",
        "6: RUN heredoc",
        "9: COPY --chmod",
        "9: COPY --link",
        "9: COPY --parents",
        "9: COPY --exclude",
        "9: symbolic --chmod",
        "10: ADD --chmod",
        "10: ADD --link",
        "10: ADD --exclude",
        "10: ADD --checksum",
        "10: ADD --keep-git-dir",
        "10: ADD git",
        "11: COPY heredoc",
        "11: COPY --chmod",
        "13: ADD heredoc",
        "15: SHELL",
        "16: HEALTHCHECK",
        "16: HEALTHCHECK --start-interval",
        "17: ONBUILD",
        "18: ONBUILD heredoc",
        "18: ONBUILD"
      ]
    )
  })

  it("an unknown mount type or keyword: not a feature", () => {
    assert.deepStrictEqual(used("FROM a", "RUN --mount=type=foo x", "FOO --link"), [])
  })
})
