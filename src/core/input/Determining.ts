/**
 * The parts of an input that determine the image, in the form that is hashed.
 *
 * @since 0.1.0
 */
import * as BuildContext from "./BuildContext.js"
import { isImageContext, type NamedContext } from "./BuildContexts.js"
import { keyOf } from "./BuildSecret.js"
import * as ContextFile from "./ContextFile.js"
import type { Values } from "./Fields.js"
import type * as Fingerprint from "./Fingerprint.js"
import { commitOf } from "./GitSource.js"
import * as Output from "./Output.js"

/**
 * The value of a field that was left out counts as its default.
 *
 * @since 0.1.0
 * @category getters
 */
export const determining = (input: Values): Fingerprint.Content => ({
  version: "effect-os-builder/BuildInput/1",
  dockerfile: input.dockerfile ?? ["path", input.dockerfilePath ?? ""],
  baseImage: input.baseImage?.pullspec ?? "",
  finalImage: input.finalImage.pullspec,
  entitlement: input.entitlementSecretName === undefined ? "" : "present",
  buildArgs: input.buildArgs ?? {},
  imageLabels: input.imageLabels ?? {},
  context: contextOf(input.context),
  mounts: Object.fromEntries((input.mounts ?? []).map(({ kind, name, path }) => [path, [kind, name]])),
  trustBundle: input.trustBundle === undefined
    ? []
    : [input.trustBundle.configMapName, input.trustBundle.key ?? "ca-bundle.crt"],
  proxy: [input.proxy?.http ?? "", input.proxy?.https ?? "", input.proxy?.noProxy ?? ""],
  architecture: input.architecture ?? "",
  revision: input.revision ?? "",
  ...outputOf(input),
  ...language(input)
})

// A list, which a record of files is not. The commit counts, and until it is known, what names it.
const contextOf = (context: BuildContext.BuildContext | undefined): Fingerprint.Content =>
  BuildContext.isGit(context)
    ? ["git", context.git.url, commitOf(context.git) ?? ["ref", context.git.ref ?? ""], context.git.subPath ?? ""]
    : BuildContext.isImage(context)
    ? ["image", context.image.pullspec]
    : BuildContext.isUpload(context)
    ? ["upload", context.upload.digest]
    : Object.fromEntries(ContextFile.needed(BuildContext.files(context)).map(([path, file]) => [path, contentOf(file)]))
/** Fields that came later: one that is left out, or has its default, is not hashed. */
const language = (input: Values): { readonly [key: string]: Fingerprint.Content } => ({
  ...filled("secrets", Object.fromEntries((input.secrets ?? []).map((secret) => [secret.id, keyOf(secret)]))),
  ...filled(
    "buildContexts",
    Object.fromEntries(Object.entries(input.buildContexts ?? {}).map(([name, context]) => [name, placeOf(context)]))
  ),
  ...filled("unsetLabels", Object.fromEntries((input.unsetLabels ?? []).map((label) => [label, ""]))),
  ...(input.target === undefined ? {} : { target: input.target }),
  ...(input.inheritLabels === false ? { inheritLabels: "no" } : {}),
  ...(input.squash === true ? { squash: "yes" } : {})
})

const filled = (key: string, record: { readonly [key: string]: Fingerprint.Content }) =>
  Object.keys(record).length === 0 ? {} : { [key]: record }

const placeOf = (context: NamedContext): Fingerprint.Content =>
  isImageContext(context) ? ["image", context.image] : ["directory", context.directory]

// Absent fields are left out, so that they keep the fingerprints of inputs without them.
const outputOf = (input: Values): { readonly [name: string]: Fingerprint.Content } => {
  const { annotations = {}, compression, finalImage, format = "auto", tags = [], timestamp } = input
  return {
    ...(tags.length === 0 ? {} : { tags: Output.namesOf(finalImage.pullspec, tags).toSorted() }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(format === "auto" ? {} : { format }),
    ...(compression === undefined
      ? {}
      : { compression: [compression.algorithm, String(compression.level ?? "")] }),
    ...(timestamp === undefined ? {} : { timestamp: String(Output.epochSeconds(timestamp)) })
  }
}

// No mode reads "link" or "directory".
const contentOf = (file: ContextFile.ContextFile): Fingerprint.Content =>
  ContextFile.isLink(file)
    ? ["link", file.link]
    : ContextFile.isDirectory(file)
    ? ["directory", file.mode.toString(8)]
    : [ContextFile.mode(file).toString(8), ContextFile.bytes(file)]
