/** Effect 4 has a module for each encoding. */
export { decode as decodeBase64, encode as encodeBase64 } from "effect/encoding/Base64"
