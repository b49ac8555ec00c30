import { measure } from "./Import.js"

await measure(() => import("effect-os-builder"))
