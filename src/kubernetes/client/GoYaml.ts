/**
 * How sigs.k8s.io/yaml, by which kubectl and kube-apiserver read, understands YAML: version 1.1 without dates and numbers to the
 * base of 60, which are texts, and with `0o17`.
 *
 * @since 0.1.0
 */
import type { ScalarTag, Tags } from "yaml"

const binaryTag = "tag:yaml.org,2002:binary"

const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  format: "OCT",
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => Number.parseInt(text.replace(/0o|_/g, ""), 8)
}

// Go decodes it into a string.
const binary: ScalarTag = { tag: binaryTag, resolve: (text) => Buffer.from(text, "base64").toString() }

const customTags = (tags: Tags): Tags => [
  octal,
  binary,
  ...tags.filter((tag) =>
    typeof tag === "string" || (
      tag.tag !== binaryTag && tag.tag !== "tag:yaml.org,2002:timestamp" && !("format" in tag && tag.format === "TIME")
    )
  )
]

/**
 * For the parsers of `yaml`.
 *
 * @since 0.1.0
 * @category options
 */
export const options = { version: "1.1", customTags, uniqueKeys: false } as const
