/**
 * The context of a build in ConfigMaps. The builder copies each into one directory of the context and names each file by its
 * key, so there is one for each directory, or more where one is too small. Links and directories have no place there.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import * as BuildRecord from "../record/BuildRecord.js"

/**
 * The maximum size of the values of a ConfigMap. Kubernetes allows 1 MiB (`MaxSecretSize`, kubernetes pkg/apis/core/types.go);
 * etcd allows 1.5 MiB for the object with its metadata.
 */
export const maxBytes = 1_000_000

type InputFile = BuildRecord.Part["files"][number]

/** The directory of a file, empty for the context itself, and its name there. */
export const placeOf = (path: string): { readonly directory: string; readonly name: string } => {
  const slash = path.lastIndexOf("/")
  return { directory: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) }
}

const contentOf = (file: ContextFile.RegularFile): InputFile["content"] =>
  typeof file === "string" || file instanceof Uint8Array ? file : file.content

const sizeOf = ({ content, key }: InputFile): number =>
  Buffer.byteLength(key) + (typeof content === "string" ? Buffer.byteLength(content) : content.byteLength)

/** As few groups as the order allows, none above the maximum unless a single file is. */
const grouped = (files: ReadonlyArray<InputFile>): ReadonlyArray<ReadonlyArray<InputFile>> => {
  const groups: Array<Array<InputFile>> = []
  let left = 0
  for (const file of files) {
    left -= sizeOf(file)
    const last = groups.at(-1)
    if (last === undefined || left < 0) {
      groups.push([file])
      left = maxBytes - sizeOf(file)
    } else {
      last.push(file)
    }
  }
  return groups
}

export const contents = (input: BuildInput): BuildRecord.Contents => {
  const directories = new Map<string, Array<InputFile>>()
  for (const [path, file] of Object.entries(BuildContext.files(input.context))) {
    if (!ContextFile.isRegular(file)) continue
    const { directory, name } = placeOf(path)
    const files = directories.get(directory) ?? []
    directories.set(directory, files)
    files.push({ key: name, content: contentOf(file) })
  }
  const parts = Array.from(directories).flatMap(([path, files]) => grouped(files).map((files) => ({ path, files })))
  return {
    files: [{ key: BuildRecord.containerfileKey, content: input.dockerfile ?? "" }],
    parts: parts.map((part, index) => ({ ...part, suffix: `context-${index + 1}` }))
  }
}
