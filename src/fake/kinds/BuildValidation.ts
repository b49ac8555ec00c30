/**
 * The validation of new OpenShift Builds, with the fields and messages of the server: openshift/openshift-apiserver
 * pkg/build/apis/build/validation/validation.go (February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "./BuildDefaults.js"
import { image, internal, secretReference, target, textOf, when } from "./BuildReferences.js"
import * as BuildSource from "./BuildSource.js"
import * as BuildStrategy from "./BuildStrategy.js"
import * as Names from "./Names.js"

const imageLabels = (output: JsonObject): Status.FieldErrors => {
  const names = Json.objects(output, "imageLabels").map((label) => textOf(label, "name"))
  const field = (index: number) => `spec.output.imageLabels[${index}].name`
  return [
    ...names.flatMap((name, index): Status.FieldErrors => {
      const problems = Names.qualifiedName(name)
      return name === ""
        ? [Status.required(field(index))]
        : when(problems.length > 0, Status.invalidValue(field(index), name, problems.join("; ")))
    }),
    ...names.flatMap((name, index) =>
      when(names.indexOf(name) < index, Status.invalidValue(field(index), name, "duplicate name"))
    )
  ]
}

/**
 * Whether `key=value` is a list of labels, as openshift/apiserver-library-go pkg/labelselector parses it: blanks separate
 * words, and a comma begins another label.
 */
const isSelector = (text: string): boolean => {
  const words = text.match(/[=,]|[^=, \t\r\n]+/g) ?? []
  const isWord = (word: string | undefined): word is string => word !== undefined && word !== "=" && word !== ","
  const labels = (at: number): boolean => {
    const key = words[at]
    const value = words[at + 2]
    const end = isWord(value) ? at + 3 : at + 2
    return isWord(key) && Names.qualifiedName(key).length === 0 && words[at + 1] === "=" &&
      (!isWord(value) || Names.labelValue(value).length === 0) &&
      (end >= words.length || (words[end] === "," && labels(end + 1)))
  }
  return labels(0)
}

const nodeSelector = (spec: JsonObject): Status.FieldErrors =>
  Object.entries(Json.record(spec, "nodeSelector")).flatMap(([key, value]) =>
    when(
      !isSelector(`${key}=${value}`),
      Status.invalidValue(`spec.nodeSelector[${key}]`, value, "must be a valid node selector")
    )
  )

/** The rules of a new Build. @since 0.1.0 @category rules  */
export const validate = (build: JsonObject): Status.FieldErrors => {
  const spec = Json.object(build, "spec")
  const strategy = Json.object(spec, "strategy")
  const output = Json.object(spec, "output")
  const deadline = Json.number(spec, "completionDeadlineSeconds")
  const [command, script] = [Json.list(spec, "postCommit", "command"), textOf(spec, "postCommit", "script")]
  return [
    ...when(
      strategy["dockerStrategy"] !== undefined && strategy["jenkinsPipelineStrategy"] === undefined &&
        BuildDefaults.sources.every(([key]) => Json.at(spec, "source", key) === undefined),
      Status.invalidValue(
        "spec.source",
        "",
        "must provide a value for at least one source input(git, binary, dockerfile, images)."
      )
    ),
    ...BuildSource.source(spec, strategy),
    ...when(
      deadline !== undefined && deadline <= 0,
      Status.invalidValue(
        "spec.completionDeadlineSeconds",
        deadline,
        "completionDeadlineSeconds must be a positive integer greater than 0"
      )
    ),
    ...(Json.isObject(output["to"]) ? image(output["to"], "spec.output.to", target) : []),
    ...secretReference(output, "pushSecret", "spec.output"),
    ...imageLabels(output),
    ...BuildStrategy.strategy(strategy),
    ...when(
      script !== "" && command.length > 0,
      Status.invalidValue(
        "spec.postCommit",
        internal(Json.object(spec, "postCommit"), { command: null, args: null, script: "" }),
        "cannot use command and script together"
      )
    ),
    ...nodeSelector(spec)
  ]
}
