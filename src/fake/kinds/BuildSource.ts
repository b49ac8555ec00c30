/**
 * Validation of the source of a Build. Of the syntax of Git's URLs the escapes are validated, that of its proxies is not: openshift/openshift-apiserver
 * pkg/build/apis/build/validation/validation.go (February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "./BuildDefaults.js"
import { capital, image, origin, secretReference, startsUp, textOf, when } from "./BuildReferences.js"
import * as Names from "./Names.js"

const dockerfileLimit = 60_000

const inputs = (source: JsonObject, key: "secrets" | "configMaps", isDocker: boolean): Status.FieldErrors =>
  Json.objects(source, key).flatMap((input, index) => {
    const [kind, noun] = key === "secrets" ? ["secret", "secret"] : ["configMap", "configMap"]
    const name = textOf(input, kind, "name")
    const destination = textOf(input, "destinationDir")
    const field = `spec.source.${key}[${index}]`
    return [
      ...when(name === "", Status.required(`${field}.${kind}`)),
      ...when(
        Names.dnsSubdomain(name).length > 0,
        Status.invalidValue(
          `${field}.${kind}`,
          { [capital(kind)]: { Name: name }, DestinationDir: destination },
          `must be valid ${noun} name`
        )
      ),
      ...when(
        startsUp(destination),
        Status.invalidValue(`${field}.destinationDir`, destination, "destination dir cannot start with '..'")
      ),
      ...when(
        isDocker && destination.startsWith("/"),
        Status.invalidValue(
          `${field}.destinationDir`,
          destination,
          "for the docker strategy the destinationDir has to be relative path"
        )
      )
    ]
  })

const imagePath = (path: JsonObject, field: string): Status.FieldErrors => {
  const [sourcePath, destination] = [textOf(path, "sourcePath"), textOf(path, "destinationDir")]
  const wrong = (problem: string) => Status.invalidValue(`${field}.destinationDir`, destination, problem)
  return [
    ...when(sourcePath === "", Status.required(`${field}.sourcePath`)),
    ...when(destination === "", Status.required(`${field}.destinationDir`)),
    ...when(
      !sourcePath.startsWith("/"),
      Status.invalidValue(`${field}.sourcePath`, sourcePath, "must be an absolute path")
    ),
    ...when(destination.startsWith("/"), wrong("must be a relative path")),
    ...when(startsUp(destination), wrong("destination dir cannot start with '..'"))
  ]
}

const images = (source: JsonObject): Status.FieldErrors => {
  const all = Json.objects(source, "images")
  const field = (index: number) => `spec.source.images[${index}]`
  const used = new Set<string>()
  return [
    ...all.flatMap((one, index) => {
      const [paths, names] = [Json.objects(one, "paths"), Json.texts(one, "as")]
      return [
        ...image(Json.object(one, "from"), `${field(index)}.from`, origin),
        ...secretReference(one, "pullSecret", field(index)),
        ...when(
          paths.length === 0 && names.length === 0,
          Status.required(`${field(index)}.paths`, "must specify 'paths' or 'as'"),
          Status.required(`${field(index)}.as`, "must specify 'paths' or 'as'")
        ),
        ...paths.flatMap((path, at) => imagePath(path, `${field(index)}.paths[${at}]`)),
        ...names.flatMap((name, at) =>
          when(name === "", Status.invalidValue(`${field(index)}.as[${at}]`, name, "must not be empty"))
        )
      ]
    }),
    ...all.flatMap((one, index) =>
      Json.texts(one, "as").flatMap((name, at): Status.FieldErrors => {
        const isDuplicate = used.has(name)
        used.add(name)
        return when(isDuplicate && name !== "", Status.duplicate(`${field(index)}.as[${at}]`, name))
      })
    )
  ]
}

// s2i_validation.go parseGitURL: a URL with a scheme is one of Go's net/url, of which only the path is unescaped.
const repository = (uri: string, field: string): Status.FieldErrors => {
  if (uri === "") return [Status.required(field)]
  const isUrl = /^[a-z][-a-z0-9+.]*:\//i.test(uri)
  const escape = isUrl ? /%(?![0-9a-f]{2}).{0,2}/i.exec(uri)?.[0] : undefined
  return when(
    escape !== undefined,
    Status.invalidValue(field, uri, `parse ${JSON.stringify(uri)}: invalid URL escape ${JSON.stringify(escape ?? "")}`)
  )
}

/** @since 0.1.0 @category rules */
export const source = (spec: JsonObject, strategy: JsonObject): Status.FieldErrors => {
  const given = Json.object(spec, "source")
  const field = "spec.source"
  const { binary, git } = given
  if (git !== undefined && binary !== undefined && strategy["customStrategy"] === undefined) {
    return [
      Status.invalidValue(`${field}.git`, "", "may not be set when binary is also set"),
      Status.invalidValue(`${field}.binary`, "", "may not be set when git is also set")
    ]
  }
  const isDocker = strategy["dockerStrategy"] !== undefined
  const jenkins = strategy["jenkinsPipelineStrategy"]
  const [asFile, contextDir] = [textOf(given, "binary", "asFile"), textOf(given, "contextDir")]
  return [
    ...(git === undefined ? [] : repository(textOf(given, "git", "uri"), `${field}.git.uri`)),
    ...when(
      asFile !== "" && BuildDefaults.fileName(asFile) === undefined,
      Status.invalidValue(
        `${field}.binary.asFile`,
        asFile,
        "file name may not contain slashes or relative path segments and must be a valid POSIX filename"
      )
    ),
    ...when(
      new TextEncoder().encode(textOf(given, "dockerfile")).length > dockerfileLimit,
      Status.invalidValue(`${field}.dockerfile`, "", `must be smaller than ${dockerfileLimit} bytes`)
    ),
    ...images(given),
    ...when(
      Json.isObject(jenkins) && textOf(jenkins, "jenkinsfile") === "" && git === undefined,
      Status.invalidValue(
        `${field}.git`,
        "",
        "must be set when using Jenkins Pipeline strategy with Jenkinsfile from a git repo"
      )
    ),
    ...inputs(given, "secrets", isDocker),
    ...inputs(given, "configMaps", isDocker),
    ...secretReference(given, "sourceSecret", field),
    ...when(
      contextDir !== "" && startsUp(contextDir),
      Status.invalidValue(`${field}.contextDir`, contextDir, "context dir must not be a relative path")
    )
  ]
}
