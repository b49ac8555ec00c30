import * as Plain from "../Plain.js"
import * as Turns from "./Turns.js"

await Turns.run(async (name) => JSON.parse(await Plain.text(`/api/v1/namespaces/bench/pods/${name}`)).metadata.name)
