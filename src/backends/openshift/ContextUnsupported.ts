/**
 * What an OpenShift Build cannot honour of a context, one row each. Sources: `as` is openshift-apiserver,
 * pkg/build/apis/build/validation; `cm` is openshift-controller-manager, pkg/build/controller/strategy; `b` is openshift/builder,
 * pkg/build/builder.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import { directories } from "../../core/input/ContextPath.js"
import * as InputIssue from "../../core/input/InputIssue.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as ContextMaps from "./ContextMaps.js"
import * as ContextUse from "./ContextUse.js"
import { elsewhere, type Row } from "./LanguageUnsupported.js"

const contextPaths = ({ context }: BuildInput): ReadonlyArray<string> => Object.keys(BuildContext.files(context))

/** cm util.go mountVolume: the mode of every file in a ConfigMap of the context. */
const builderMode = 0o600

const octal = (mode: number): string => mode.toString(8)

const entries = ({ context }: BuildInput): ReadonlyArray<readonly [string, ContextFile.ContextFile]> =>
  Object.entries(BuildContext.files(context))

const files = (input: BuildInput): ReadonlyArray<readonly [string, ContextFile.RegularFile]> =>
  entries(input).flatMap(([path, file]) => ContextFile.isRegular(file) ? [[path, file] as const] : [])

// b source.go ExtractInputBinary: bsdtar unpacks an empty stream, and a plain archive that ends after any file, without an error
// (findings/bsdtar-cut-archive.sh), and nothing compares a digest.
const notVerified =
  "is not supported: OpenShift's builder takes an upload that was cut, such as that of a client that died, for a context with " +
  "fewer files, and pushes the image; use the custom backend, or a context from git or an image"

