/** Tests and examples that do not run on Effect 4, each with its reason. A path that ends with a slash is a directory. */
export const notRun: Readonly<Record<string, string>> = {
  "examples/http-service/": "HttpApi of Effect 4 declares endpoints in another form",
  "examples/observability/": "@effect/opentelemetry 0.64 is for Effect 3",
  "test/browser/": "runs examples/http-service",
  "test/cli/": "os-builder is built for Effect 3",
  "test/control-plane/": "the API server sees no difference in what the fake sees",
  "test/core/JsonSchema.test.ts": "the JSON Schema on Effect 4 has no descriptions",
  "test/docs/": "the pages show the program for Effect 3",
  "test/examples/docstrings.test.ts": "needs the compiler's API, which TypeScript 7 does not have",
  "test/examples/httpService.test.ts": "runs examples/http-service",
  "test/fake/kubectl/": "kubectl sees no difference in what the tests of the fake see",
  "test/kubernetes/protobuf/BuiltInFields.test.ts": "compares a generated file, which is the same",
  "test/package/": "has a test of its own for Effect 4",
  "test/real/": "buildah sees no difference in what the fake builder sees",
  "test/support/CommandHarness.ts": "runs the command",
  "test/support/Kubectl.ts": "runs kubectl",
  "test/types/": "tstyche of the Effect 3 build"
}
