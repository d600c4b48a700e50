/** What reading a configuration needs from outside; tests give it from memory. */

export type ReadProblem = 'missing' | 'not-permitted' | 'not-a-file' | 'too-large' | 'unreadable'

export const PROBLEM_WORDS: Readonly<Record<ReadProblem, string>> = {
  missing: 'there is no such file',
  'not-permitted': 'permission denied',
  'not-a-file': 'it is no file',
  'too-large': 'it is too large',
  unreadable: 'reading it fails',
}

export interface FileContents {
  readonly kind: 'contents'
  readonly bytes: Uint8Array
}

export interface FileProblem {
  readonly kind: 'problem'
  readonly problem: ReadProblem
}

/** What a configuration can ask of the program's surroundings. */
export interface Surroundings {
  /** Absolute; what relative file names are relative to. */
  workingDirectory(): string
  /** A variable of the process's environment, for `${_ENV NAME}`. */
  variable(name: string): string | undefined
  /** A whole number from `minimum` to `maximum`, for `${_RANDOM}`. */
  random(minimum: number, maximum: number): number
}

export interface ConfigIo extends Surroundings {
  read(path: string): Promise<FileContents | FileProblem>
  /** Names in a directory; empty when it cannot be read. */
  list(directory: string): Promise<readonly string[]>
}
