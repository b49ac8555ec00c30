/**
 * The flags of instructions that buildah accepts: github.com/openshift/imagebuilder v1.2.21, dispatchers.go, and for `--mount`
 * buildah 1.44, run_common.go and internal/volumes/volumes.go.
 *
 * @since 0.1.0
 */
import type { Command } from "./Instruction.js"
import { read } from "./Substitution.js"

/** The values of a flag: any, only `true` and `false`, or those that a check accepts. */
type FlagRule = "value" | "switch" | ((value: string) => string | undefined)

/** The problem of a `--mount`: an option of another type, or a missing option. */
const mount: FlagRule = (value) => {
  const options = value.split(",").map((option) => /^([^=]*)(?:=(.*))?$/s.exec(option) ?? [])
  const type = options.findLast(([, name]) => name === "type")?.[2] ?? "bind"
  const known = mountOptions.get(type)
  if (known === undefined) return `does not know --mount=type=${clipped(type)}; the types are ${mountTypes}`
  const names = options.map(([, name = ""]) => name)
  const unknown = names.find((name) => name !== "type" && !known.includes(name))
  return unknown !== undefined
    ? `does not know the option ${clipped(unknown)} of --mount=type=${type}; the options are ${known.join(", ")}`
    : type === "secret" && !names.some((name) => name === "id" || targets.includes(name))
    ? "--mount=type=secret needs id=ID"
    : type !== "secret" && type !== "ssh" && !names.some((name) => targets.includes(name))
    ? `--mount=type=${type} needs target=PATH`
    : undefined
}

const targets = ["target", "dst", "destination"]
const access = ["ro", "readonly", "rw", "readwrite"]
const propagation = ["shared", "rshared", "private", "rprivate", "slave", "rslave", "bind-propagation"]
const attributes = ["nosuid", "nodev", "noexec"]
const owner = ["mode", "uid", "gid"]

const mountOptions: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["bind", [
    ...targets,
    "source",
    "src",
    "from",
    ...access,
    ...attributes,
    ...propagation,
    "bind-nonrecursive",
    "relabel",
    "consistency",
    "no-dereference",
    "z",
    "Z",
    "U"
  ]],
  ["cache", [
    ...targets,
    "id",
    "source",
    "src",
    "from",
    "sharing",
    ...access,
    ...attributes,
    ...propagation,
    ...owner,
    "z",
    "Z",
    "U"
  ]],
  ["tmpfs", [...targets, "tmpfs-size", "tmpfs-mode", "tmpcopyup", "ro", "readonly", ...attributes]],
  ["secret", [...targets, "id", "required", "env", ...owner]],
  ["ssh", [...targets, "id", "required", ...owner]]
])

const mountTypes = [...mountOptions.keys()].join(", ")

const network: FlagRule = (value) =>
  ["default", "host", "none"].includes(value) ? undefined : "takes --network=none, --network=host or --network=default"

// Symbolic modes are a feature of their own, about which a table of versions decides.
const chmod: FlagRule = (value) =>
  /^[0-7]+$/.test(value) || /^[ugoa]*[-+=]/.test(value) ? undefined : "takes an octal --chmod, such as --chmod=755"

// time.ParseDuration of Go, which must be more than 0.
const time: FlagRule = (value) =>
  /^\+?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(value) && /[1-9]/.test(value)
    ? undefined
    : "takes durations such as 30s or 1m30s, longer than 0"

const retries: FlagRule = (value) => /^\+?0*[1-9]\d{0,8}$/.test(value) ? undefined : "takes --retries=1 or more"

const copy: ReadonlyArray<readonly [string, FlagRule]> = [
  ["chmod", chmod],
  ["chown", "value"],
  ["link", "switch"],
  ["exclude", "value"]
]

const flagsOf: ReadonlyMap<string, ReadonlyMap<string, FlagRule>> = new Map([
  ["ADD", new Map([...copy, ["checksum", "value"], ["keep-git-dir", "switch"]])],
  ["COPY", new Map([...copy, ["from", "value"], ["parents", "switch"]])],
  ["FROM", new Map<string, FlagRule>([["platform", "value"], ["after", "value"]])],
  [
    "HEALTHCHECK",
    new Map([["interval", time], ["timeout", time], ["start-period", time], ["start-interval", time], [
      "retries",
      retries
    ]])
  ],
  ["RUN", new Map([["mount", mount], ["network", network]])]
])

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word

/**
 * The problem of an instruction's flags, as the rest of a sentence that begins with its name. Instructions without flags ignore them.
 *
 * @since 0.1.0
 * @category getters
 */
export const flagProblem = ({ flags, keyword }: Command): string | undefined => {
  const known = flagsOf.get(keyword)
  if (known === undefined) return undefined
  for (const flag of flags) {
    const problem = problemOf(flag, known, keyword === "HEALTHCHECK")
    if (problem !== undefined) return problem
  }
  return undefined
}

const problemOf = (flag: string, known: ReadonlyMap<string, FlagRule>, isLiteral: boolean): string | undefined => {
  const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(flag) ?? []
  const rule = known.get(name)
  if (rule === undefined) {
    return `does not know the flag --${clipped(name)}; the flags are ${
      [...known.keys()].map((one) => `--${one}`).join(", ")
    }`
  }
  if (isLiteral) return value === undefined ? `needs a value: --${name}=…` : valueProblem(rule, value, name)
  const { problem, text } = read(value ?? "")
  if (problem !== undefined) return problem
  if (rule === "switch") {
    return value === undefined || text === undefined || text === "true" || text === "false"
      ? undefined
      : `takes --${name}, --${name}=true or --${name}=false`
  }
  if (value === undefined || text === "") return `needs a value: --${name}=…`
  return text === undefined ? undefined : valueProblem(rule, text, name)
}

const valueProblem = (rule: FlagRule, text: string, name: string): string | undefined =>
  rule === "value" || rule === "switch" ? undefined : text === "" ? `needs a value: --${name}=…` : rule(text)
