/** Tests, examples and programs of the bench that do not run on Effect 4, each with its reason. A path that ends with a slash is a directory. */
export const notRun: Readonly<Record<string, string>> = {
  "bench/Contest.ts": "starts the contestants of both majors, on Effect 3",
  "bench/Majors.ts": "starts the contestants of both majors, on Effect 3",
  "bench/Table.ts": "used by bench/main.ts",
  "bench/build/": "not in the comparison of the majors",
  "bench/load/PodEvents.ts": "part of the server, which serves the contestants of both majors",
  "bench/load/server.ts": "one program serves the contestants of both majors",
  "bench/main.ts": "starts the contestants of both majors, on Effect 3",
  "bench/primitives/": "compares with the primitives of Effect 3",
  "bench/server/Answers.ts": "one program serves the contestants of both majors",
  "bench/server/main.ts": "one program serves the contestants of both majors",
  "bench/startup.ts": "os-builder is built for Effect 3",
  "bench/upload/": "not in the comparison of the majors",
  "test/browser/": "the browser sees no difference in what the test of examples/http-service sees",
  "test/cli/": "os-builder is built for Effect 3",
  "test/control-plane/": "the API server sees no difference in what the fake sees",
  "test/counts/KeptBytes.ts": "starts a server of the bench, which is not in the tree of the tests",
  "test/counts/keptBytes.test.ts": "starts a server of the bench, which is not in the tree of the tests",
  "test/counts/modules.test.ts": "counts the modules of Effect 3",
  "test/docs/": "the pages show the program for Effect 3",
  "test/examples/docstrings.test.ts": "needs the compiler's API, which TypeScript 7 does not have",
  "test/fake/differential/": "the API server sees no difference in what the fake sees",
  "test/fake/documentation.test.ts": "the page is the same",
  "test/fake/kubectl/": "kubectl sees no difference in what the tests of the fake see",
  "test/kubernetes/protobuf/BuiltInFields.test.ts": "compares a generated file, which is the same",
  "test/package/": "has a test of its own for Effect 4",
  "test/real/": "buildah sees no difference in what the fake builder sees",
  "test/support/CommandHarness.ts": "runs the command",
  "test/support/Kubectl.ts": "runs kubectl",
  "test/types/": "tstyche of the Effect 3 build",
  "test/backends/killed.test.ts": "bundles a program with the paths of this project",
  "test/support/setup.test.ts": "tests the setup of vitest 3"
}

/** Single tests that do not run on Effect 4, by a part of their names. */
export const notRunTests: Readonly<Record<string, string>> = {
  "a retry is visible while it runs":
    "an attempt that takes no time ends in one go on Effect 4: a watch receives the latest status only",
  "the cause of a failed operation of a backend names the operation":
    "the causes of Effect 4 name spans with a stack trace only"
}
