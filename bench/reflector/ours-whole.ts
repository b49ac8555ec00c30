import { Resources } from "effect-os-builder"
import * as Follow from "./Follow.js"

await Follow.run(Resources.Pod)
