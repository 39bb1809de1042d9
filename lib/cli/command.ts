/** What a command printed, and how it ended: 0 well, 1 something is wrong, 2 used wrongly. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command of `sovra-ops`. */
export interface Command {
  /** As the help prints it: a line with the arguments, indented lines that say what it does. */
  readonly usage: string;
  /**
   * @param args what stands behind the name of the command
   * @throws {Error} whose message is for the person at the keyboard; the exit code is then 1
   */
  readonly run: (args: string[]) => Outcome | Promise<Outcome>;
}

/** Used wrongly: the message and the usage are printed, the exit code is 2. */
export class UsageError extends Error {}
