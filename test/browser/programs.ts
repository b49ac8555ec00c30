/** Fails with what the browser tests need and this machine or checkout lacks. */
import * as fs from "node:fs"
import * as Chromium from "./Chromium.js"
import { bundle } from "./ServiceProcess.js"

export default (): void => {
  if (Chromium.executable() === undefined) {
    throw new Error("The browser tests need chromium. On Debian: apt-get install chromium")
  }
  if (!fs.existsSync(bundle)) throw new Error(`${bundle} is missing: run "npm run test:browser", which makes it`)
}
