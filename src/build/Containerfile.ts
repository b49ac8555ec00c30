/**
 * What can be said of a Containerfile without building it.
 *
 * @since 0.1.0
 */
import { DockerfileParser, type Instruction } from "dockerfile-ast"

/**
 * Something wrong in a line of a Containerfile; lines are counted from 1.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly line?: number
  readonly message: string
}

/**
 * How many bytes the text may have. It lies in a ConfigMap of at most 1 MiB, beside the rest of the input.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxBytes = 512 * 1024

// The commands of github.com/openshift/imagebuilder (dockerfile/command/command.go), which buildah runs, with the least
// number of arguments that dispatchers.go there and instructions/parse.go of github.com/moby/buildkit let pass.
const leastArguments: ReadonlyMap<string, number> = new Map([
  ["ADD", 2],
  ["ARG", 1],
  ["CMD", 0],
  ["COPY", 2],
  ["ENTRYPOINT", 0],
  ["ENV", 1],
  ["EXPOSE", 1],
  ["FROM", 1],
  ["HEALTHCHECK", 1],
  ["LABEL", 1],
  ["MAINTAINER", 1],
  ["ONBUILD", 1],
  ["RUN", 1],
  ["SHELL", 1],
  ["STOPSIGNAL", 1],
  ["USER", 1],
  ["VOLUME", 1],
  ["WORKDIR", 1]
])

/**
 * Everything that is wrong with the text; empty if it can be tried.
 *
 * @since 0.1.0
 * @category getters
 */
export const problems = (text: string): ReadonlyArray<Problem> => {
  const instructions = DockerfileParser.parse(text).getInstructions()
  const found = instructions.flatMap((instruction) => instructionProblems(instruction))
  return instructions.some((instruction) => instruction.getKeyword() === "FROM")
    ? found
    : [...found, {
      message: "has no FROM: a build starts from an image, usually FROM ${BASE_IMAGE} after ARG BASE_IMAGE"
    }]
}

const instructionProblems = (instruction: Instruction): ReadonlyArray<Problem> => {
  const line = instruction.getRange().start.line + 1
  const least = leastArguments.get(instruction.getKeyword())
  if (least === undefined) return [{ line, message: `${instruction.getInstruction()} is no instruction` }]
  return instruction.getArguments().length < least
    ? [{ line, message: `${instruction.getKeyword()} needs ${least === 1 ? "an argument" : `${least} arguments`}` }]
    : []
}
