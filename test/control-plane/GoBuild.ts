/**
 * Builds programs of the Go module that pins the release of Kubernetes.
 */
import { Command } from "@effect/platform"
import { Effect, Schema } from "effect"
import { kubernetesVersion, moduleFolder } from "./Binaries.js"

export class BuildFailed extends Schema.TaggedError<BuildFailed>("effect-os-builder/test/control-plane/BuildFailed")(
  "BuildFailed",
  { problem: Schema.String, purpose: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    return `No program was built: ${this.problem}. Only "${this.purpose}" needs one; all else works without.`
  }
}

/** What `GET /version` answers; Kubernetes' own build sets the same variables. */
const linkerFlags = (version: string) => {
  const [major = "", minor = ""] = version.replace(/^v/, "").split(".")
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitCommit: "", gitTreeState: "archive" }
  return [
    "-s",
    "-w",
    ...Object.entries(variables).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  ]
}

export interface Options {
  readonly folder: string
  /** Packages of go.mod's `tool` programs. */
  readonly packages: ReadonlyArray<string>
  /** What needs the programs. */
  readonly purpose: string
}

/** Builds the packages into the folder; Go's own words about a failure go to the terminal. */
export const build = ({ folder, packages, purpose }: Options) =>
  Effect.gen(function*() {
    const version = yield* kubernetesVersion
    const command = Command.make(
      "go",
      "build",
      "-trimpath",
      "-buildvcs=false",
      "-tags=grpcnotrace,notest", // as in Kubernetes' own build: without request traces the linker drops a lot of dead code
      `-ldflags=${linkerFlags(version).join(" ")}`,
      "-o",
      `${folder}/`,
      ...packages
    ).pipe(
      Command.env({ CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }),
      Command.stdout("inherit"),
      Command.stderr("inherit"),
      Command.workingDirectory(yield* moduleFolder)
    )
    const exitCode = yield* Command.exitCode(command).pipe(
      Effect.mapError((cause) =>
        new BuildFailed({ purpose, problem: "Go (https://go.dev/dl) is not installed or not in PATH", cause })
      )
    )
    if (exitCode !== 0) {
      return yield* new BuildFailed({ purpose, problem: `"go build" ended with exit code ${exitCode}, see above` })
    }
  })
