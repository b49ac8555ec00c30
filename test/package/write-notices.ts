/**
 * `npm run notices`: writes THIRD_PARTY_NOTICES anew, when what is bundled has changed.
 */
import * as fs from "node:fs"
import * as Notices from "./Notices.js"

fs.writeFileSync(Notices.file, Notices.text())
