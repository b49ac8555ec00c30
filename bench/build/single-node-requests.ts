import * as Report from "./Report.js"

Report.requests("single-node")
