import { measure } from "./Import.js"

await measure(() => import("@kubernetes/client-node"))
