/**
 * The status for the body of a new object that is not JSON. As in k8s.io/apiserver pkg/endpoints/handlers/rest.go (v0.37),
 * transformDecodeError; of Go's errors only the one for a wrong first character is known.
 *
 * @since 0.1.0
 */
import type { ApiRequest } from "../../kubernetes/client/ApiRequest.js"
import type { Catalog } from "../kinds/Catalog.js"
import * as RequestInfo from "./RequestInfo.js"
import * as Status from "./Status.js"

const maxShown = 30

/** The beginning of a body: as it is if it looks like JSON, else as hexadecimal digits. */
const summary = (bytes: Buffer): string => {
  const shown = bytes.subarray(0, maxShown)
  const text = bytes.toString("utf8", 0, 1) === "{" ? shown.toString() : shown.toString("hex")
  return bytes.length > maxShown ? `${text} ...` : text
}

/** Undefined where no object is created or replaced. @since 0.1.0 @category constructors  */
export const status = (catalog: Catalog, request: ApiRequest, bytes: Buffer): Status.Status | undefined => {
  const { resource, verb } = RequestInfo.parse(request)
  const kind = resource === undefined || !["create", "update"].includes(verb)
    ? undefined
    : catalog.served(resource.group, resource.version, resource.plural)?.kind
  const [first = ""] = bytes.toString().trimStart()
  return kind === undefined || first === "" || "{[\"-0123456789tfn".includes(first) ? undefined : Status.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: `
      + `invalid character '${first}' looking for beginning of value (${summary(bytes)})`
  )
}
