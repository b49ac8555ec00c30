/** How esbuild bundles the command: minified, for Node, with a `require` for the packages that are CommonJS. */
export const commandOptions = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node20",
  legalComments: "none",
  logLevel: "warning",
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" }
}
