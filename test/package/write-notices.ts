/**
 * `npm run notices`: writes THIRD_PARTY_NOTICES, after the contents of the bundle changed.
 */
import * as fs from "node:fs"
import * as Notices from "./Notices.js"

fs.writeFileSync(Notices.file, Notices.text())
