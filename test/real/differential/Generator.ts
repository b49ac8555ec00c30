/**
 * Containerfiles by chance, in the proportions in which public ones use each instruction: the same seed gives the same one.
 */
import * as ErrorText from "../../../src/backends/script/ErrorText.js"
import { Dice } from "../../simulation/Dice.js"
import type { Case } from "./Case.js"
import * as Corpus from "./Corpus.js"

interface Stage {
  readonly name: string | undefined
  /** Files that are in it. */
  readonly files: Array<string>
  /** Variables that are set in it. */
  readonly variables: Array<string>
  /** Whether it has a shell. */
  readonly canRun: boolean
  /** Whether users have names in it. */
  readonly hasUsers: boolean
  /** Whether its commands run as root, which may write anywhere. */
  isRoot: boolean
}

type Make = (dice: Dice, stage: Stage, before: ReadonlyArray<Stage>) => string

const files = ["motd", "one.txt", "two.txt", "run.sh", "etc/app.conf", "bin/tool", "build_files/build.sh"] as const
const folders = ["etc", "bin", "system_files", "build_files", "etc/deep", "overlay", "overlay/srv"] as const
const values = [
  "x",
  "two words",
  "a=b",
  "it's",
  "d\"q",
  "$HOME",
  "back\\slash",
  "",
  "größe",
  "#hash",
  "semi;colon"
] as const
const names = ["A", "B", "NAME", "VERSION", "LONG_NAME"] as const
const paths = ["/a", "/b", "/opt/x", "/etc/conf", "/usr/lib/os", "/var/lib/deep/er"] as const

