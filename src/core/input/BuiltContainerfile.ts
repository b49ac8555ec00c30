/**
 * The part of the Containerfile that is built.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../BuildInput.js"
import * as Containerfile from "../Containerfile.js"
import { targetIndex, wholeStages } from "../containerfile/Target.js"

/**
 * The Containerfile up to the end of its target; empty where it is a file of the context.
 *
 * @since 0.1.0
 * @category getters
 */
export const builtText = ({ dockerfile = "", target }: Pick<BuildInput, "dockerfile" | "target">): string =>
  Containerfile.through(dockerfile, target)

/**
 * The target in the form that every release of buildah accepts: the name of the stage, or its number if it has no name; the target
 * itself if it is not a stage of the Containerfile.
 *
 * @since 0.1.0
 * @category getters
 */
export const targetName = (dockerfile: string, target: string): string => {
  const stages = wholeStages(Containerfile.instructions(dockerfile))
  const index = targetIndex(stages, target)
  return typeof index === "string" ? target : stages[index]?.name ?? target
}
