/**
 * The arguments that each instruction accepts: github.com/openshift/imagebuilder v1.2.21, dispatchers.go, evaluator.go and
 * signal/signals.go.
 *
 * @since 0.1.0
 */
import { flagProblem } from "./Flags.js"
import type { HeredocOpener } from "./Heredoc.js"
import type { Command, Instruction } from "./Instruction.js"
import { read } from "./Substitution.js"

type Rule = (command: Command) => string | undefined

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word

const atLeast = (count: number): Rule => ({ args }) =>
  args.length >= count ? undefined : count === 1 ? "needs an argument" : `needs at least ${count} arguments`

const anything: Rule = () => undefined

const from: Rule = (command) => {
  const [, as, ...names] = command.args
  return atLeast(1)(command) ??
    (as === undefined || (as.toUpperCase() === "AS" && names.length === 1)
      ? undefined
      : "takes an image, or an image, AS and a name")
}

const pairs: Rule = (command) => {
  const { args, rest } = command
  if (args.length === 0) return "needs an argument"
  const isValid = args[0]?.includes("=") === true
    ? args.every((pair) => pair.includes("="))
    : /[\t\v\f\r ]/.test(rest)
  return isValid ? undefined : "takes NAME=value, once or more"
}

const healthcheck: Rule = (command) => {
  const [type, ...args] = command.args
  if (type === undefined) return "needs an argument"
  switch (type.toUpperCase()) {
    case "NONE":
      return args.length === 0 ? undefined : "NONE takes no arguments"
    case "CMD":
      return args.length === 0 ? "CMD needs a command" : undefined
    default:
      return "takes CMD with a command, or NONE"
  }
}

const shell: Rule = (command) =>
  atLeast(1)(command) === undefined && command.json === true
    ? undefined
    : command.rest === ""
    ? "needs an argument"
    : "takes a JSON list, as in [\"/bin/bash\", \"-c\"]"

const volume: Rule = (command) =>
  atLeast(1)(command) ??
    (command.args.some((path) => read(path).text?.trim() === "") ? "has an empty path" : undefined)

// signal/signals.go: those of Linux, and a few more that it lists.
const signals: ReadonlySet<string> = new Set([
  ..."ABRT,ALRM,BUS,CHLD,CLD,CONT,FPE,HUP,ILL,INT,IO,IOT,KILL,PIPE,POLL,PROF,PWR,QUIT,SEGV,STKFLT,STOP,SYS,TERM,TRAP"
    .split(","),
  ..."TSTP,TTIN,TTOU,UNUSED,URG,USR1,USR2,VTALRM,WINCH,XCPU,XFSZ,BUG,EMT,INFO,BUF,LWP,THR,RTMIN,RTMAX".split(","),
  ...Array.from({ length: 15 }, (_, index) => `RTMIN+${index + 1}`),
  ...Array.from({ length: 14 }, (_, index) => `RTMAX-${index + 1}`)
])

const stopSignal: Rule = (command) => {
  const [word] = command.args
  if (word === undefined) return "needs an argument"
  const { text } = read(word)
  return text === undefined || signals.has(text.toUpperCase().replace(/^SIG/, "")) ||
      (/^[-+]?\d+$/.test(text) && Number(text) !== 0)
    ? undefined
    : "takes a signal, such as SIGTERM or 15"
}

const onbuild: Rule = ({ trigger }) =>
  trigger === undefined
    ? "needs an argument"
    : ["FROM", "MAINTAINER", "ONBUILD"].includes(trigger.keyword)
    ? `does not take ${trigger.keyword}`
    : undefined

const rules: ReadonlyMap<string, Rule> = new Map([
  ["ADD", atLeast(2)],
  ["ARG", atLeast(1)],
  ["CMD", anything],
  ["COPY", atLeast(2)],
  ["ENTRYPOINT", anything],
  ["ENV", pairs],
  ["EXPOSE", atLeast(1)],
  ["FROM", from],
  ["HEALTHCHECK", healthcheck],
  ["LABEL", pairs],
  ["MAINTAINER", atLeast(1)],
  ["ONBUILD", onbuild],
  // RUN without a command the builder takes as well, to fail in the shell.
  ["RUN", ({ rest }) => rest === "" ? "needs an argument" : undefined],
  ["SHELL", shell],
  ["STOPSIGNAL", stopSignal],
  ["USER", atLeast(1)],
  ["VOLUME", volume],
  ["WORKDIR", atLeast(1)]
])

