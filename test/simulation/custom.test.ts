import { custom } from "./Platform.js"
import { suite } from "./seeds.js"

suite(custom)
