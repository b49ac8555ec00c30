/**
 * The backends on a real node.
 */
import { Effect, Layer } from "effect"
import { CustomBuildBackend, SingleNodeBuildBackend } from "effect-os-builder"
import * as Images from "./Images.js"
import * as Network from "./Network.js"
import { RealNode } from "./RealNode.js"

/** A registry that does not listen. */
export const nowhere = `${Network.bridgeAddress}:5009`

const settings = Effect.map(RealNode, ({ closed, open }) => ({
  builderImage: Images.builder,
  insecureRegistries: [open, closed]
}))

export const custom = (more: CustomBuildBackend.Settings = {}) =>
  Layer.unwrapEffect(Effect.map(settings, (own) => CustomBuildBackend.layerWith({ ...own, ...more })))

export const singleNode = Layer.unwrapEffect(
  Effect.map(settings, (own) => SingleNodeBuildBackend.layerWith({ ...own, deliverToNode: true }))
)
