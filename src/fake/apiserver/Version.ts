/**
 * The document at `/version`.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/** @since 0.1.0 @category constructors */
export const info = (version: string): JsonObject => {
  const [, major = "", minor = ""] = /^v([0-9]+)\.([0-9]+)/.exec(version) ?? []
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: version,
    // There is no commit of the fake; clients parse the field.
    gitCommit: "0".repeat(40),
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "go1.26.0",
    compiler: "gc",
    platform: "linux/amd64"
  }
}
