import * as Report from "./Report.js"

Report.roundTrips("openshift")
