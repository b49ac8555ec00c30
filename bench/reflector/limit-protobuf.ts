import * as Frames from "../Frames.js"
import * as Plain from "../Plain.js"
import * as Loop from "./Loop.js"

const onEvent = Loop.start()

await Plain.parts(Loop.path, Frames.cut((frame) => onEvent(Frames.read(frame))), Frames.accept)
