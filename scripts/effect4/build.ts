/** The library for Effect 4, of the source for Effect 3: `effect4/build/dist`. */
import * as Program from "./Program.js"

Program.build()
