/**
 * The form of a response body: JSON, or Kubernetes' protobuf.
 */
import * as Option from "effect/Option"
import * as EncodedObject from "../protobuf/EncodedObject.js"
import type { Body } from "./HttpRequest.js"

export const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** For messages. */
export const formOf = ({ contentType }: Body) => EncodedObject.isProtobuf(contentType) ? "protobuf" : "JSON"

/** The value of JSON, or an `EncodedObject`; none if the body is not in the form that it says. */
export const decode = (body: Body): Option.Option<unknown> =>
  EncodedObject.isProtobuf(body.contentType) ? open(body) : parseJson(body.bytes.toString("utf8"))

const open = Option.liftThrowable(({ bytes }: Body) => EncodedObject.open(bytes))

/** The Status of a response that is not a 2xx. */
export const decodeStatus = (body: Body): Option.Option<unknown> =>
  EncodedObject.isProtobuf(body.contentType)
    ? Option.flatMap(open(body), Option.liftThrowable(EncodedObject.readStatus))
    : decode(body)