// The flags of HEALTHCHECK NONE are not read.
const isNone = ({ args, keyword }: Command): boolean => keyword === "HEALTHCHECK" && args[0]?.toUpperCase() === "NONE"

// replaceEnvAllowed of evaluator.go: in these, quotes and variables are read by the builder; and in the name after FROM.
const substituted: ReadonlySet<string> = new Set([
  "ADD",
  "ARG",
  "COPY",
  "ENV",
  "EXPOSE",
  "FROM",
  "LABEL",
  "STOPSIGNAL",
  "USER",
  "VOLUME",
  "WORKDIR"
])

const substitutionProblem: Rule = (command) => {
  if (!substituted.has(command.keyword)) return undefined
  for (const argument of substitutedArguments(command)) {
    const { problem } = read(argument)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The arguments in which the builder reads quotes and variables, apart from each other. */
export const substitutedArguments = ({ args, keyword, rest }: Command): ReadonlyArray<string> =>
  keyword === "FROM"
    ? args.slice(0, 1)
    : keyword !== "ENV" && keyword !== "LABEL"
    ? args
    : args[0]?.includes("=") === true
    ? args.flatMap((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])
    : (/^([^\t\v\f\r ]*)[\t\v\f\r ]*(.*)$/s.exec(rest) ?? []).slice(1)

/**
 * Why the builder refuses an instruction, independent of the rest of the file; undefined if it does not.
 *
 * @since 0.1.0
 * @category getters
 */
export const commandProblem = (command: Command): string | undefined => {
  const { json, keyword, trigger } = command
  const rule = rules.get(keyword)
  if (rule === undefined) return `${clipped(keyword)} is not an instruction`
  const own = json === "invalid"
    ? "takes a JSON list of strings only"
    : rule(command) ?? (isNone(command) ? undefined : flagProblem(command)) ?? substitutionProblem(command)
  return own !== undefined ? `${keyword} ${own}` : trigger === undefined ? undefined : commandProblem(trigger)
}

/**
 * Why the builder refuses an instruction with its heredocs.
 *
 * performCopy of buildah's stage_executor.go takes the sources of COPY apart at blanks, and the ones that begin with `<<` as
 * heredocs. ONBUILD keeps the line of its trigger alone (onbuild in dispatchers.go): the image would be built, and be broken.
 *
 * @since 0.1.0
 * @category getters
 */
export const instructionProblem = (instruction: Instruction): string | undefined => {
  const { args, heredocs, keyword } = instruction
  const open = heredocs.find(({ closed }) => !closed)
  return keyword === "ONBUILD" && heredocs.length > 0
    ? "ONBUILD loses the lines of a heredoc; write them as ONBUILD RUN a && b"
    : (keyword === "COPY" || keyword === "ADD") && heredocs.some(({ word }) => !args.includes(word))
    ? `${keyword} cannot have blanks in or before the word after <<, as in <<EOF`
    : commandProblem(instruction) ??
      (open && unclosed(open))
}

const unclosed = ({ delimiter, word }: HeredocOpener): string =>
  `the heredoc is not closed: no line after it is just ${clipped(delimiter)}${
    /^\d*<<-?\s/.test(word) ? "; if << is arithmetic, write it without blanks: $((1<<4))" : ""
  }`

/**
 * Why the builders that know heredocs with a blank after `<<` refuse an instruction; undefined if they do not.
 *
 * BuildKit 0.34 and imagebuilder 1.2.22 do. OpenShift's builder (BuildKit 0.19) takes the same for a shift.
 *
 * @since 0.1.0
 * @category getters
 */
export const shiftProblem = ({ shift }: Instruction): string | undefined => shift && unclosed(shift)
