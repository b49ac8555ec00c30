/**
 * The differences between the backends that build in Jobs.
 */
import type * as BuildInput from "../../core/BuildInput.js"
import type { BackendName } from "../../core/service/BuildService.js"
import type { JobSettings } from "./JobSettings.js"

export interface JobProfile {
  readonly name: BackendName
  readonly settings: JobSettings
  /** Resource requests for inputs that name none. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string }
  /** Tolerations in addition to the input's. */
  readonly tolerations: ReadonlyArray<BuildInput.TolerationOptions>
  /** Whether a node runs one build at a time, across namespaces. */
  readonly takesSlot: boolean
  /** Whether images named `localhost/…` are imported into the node's storage instead of pushed. */
  readonly deliversToNode: boolean
}

/** Whether the image of this input is imported into the node's storage. */
export const isForNode = (profile: JobProfile, { finalImage }: Pick<BuildInput.BuildInput, "finalImage">): boolean =>
  profile.deliversToNode && finalImage.pullspec.startsWith("localhost/")
