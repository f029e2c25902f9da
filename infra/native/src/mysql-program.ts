// A MySQL-compatible server program: its path, its arguments, and how it creates a data folder.

export interface MysqlProgram {
  title: string
  program: string
  /** Arguments before all others: where the files of the program are. */
  base: readonly string[]
  env?: Record<string, string>
  /** Creates a data folder in which root has no password yet. */
  initialize(dataDir: string, user: readonly string[]): Promise<void>
  settings(durable: boolean): readonly string[]
}
