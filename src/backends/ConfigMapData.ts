/**
 * Files as they stand in a ConfigMap: texts readable, bytes in base64.
 */
import * as Encoding from "effect/Encoding"
import type { JsonObject } from "../cluster/ApiRequest.js"
import type { InputFile } from "./job/BuildScript.js"

export const of = (files: ReadonlyArray<InputFile>): JsonObject => {
  const texts: Record<string, string> = {}
  const bytes: Record<string, string> = {}
  for (const { content, key } of files) {
    if (typeof content === "string") {
      texts[key] = content
    } else {
      bytes[key] = Encoding.encodeBase64(content)
    }
  }
  return {
    ...(Object.keys(texts).length > 0 ? { data: texts } : {}),
    ...(Object.keys(bytes).length > 0 ? { binaryData: bytes } : {})
  }
}
