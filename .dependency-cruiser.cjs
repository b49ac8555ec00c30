// The house of the design: imports run one way, without circles, and one file alone touches client-node.
const wing = (name, ...rooms) => ({ name, rooms })
const above = [
  wing("build", "cluster", "backends", "selection", "testing", "cli"),
  wing("cluster", "build", "backends", "selection", "testing", "cli"),
  wing("backends", "selection", "testing", "cli"),
  wing("selection", "testing", "cli"),
  wing("testing", "selection", "cli")
]

module.exports = {
  forbidden: [
    ...above.map(({ name, rooms }) => ({
      name: `${name}-imports-upward`,
      severity: "error",
      from: { path: `^src/${name}/` },
      to: { path: `^src/(${rooms.join("|")}|index)` }
    })),
    { name: "circle", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "client-node-outside-KubernetesCluster",
      severity: "error",
      from: { pathNot: "^src/cluster/KubernetesCluster\\.ts$" },
      to: { path: "@kubernetes/client-node" }
    },
    {
      name: "barrel-reaches-KubernetesCluster",
      comment: "the main entry loads without the optional peer",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/cluster/KubernetesCluster", reachable: true }
    },
    {
      name: "fake-reaches-into-the-live-client",
      severity: "error",
      from: { path: "^src/cluster/fake/" },
      to: { path: "^src/cluster/KubernetesCluster" }
    },
    {
      name: "development-dependency-in-the-library",
      comment: "the bundled command may use them; the library may not",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/(effect|@effect/platform|@kubernetes/client-node)/" }
    }
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] }
  }
}
