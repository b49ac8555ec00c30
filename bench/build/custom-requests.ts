import * as Report from "./Report.js"

Report.requests("custom")
