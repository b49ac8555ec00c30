import { singleNode } from "./Platform.js"
import { suite } from "./seeds.js"

suite(singleNode)
