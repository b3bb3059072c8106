/** What a reader under attack is: a function of the project that reads files, and valid files for it to read. */
import type { Mutation } from '../mutations/mutation'

/** A file that is damaged. */
export interface Target {
  /** Relative to the reader's folder. */
  file: string
  damage: Mutation
}

export interface Reader {
  name: string
  /** Puts valid input into an empty folder: done once, each case works on a copy. */
  prepare(folder: string): Promise<Target[]>
  /** Reads as the product does; anything but a value or an error that has a name is a finding. */
  read(folder: string, target: Target): Promise<unknown>
  /**
   * Whether damage must not change what is read: everything here lies behind a checksum, so the value is the valid
   * input's or there is none. @default false
   */
  exact?: boolean
  /** Whether a library closes its files only when their objects are collected. @default false */
  keepsOpen?: boolean
}
