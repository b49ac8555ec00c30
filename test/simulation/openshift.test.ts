import { openShift } from "./Platform.js"
import { suite } from "./seeds.js"

suite(openShift)
