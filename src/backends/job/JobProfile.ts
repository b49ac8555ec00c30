/**
 * What tells one backend of Jobs from another.
 */
import type * as BuildInput from "../../core/BuildInput.js"
import type { BackendName } from "../../core/service/BuildService.js"
import type { JobSettings } from "./JobSettings.js"

export interface JobProfile {
  readonly name: BackendName
  readonly settings: JobSettings
  /** What a build asks of its node where its input says nothing. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string }
  /** Tolerations beside the input's. */
  readonly tolerations: ReadonlyArray<BuildInput.TolerationOptions>
  /** Whether one build runs at a time on each node, whatever namespace it is in. */
  readonly takesSlot: boolean
  /** Whether images named `localhost/…` go into the storage of the node instead of a registry. */
  readonly deliversToNode: boolean
}

/** Whether the image of this input goes into the storage of the node. */
export const isForNode = (profile: JobProfile, { finalImage }: Pick<BuildInput.BuildInput, "finalImage">): boolean =>
  profile.deliversToNode && finalImage.pullspec.startsWith("localhost/")
