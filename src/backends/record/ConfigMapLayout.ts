/**
 * Distributes the files of a build over ConfigMaps: the record first, then further ones, in order and without gaps, so that a
 * build takes as few writes as possible.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildScript from "../script/BuildScript.js"
import * as BuildRecord from "./BuildRecord.js"

type InputFile = BuildScript.InputFile

/**
 * The key of the script: a build runs the script that was recorded with it.
 *
 * @since 0.1.0
 * @category constants
 */
export const scriptKey = "build.sh"

/**
 * The maximum total {@link cost} of the files of one ConfigMap. Kubernetes allows 1 MiB of values (`MaxSecretSize`, kubernetes
 * pkg/apis/core/types.go); etcd allows 1.5 MiB for the whole object, in which `managedFields` repeat each key, and in which
 * annotations, such as the outcome of a build, may take 256 KiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const budget = 1_000_000

// The key, `"f:key":{},` in managedFields, and the tags and lengths of both.
const keyCost = (key: string): number => 2 * key.length + 24

/**
 * The share of a file in the {@link budget}, in bytes.
 *
 * @since 0.1.0
 * @category getters
 */
export const cost = ({ content, key }: InputFile): number =>
  keyCost(key) + (typeof content === "string" ? Buffer.byteLength(content) : content.byteLength)

// `{"suffix":"12","path":""},` in the record for each further ConfigMap, of which there are some ten at most.
const listCost = 1_000

// The files that only the record can hold, and the space that they leave there.
const own = (input: BuildInput) => {
  const files: Array<InputFile> = [
    { key: scriptKey, content: BuildScript.source },
    ...(input.dockerfile === undefined ? [] : [{ key: BuildRecord.containerfileKey, content: input.dockerfile }])
  ]
  const total = [...files, BuildRecord.inputFile(input, [])].reduce((sum, file) => sum + cost(file), listCost)
  return { files, left: budget - total }
}

/**
 * By how many bytes the files that only the record itself can hold exceed its budget; zero if they fit.
 *
 * @since 0.1.0
 * @category getters
 */
export const excess = (input: BuildInput): number => Math.max(0, -own(input).left)

// Into less space than this no file is split.
const leastPart = 16 * 1024

/**
 * Distributes the files of a build over its ConfigMaps.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pack = (input: BuildInput): BuildRecord.Contents => {
  const record = own(input)
  const rest = BuildScript.inputFiles(input).filter(({ key }) => key !== BuildRecord.containerfileKey)
  const further: Array<ReadonlyArray<InputFile>> = []
  let files: Array<InputFile> = record.files
  let left = record.left

  const put = (file: InputFile): void => {
    files.push(file)
    left -= cost(file)
  }
  const place = ({ content, key }: InputFile): void => {
    let part = 1
    let rest: InputFile = { key, content }
    while (cost(rest) > left) {
      const room = left - keyCost(rest.key)
      if (typeof rest.content === "string" || room < leastPart) {
        further.push(files = [])
        left = budget
      } else {
        put({ key: rest.key, content: rest.content.subarray(0, room) })
        part += 1
        rest = { key: BuildScript.partKey(key, part), content: rest.content.subarray(room) }
      }
    }
    put(rest)
  }

  rest.forEach(place)
  return {
    files: record.files,
    parts: further.map((files, index) => ({ suffix: String(index + 1), path: "", files }))
  }
}
