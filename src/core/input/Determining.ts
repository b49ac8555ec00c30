/**
 * What determines the image of an input, as it is hashed.
 *
 * @since 0.1.0
 */
import * as ContextFile from "./ContextFile.js"
import type { Values } from "./Fields.js"
import type * as Fingerprint from "./Fingerprint.js"

/**
 * The value of a field that was left out counts as its default.
 *
 * @since 0.1.0
 * @category getters
 */
export const determining = (input: Values): Fingerprint.Content => ({
  version: "effect-os-builder/BuildInput/1",
  dockerfile: input.dockerfile,
  baseImage: input.baseImage.pullspec,
  finalImage: input.finalImage.pullspec,
  entitlement: input.entitlementSecretName === undefined ? "" : "present",
  buildArgs: input.buildArgs ?? {},
  imageLabels: input.imageLabels ?? {},
  context: Object.fromEntries(ContextFile.needed(input.context ?? {}).map(([path, file]) => [path, contentOf(file)])),
  mounts: Object.fromEntries((input.mounts ?? []).map(({ kind, name, path }) => [path, [kind, name]])),
  trustBundle: input.trustBundle === undefined
    ? []
    : [input.trustBundle.configMapName, input.trustBundle.key ?? "ca-bundle.crt"],
  proxy: [input.proxy?.http ?? "", input.proxy?.https ?? "", input.proxy?.noProxy ?? ""],
  architecture: input.architecture ?? "",
  revision: input.revision ?? ""
})

// No mode reads "link" or "directory".
const contentOf = (file: ContextFile.ContextFile): Fingerprint.Content =>
  ContextFile.isLink(file)
    ? ["link", file.link]
    : ContextFile.isDirectory(file)
    ? ["directory", file.mode.toString(8)]
    : [ContextFile.mode(file).toString(8), ContextFile.bytes(file)]