/** A value as ENV, ARG and LABEL take it. */
const quoted = (dice: Dice, value: string): string =>
  dice.weighted([
    [3, () => `"${value.replaceAll(/["\\$]/g, "\\$&")}"`],
    [2, () => value.includes("'") ? `"${value.replaceAll(/["\\$]/g, "\\$&")}"` : `'${value}'`],
    [2, () => value.replaceAll(/[\s"'\\$;#]/g, "\\$&")]
  ])

const expression = (dice: Dice, stage: Stage): string => {
  const known = dice.pick("UNSET", ...stage.variables)
  return dice.pick(`$${known}`, `\${${known}}`, `\${${known}:-or}`, `\${${known}:+set}`, `"<$${known}>"`, `'$${known}'`)
}

const destination = (dice: Dice): string => dice.pick(...paths) + dice.pick("", "/", "/file")

const copyFlags = (dice: Dice, stage: Stage): string =>
  [
    dice.chance(0.15)
      ? `--chown=${dice.pick("1000", "3:4", "0:0", ...(stage.hasUsers ? ["alice", "alice:wheel"] : []))} `
      : "",
    dice.chance(0.12) ? `--chmod=${dice.pick("755", "0600", "4711", "2770")} ` : "",
    dice.chance(0.03) ? "--link " : ""
  ].join("")

const copy: Make = (dice, stage) => {
  const keyword = dice.chance(0.25) ? "ADD" : "COPY"
  const flags = copyFlags(dice, stage)
  return dice.weighted([
    [5, () => `${keyword} ${flags}${dice.pick(...files)} ${destination(dice)}`],
    [2, () => `${keyword} ${flags}${dice.pick(...files)} ${dice.pick(...files)} ${dice.pick(...paths)}/`],
    [
      3,
      () =>
        `${keyword} ${flags}${dice.pick(...folders)}${dice.pick("", "/")} ${dice.pick(...paths)}${dice.pick("", "/")}`
    ],
    [1, () => `${keyword} ${flags}${dice.pick("*.txt", "etc/*.conf", "?ne.txt", "b*")} ${dice.pick(...paths)}/`],
    [1, () => `${keyword} ${flags}["a file.txt", "${dice.pick(...paths)}/a file"]`],
    [1, () => `${keyword} ${flags}. ${dice.pick(...paths)}/all`],
    [0.5, () => `ADD tree.tar ${dice.pick(...paths)}`]
  ])
}

const copyFrom: Make = (dice, stage, before) => {
  const index = dice.int(0, before.length)
  const from = before[index]
  if (from === undefined || from.files.length === 0) return copy(dice, stage, before)
  const name = from.name !== undefined && dice.chance(0.8) ? from.name : String(index)
  const file = dice.pick("/", ...from.files)
  return `COPY ${copyFlags(dice, stage)}--from=${name} ${file} ${destination(dice)}${file === "/" ? "/" : ""}`
}

/** Lines of a shell script that leave files behind; they end well. */
const command = (dice: Dice, stage: Stage): string => {
  const path = `${stage.isRoot ? "" : "/tmp"}/made-${dice.int(1, 6)}`
  stage.files.push(path)
  if (!stage.isRoot) return dice.pick(`id > ${path}`, `pwd > ${path}; chmod 640 ${path}`, `touch ${path}`)
  const plain = [
    `echo "${expression(dice, stage).replaceAll("\"", "")}" > ${path}`,
    `mkdir -p ${path}.d/sub && chmod 2750 ${path}.d && echo x > ${path}`,
    `echo y > ${path}; chown 5:6 ${path}`,
    `echo z > ${path}; ln -sf ${path} ${path}.link; ln -f ${path} ${path}.hard`,
    `rm -rf ${dice.pick(...paths)}; touch ${path}`,
    `printf '%s\\n' 'it'"'"'s' "a  b" > ${path}`,
    `env | grep -v -e HOSTNAME -e SHLVL -e PWD | sort > ${path}`,
    `pwd > ${path}; id >> ${path}`,
    `mkdir -p ${dice.pick(...paths)}; echo deep > ${path}`
  ] as const
  return dice.pick(...plain)
}

const run: Make = (dice, stage) => {
  const commands = Array.from({ length: dice.int(1, 4) }, () => command(dice, stage))
  return dice.weighted([
    [8, () => `RUN ${commands.join(dice.pick(" && ", "; ", " && \\\n    ", "; \\\n  # between\n  ", " \\\n\n && "))}`],
    [1, () => `RUN ${JSON.stringify(["/bin/sh", "-c", commands.join("\n")])}`],
    [1, () => `RUN <<${dice.pick("EOF", "'EOF'", "\"EOF\"")}\nset -e\n${commands.join("\n")}\nEOF`],
    [0.4, () => `RUN <<-EOF\n\t${commands.join("\n\t")}\n\tEOF`],
    [0.4, () => `RUN cat <<A > /tmp/doc && cat <<'B' >> /tmp/doc\n${commands[0]}\nA\n$B\nB`],
    [0.3, () => `RUN <<EOF\n#!/bin/sh -e\n${commands.join("\n")}\nEOF`],
    [0.3, () => `RUN --network=${dice.pick("none", "host", "default")} ${commands.join("; ")}`]
  ])
}

const mount: Make = (dice, stage, before) => {
  const from = before.find(({ name }) => name !== undefined)?.name
  const mounts = [
    "--mount=type=bind,source=etc,target=/mnt/etc",
    "--mount=type=cache,target=/var/cache/x",
    "--mount=type=cache,dst=/var/log/x,mode=0700",
    "--mount=type=tmpfs,target=/scratch",
    ...(from === undefined ? [] : [`--mount=type=bind,from=${from},target=/mnt/stage`])
  ]
  const chosen = mounts.filter(() => dice.chance(0.4))
  return `RUN ${[...chosen, "--mount=target=/mnt/all"].join(dice.pick(" ", " \\\n  "))} ${command(dice, stage)}`
}

const heredocCopy: Make = (dice) => {
  const keyword = dice.chance(0.3) ? "ADD" : "COPY"
  return dice.pick(
    `${keyword} <<"EOF" ${destination(dice)}\n$HOME \\ 'x'\n\n  blank\nEOF`,
    `${keyword} --chmod=640 <<EOF ${dice.pick(...paths)}/\nplain\nEOF`,
    `${keyword} <<one motd <<-'two' ${dice.pick(...paths)}/\n1\none\n\t2\n\ttwo`
  )
}

const settings: ReadonlyArray<readonly [weight: number, make: Make]> = [
  [10, (dice, stage) => {
    const pairs = Array.from({ length: dice.int(1, 4) }, () => {
      const name = dice.pick(...names)
      stage.variables.push(name)
      return `${name}=${dice.chance(0.3) ? expression(dice, stage) : quoted(dice, dice.pick(...values))}`
    })
    return `ENV ${pairs.join(dice.pick(" ", " \\\n    ", " \\\n  # more\n  "))}`
  }],
  [1, (dice, stage) => {
    stage.variables.push("OLD")
    return `ENV OLD ${dice.pick("plain", "with  blanks", "\"quoted\"", "a $UNSET b")}`
  }],
  [6, (dice, stage) => {
    const name = dice.pick(...names, "GIVEN")
    stage.variables.push(name)
    return dice.chance(0.4) ? `ARG ${name}` : `ARG ${name}=${quoted(dice, dice.pick(...values))}`
  }],
  [
    8,
    (dice, stage) =>
      `LABEL ${dice.pick("a", "org.opencontainers.image.title", "\"two words\"")}=${
        dice.chance(0.3) ? expression(dice, stage) : quoted(dice, dice.pick(...values))
      }`
  ],
  [6, (dice) => `WORKDIR ${dice.pick(...paths, "below", "../up", "/with/${UNSET}/variable", "$A")}`],
  [
    6,
    (dice, stage) => {
      const user = dice.pick("0", "1000", "1000:1001", ...(stage.hasUsers ? ["alice", "alice:wheel", "root"] : []))
      stage.isRoot = user === "0" || user === "root"
      return `USER ${user}`
    }
  ],
  [4, (dice) => `VOLUME ${dice.pick("/data", "[\"/data\", \"/opt/x\"]", "/etc/conf /more", "/var/lib/deep")}`],
  [4, (dice) => `EXPOSE ${dice.pick("80", "53/udp 443", "8080/tcp", "$UNSET 81")}`],
  [6, (dice) => `CMD ${dice.pick("[\"a\", \"b c\"]", "echo $HOME", "[]", "[\"$A\"]")}`],
  [4, (dice) => `ENTRYPOINT ${dice.pick("[\"/bin/sh\"]", "exec top", "[]", "[\"/a\", \"-x\"]")}`],
  [1, (dice) => `STOPSIGNAL ${dice.pick("SIGTERM", "9", "SIGRTMIN+3")}`],
  [1, (dice) => `SHELL ${dice.pick("[\"/bin/sh\", \"-ec\"]", "[\"/bin/sh\", \"-o\", \"pipefail\", \"-c\"]")}`],
  [
    1,
    (dice) =>
      `HEALTHCHECK ${
        dice.pick("NONE", "--interval=5s CMD true", "CMD [\"a\", \"b\"]", "--retries=3 --timeout=1m CMD a b")
      }`
  ],
  [1, (dice) => `ONBUILD ${dice.pick("RUN echo x > /onbuild", "ENV A=$B", "COPY motd /onbuild", "USER 5")}`],
  [1, () => "# a comment"],
  [1, () => ""]
]

// Of the texts that classify errors, all but those that count in the output of a RUN.
const misleading = [
  ErrorText.containerfile,
  ErrorText.credentials,
  ErrorText.network,
  ErrorText.privilege,
  ErrorText.pull
]
  .concat([ErrorText.refused, ErrorText.startup, ErrorText.storage])
  .flatMap(({ rows }) => rows.map(({ text }) => text.replaceAll(/["'\\]/g, "")))

/** A RUN that fails after it printed what buildah prints of other failures. */
const misleads: Make = (dice) => {
  const lines = Array.from({ length: dice.int(1, 4) }, () => {
    const text = dice.pick(misleading[0] ?? "", ...misleading)
    return dice.pick(
      text,
      `Error: ${text}`,
      `Error: building at STEP "COPY a /b": ${text}`,
      "STEP 1/1: ADD http://h/x /x"
    )
  })
  const newline = dice.pick("\\n", "")
  return `RUN printf '%s\\n' ${lines.slice(1).map((line) => `'${line}'`).join(" ")}; printf '%s${newline}' '${
    lines[0]
  }'; exit ${dice.int(1, 120)}`
}

/** Instructions at which a build fails. */
const failures: ReadonlyArray<Make> = [
  (dice) => `RUN exit ${dice.int(1, 120)}`,
  (dice) => `RUN echo 'STEP 9/9: COPY a b' && \\\n  cat ${dice.pick("/missing", "/nothing/here")}`,
  misleads,
  misleads,
  misleads,
  () => "RUN <<EOF\nfalse || exit 4\nEOF",
  () => "RUN [\"/bin/missing\"]",
  (dice) => `COPY ${dice.pick("missing", "motd missing.txt", "etc/missing/")} /x/`,
  () => "COPY --from=nowhere /a /b",
  () => "COPY --from=9 /a /b",
  () => "COPY --chmod=rwx motd /x",
  () => "INSTALL vim",
  () => "ENV A",
  () => "ENV A=\"open",
  () => "COPY motd",
  () => "STOPSIGNAL nonsense",
  () => "HEALTHCHECK --interval=x CMD true",
  () => "RUN --mount=type=nonsense,target=/x true",
  () => "LABEL a",
  () => "WORKDIR",
  () => "ADD ${FILES}/missing.txt /x",
  () => "USER nobody-of-this-name\nRUN true"
]

const instruction: Make = (dice, stage, before) =>
  dice.weighted([
    [stage.canRun ? 30 : 0, () => run(dice, stage, before)],
    [stage.canRun ? 3 : 0, () => mount(dice, stage, before)],
    [22, () => copy(dice, stage, before)],
    [before.length > 0 ? 16 : 0, () => copyFrom(dice, stage, before)],
    [2, () => heredocCopy(dice, stage, before)],
    [40, () => dice.weighted(settings.map(([weight, make]) => [weight, () => make(dice, stage, before)]))]
  ])

const baseOf = (dice: Dice, before: ReadonlyArray<Stage>, isLast: boolean) => {
  const earlier = before.flatMap((stage) => stage.name === undefined ? [] : [{ name: stage.name, stage }])
  return dice.weighted<
    { readonly image: string; readonly canRun: boolean; readonly hasUsers: boolean; readonly parent?: Stage }
  >([
    [
      10,
      () => ({
        image: dice.pick("${BASE_IMAGE}", "$BASE_IMAGE", "${UNSET:-$BASE_IMAGE}"),
        canRun: true,
        hasUsers: false
      })
    ],
    [3, () => ({ image: "${RICH_IMAGE}", canRun: true, hasUsers: true })],
    [isLast ? 0.5 : 2, () => ({ image: "scratch", canRun: false, hasUsers: false })],
    [0.5, () => ({ image: "${TRIGGER_IMAGE}", canRun: true, hasUsers: false })],
    [earlier.length > 0 ? 5 : 0, () => {
      const index = dice.int(0, earlier.length)
      const { name = "", stage } = earlier[index] ?? {}
      return {
        image: name,
        canRun: stage?.canRun ?? false,
        hasUsers: stage?.hasUsers ?? false,
        ...(stage === undefined ? {} : { parent: stage })
      }
    }]
  ])
}

/** Writes a text in another way that means the same. */
const restyled = (dice: Dice, lines: ReadonlyArray<string>): string => {
  const text = lines.map((line) =>
    dice.chance(0.05) && !line.includes("<<") ? line.replace(/^[A-Z]+/, (keyword) => keyword.toLowerCase()) : line
  ).join("\n")
  const isPlain = !text.includes("<<")
  return isPlain && dice.chance(0.05) ? `${text}\n`.replaceAll("\n", "\r\n") : dice.chance(0.1) ? text : `${text}\n`
}

/** The case of a seed. */
export const make = (seed: number): Case => {
  const dice = new Dice(seed)
  const stages: Array<Stage> = []
  const lines: Array<string> = [
    ...(dice.chance(0.05) ? ["# syntax=docker/dockerfile:1"] : []),
    ...(dice.chance(0.1) ? ["# A heading"] : []),
    "ARG BASE_IMAGE",
    "ARG RICH_IMAGE",
    "ARG TRIGGER_IMAGE"
  ]
  const count = dice.weighted([[60, () => 1], [25, () => 2], [15, () => 3]])
  for (let number = 0; number < count; number++) {
    const { canRun, hasUsers, image, parent } = baseOf(dice, stages, number === count - 1)
    const name = dice.chance(0.8) ? dice.pick("base", "build", "Builder", "ctx") + number : undefined
    const stage: Stage = {
      name,
      canRun,
      hasUsers,
      isRoot: parent?.isRoot ?? true,
      files: [...parent?.files ?? []],
      variables: [...parent?.variables ?? []]
    }
    const platform = dice.chance(0.04) ? "--platform=linux/amd64 " : ""
    lines.push(`FROM ${platform}${image}${name === undefined ? "" : ` ${dice.pick("AS", "as")} ${name}`}`)
    const length = dice.int(1, 7)
    for (let step = 0; step < length; step++) lines.push(instruction(dice, stage, stages))
    stages.push(stage)
  }
  if (dice.chance(0.15)) {
    const stage = stages.at(-1)
    const failure = dice.pick(failures[0] ?? copy, ...failures)
    if (stage !== undefined) {
      lines.push("ARG FILES", failure(dice, stage, stages), instruction(dice, stage, stages.slice(0, -1)))
    }
  }
  return {
    name: `seed-${seed}`,
    containerfile: restyled(dice, lines),
    context: Corpus.context,
    buildArgs: dice.chance(0.3) ? { GIVEN: dice.pick(...values) } : {},
    labels: dice.chance(0.2) ? { "io.example.owner": dice.pick(...values) } : {}
  }
}
