/**
 * What the rows of what OpenShift Builds do not honour have in common.
 */
import * as Either from "effect/Either"
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import type { OpenShiftSettings } from "./OpenShiftSettings.js"

export type Row = (input: BuildInput, settings: OpenShiftSettings) => ReadonlyArray<Issue>

export const elsewhere = "or use a backend that runs a Job"

export const isLoopback = (pullspec: string): boolean =>
  Either.match(ImagePullspec.parse(pullspec), {
    onLeft: () => false,
    onRight: ({ host }) => ImagePullspec.isLoopback(host)
  })
