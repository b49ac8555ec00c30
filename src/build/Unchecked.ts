/**
 * Says to the constructor of a schema's class that the compiler has checked what it is given. Schema prepares the check anew
 * for each instance: of all that is done for an event of a build, that would be the half.
 */
export const unchecked = true
