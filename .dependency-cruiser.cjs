// The layout of ARCHITECTURE.md: imports run one way, without circles, and nothing imports client-node.
const folders = ["core", "kubernetes", "fake", "backends", "selection", "testing", "cli"]
const mayImport = {
  core: [],
  kubernetes: [],
  fake: ["kubernetes"],
  backends: ["core", "kubernetes"],
  selection: ["core", "kubernetes", "backends"],
  testing: ["core", "kubernetes", "fake", "backends"],
  cli: ["core", "kubernetes", "fake", "backends", "selection", "testing"]
}
const backendFolders = ["context", "record", "script", "pod", "controller", "job", "openshift", "local"]
const backendMayImport = {
  script: [],
  record: ["script"],
  pod: ["script", "record"],
  context: ["script"],
  controller: ["context", "record", "script", "pod"],
  job: ["controller", "record", "script", "pod"],
  openshift: ["controller", "record", "script", "pod"],
  local: ["context", "controller", "script"]
}

module.exports = {
  forbidden: [
    ...folders.map((name) => ({
      name: `${name}-imports-another-way`,
      severity: "error",
      from: { path: `^src/${name}/` },
      to: { path: "^src/", pathNot: `^src/(effect|${[name, ...mayImport[name]].join("|")})/` }
    })),
    ...backendFolders.map((name) => ({
      name: `backends-${name}-imports-another-way`,
      severity: "error",
      from: { path: `^src/backends/${name}/` },
      to: { path: "^src/backends/", pathNot: `^src/backends/(${[name, ...backendMayImport[name]].join("|")})/` }
    })),
    { name: "circle", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "client-node-in-the-library",
      comment: "a KubeConfig of client-node is handed in, and known by its shape alone",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "@kubernetes/client-node" }
    },
    {
      name: "barrel-reaches-KubernetesCluster",
      comment: "the main entry loads without the parsers of kubeconfig files",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/kubernetes/KubernetesCluster", reachable: true }
    },
    {
      name: "fake-imports-more-than-the-client's-types",
      comment: "the fake takes the request, error and driver types of the client alone, and how Go reads YAML and protobuf",
      severity: "error",
      from: { path: "^src/fake/" },
      to: { path: "^src/kubernetes/", pathNot: "^src/kubernetes/(ClusterError|client/(ApiRequest|Driver|GoYaml)|protobuf/(MessageTable|Wire))\\.ts$" }
    },
    {
      name: "development-dependency-in-the-library",
      comment: "the bundled command may use them; the library may not",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/(effect|@effect/platform)/" }
    }
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] }
  }
}