export const rows: ReadonlyArray<Row> = [
  ({ context }) => unsupportedIf(BuildContext.isUpload(context), ["context", "upload"], notVerified),
  // The rows of the Containerfile read its text, which is in the context here.
  ({ dockerfilePath }) =>
    unsupportedIf(
      dockerfilePath !== undefined,
      ["dockerfilePath"],
      "names a file that is not read before the build, and OpenShift's builder loses heredocs and an escape directive in it " +
        `without an error; give its text as dockerfile, ${elsewhere}`
    ),
  // as validateSource takes such a directory for one outside of the repository.
  ({ context }) =>
    unsupportedIf(
      BuildContext.isGit(context) && context.git.subPath?.startsWith("..") === true,
      ["context", "git", "subPath"],
      `begins with two dots, which OpenShift refuses; rename the directory, ${elsewhere}`
    ),
  // b common.go buildInfo writes the URL as an ENV and a LABEL, where variables are expanded; as parseGitURL takes no other escapes.
  ({ context }) =>
    unsupportedIf(
      BuildContext.isGit(context) && (context.git.url.includes("$") || /%(?![0-9A-Fa-f]{2})/.test(context.git.url)),
      ["context", "git", "url"],
      `has a "$", or a "%" without two digits, which OpenShift changes or refuses; write it as %24 or %25, ${elsewhere}`
    ),
  // b source.go ManageDockerfile writes the Containerfile there, and GitClone leaves the folder .git.
  ({ context, dockerfile = "" }) =>
    !BuildContext.isGit(context) && !BuildContext.isImage(context)
      ? []
      : ContextUse.of(dockerfile).filter(({ takesAll, takesContainerfile }) => takesAll || takesContainerfile).map((
        { keyword, line, takesAll }
      ) =>
        unsupported(
          ["dockerfile"],
          takesAll
            ? `${keyword} takes the whole context, where OpenShift's builder writes the Containerfile as Dockerfile` +
              `${
                BuildContext.isGit(context) ? " and leaves the folder .git" : ""
              }; put the files into a directory of the ` +
              `${BuildContext.isGit(context) ? "repository" : "image"} and ${keyword} that, ${elsewhere}`
            : `${keyword} takes the file Dockerfile, over which OpenShift's builder writes the Containerfile; rename it, ${elsewhere}`,
          line
        )
      ),
  // cm util.go mountVolume, b docker.go copyLocalObject: the builder copies the keys of a ConfigMap as files.
  (input) =>
    entries(input).filter(([, file]) => ContextFile.isLink(file)).map(([path]) =>
      unsupported(
        ["context", path],
        `is a symbolic link, and a ConfigMap holds files only; make it with RUN ln -s, ${elsewhere}`
      )
    ),
  (input) => {
    const parents = new Set(files(input).flatMap(([path]) => directories(path)))
    return entries(input).flatMap(([path, file]) =>
      ContextFile.isDirectory(file) && !parents.has(path)
        ? [unsupported(
          ["context", path],
          `is an empty directory, and a ConfigMap holds files only; make it with RUN mkdir, ${elsewhere}`
        )]
        : []
    )
  },
  (input) =>
    files(input).map(([path]) => path).filter((path) => !/^[-._A-Za-z0-9]{1,253}$/.test(ContextMaps.placeOf(path).name))
      .map((path) =>
        unsupported(
          ["context", path],
          "has a name that no ConfigMap takes as a key: letters, digits, \"-\", \"_\" and \".\" only, 253 at most; " +
            `rename it, ${elsewhere}`
        )
      ),
  // b docker.go copyLocalObject leaves out such files; as validateConfigMaps refuses such directories.
  (input) =>
    contextPaths(input).filter((path) => /^\.\.|\/\.\.[^/]*$/.test(path)).map((path) =>
      unsupported(
        ["context", path],
        `begins with two dots, which OpenShift's builder leaves out; rename it, ${elsewhere}`
      )
    ),
  (input) =>
    entries(input).filter(([, file]) => ContextFile.size(file) > ContextMaps.maxBytes).map(([path, file]) =>
      unsupported(
        ["context", path],
        `has ${ContextFile.size(file)} bytes, and a ConfigMap takes ${ContextMaps.maxBytes}; COPY it from an image, ` +
          elsewhere
      )
    ),
  // b source.go ManageDockerfile writes it there, docker.go copyLocalObject would write over it.
  (input) =>
    contextPaths(input).filter((path) => /^Dockerfile(?:\/|$)/.test(path)).map((path) =>
      unsupported(
        ["context", path],
        `is where OpenShift's builder keeps the Containerfile itself; use another name than Dockerfile, ${elsewhere}`
      )
    ),
  (input) =>
    contextPaths(input).length === 0
      ? []
      : ContextUse.of(input.dockerfile ?? "").filter(({ takesAll }) => takesAll).map(({ keyword, line }) =>
        unsupported(
          ["dockerfile"],
          `${keyword} takes the whole context, to which OpenShift's builder adds a file named Dockerfile; put the files ` +
            `into a directory of the context and ${keyword} that, ${elsewhere}`,
          line
        )
      ),
  ({ context, dockerfile = "" }) => {
    const [other] = otherModes(BuildContext.files(context))
    if (other === undefined) return []
    const { builder, kind, mode, path } = other
    const what = `${InputIssue.pathText(["context", path])} is to have ${octal(mode)}`
    return ContextUse.of(dockerfile).filter(({ setsMode }) => !setsMode).map(({ keyword, line }) =>
      unsupported(
        ["dockerfile"],
        `${keyword} finds every ${kind} with mode ${octal(builder)} in OpenShift's builder, and ${what}; ` +
          (keyword === "RUN" ? "COPY it with --chmod" : `say ${keyword} --chmod=${octal(mode)}`) +
          `, give it that mode, ${elsewhere}`,
        line
      )
    )
  }
]

/** The entries that are to have another mode than the builder gives them. */
const otherModes = (context: Readonly<Record<string, ContextFile.ContextFile>>) =>
  Object.entries(context).flatMap(([path, file]) => {
    if (ContextFile.isLink(file)) return []
    const entry = ContextFile.isDirectory(file)
      ? { kind: "directory", mode: file.mode, builder: ContextFile.defaultDirectoryMode }
      : { kind: "file", mode: ContextFile.mode(file), builder: builderMode }
    return entry.mode === entry.builder ? [] : [{ path, ...entry }]
  })
