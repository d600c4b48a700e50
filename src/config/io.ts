/** What reading a configuration needs from outside; tests give it from memory. */

export type ReadProblem = 'missing' | 'not-permitted' | 'not-a-file' | 'too-large' | 'unreadable'

export interface FileContents {
  readonly kind: 'contents'
  readonly bytes: Uint8Array
}

export interface FileProblem {
  readonly kind: 'problem'
  readonly problem: ReadProblem
}

export interface ConfigIo {
  read(path: string): Promise<FileContents | FileProblem>
  /** Names in a directory; empty when it cannot be read. */
  list(directory: string): Promise<readonly string[]>
}
